"""``find``: files by name, kind, age and size, and what is to be done with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from powervm_sim.guest.commands.file_changes import remove_all
from powervm_sim.guest.commands.kinds import GuestCommand
from powervm_sim.guest.commands.options import UsageError, not_simulated, quoted
from powervm_sim.guest.commands.places import base, place
from powervm_sim.guest.nodes import Folder, Link, Node, Readable
from powervm_sim.shell.call import Call
from powervm_sim.shell.files import reason
from powervm_sim.shell.pipes import Null

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

_SIZES = {"c": 1, "w": 2, "b": 512, "k": 1024, "M": 1 << 20, "G": 1 << 30}


@dataclass(frozen=True)
class Entry:
    """A thing that was found: its path as shown, where it is, and how deep."""

    shown: str
    path: str
    node: Node
    depth: int


Test = Callable[[Entry], bool]


@dataclass
class _Plan:
    """The expression: alternatives of tests that must all hold, and what is done then."""

    least: int = 0
    most: int = 1_000_000
    alternatives: list[list[Test]] = field(default_factory=lambda: [[]])
    actions: list[tuple[str, list[str]]] = field(default_factory=list)


async def find(guest: LinuxGuest, call: Call) -> int:
    """``find [PATH...] [TESTS] [-o] [!] [-print] [-print0] [-delete] [-exec COMMAND {} ;|+] [-ls]``."""
    words = list(call.arguments)
    start = next((at for at, word in enumerate(words) if word.startswith(("-", "(", "!"))), len(words))
    plan = _plan(guest, call, words[start:])
    status = 0
    together: list[str] = []
    for word in words[:start] or ["."]:
        try:
            entries = _entries(guest, call, word)
        except OSError as problem:
            status = 1
            await call.stderr.write(f"find: {quoted(word)}: {reason(problem)}\n")
            continue
        if any(name == "-delete" for name, _ in plan.actions):
            entries.reverse()
        for entry in entries:
            if plan.least <= entry.depth <= plan.most and any(
                all(test(entry) for test in tests) for tests in plan.alternatives
            ):
                status = await _act(guest, call, plan, entry, together) or status
    return await _all_at_once(call, plan, together) or status


def _entries(guest: LinuxGuest, call: Call, word: str) -> list[Entry]:
    root = place(call, word)
    skipped = len(root.rstrip("/"))
    found = []
    for path, node in guest.tree.walk(root):
        rest = path[skipped:]
        shown = (word.rstrip("/") or "/") + rest if rest and rest != "/" else word
        depth = len(rest.strip("/").split("/")) if rest.strip("/") else 0
        found.append(Entry(shown.replace("//", "/") if word == "/" else shown, path, node, depth))
    return found


def _plan(guest: LinuxGuest, call: Call, words: list[str]) -> _Plan:
    plan = _Plan()
    turned = False
    while words:
        word = words.pop(0)
        if word in ("!", "-not"):
            turned = not turned
        elif word in ("-o", "-or"):
            plan.alternatives.append([])
        elif word in _ACTIONS:
            plan.actions.append((word, _command(words) if word == "-exec" else []))
        elif word in ("-maxdepth", "-mindepth"):
            _depth(plan, word, _argument(word, words))
        elif word not in _IGNORED:
            test = _test(guest, call, word, words)
            plan.alternatives[-1].append(_negated(test) if turned else test)
            turned = False
    return plan


_ACTIONS = ("-print", "-print0", "-delete", "-exec")
_IGNORED = frozenset({"-a", "-and", "-depth", "-mount", "-xdev", "-noleaf"})
_KNOWN_TEXT = """
    -regex -iregex -perm -user -group -inum -links -printf -prune -ok -fprint -samefile -wholename -ls -quit ( ) ,
    -newermt -newerct -newerat -newermm -execdir -okdir -daystart -xdev -mount -nouser -nogroup -uid -gid -readable
    -writable -executable -fstype -true -false -lname -ipath -iwholename -used -amin -cmin -atime -ctime -anewer -cnewer
"""
_KNOWN = frozenset(_KNOWN_TEXT.split())


def _argument(word: str, words: list[str]) -> str:
    if not words:
        raise UsageError(f"find: missing argument to `{word}'")
    return words.pop(0)


def _test(guest: LinuxGuest, call: Call, word: str, words: list[str]) -> Test:
    if word == "-empty":
        return _empty
    if word in _TESTS:
        return _TESTS[word](guest, call, _argument(word, words))
    if word in _KNOWN:
        raise not_simulated(call, word)
    if word.startswith("-"):
        raise UsageError(f"find: unknown predicate `{word}'")
    raise UsageError(f"find: paths must precede expression: `{word}'")


def _negated(test: Test) -> Test:
    return lambda entry: not test(entry)


def _depth(plan: _Plan, word: str, value: str) -> None:
    if not value.isdigit():
        text = f"Expected a positive decimal integer argument to {word}, but got {quoted(value)}"
        raise UsageError(f"find: {text}")
    if word == "-maxdepth":
        plan.most = int(value)
    else:
        plan.least = int(value)


def _command(words: list[str]) -> list[str]:
    """The words of ``-exec`` with the ``;`` or ``+`` at its end."""
    for at, word in enumerate(words):
        if word == ";" or (word == "+" and at and words[at - 1] == "{}"):
            command = words[: at + 1]
            del words[: at + 1]
            return command
    raise UsageError("find: missing argument to `-exec'")


def _empty(entry: Entry) -> bool:
    if isinstance(entry.node, Folder):
        return not entry.node.entries
    return not isinstance(entry.node, Link) and not entry.node.size


def _name(_: LinuxGuest, __: Call, value: str) -> Test:
    return lambda entry: fnmatchcase(base(entry.path), value)


def _any_case(_: LinuxGuest, __: Call, value: str) -> Test:
    return lambda entry: fnmatchcase(base(entry.path).lower(), value.lower())


def _path(_: LinuxGuest, __: Call, value: str) -> Test:
    return lambda entry: fnmatchcase(entry.shown, value)


def _type(_: LinuxGuest, call: Call, value: str) -> Test:
    if value not in ("f", "d", "l"):
        raise not_simulated(call, f"-type {value}")
    kinds: dict[str, type[Node] | tuple[type[Node], ...]] = {"d": Folder, "l": Link, "f": Readable}
    return lambda entry: isinstance(entry.node, kinds[value])


def _compared(call: Call, name: str, value: str) -> Callable[[float], bool]:
    """``+N`` more than, ``-N`` less than, ``N`` exactly."""
    digits = value.lstrip("+-")
    if not digits.isdigit():
        raise UsageError(f"find: invalid argument `{value}' to `{name}'")
    number = int(digits)
    del call
    if value.startswith("+"):
        return lambda found: found > number
    return (lambda found: found < number) if value.startswith("-") else (lambda found: found == number)


def _age(name: str, seconds: float) -> Callable[[LinuxGuest, Call, str], Test]:
    def made(guest: LinuxGuest, call: Call, value: str) -> Test:
        holds = _compared(call, name, value)
        return lambda entry: holds((guest.clock.time() - entry.node.modified) // seconds)

    return made


def _newer(guest: LinuxGuest, call: Call, value: str) -> Test:
    try:
        moment = guest.tree.node(place(call, value)).modified
    except OSError as problem:
        raise UsageError(f"find: {quoted(value)}: {reason(problem)}") from None
    return lambda entry: entry.node.modified > moment


def _size(_: LinuxGuest, call: Call, value: str) -> Test:
    unit = _SIZES.get(value[-1:], 0)
    holds = _compared(call, "-size", value[:-1] if unit else value)
    return lambda entry: holds(-(-entry.node.size // (unit or 512)))


_TESTS: dict[str, Callable[[LinuxGuest, Call, str], Test]] = {
    "-name": _name,
    "-iname": _any_case,
    "-path": _path,
    "-type": _type,
    "-mtime": _age("-mtime", 86400),
    "-mmin": _age("-mmin", 60),
    "-newer": _newer,
    "-size": _size,
}


async def _act(guest: LinuxGuest, call: Call, plan: _Plan, entry: Entry, together: list[str]) -> int:
    status = 0
    for name, words in plan.actions or [("-print", [])]:
        if name == "-delete":
            try:
                if guest.tree.is_link(entry.path) or not isinstance(entry.node, Folder):
                    remove_all(guest.tree, entry.path)
                elif entry.path != "/":
                    guest.tree.remove_folder(entry.path)
            except OSError as problem:
                status = 1
                await call.stderr.write(f"find: cannot delete {quoted(entry.shown)}: {reason(problem)}\n")
        elif name == "-exec" and words[-1] == "+":
            together.append(entry.shown)
        elif name == "-exec":
            if await _run(call, [word.replace("{}", entry.shown) for word in words[:-1]]):
                break
        else:
            await call.stdout.write(entry.shown + ("\0" if name == "-print0" else "\n"))
    return status


async def _all_at_once(call: Call, plan: _Plan, together: list[str]) -> int:
    for name, words in plan.actions:
        if name == "-exec" and words[-1] == "+" and together and await _run(call, [*words[:-2], *together]):
            return 1
    return 0


async def _run(call: Call, words: list[str]) -> int:
    if call.run is None:
        raise not_simulated(call, "-exec")
    return await call.run(words, Null(), call.stdout, call.stderr)


COMMANDS: dict[str, GuestCommand] = {"find": find}
