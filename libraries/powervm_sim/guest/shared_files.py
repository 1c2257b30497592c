"""Many files whose contents other trees have, too: each is made when somebody looks at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping

from powervm_sim.guest.nodes import Node


class SharedFiles(MutableMapping[str, Node]):
    """The entries of such a folder, by name.

    A partition has hundreds of programs, of which a client calls a few.

    Args:
        contents: By name; nothing changes it.
        make: Makes the file with a content.
    """

    def __init__(self, contents: Mapping[str, bytes], make: Callable[[bytes], Node]) -> None:
        self._contents = contents
        self._make = make
        self._made: dict[str, Node] = {}

    def __getitem__(self, name: str) -> Node:
        node = self._made.get(name)
        if node is None:
            node = self._made[name] = self._make(self._contents[name])
        return node

    def __contains__(self, name: object) -> bool:
        return name in self._made or name in self._contents

    def __len__(self) -> int:
        return len(self._made.keys() | self._contents.keys())

    def __iter__(self) -> Iterator[str]:
        yield from self._contents
        yield from (name for name in self._made if name not in self._contents)

    def __setitem__(self, name: str, node: Node) -> None:
        self._made[name] = node

    def __delitem__(self, name: str) -> None:
        self._made = dict(self.items())
        self._contents = {}
        del self._made[name]
