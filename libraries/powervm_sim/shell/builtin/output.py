"""``echo``, ``print``, ``printf``, ``true``, ``false``."""

from __future__ import annotations

import re

from powervm_sim.shell.builtin.base import Builtin, Invocation
from powervm_sim.shell.escapes import echo_escapes, printf_escapes
from powervm_sim.shell.formatting import Directive, FormatError, directives
from powervm_sim.shell.quoting import escaped


async def _true(_invocation: Invocation) -> int:
    return 0


async def _false(_invocation: Invocation) -> int:
    return 1


async def _echo(invocation: Invocation) -> int:
    words = list(invocation.arguments)
    newline, escapes = True, False
    while words and re.fullmatch(r"-[neE]+", words[0]):
        for letter in words.pop(0)[1:]:
            newline = newline and letter != "n"
            escapes = {"e": True, "E": False}.get(letter, escapes)
    text, stopped = " ".join(words), False
    if escapes:
        text, stopped = echo_escapes(text)
    await invocation.write(text + ("\n" if newline and not stopped else ""))
    return 0


class _Printer:
    """One run of ``printf``: takes arguments as directives need them."""

    def __init__(self, arguments: list[str]) -> None:
        self.arguments = arguments
        self.problems: list[str] = []
        self.stopped = False

    def once(self, parts: list[str | Directive]) -> str:
        """The format used once."""
        pieces: list[str] = []
        for part in parts:
            if self.stopped:
                break
            pieces.append(printf_escapes(part) if isinstance(part, str) else self._directive(part))
        return "".join(pieces)

    def _directive(self, directive: Directive) -> str:
        width = self._size(directive.width)
        precision = self._size(directive.precision)
        argument = self._next()
        conversion = directive.conversion
        if conversion == "b":
            argument, self.stopped = echo_escapes(argument)
        elif conversion == "q":
            argument = escaped(argument)
        elif conversion == "c":
            argument = argument[:1]
        if conversion in "bqcs":
            return Directive(directive.flags, None, None, "s").render(argument, width, precision)
        if conversion in "diouxX":
            return directive.render(self._integer(argument), width, precision)
        if conversion in "eEfFgG":
            return directive.render(self._float(argument), width, precision)
        raise FormatError(f"`{conversion}': invalid format character")

    def _next(self) -> str:
        return self.arguments.pop(0) if self.arguments else ""

    def _size(self, text: str | None) -> int | None:
        if text is None:
            return None
        return self._integer(self._next()) if text == "*" else int((text or "0")[:9])

    def _integer(self, text: str) -> int:
        if text[:1] in ("'", '"'):
            return ord(text[1]) if len(text) > 1 else 0
        match = re.match(r"\s*([+-]?)(0[xX][0-9A-Fa-f]+|0[0-7]*|[1-9]\d*)", text, re.ASCII)
        if match is None or match.end() != len(text):
            if text:
                self.problems.append(f"{text}: invalid number")
            if match is None:
                return 0
        digits = match.group(2)[:40]
        value = int(digits, 16 if digits[:2] in ("0x", "0X") else 8 if digits.startswith("0") else 10)
        return max(-(2**63), min(2**64 - 1, -value if match.group(1) == "-" else value))

    def _float(self, text: str) -> float:
        try:
            return float(text) if text else 0.0
        except ValueError:
            self.problems.append(f"{text}: invalid number")
            return 0.0


async def _printf(invocation: Invocation) -> int:
    words = list(invocation.arguments)
    target = None
    if words[:1] == ["-v"] and len(words) > 1:
        target, words = words[1], words[2:]
    if words[:1] == ["--"]:
        words.pop(0)
    if not words:
        await invocation.streams.stderr.write("printf: usage: printf [-v var] format [arguments]\n")
        return 2
    printer = _Printer(words[1:])
    pieces: list[str] = []
    status = 0
    try:
        parts = directives(words[0])
        consumes = any(isinstance(part, Directive) for part in parts)
        pieces.append(printer.once(parts))
        while printer.arguments and consumes and not printer.stopped:
            pieces.append(printer.once(parts))
    except FormatError as error:
        status = await invocation.complain(str(error))
    for problem in printer.problems:
        status = await invocation.complain(problem)
    if target is None:
        await invocation.write("".join(pieces))
    else:
        invocation.state.set(target, "".join(pieces))
    return status


async def _print(invocation: Invocation) -> int:
    """``print [-nrR] [--] WORD...`` of the Korn shell, which sees escapes unless it is told not to."""
    words = list(invocation.arguments)
    newline, escapes = True, True
    while words and re.fullmatch(r"-(-|[nrR]+)?", words[0]):
        option = words.pop(0)
        newline, escapes = newline and "n" not in option, escapes and not {"r", "R"} & set(option)
        if option in ("-", "--"):
            break
    text, stopped = " ".join(words), False
    if escapes:
        text, stopped = echo_escapes(text)
    await invocation.write(text + ("\n" if newline and not stopped else ""))
    return 0


UTILITIES: dict[str, Builtin] = {"echo": _echo, "print": _print, "printf": _printf, "true": _true, "false": _false}
