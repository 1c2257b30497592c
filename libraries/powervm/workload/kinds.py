"""What kind of load a command line is, how long it means to run, and what its exit status says."""

from __future__ import annotations

import re
import shlex
import signal
from collections.abc import Sequence
from enum import Enum
from pathlib import PurePosixPath


class Kind(str, Enum):
    """Which rule decides whether a load went well.

    ``stress-ng``: exit status and report. ``fio`` and ``iperf3``: exit status, and the errors in their JSON output.
    ``command``: anything else, by its exit status alone.
    """

    STRESS_NG = "stress-ng"
    FIO = "fio"
    IPERF3 = "iperf3"
    COMMAND = "command"


_IN_FRONT = frozenset({"exec", "env", "nice", "ionice", "nohup", "chrt", "setsid", "stdbuf"})
"""Words that may stand before the program that counts."""


def words_of(command: str) -> list[str]:
    """The words of a command line; operators of the shell are words of their own. Empty when its quotes are odd."""
    lexer = shlex.shlex(command.strip(), posix=True, punctuation_chars="();<>|&\n")
    lexer.whitespace, lexer.whitespace_split = " \t", True
    lexer.commenters = ""
    try:
        return list(lexer)
    except ValueError:
        return []


def _is_operator(word: str) -> bool:
    return bool(word) and not set(word) - set("();<>|&\n")


def program_of(command: str) -> str:
    """The program of a simple command, as it is written there; empty for a script of several commands."""
    words = words_of(command)
    if any(_is_operator(word) and not set(word) & set("<>") for word in words):
        return ""
    for word in words:
        value = re.fullmatch(r"[A-Za-z_]\w*=.*|\d+", word, re.DOTALL)  # of a variable, or of an option of nice
        if value or word.startswith("-") or word in _IN_FRONT:
            continue
        return word
    return ""


def kind_of(command: str) -> Kind:
    """The kind of a command line; a script of several commands is a ``command``, whatever is in it."""
    name = PurePosixPath(program_of(command)).name
    return Kind(name) if name in {kind.value for kind in Kind} else Kind.COMMAND


_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31556926}
_TIMEOUT = re.compile(r"--timeo(?:u|ut)?(?:=(?P<long>.*))?|-t(?P<short>.*)", re.DOTALL)
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)([smhdwy]?)", re.IGNORECASE)


def own_timeout(command: str) -> float | None:
    """Seconds after which a stress-ng ends by itself, as its command line says; None when that says nothing.

    Units are those of stress-ng: ``30m``, ``1h``, ``1800s``, ``1800``, and ``d w y``; 0 stands for no end.
    """
    words = words_of(command)
    for place, word in enumerate(words):
        match = _TIMEOUT.fullmatch(word)
        if match:
            value = match["long"] or match["short"] or _next(words, place)
            amount = _AMOUNT.fullmatch(value.strip())
            seconds = float(amount[1]) * _UNITS[amount[2].lower()] if amount else 0.0
            return seconds or None
    return None


def _next(words: Sequence[str], place: int) -> str:
    return words[place + 1] if place + 1 < len(words) else ""


LIMIT_REACHED = 124
"""What ``timeout`` ends with when its time is over."""

_STRESS_STATUSES = {
    1: "a wrong option, or stress-ng itself was out of resources",
    2: "one or more stressors failed",
    3: "not started, for lack of a resource such as memory, disk space or a system call",
    4: "not implemented on this system",
    5: "a stressor was killed by a signal that nobody expected",
    6: "a stressor left by an exit that nobody expected, so there are no metrics",
    7: "the metrics cannot be trusted",
}
"""stress-ng(1), section EXIT STATUS."""


def explain_status(kind: Kind, status: int) -> str:
    """What an exit status means, as part of a sentence."""
    if status == 0:
        return "success"
    if kind is Kind.STRESS_NG and status in _STRESS_STATUSES:
        return _STRESS_STATUSES[status]
    known = {126: "it is no program that can be run", 127: "there is no such program", LIMIT_REACHED: "a time limit"}
    if status in known:
        return known[status]
    if status > 128:
        try:
            return f"ended by the signal {signal.Signals(status - 128).name}"
        except ValueError:
            return "a failure"
    return "a failure"
