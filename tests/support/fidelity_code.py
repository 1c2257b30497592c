"""What the simulated machines know, read from their code: commands, options, attributes, message codes, own texts."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import powervm_sim
from powervm_sim import hsc
from powervm_sim.console import commands as console
from powervm_sim.guest.commands import catalogue as guest
from powervm_sim.guest.commands import process_tools
from powervm_sim.shell.builtin import BUILTINS, UTILITIES, not_simulated
from powervm_sim.shell.filters import filters
from powervm_sim.vios.commands import catalogue as vios
from powervm_sim.vios.commands import root as vios_root

PACKAGE = Path(powervm_sim.__file__).parent
CODE = re.compile(r"\b(?:HSC[A-Z][0-9A-F]{4}|VIOSE?[0-9A-F]{8}-\d{4}|0[3-9]\d\d-\d{3})\b")
_WITH_KINDS = ("-r", "-o", "--rsubtype", "--level", "-t", "-s")


def console_options() -> dict[str, set[str]]:
    """The options of each console command; those that name a kind of thing once for each kind."""
    return {
        command.name: {word for option in _options(command.syntax) for word in _words(option)}
        for family in console._FAMILIES
        for command in family.COMMANDS
    }


def _options(syntax: Any) -> Iterable[Any]:
    return {id(option): option for option in syntax._options.values() if option.names != ("--help",)}.values()


def _words(option: Any) -> Iterator[str]:
    for name in option.names:
        kinds = option.choices if name in _WITH_KINDS and any(not choice.isdigit() for choice in option.choices) else ()
        yield from (f"{name} {choice}" for choice in kinds)
        if not kinds:
            yield name


def partition_commands() -> dict[str, set[str]]:
    """The commands of a partition and their options."""
    return _with_options({**guest._IN_PATH, **getattr(process_tools, "PATH_ONLY", {}), **guest._RSCT})


def vios_commands() -> dict[str, set[str]]:
    """The commands of ``ioscli`` and their options."""
    return _with_options(vios.IOSCLI)


def vios_root_commands() -> dict[str, set[str]]:
    """Those of the root shell that ``padmin``'s have not."""
    return _with_options({name: work for name, work in vios_root.ROOT_COMMANDS.items() if name not in vios.IOSCLI})


def tools() -> dict[str, set[str]]:
    """The text tools that the machines share, and their options."""
    return _with_options(filters())


def shell_words() -> set[str]:
    """What the shells do themselves."""
    return {name for name, work in BUILTINS.items() if work is not not_simulated} | set(UTILITIES)


def _with_options(commands: Mapping[str, Any]) -> dict[str, set[str]]:
    return {name: options_of(work) for name, work in sorted(commands.items())}


def options_of(work: Callable[..., Any]) -> set[str]:
    """The options that a command reads, as far as they stand in its code as plain text."""
    function = inspect.unwrap(work.func if isinstance(work, partial) else work)
    module = inspect.getmodule(function)
    assert module is not None
    functions = _functions(module)
    found: set[str] = set()
    todo, seen = [function.__name__], set()
    while todo:
        name = todo.pop()
        if name in seen or name not in functions:
            continue
        seen.add(name)
        for call in (node for node in ast.walk(functions[name]) if isinstance(node, ast.Call)):
            called = getattr(call.func, "id", getattr(call.func, "attr", ""))
            todo.append(called)
            found |= _declared(called, call, functions[name], module)
    return found


def _functions(module: ModuleType) -> dict[str, ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(inspect.getsource(module))
    return {node.name: node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}


def _declared(called: str, call: ast.Call, inside: ast.AST, module: ModuleType) -> set[str]:
    if called in ("parse", "Options"):
        short, long = [*call.args[1:3], None, None][:2]
        return _getopt(_value(short, inside, module) or "", _value(long, inside, module) or ())
    if called == "read_flags":
        names = [_value(word.value, inside, module) or () for word in call.keywords if word.arg in ("flags", "values")]
        return {f"-{name}" for group in names for name in group}
    return set()


def _getopt(short: str, long: Iterable[str]) -> set[str]:
    return {f"-{letter}" for letter in short if letter != ":"} | {f"--{name.rstrip('=')}" for name in long}


def _value(node: ast.expr | None, inside: ast.AST, module: ModuleType) -> Any:
    """The value of an expression that is known without running the command."""
    if node is None:
        return None
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value for part in node.values if isinstance(part, ast.Constant))
    if isinstance(node, ast.Name):
        for assignment in ast.walk(inside):
            if isinstance(assignment, ast.Assign) and getattr(assignment.targets[0], "id", "") == node.id:
                return _value(assignment.value, inside, module)
    try:
        return eval(compile(ast.Expression(node), "", "eval"), vars(module).copy())
    except NameError:
        return None


def message_codes() -> set[str]:
    """All message codes in the code."""
    return {code for file in PACKAGE.rglob("*.py") for code in CODE.findall(file.read_text(encoding="utf-8"))}


def made_up_codes() -> set[str]:
    """Codes of the range in which nothing is real."""
    return {code for code in message_codes() if code.startswith("HSCLAF")}


def texts_without_code() -> set[str]:
    """Functions that word a refusal without a code, and console modules that have a text of their own."""
    named = {
        name
        for name, function in inspect.getmembers(hsc, inspect.isfunction)
        if not name.startswith("_") and inspect.signature(function).return_annotation == "Refusal"
    }
    return named | {file.stem for file in (PACKAGE / "console").glob("*.py") if _words_itself(file)}


def _words_itself(file: Path) -> bool:
    calls = (node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))
    return any(getattr(node.func, "attr", getattr(node.func, "id", "")) == "Refusal" for node in calls)
