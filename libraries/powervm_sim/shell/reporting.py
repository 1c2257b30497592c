"""How a shell words the error of a script that it cannot read."""

from __future__ import annotations

from powervm_sim.shell.state import State
from powervm_sim.shell.syntax import ShellSyntaxError


def syntax_message(error: ShellSyntaxError, text: str, state: State, where: str = "-c: ") -> str:
    """The lines on standard error. ``where`` is empty for a script that is read line by line."""
    dialect = state.dialect
    if error.token is not None and dialect.unexpected is not None:
        return f"{dialect.name}: {dialect.unexpected.format(line=error.line, token=error.token)}\n"
    if state.login and where == "-c: ":
        return f"{dialect.login_name}: {error}\n"
    message = f"{dialect.name}: {dialect.syntax_error.format(where=where, line=error.line, message=error)}\n"
    if error.token is None:
        return message
    return message + f"{dialect.name}: {where}line {error.line}: `{_line(text, error.line)}'\n"


def _line(text: str, number: int) -> str:
    lines = text.split("\n")
    return lines[number - 1] if number <= len(lines) else ""
