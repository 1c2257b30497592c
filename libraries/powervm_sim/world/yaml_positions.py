"""YAML with safe tags only, duplicate keys noticed, and the line of every key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

KeyPath = tuple[str | int, ...]


class Document:
    """The plain data of a YAML file and where its keys stand.

    Attributes:
        data: What ``yaml.safe_load`` makes of it.
        lines: The line (from 1) of each key path.
        duplicates: Key paths that occur twice in one mapping.
    """

    def __init__(self, path: Path) -> None:
        """Read the file. Raises OSError, UnicodeDecodeError or yaml.YAMLError."""
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        self.data: Any = yaml.safe_load(text)
        self.lines: dict[KeyPath, int] = {}
        self.duplicates: list[KeyPath] = []
        for key_path, line in _positions(node, ()):
            if key_path in self.lines:
                self.duplicates.append(key_path)
            self.lines[key_path] = line

    def line_of(self, key_path: KeyPath) -> int | None:
        """The line of a key path, or of the nearest one above it that stands in the file."""
        while key_path:
            if key_path in self.lines:
                return self.lines[key_path]
            key_path = key_path[:-1]
        return None


def _positions(node: yaml.Node | None, above: KeyPath) -> Iterator[tuple[KeyPath, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            key_path = (*above, str(key.value))
            yield key_path, key.start_mark.line + 1
            yield from _positions(value, key_path)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            key_path = (*above, index)
            yield key_path, value.start_mark.line + 1
            yield from _positions(value, key_path)
