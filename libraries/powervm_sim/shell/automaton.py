"""Matches an expression by following all its states at once: time is bounded by length of text x size of expression."""

from __future__ import annotations

import re

from powervm_sim.shell.posix_syntax import Node

MOST_STATES = 3000


class TooBig(Exception):
    """The expression would need too many states."""


Spans = list[tuple[int, int]]
_Slots = tuple[int, ...]


class Automaton:
    """A compiled expression without back references; prefers what Python's matcher prefers."""

    def __init__(self, node: Node, groups: int, flags: int) -> None:
        self._program: list[tuple[str, object, object]] = []
        self._flags = flags
        self._known: dict[tuple[str, str], bool] = {}
        self._groups = groups
        self._add(node)
        self._emit("match")

    def search(self, text: str, start: int) -> Spans | None:
        """The spans of the first match that begins at ``start`` or later."""
        empty: _Slots = (-1,) * (2 * self._groups + 2)
        best: _Slots | None = None
        threads: dict[int, _Slots] = {}
        for position in range(start, len(text) + 1):
            if best is None:  # a match that begins here is worth less than those that began before
                self._follow(threads, 0, (position, *empty[1:]), text, position)
            survivors: dict[int, _Slots] = {}
            for state, slots in threads.items():
                operation, argument, _ = self._program[state]
                if operation == "match":
                    best = (slots[0], position, *slots[2:])
                    break  # those behind are worth less
                if position < len(text) and operation == "set" and self._fits(str(argument), text[position]):
                    self._follow(survivors, state + 1, slots, text, position + 1)
            threads = survivors
            if not threads and best is not None:
                break
        if best is None:
            return None
        return [(best[index], best[index + 1]) for index in range(0, len(best), 2)]

    def _emit(self, operation: str, first: object = None, second: object = None) -> int:
        if len(self._program) >= MOST_STATES:
            raise TooBig
        self._program.append((operation, first, second))
        return len(self._program) - 1

    def _add(self, node: Node) -> None:
        if node.kind in ("set", "assertion"):
            self._emit(node.kind, node.source)
        elif node.kind == "sequence":
            for part in node.parts:
                self._add(part)
        elif node.kind == "group":
            self._emit("save", 2 * node.number)
            self._add(node.parts[0])
            self._emit("save", 2 * node.number + 1)
        elif node.kind == "repeat":
            self._repeat(node)
        else:
            self._choice(node)

    def _choice(self, node: Node) -> None:
        ends: list[int] = []
        for part in node.parts[:-1]:
            split = self._emit("split")
            self._add(part)
            ends.append(self._emit("jump"))
            self._program[split] = ("split", split + 1, len(self._program))
        self._add(node.parts[-1])
        for end in ends:
            self._program[end] = ("jump", len(self._program), None)

    def _repeat(self, node: Node) -> None:
        for _ in range(node.minimum):
            self._add(node.parts[0])
        if node.maximum is None:
            split = self._emit("split")
            self._add(node.parts[0])
            self._emit("jump", split)
            self._program[split] = ("split", split + 1, len(self._program))
            return
        splits: list[int] = []
        for _ in range(node.maximum - node.minimum):
            splits.append(self._emit("split"))
            self._add(node.parts[0])
        for split in splits:
            self._program[split] = ("split", split + 1, len(self._program))

    def _follow(self, threads: dict[int, _Slots], state: int, slots: _Slots, text: str, position: int) -> None:
        """Add the states that are reached from ``state`` without taking a character, best first."""
        stack = [(state, slots)]
        seen: set[int] = set()
        while stack:
            state, slots = stack.pop()
            if state in seen or state in threads:
                continue
            seen.add(state)
            operation, first, second = self._program[state]
            if operation == "jump":
                stack.append((int(str(first)), slots))
            elif operation == "split":
                stack += [(int(str(second)), slots), (int(str(first)), slots)]
            elif operation == "save":
                slot = int(str(first))
                stack.append((state + 1, (*slots[:slot], position, *slots[slot + 1 :])))
            elif operation == "assertion":
                if re.compile(str(first), self._flags).match(text, position):
                    stack.append((state + 1, slots))
            else:
                threads[state] = slots

    def _fits(self, source: str, character: str) -> bool:
        key = (source, character)
        if key not in self._known:
            if len(self._known) > 10_000:
                self._known.clear()
            self._known[key] = re.compile(source, self._flags).fullmatch(character) is not None
        return self._known[key]
