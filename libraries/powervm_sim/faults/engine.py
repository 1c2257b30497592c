"""Keeps the rules of a world, decides what happens when, and records every fault that has happened."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

from powervm_sim.faults.reading import RuleError
from powervm_sim.faults.rule import LastingRule, Occasion, Rule, named
from powervm_sim.world.history import History
from powervm_sim.world.pace import Pace

Undo = Callable[[], None]
Effect = Callable[[Rule], Undo]
"""Brings a machine into a bad state; what it returns ends that."""


class FaultImpossible(Exception):
    """A fault cannot come about, because there is not what it is about."""


R = TypeVar("R", bound=Rule)
_MOST_RULES = 10_000


class Armed:
    """A rule that is in force, with its counters.

    Attributes:
        matched: Occasions that it was about.
        fired: How often it has happened.
        over: Set when the rule is cleared or has had its time.
        problem: Why it could not come about the last time, or an empty text.
        undo: What ends the bad states that it has brought about; None while it has brought about none.
    """

    def __init__(self, name: str, rule: Rule, numbers: random.Random, begins: float) -> None:
        self.id = name
        self.rule = rule
        self.matched = 0
        self.fired = 0
        self.over = asyncio.Event()
        self.problem = ""
        self.undo: list[Undo] | None = None
        self.timer: asyncio.Task[None] | None = None
        self._begins = begins
        self._numbers = numbers
        self._seen: set[tuple[int, str | None]] = set()

    def happens(self, occasion: Occasion, now: float) -> bool:
        """Whether it happens on this occasion, which is counted if the rule is about it."""
        if now < self._begins or self.over.is_set() or not self.rule.is_about(occasion):
            return False
        if occasion.migration is not None:
            key = (occasion.migration, occasion.phase)
            if key in self._seen:
                return False
            self._seen.add(key)
        return self._count()

    def happens_by_itself(self) -> bool:
        """The same for a rule that waits for nothing."""
        return self._count()

    def _count(self) -> bool:
        self.matched += 1
        if self.matched <= self.rule.after or (self.rule.times is not None and self.fired >= self.rule.times):
            return False
        if self._numbers.random() >= self.rule.probability:
            return False
        self.fired += 1
        return True

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain values."""
        return {"id": self.id, **self.rule.stated(), "matched": self.matched, "fired": self.fired}


class Faults:
    """All rules of a world.

    Args:
        numbers: The world's random numbers for a purpose.
        pace: Its speed and its clock.
        history: Where every fault is recorded.
        start: Lets something happen in the world that no client's connection can end.
    """

    def __init__(
        self,
        numbers: Callable[[str], random.Random],
        pace: Pace,
        history: History,
        start: Callable[[Coroutine[Any, Any, Any]], asyncio.Task[Any]],
    ) -> None:
        self._numbers = numbers
        self._pace = pace
        self._history = history
        self._start = start
        self._armed: dict[str, Armed] = {}
        self._effects: list[tuple[type[Rule], str, Effect]] = []
        self._watchers: list[Callable[[Occasion], None]] = []
        self._number = 0

    def __iter__(self) -> Iterator[Armed]:
        return iter(tuple(self._armed.values()))

    @property
    def armed(self) -> bool:
        """Whether there is any rule."""
        return bool(self._armed)

    def add(self, rule: Rule) -> Armed:
        """Put a rule into force.

        Raises:
            RuleError: Its id is taken, there are too many rules, or it begins now and cannot come about.
        """
        name = self._name(rule)
        begins = self._pace.now() + self._pace.real_seconds(rule.delay)
        purpose = f"fault/{name if rule.seed is None else rule.seed}"
        armed = Armed(name, rule, self._numbers(purpose), begins)
        self._armed[name] = armed
        self._record("added", armed)
        if isinstance(rule, LastingRule):
            if not rule.triggered:
                self._begin_later(armed)
                if armed.problem and not armed.undo:
                    self.clear(name)
                    raise RuleError(armed.problem)
        elif rule.duration is not None:
            armed.timer = self._start(self._expire(armed, rule.delay + rule.duration))
        return armed

    def clear(self, name: str | None = None) -> list[str]:
        """Take one rule or all of them out of force and undo what they have brought about.

        Returns:
            The ids of the rules that were cleared.

        Raises:
            RuleError: There is no such rule.
        """
        if name is not None and name not in self._armed:
            known = ", ".join(self._armed) or "none"
            raise RuleError(f"no rule in force is called {name}; known: {known}")
        names = [name] if name is not None else list(self._armed)
        for each in names:
            armed = self._armed.pop(each)
            self._stop_timer(armed)
            self._end(armed)
            armed.over.set()
            self._record("cleared", armed)
        return names

    def bind(self, kind: type[Rule], target: str, effect: Effect) -> None:
        """Tell how a lasting fault of a kind is brought about on a machine; there can be several ways at once."""
        self._effects.append((kind, target, effect))
        for armed in self:
            if armed.undo is not None and isinstance(armed.rule, kind) and _means(armed.rule, target):
                with self._possible(armed):
                    armed.undo.append(effect(armed.rule))

    def watch(self, watcher: Callable[[Occasion], None]) -> None:
        """Have a function called with every occasion."""
        self._watchers.append(watcher)

    def take(self, kind: type[R], occasion: Occasion) -> list[tuple[Armed, R]]:
        """The rules of a kind that happen on this occasion; they are counted and recorded."""
        return list(self._taken(kind, occasion))

    def take_first(self, kind: type[R], occasion: Occasion) -> tuple[Armed, R] | None:
        """The first of them, when there is no room for a second: later rules have not happened and are not counted."""
        return next(self._taken(kind, occasion), None)

    def attempt(self, kind: type[R], occasion: Occasion, action: Callable[[R], None]) -> None:
        """Let the rules of a kind happen; what turns out to be impossible is recorded as failed, not as fired."""
        for armed in self:
            rule = armed.rule
            if isinstance(rule, kind) and armed.happens(occasion, self._pace.now()):
                armed.fired -= 1
                with self._possible(armed):
                    action(rule)
                    armed.fired += 1
                    self._record("fired", armed, **occasion.facts())

    def _taken(self, kind: type[R], occasion: Occasion) -> Iterator[tuple[Armed, R]]:
        for armed in self:
            rule = armed.rule
            if isinstance(rule, kind) and armed.happens(occasion, self._pace.now()):
                self._record("fired", armed, **occasion.facts())
                yield armed, rule

    def happened(self, occasion: Occasion) -> None:
        """Something has come about that may start lasting faults: a command, or the phase of a migration."""
        for armed in self:
            if isinstance(armed.rule, LastingRule) and armed.happens(occasion, self._pace.now()):
                self._begin(armed, occasion)
        for watcher in self._watchers:
            watcher(occasion)

    def _name(self, rule: Rule) -> str:
        if len(self._armed) >= _MOST_RULES:
            raise RuleError(f"there are {_MOST_RULES} rules already")
        if rule.id is not None:
            if rule.id in self._armed:
                raise RuleError(f"the id {rule.id} is taken by another rule")
            return rule.id
        while True:
            self._number += 1
            if f"f{self._number}" not in self._armed:
                return f"f{self._number}"

    def _begin_later(self, armed: Armed) -> None:
        if armed.rule.delay:
            armed.timer = self._start(self._wait_and_begin(armed))
        elif armed.happens_by_itself():
            self._begin(armed, Occasion())

    async def _wait_and_begin(self, armed: Armed) -> None:
        await self._pace.long(armed.rule.delay)
        armed.timer = None
        if armed.happens_by_itself():
            self._begin(armed, Occasion())

    def _begin(self, armed: Armed, occasion: Occasion) -> None:
        self._stop_timer(armed)
        rule = armed.rule
        assert isinstance(rule, LastingRule)
        if armed.undo is None:
            armed.undo, armed.problem = [], ""
            for kind, target, effect in self._effects:
                if isinstance(rule, kind) and _means(rule, target):
                    with self._possible(armed):
                        armed.undo.append(effect(rule))
        if armed.problem and not armed.undo:
            armed.undo = None
            armed.fired -= 1
            return
        self._record("fired", armed, **{**occasion.facts(), "endpoint": rule.endpoint})
        if rule.duration is not None:
            armed.timer = self._start(self._wait_and_end(armed, rule.duration))

    @contextlib.contextmanager
    def _possible(self, armed: Armed) -> Iterator[None]:
        """What is done here may turn out to be impossible; that is recorded, and everything else goes on."""
        try:
            yield
        except FaultImpossible as error:
            armed.problem = str(error)
            self._record("failed", armed, reason=armed.problem)

    async def _wait_and_end(self, armed: Armed, seconds: float) -> None:
        await self._pace.long(seconds)
        armed.timer = None
        self._end(armed)

    def _end(self, armed: Armed) -> None:
        if armed.undo is None:
            return
        undo, armed.undo = armed.undo, None
        for step in reversed(undo):
            step()
        self._record("ended", armed)

    async def _expire(self, armed: Armed, seconds: float) -> None:
        await self._pace.long(seconds)
        armed.timer = None
        armed.over.set()
        self._record("ended", armed)

    def _stop_timer(self, armed: Armed) -> None:
        if armed.timer is not None:
            armed.timer.cancel()
            armed.timer = None

    def _record(self, event: str, armed: Armed, **facts: Any) -> None:
        self._history.add("fault", event=event, rule=armed.id, fault=armed.rule.kind, **facts)


def _means(rule: Rule, target: str) -> bool:
    assert isinstance(rule, LastingRule)
    return named(rule.endpoint, target)
