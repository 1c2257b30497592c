"""Decides ``[[ ... ]]`` and the single tests that it shares with ``test`` and ``[``."""

from __future__ import annotations

import re

from powervm_sim.shell import patterns
from powervm_sim.shell.arithmetic import ArithmeticFailure, evaluate
from powervm_sim.shell.expansion import Expander
from powervm_sim.shell.files import FileStatus, resolve
from powervm_sim.shell.posix import Expression, ExpressionError
from powervm_sim.shell.state import ShellError, State
from powervm_sim.shell.syntax import Condition

INTEGER_OPERATORS = frozenset({"-eq", "-ne", "-lt", "-le", "-gt", "-ge"})
FILE_OPERATORS = frozenset({"-nt", "-ot", "-ef"})
_INTEGER = re.compile(r"\s*[+-]?\d+\s*", re.ASCII)
_KINDS = {"-f": "file", "-d": "folder", "-p": "pipe", "-c": "device", "-b": "block device", "-S": "socket"}


async def holds(condition: Condition, state: State, expander: Expander) -> bool:
    """Whether a ``[[ ... ]]`` condition holds. Raises ShellError."""
    operator = condition.operator
    if operator == "!":
        return not await holds(condition.operands[0], state, expander)
    if operator in ("&&", "||"):
        for operand in condition.operands:
            if await holds(operand, state, expander) == (operator == "||"):
                return operator == "||"
        return operator == "&&"
    first = await expander.text(condition.words[0])
    if operator == "word":
        return bool(first)
    if len(condition.words) == 1:
        return await unary(operator, first, state)
    if operator in ("=", "==", "!="):
        equal = patterns.matches(await expander.pattern(condition.words[1]), first)
        return equal == (operator != "!=")
    if operator == "=~":
        return _matches(await expander.regular_expression(condition.words[1]), first)
    second = await expander.text(condition.words[1])
    if operator in INTEGER_OPERATORS:
        return _compare(operator, _evaluated(first, state), _evaluated(second, state))
    return await binary(operator, first, second, state)


def _matches(expression: str, text: str) -> bool:
    try:
        return Expression(expression, extended=True).search(text) is not None
    except ExpressionError:
        raise ShellError(f"[[: invalid regular expression `{expression}'", status=2) from None


def _evaluated(text: str, state: State) -> int:
    try:
        return evaluate(text, state.variables)
    except ArithmeticFailure as failure:
        raise ShellError(f"[[: {failure}") from None


def _compare(operator: str, left: int, right: int) -> bool:
    return {
        "-eq": left == right,
        "-ne": left != right,
        "-lt": left < right,
        "-le": left <= right,
        "-gt": left > right,
        "-ge": left >= right,
    }[operator]


async def unary(operator: str, operand: str, state: State) -> bool:
    """One test with one operand, such as ``-f`` or ``-z``. Raises ShellError for one that is not simulated."""
    if operator in ("-z", "-n"):
        return (not operand) == (operator == "-z")
    if operator == "-v":
        return state.get(operand) is not None
    if operator == "-t":
        return state.terminal is not None and operand in ("0", "1", "2")
    if operator in ("-L", "-h"):
        link = await _status(operand, state, follow=False)
        return link is not None and link.kind == "link"
    if operator not in ("-e", "-a", "-s", "-r", "-w", "-x", *_KINDS):
        raise ShellError(f"{operator}: not simulated", status=2)
    status = await _status(operand, state)
    if status is None:
        return False
    if operator in _KINDS:
        return status.kind == _KINDS[operator]
    if operator == "-x":
        return bool(status.mode & 0o111)
    return operator != "-s" or status.size > 0


async def binary(operator: str, left: str, right: str, state: State) -> bool:
    """One test with two operands. Raises ShellError when a number is none."""
    if operator in ("=", "==", "!="):
        return (left == right) == (operator != "!=")
    if operator in ("<", ">"):
        return left < right if operator == "<" else left > right
    if operator in INTEGER_OPERATORS:
        for text in (left, right):
            if not _INTEGER.fullmatch(text):
                raise ShellError(f"{text}: integer expression expected", status=2)
        return _compare(operator, int(left[:40]), int(right[:40]))
    first, second = await _status(left, state), await _status(right, state)
    if operator == "-ef":
        return first is not None and resolve(left, state.variables) == resolve(right, state.variables)
    older, newer = (second, first) if operator == "-nt" else (first, second)
    return newer is not None and (older is None or newer.modified > older.modified)


async def _status(path: str, state: State, *, follow: bool = True) -> FileStatus | None:
    if path == "/dev/null":
        return FileStatus("device", mode=0o666)
    if not path or state.files is None:
        return None
    try:
        return await state.files.status(resolve(path, state.variables), follow=follow)
    except OSError:  # a part of the path is no folder, or closed: for test, nothing is there
        return None
