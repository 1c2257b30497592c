"""``sed``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import islice

from powervm_sim.shell.call import Call, Command, Output
from powervm_sim.shell.files import reason, resolve
from powervm_sim.shell.filters.base import Options, Sources, ToolError, lines_of, tool
from powervm_sim.shell.filters.sed_script import Address, ScriptReader, Step, Substitute
from powervm_sim.shell.pipes import Collector, TooMuchData, gather_input
from powervm_sim.shell.posix import Expression, Found

_USAGE = "Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...\n"
_TURN = 2048
_LONGEST = 1024 * 1024
"""Characters of the pattern space and of the hold space."""


class _EndCycle(Exception):
    """The cycle ends; ``show`` prints the pattern space, ``restart`` goes on without a new line."""

    def __init__(self, *, show: bool, restart: bool = False, leave: int | None = None) -> None:
        super().__init__()
        self.show = show
        self.restart = restart
        self.leave = leave


@tool()
async def sed(call: Call) -> int:
    """Edit lines by a script."""
    words = [word for word in call.arguments if word not in ("--posix", "-u", "--unbuffered")]
    in_place = [word for word in words if word == "--in-place" or (word.startswith("-i") and word[2:3] != "n")]
    if any(word not in ("-i", "--in-place") for word in in_place):
        raise ToolError("-iSUFFIX: not simulated")
    options = Options(
        call,
        "ne:f:Ersiz",
        {"quiet": "-n", "silent": "-n", "expression=": "-e", "file=": "-f", "regexp-extended": "-E", "separate": "-s"},
        before=_USAGE,
        arguments=["-i" if word == "--in-place" else word for word in words],
    )
    if "-z" in options:
        raise ToolError("-z: not simulated")
    script = [await _piece(call, name, value) for name, value in options.given if name in ("-e", "-f")]
    operands = list(options.operands)
    if not script:
        if not operands:
            await call.stderr.write(_USAGE)
            return 1
        script = [operands.pop(0)]
    text = "\n".join(script)
    quiet = "-n" in options or text.startswith("#n\n")

    def editor(target: Output) -> _Editor:
        steps = ScriptReader(text, extended="-E" in options or "-r" in options).read()
        return _Editor(steps, target, quiet=quiet)

    if "-i" in options:
        return await _edit_in_place(call, operands, editor)
    return await _edit_stream(call, operands, editor(call.stdout))


async def _piece(call: Call, name: str, value: str) -> str:
    if name == "-e":
        return value
    sources = Sources(call, [value])
    text = "".join([line async for line in sources.lines()])
    if sources.failed:
        raise ToolError(f"couldn't open file {value}: No such file or directory")
    return text.removesuffix("\n")


async def _edit_stream(call: Call, names: list[str], editor: _Editor) -> int:
    sources = _SedSources(call, names)
    status = await editor.run(sources.lines())
    return status or (2 if sources.failed else 0)


class _SedSources(Sources):
    """As `Sources`, with sed's words."""

    async def lines(self) -> AsyncIterator[str]:
        for name in self.names:
            if name == "-":
                async for line in lines_of(self._call.stdin):
                    yield line
                continue
            try:
                if self._call.files is None:
                    raise FileNotFoundError
                source = await self._call.files.open_read(resolve(name, self._call.variables))
            except IsADirectoryError:
                await self._complain(f"couldn't edit {name}: not a regular file")
                continue
            except OSError as error:
                await self._complain(f"can't read {name}: {reason(error)}")
                continue
            async for line in lines_of(source):
                yield line

    async def _complain(self, text: str) -> None:
        self.failed = True
        await self._call.stderr.write(f"sed: {text}\n")


async def _edit_in_place(call: Call, names: list[str], editor: object) -> int:
    assert callable(editor)
    if not names:
        raise ToolError("no input files")
    status = 0
    for name in names:
        path = resolve(name, call.variables)
        try:
            if call.files is None:
                raise FileNotFoundError
            lines = await gather_input(await call.files.open_read(path))
            collected = Collector()
            status = await editor(collected).run(_each(lines)) or status
            writer = await call.files.open_write(path)
            await writer.write(collected.text)
            await writer.close()
        except OSError as error:
            await call.stderr.write(f"sed: can't read {name}: {reason(error)}\n")
            status = 4 if isinstance(error, PermissionError) else 2
    return status


async def _each(lines: list[str]) -> AsyncIterator[str]:
    for line in lines:
        yield line


class _Editor:
    """Runs a script over lines."""

    def __init__(self, steps: list[Step], target: Output, *, quiet: bool) -> None:
        self._steps = steps
        self._target = target
        self._quiet = quiet
        self._needs_last = any("last" in (a.kind for a in (step.first, step.second) if a) for step in steps)
        self._pattern = ""
        self._ending = "\n"
        self._hold = ""
        self._line = 0
        self._appended: list[str] = []
        self._substituted = False
        self._last_expression: Expression | None = None
        self._ahead: str | None = None
        self._lines: AsyncIterator[str]

    async def run(self, lines: AsyncIterator[str]) -> int:
        """Edit all lines; returns the exit status."""
        self._lines = lines
        restart = False
        while restart or await self._next():
            restart = False
            try:
                await self._cycle()
                end = _EndCycle(show=True)
            except _EndCycle as ended:
                end = ended
            if end.show and not self._quiet:
                await self._print(self._pattern, self._ending)
            await self._flush()
            if end.leave is not None:
                return end.leave
            restart = end.restart
            await asyncio.sleep(0)
        return 0

    async def _read(self) -> str | None:
        if self._ahead is not None:
            line, self._ahead = self._ahead, None
            return line
        return await anext(self._lines, None)

    async def _is_last(self) -> bool:
        if self._ahead is None:
            self._ahead = await anext(self._lines, None)
        return self._ahead is None

    async def _next(self, *, add: bool = False) -> bool:
        line = await self._read()
        if line is None:
            return False
        self._line += 1
        self._ending = "\n" if line.endswith("\n") else ""
        text = line[:-1] if self._ending else line
        self._pattern = self._bounded(self._pattern + "\n" + text) if add else text
        return True

    @staticmethod
    def _bounded(text: str) -> str:
        if len(text) > _LONGEST:
            raise TooMuchData("pattern space")
        return text

    async def _print(self, text: str, ending: str = "\n") -> None:
        await self._target.write(text + ending)

    async def _flush(self) -> None:
        for text in self._appended:
            await self._target.write(text)
        self._appended.clear()

    async def _cycle(self) -> None:
        position = 0
        while position < len(self._steps):
            step = self._steps[position]
            position += 1
            selected = await self._selected(step) != step.negated
            if step.name == "{":
                position = position if selected else step.target
            elif selected:
                jump = await self._do(step)
                if jump is not None:
                    position = jump
                    await asyncio.sleep(0)

    async def _selected(self, step: Step) -> bool:
        if step.first is None:
            return True
        if step.second is None:
            return await self._matches(step.first)
        if step.inside:
            return await self._still_inside(step, step.second)
        zero = step.first.kind == "line" and step.first.number == 0
        if zero and self._line == 1 and step.until == 0:
            step.until = -1
            step.inside = True
            return await self._still_inside(step, step.second)
        if not await self._matches(step.first):
            return False
        self._begin(step, step.second)
        return True

    def _begin(self, step: Step, end: Address) -> None:
        """A range has begun at this line; where it ends by number is known now."""
        if end.kind == "match" or end.kind == "last":
            step.inside = True
            return
        if end.kind == "plus":
            step.until = self._line + end.number
        elif end.kind == "multiple":
            step.until = -(-self._line // end.number) * end.number if end.number else self._line
        else:
            step.until = end.number
        step.inside = step.until > self._line

    async def _still_inside(self, step: Step, end: Address) -> bool:
        if end.kind in ("match", "last"):
            step.inside = not await self._matches(end)
            return True
        if self._line > step.until:  # a jump over the end: this line begins anew
            step.inside = False
            return await self._selected(step)
        step.inside = self._line < step.until
        return True

    async def _matches(self, address: Address) -> bool:
        if address.kind == "line":
            return self._line == address.number
        if address.kind == "last":
            return await self._is_last()
        if address.kind == "step":
            if address.step == 0:
                return self._line == address.number
            return self._line >= address.number and (self._line - address.number) % address.step == 0
        return self._expression(address.expression).search(self._pattern) is not None

    def _expression(self, expression: Expression | None) -> Expression:
        expression = expression or self._last_expression
        if expression is None:
            raise ToolError("-e expression #1, char 0: no previous regular expression")
        self._last_expression = expression
        return expression

    async def _do(self, step: Step) -> int | None:
        """Run one command; returns where to go on when it jumps."""
        name = step.name
        if name in "btT":
            return self._branch(step)
        if name == "s" and step.substitute:
            await self._substitute(step.substitute)
        elif name == "y":
            self._pattern = "".join(step.table.get(character, character) for character in self._pattern)
        elif name in "dDqQnN":
            await self._flow(step)
        elif name in "aic":
            await self._text(step)
        elif name in "pP=F":
            shown = {"p": self._pattern, "P": self._pattern.split("\n", 1)[0], "=": str(self._line), "F": "-"}
            await self._print(shown[name])
        else:
            self._spaces(name)
        return None

    def _branch(self, step: Step) -> int | None:
        if step.name == "b":
            return step.target
        happened, self._substituted = self._substituted, False
        return step.target if happened == (step.name == "t") else None

    async def _flow(self, step: Step) -> None:
        name = step.name
        if name == "d" or (name == "D" and "\n" not in self._pattern):
            raise _EndCycle(show=False)
        if name == "D":
            self._pattern = self._pattern.split("\n", 1)[1]
            raise _EndCycle(show=False, restart=True)
        if name in "qQ":
            raise _EndCycle(show=name == "q", leave=step.number)
        if name == "n":
            line = await self._read()
            if line is None:
                raise _EndCycle(show=True, leave=0)
            if not self._quiet:
                await self._print(self._pattern, self._ending)
            await self._flush()
            self._ahead = line
            await self._next()
        elif not await self._next(add=True):
            raise _EndCycle(show=True, leave=0)

    async def _text(self, step: Step) -> None:
        if step.name == "a":
            self._appended.append(step.text)
        elif step.name == "i":
            await self._target.write(step.text)
        else:
            if step.second is None or step.negated or not step.inside:
                await self._target.write(step.text)
            raise _EndCycle(show=False)

    def _spaces(self, name: str) -> None:
        if name == "g":
            self._pattern = self._hold
        elif name == "G":
            self._pattern = self._bounded(self._pattern + "\n" + self._hold)
        elif name == "h":
            self._hold = self._pattern
        elif name == "H":
            self._hold = self._bounded(self._hold + "\n" + self._pattern)
        elif name == "x":
            self._pattern, self._hold = self._hold, self._pattern
        else:
            self._pattern = ""

    async def _substitute(self, substitute: Substitute) -> None:
        text = self._pattern
        expression = self._expression(substitute.expression)
        chosen = islice(expression.matches(text), substitute.nth - 1, None if substitute.every else substitute.nth)
        pieces: list[str] = []
        position = 0
        for found in chosen:
            pieces += [text[position : found.start], _replacement(substitute, found)]
            position = found.end
            if len(pieces) % _TURN == 0:
                await asyncio.sleep(0)
        if not pieces:
            return
        self._pattern = self._bounded("".join(pieces) + text[position:])
        self._substituted = True
        if substitute.show:
            await self._print(self._pattern)


def _replacement(substitute: Substitute, found: Found) -> str:
    """The text that replaces a match, with the case changes that it asks for."""
    kept: list[str] = []
    lasting, once = "", ""
    for piece in substitute.replacement:
        if isinstance(piece, tuple):
            if piece[0] in "UL":
                lasting = piece[0]
            elif piece[0] == "E":
                lasting = once = ""
            else:
                once = piece[0]
            continue
        text = found.group(piece) if isinstance(piece, int) else piece
        text = text.upper() if lasting == "U" else text.lower() if lasting == "L" else text
        if once and text:
            text = (text[0].upper() if once == "u" else text[0].lower()) + text[1:]
            once = ""
        kept.append(text)
    return "".join(kept)


COMMANDS: dict[str, Command] = {"sed": sed}
