"""The run of Robot Framework that this is: where its files go, and what of it is running."""

from __future__ import annotations

from contextlib import suppress
from html import escape
from pathlib import Path
from urllib.parse import quote

from robot.libraries.BuiltIn import BuiltIn, RobotNotRunningError


def running_suite() -> str:
    """Name of the suite that is running; empty outside a run."""
    with suppress(RobotNotRunningError):
        return str(BuiltIn().get_variable_value("${SUITE NAME}"))
    return ""


def in_test() -> bool:
    """A test is running, rather than the setup or teardown of a suite."""
    try:
        return BuiltIn().get_variable_value("${TEST NAME}") is not None
    except RobotNotRunningError:
        return False


def running_test() -> str:
    """Name of the test that is running, or of the suite around a setup or teardown."""
    try:
        builtin = BuiltIn()
        return str(builtin.get_variable_value("${TEST NAME}") or builtin.get_variable_value("${SUITE NAME}"))
    except RobotNotRunningError:
        return "by-hand"


def output_folder() -> Path:
    """Robot Framework's output directory, or the current folder outside a run."""
    try:
        return Path(BuiltIn().get_variable_value("${OUTPUT DIR}"))
    except RobotNotRunningError:
        return Path.cwd()


def _log_folder() -> Path:
    """Where ``log.html`` is going to lie; pabot merges it above the output directories of its workers."""
    folder = output_folder()
    merged = next((parent for parent in folder.parents if parent.name == "pabot_results"), None)
    return merged.parent if merged else folder


def link(path: Path, text: str | None = None) -> str:
    """A link to a file of the run that still works when the output directory is moved."""
    try:
        relative = path.relative_to(_log_folder())
    except ValueError:
        relative = path
    place = quote(relative.as_posix())
    return f"<a href='{place}'>{escape(text or relative.as_posix())}</a>"
