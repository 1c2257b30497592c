"""A lab file as it was read, before anything in it is checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from powervm.lab.problems import Problem

Found = TypeVar("Found")
KeyPath = tuple[str | int, ...]
"""Where a value stands: keys and list indexes from the top, for example ``("moves", "crosshmc", "to")``."""


@dataclass
class Draft:
    """The plain tree of a lab file in the shape of `LabDocument`, with the place of each value in the file.

    Both readers make one: the YAML reader from the file's own tree, the op-test reader from its flat keys. Everything
    after that is common.

    Args:
        file: The file, as the user named it.
        exposed: True when others than the owner may read the file.
        tree: Plain mappings, lists and scalars; passwords are already `Password` objects.
        lines: Line number by key path.
        names: For a format with keys of its own: that format's key by key path. Empty for YAML.
        inline_passwords: Where passwords stand in the file itself.
        problems: What was found wrong so far.
        warnings: What is worth a warning.
    """

    file: str
    exposed: bool = False
    tree: dict[str, object] = field(default_factory=dict)
    lines: dict[KeyPath, int] = field(default_factory=dict)
    names: dict[KeyPath, str] = field(default_factory=dict)
    inline_passwords: list[KeyPath] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def problem(self, path: KeyPath, wrong: str, right: str = "", *, line: int | None = None) -> None:
        """Note something that keeps the file from being used; the line is that of the path unless it is given."""
        problem = self._at(path, wrong, right)
        self.problems.append(problem if line is None else replace(problem, line=line))

    def warn(self, path: KeyPath, wrong: str, right: str = "") -> None:
        """Note something that the user should know."""
        self.warnings.append(self._at(path, wrong, right))

    def _at(self, path: KeyPath, wrong: str, right: str) -> Problem:
        key = _nearest_above(path, self.names) or ".".join(str(part) for part in path)
        return Problem(self.file, _nearest_above(path, self.lines), key, wrong, right)

    def section(self, *path: str) -> dict[str, object]:
        """The mapping at a path; an empty one when there is none or something else stands there."""
        found: object = self.tree
        for part in path:
            found = found.get(part) if isinstance(found, dict) else None
        return found if isinstance(found, dict) else {}


def _nearest_above(path: KeyPath, known: Mapping[KeyPath, Found]) -> Found | None:
    """What is known about the path itself or about what it stands in."""
    return next((known[path[:end]] for end in range(len(path), 0, -1) if path[:end] in known), None)
