"""``awk``: patterns and actions over records, without user functions, ``getline``, files and pipes of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from powervm_sim.shell.call import Call, Command
from powervm_sim.shell.filters.awk_evaluation import Array, Evaluator
from powervm_sim.shell.filters.awk_syntax import Reader, Rule, Tree
from powervm_sim.shell.filters.awk_tokens import unescape
from powervm_sim.shell.filters.awk_values import Field, Value, formatted, number, text, truth
from powervm_sim.shell.filters.base import Options, Sources, ToolError, lines_of, tool
from powervm_sim.shell.formatting import FormatError

_USAGE = "Usage: awk [POSIX or GNU style options] -f progfile [--] file ...\n"
_TURN = 64


class _Break(Exception):
    """``break``."""


class _Continue(Exception):
    """``continue``."""


class _Next(Exception):
    """``next``."""


class _Exit(Exception):
    """``exit``."""


@tool(failure=2)
async def awk(call: Call) -> int:
    """Run an awk program."""
    options = Options(
        call,
        "F:v:f:",
        {"field-separator=": "-F", "assign=": "-v", "file=": "-f"},
        before=_USAGE,
        ordered=True,
    )
    operands = list(options.operands)
    files = options.all("-f")
    if files:
        sources = Sources(call, files)
        program = "".join([line async for line in sources.lines()])
        if sources.failed:
            return 2
    elif operands:
        program = operands.pop(0)
    else:
        await call.stderr.write(_USAGE)
        return 2
    rules = Reader(program).program()
    interpreter = _Interpreter(call, rules)
    if "-F" in options:
        interpreter.values.set("FS", unescape({"t": "\t"}.get(options.get("-F"), options.get("-F"))))
    for assignment in options.all("-v"):
        name, sign, value = assignment.partition("=")
        if not sign or not name.isidentifier():
            raise ToolError(f"`{assignment}' argument to `-v' not in `var=value' form")
        interpreter.values.set(name, Field(unescape(value)))
    return await interpreter.run(operands)


class _Interpreter:
    """Runs the rules; values live in an `Evaluator`."""

    def __init__(self, call: Call, rules: list[Rule]) -> None:
        self._call = call
        self._rules = rules
        self._inside: set[int] = set()
        self._status = 0
        self._turns = 0
        self._failed = False
        environment: Array = {name: Field(value) for name, value in call.variables.items()}
        self.values = Evaluator(environment)

    async def run(self, operands: list[str]) -> int:
        """BEGIN, all records, END; returns the exit status."""
        with suppress(_Exit):
            await self._all("BEGIN")
            if any(rule.kind != "BEGIN" for rule in self._rules):
                await self._records(operands)
        with suppress(_Exit):
            await self._all("END")
        return self._status or (2 if self._failed else 0)

    async def _all(self, kind: str) -> None:
        for rule in self._rules:
            if rule.kind == kind and rule.action is not None:
                try:
                    await self._run(rule.action)
                except (_Next, _Break, _Continue):
                    raise ToolError(f"cmd. line:1: `next' used in {kind} action") from None

    async def _records(self, operands: list[str]) -> None:
        values = self.values
        names = [name for name in operands if not self._assigned(name)]
        sources = Sources(self._call, names)
        async for name, source in sources.inputs():
            values.set("FILENAME", "" if name == "-" else name)
            values.set("FNR", 0.0)
            async for record in self._cut(lines_of(source)):
                values.set("NR", number(values.get("NR")) + 1)
                values.set("FNR", number(values.get("FNR")) + 1)
                values.set_record(record)
                await self._record()
        self._failed = sources.failed

    def _assigned(self, operand: str) -> bool:
        name, sign, value = operand.partition("=")
        if not sign or not name.isidentifier():
            return False
        self.values.set(name, Field(unescape(value)))
        return True

    async def _cut(self, lines: AsyncIterator[str]) -> AsyncIterator[str]:
        """Records by RS: a line feed, another character, or empty for paragraphs."""
        separator = text(self.values.get("RS"))
        if separator not in ("\n", "") and len(separator) != 1:
            raise ToolError("RS as a regular expression: not simulated")
        kept = ""
        async for line in lines:
            if separator == "\n":
                yield line.removesuffix("\n")
            elif separator == "":
                if line == "\n":
                    if kept:
                        yield kept[:-1]
                    kept = ""
                else:
                    kept += line
            else:
                *records, kept = (kept + line).split(separator)
                for record in records:
                    yield record
        if separator != "\n" and kept.rstrip("\n"):
            yield kept.removesuffix("\n")

    async def _record(self) -> None:
        with suppress(_Next):
            for index, rule in enumerate(self._rules):
                if rule.kind == "main" and self._selected(index, rule):
                    if rule.action is None:
                        await self._call.stdout.write(self.values.record() + text(self.values.get("ORS")))
                    else:
                        await self._run(rule.action)

    def _selected(self, index: int, rule: Rule) -> bool:
        if not rule.pattern:
            return True
        if len(rule.pattern) == 1:
            return truth(self.values.value(rule.pattern[0]))
        first, last = rule.pattern
        if index not in self._inside and not truth(self.values.value(first)):
            return False
        self._inside.add(index)
        if truth(self.values.value(last)):
            self._inside.discard(index)
        return True

    async def _run(self, tree: Tree) -> None:
        kind, parts = tree.kind, tree.parts
        if kind == "block":
            for part in parts:
                await self._run(part)
        elif kind == "expression":
            self.values.value(parts[0])
        elif kind in ("print", "printf"):
            await self._print(tree)
        elif kind == "if":
            if truth(self.values.value(parts[0])):
                await self._run(parts[1])
            elif len(parts) > 2:
                await self._run(parts[2])
        elif kind in ("while", "do", "for", "for in"):
            await self._loop(tree)
        else:
            self._leave(tree)

    def _leave(self, tree: Tree) -> None:
        if tree.kind == "delete":
            self.values.delete(tree)
            return
        if tree.kind == "exit":
            if tree.parts:
                self._status = int(number(self.values.value(tree.parts[0]))) & 0xFF
            raise _Exit
        raise {"next": _Next, "break": _Break, "continue": _Continue}[tree.kind]

    async def _loop(self, tree: Tree) -> None:
        values, parts = self.values, tree.parts
        if tree.kind == "for in":
            for key in list(values.array(parts[0].text)):
                values.set(tree.text, Field(key))
                if await self._leaves(parts[1]):
                    break
            return
        if tree.kind == "for":
            await self._run(parts[0])
            while truth(values.value(parts[1])) and not await self._leaves(parts[3]):
                await self._run(parts[2])
            return
        condition, body = (parts[1], parts[0]) if tree.kind == "do" else parts
        first = tree.kind == "do"
        while first or truth(values.value(condition)):
            first = False
            if await self._leaves(body):
                break

    async def _leaves(self, body: Tree) -> bool:
        """Run a loop's body once; True when the loop is to be left. Others get their turn now and then."""
        self._turns += 1
        if self._turns % _TURN == 0:
            await asyncio.sleep(0)
        try:
            await self._run(body)
        except _Break:
            return True
        except _Continue:
            return False
        return False

    async def _print(self, tree: Tree) -> None:
        values = self.values
        found: list[Value] = [values.value(part) for part in tree.parts]
        if tree.kind == "printf":
            if not found:
                raise ToolError("cmd. line:1: printf: no arguments")
            try:
                shown = formatted(text(found[0]), found[1:])
            except FormatError as error:
                raise ToolError(f"cmd. line:1: {error}") from None
        else:
            template = text(values.get("OFMT"))
            pieces = [text(value, template) for value in found] if found else [values.record()]
            shown = text(values.get("OFS")).join(pieces) + text(values.get("ORS"))
        await (self._call.stderr if tree.text == "/dev/stderr" else self._call.stdout).write(shown)


COMMANDS: dict[str, Command] = {"awk": awk, "gawk": awk}
