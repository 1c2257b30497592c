"""Reads a YAML lab file into plain values, and remembers the line of each.

Only what a lab file needs of YAML: mappings, lists, texts, decimal numbers, true, false and null as YAML 1.2 has
them, so that a user called ``no`` and a password ``0123`` mean what they look like. Anchors, aliases and merge keys
(``<<``) work. Passwords are wrapped while they are read: nothing after this sees one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

import yaml

from powervm.lab.draft import Draft, KeyPath
from powervm.secret import Password

SECRET_KEYS = frozenset({"password", "passphrase"})
_MOST_NODES = 100_000
_TAG = "tag:yaml.org,2002:"
_QUOTES = "Put a text in quotes when it starts with one of * & ! @ % ` or holds ': ' or ' #'."

_SCALARS: dict[str, Callable[[str], object]] = {
    f"{_TAG}null": lambda _text: None,
    f"{_TAG}bool": lambda text: text == "true",
    f"{_TAG}int": int,
    f"{_TAG}float": float,
    f"{_TAG}str": str,
}


class _Loader(yaml.SafeLoader):
    """Knows fewer kinds of plain scalars than YAML 1.1: those above and the merge key."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


for _name, _pattern, _first in (
    ("null", r"(?:~|null|)$", ["~", "n", ""]),
    ("bool", r"(?:true|false)$", ["t", "f"]),
    ("int", r"[-+]?(?:0|[1-9][0-9]{0,17})$", list("-+0123456789")),
    ("float", r"[-+]?(?:0|[1-9][0-9]{0,17})?\.[0-9]{1,17}$", list("-+.0123456789")),
    ("merge", r"<<$", ["<"]),
):
    _Loader.add_implicit_resolver(f"{_TAG}{_name}", re.compile(rf"^{_pattern}"), _first)


class _Unreadable(Exception):
    """The file is YAML, but holds something that a lab file cannot."""

    def __init__(self, wrong: str, node: yaml.Node) -> None:
        self.line = node.start_mark.line + 1
        super().__init__(wrong)


def read_yaml(text: str, draft: Draft) -> None:
    """Read the text of a lab file into the draft; what is wrong with it becomes problems there."""
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        tree = _Walk(loader, draft).value(node, ()) if node is not None else None
    except yaml.MarkedYAMLError as error:
        _not_yaml(draft, error)
    except yaml.YAMLError:
        draft.problem((), "this is not YAML: it holds characters that no text file has.", "Save it as plain text.")
    except RecursionError:
        draft.problem((), "this is nested too deeply.", "Remove the alias that stands inside its own anchor.")
    except _Unreadable as error:
        draft.problem((), str(error), _QUOTES, line=error.line)
    else:
        if isinstance(tree, dict):
            draft.tree = tree
        else:
            draft.problem((), "a lab file is a mapping of keys.", "Start with 'consoles:', 'servers:', 'partitions:'.")


def _not_yaml(draft: Draft, error: yaml.MarkedYAMLError) -> None:
    """PyYAML quotes from the file, and that may be a password: only the kind of trouble and the place are shown."""
    mark = error.problem_mark or error.context_mark
    reason = re.sub(r"(['\"])(?!<).*?\1", "...", error.problem or "unreadable").split(";")[0]
    column = f", column {mark.column + 1}" if mark else ""
    draft.problem((), f"this is not YAML: {reason}{column}.", _QUOTES, line=mark.line + 1 if mark else None)


class _Walk:
    """From YAML nodes to plain values, with lines and duplicate keys noted in the draft."""

    def __init__(self, loader: _Loader, draft: Draft) -> None:
        self._loader = loader
        self._draft = draft
        self._merged: set[int] = set()
        self._nodes = 0

    def value(self, node: yaml.Node, path: KeyPath) -> object:
        """The plain value of a node."""
        self._nodes += 1
        if self._nodes > _MOST_NODES:
            raise _Unreadable("this is too large for a lab file.", node)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._item(item, (*path, index)) for index, item in enumerate(node.value)]
        return self._scalar(node, path)

    def _item(self, node: yaml.Node, path: KeyPath) -> object:
        self._draft.lines[path] = node.start_mark.line + 1
        return self.value(node, path)

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, object]:
        if id(node) not in self._merged:
            self._report_duplicates(node, path)
            self._loader.flatten_mapping(node)  # once: afterwards a key may rightly stand there twice, the last counts
            self._merged.add(id(node))
        mapping = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            place = (*path, key)
            self._draft.lines[place] = key_node.start_mark.line + 1
            mapping[key] = self.value(value_node, place)
        return mapping

    def _report_duplicates(self, node: yaml.MappingNode, path: KeyPath) -> None:
        keys = [(self._key(key), key.start_mark.line + 1) for key, _ in node.value]
        repeated = {key for key, count in Counter(key for key, _ in keys).items() if count > 1 and key != "<<"}
        for key in sorted(repeated):
            first, *others = [line for name, line in keys if name == key]
            place = (*path, key)
            for line in others:
                self._draft.lines[place] = line
                wrong = f"this name stands here twice; the first is in line {first}."
                self._draft.problem(place, wrong, "Rename or remove one.")

    def _key(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise _Unreadable("a key has to be a name.", node)
        return str(node.value)

    def _scalar(self, node: yaml.Node, path: KeyPath) -> object:
        convert = _SCALARS.get(node.tag)
        if convert and path and path[-1] in SECRET_KEYS and node.tag != f"{_TAG}null":
            self._draft.inline_passwords.append(path)
            return Password(str(node.value))  # as written, also when it looks like a number
        try:
            if convert:
                return convert(node.value)
        except ValueError:
            pass  # an explicit tag that does not fit its text: reported below, without the text
        raise _Unreadable("this has a YAML tag (!...) that a lab file does not know.", node)
