"""The options of ``stress-ng``."""

from __future__ import annotations

import getopt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

_STRESSORS_TEXT = """
    access af-alg aio bigheap branch brk bsearch cache chdir chmod clock clone context copy-file cpu crypt
    dentry dir dup epoll eventfd exec fallocate fault fcntl fiemap fifo filename flock fork fp fpunch fstat full
    futex get getdent getrandom hdd heapsort hsearch icache inode-flags io iomix itimer kcmp kill lease link
    locka lockbus lockf longjmp lsearch madvise malloc matrix membarrier memcpy memfd memrate mergesort mincore
    mknod mlock mmap mmapfork mmapmany mremap msg mq nanosleep nice nop null numa open personality pipe poll
    prctl prefetch procfs pthread pty qsort quota rand-read randlist readahead rename resources revio rtc
    schedpolicy seal seek sem sendfile shm sigfd sigfpe sigpending sigsegv sigsuspend sleep sock socketfd spawn
    splice stack str stream switch symlink sync-file sysinfo tee timer timerfd tlb-shootdown tmpfs tree tsc udp
    unshare urandom userfaultfd utime vdso vecmath vfork vforkmany vm vm-rw vm-segv vm-splice wait wcs xattr
    yield zero zlib zombie
"""
STRESSORS = tuple(_STRESSORS_TEXT.split())

"""Stressors that can be started."""

_SHORT = {
    "c": "cpu",
    "i": "io",
    "m": "vm",
    "f": "fork",
    "d": "hdd",
    "C": "cache",
    "s": "switch",
    "p": "pipe",
    "S": "sock",
    "T": "timer",
    "u": "urandom",
    "y": "yield",
    "D": "dentry",
    "P": "poll",
    "B": "bigheap",
    "F": "flock",
    "t": "timeout",
    "b": "backoff",
    "l": "cpu-load",
    "Y": "yaml",
    "M": "metrics",
    "q": "quiet",
    "v": "verbose",
    "k": "keep-name",
    "n": "dry-run",
    "V": "version",
    "r": "random",
    "a": "all",
    "x": "exclude",
    "h": "help",
}

_FLAGS_TEXT = """
    metrics metrics-brief times quiet verbose verify keep-name keep-files dry-run version timestamp oomable
    no-oom-adjust aggressive minimize maximize page-in pathological no-madvise no-rand-seed thrash perf tz abort
    change-cpu vm-keep vm-locked vm-populate log-brief sync-start ignite-cpu klog-check syslog skip-silent
    stdout stderr vm-madvise-none hdd-noatime interrupts oom-avoid
"""
_FLAGS = tuple(_FLAGS_TEXT.split())
_VALUES_TEXT = """
    timeout yaml log-file vm-bytes vm-hang vm-method vm-madvise vm-ops cpu-load cpu-method cpu-load-slice
    hdd-bytes hdd-write-size hdd-opts fork-max backoff taskset temp-path seed sched sched-prio ionice-class
    ionice-level timer-slack status vmstat thermalstat iostat mmap-bytes malloc-bytes malloc-max stream-madvise
    memcpy-method cache-level matrix-size matrix-method sock-port switch-freq timer-freq brk-ops udp-port
    exclude
"""
_VALUES = tuple(_VALUES_TEXT.split())
_REFUSED_FLAGS = ("permute", "stressors", "with", "help", "ftrace")
_REFUSED = ("random", "all", "sequential", "seq", "permute", "class", "job", "stressors", "with", "help", "ftrace")

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31556926}
_SIZES = {"": 1, "b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40, "p": 1 << 50}
_VM_METHODS_TEXT = """
    all flip galpat-0 galpat-1 gray grayflip incdec inc-nybble lfsr32 rand-set rand-sum read64 ror swap move-inv
    modulo-x mscan one-zero prime-0 prime-1 prime-gray-0 prime-gray-1 prime-incdec walk-0d walk-1d walk-0a
    walk-1a walk-flush write64 write64nt write64ds write1024v wrrd128nt zero-one cache-lines cache-stripe
    checkerboard fwdrev
"""
_VM_METHODS = tuple(_VM_METHODS_TEXT.split())
_DAY = 86400.0


class OrderError(Exception):
    """The options cannot be followed; status 1.

    Attributes:
        plain: The text is that of getopt and stands for itself, without the frame of a message.
    """

    def __init__(self, text: str, *, plain: bool = False) -> None:
        super().__init__(text)
        self.plain = plain


@dataclass
class Order:
    """What a call asks for.

    Attributes:
        workers: Kind and number, in the order of the command line.
        limits: Bogo operations after which a kind of worker ends.
        timeout: Seconds; None for as long as it is let.
        memory: Bytes that all workers on memory share.
        given: Options without meaning for the run itself, by name.
    """

    workers: dict[str, int] = field(default_factory=dict)
    limits: dict[str, int] = field(default_factory=dict)
    timeout: float | None = _DAY
    memory: int = 256 << 20
    given: dict[str, str] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Whether an option was given."""
        return name in self.given


def read_order(arguments: Sequence[str], *, cpus: int, available: int) -> Order:
    """Read the command line. Raises OrderError.

    Args:
        cpus: What a number of 0 workers stands for.
        available: Bytes of memory that a percentage is taken of.
    """
    long = [f"{name}=" for name in STRESSORS]
    long += [f"{name}-ops=" for name in STRESSORS if name not in ("vm", "brk")]
    long += [*_FLAGS, *(f"{name}=" for name in _VALUES)]
    long += [
        f"{name}=" if name in ("sequential", "seq", "all", "random", "class", "job") else name for name in _REFUSED
    ]
    short = "".join(letter + ("" if _SHORT[letter] in (*_FLAGS, "help") else ":") for letter in _SHORT)
    try:
        found, rest = getopt.gnu_getopt(list(arguments), short, long)
    except getopt.GetoptError as problem:
        raise OrderError(
            f"stress-ng: {_words(problem)}\nTry 'stress-ng --help' for more information.", plain=True
        ) from None
    if rest:
        raise OrderError(f"Unknown option: {rest[0]}")
    order = Order()
    for option, value in found:
        name = option[2:] if option.startswith("--") else _SHORT[option[1:]]
        _take(order, name, value, cpus, available)
    return order


def _take(order: Order, name: str, value: str, cpus: int, available: int) -> None:
    if name in _REFUSED:
        raise OrderError(f"stress-ng: --{name}: not simulated", plain=True)
    if name in STRESSORS:
        count = _integer(value)
        order.workers[name] = cpus if count <= 0 else count
        if order.workers[name] > _MOST_WORKERS:
            raise OrderError(f"Number of {name} workers must be between 0 and {_MOST_WORKERS}")
    elif name.endswith("-ops"):
        order.limits[name.removesuffix("-ops")] = _integer(value)
    elif name == "timeout":
        order.timeout = _seconds(value) or None
    elif name == "vm-bytes":
        order.memory = _size(value, available)
    elif name == "vm-method" and value not in _VM_METHODS:
        raise OrderError(f"option --vm-method choice '{value}' not known, choices are: {' '.join(_VM_METHODS)}")
    else:
        if name in ("hdd-bytes", "mmap-bytes", "malloc-bytes"):
            _size(value, available)
        elif name == "vm-hang":
            value = str(_seconds(value))
        order.given[name] = value


_MOST_WORKERS = 4096


def _integer(text: str) -> int:
    if not re.fullmatch(r"-?\d{1,12}", text, re.ASCII):
        raise OrderError(f"Invalid number {text}")
    return int(text)


def _seconds(text: str) -> float:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhdwy]?)", text.strip().lower(), re.ASCII)
    if not found:
        raise OrderError(f"Illegal time specifier {text[-1:] or text}")
    return float(found[1]) * _UNITS[found[2]]


def _size(text: str, available: int) -> int:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([bkmgtp]?|%)", text.strip().lower(), re.ASCII)
    if not found:
        raise OrderError(f"Illegal size specifier {text[-1:] or text}")
    if found[2] == "%":
        return int(available * float(found[1]) / 100)
    return int(float(found[1]) * _SIZES[found[2]])


def _words(problem: getopt.GetoptError) -> str:
    letter = len(problem.opt) == 1
    if "requires argument" in problem.msg:
        shown = f"-- '{problem.opt}'" if letter else ""
        return f"option requires an argument {shown}" if letter else f"option '--{problem.opt}' requires an argument"
    if "must not have" in problem.msg:
        return f"option '--{problem.opt}' doesn't allow an argument"
    if "not a unique" in problem.msg:
        return f"option '--{problem.opt}' is ambiguous"
    return f"invalid option -- '{problem.opt}'" if letter else f"unrecognized option '--{problem.opt}'"
