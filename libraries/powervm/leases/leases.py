"""Partitions and servers that one run has for itself.

A partition is leased alone. The servers of its move are shared with other moves, unless a suite wants them alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal

from powervm.errors import MobilityError
from powervm.lab import Lab, Move
from powervm.lab.problems import suggestion
from powervm.leases.locks import Lock, LockFolder, Note
from powervm.leases.wants import Want, wants_of_evacuation, wants_of_move, wants_of_partition, wants_of_servers
from powervm.waiting import Deadline, DeadlinePassed, wait_until

Sharing = Literal["shared", "exclusive"]
Tell = Callable[[str], None]
_INTERVAL = 0.2
_AT_ONCE = 0.1
"""Seconds of "at once": a lock may be held for a moment by somebody who gives it back."""


def silent(_: str) -> None:
    """Tells nobody."""


class LeaseRefused(MobilityError):
    """Somebody else has what is needed."""


@dataclass(frozen=True)
class _Request:
    """What a name asks for: one of several ways to meet it, each a move (none for a partition) and its wants."""

    name: str
    ways: tuple[tuple[Move | None, tuple[Want, ...]], ...]


class Leases:
    """What this process has leased of one lab. For one thread.

    Args:
        lab: The lab, with the addresses of its consoles.
        suite: Who leases, for others who wait for it.
        tell: Called with a sentence when it has to be waited, and again when somebody else is waited for.
        folder: Where the locks are.
    """

    def __init__(self, lab: Lab, *, suite: str = "", tell: Tell = silent, folder: LockFolder | None = None) -> None:
        self._lab = lab
        self.suite = suite
        self._tell = tell
        self._folder = folder or LockFolder()
        self._held: dict[str, tuple[Want, Lock]] = {}
        self._chosen: dict[str, Move] = {}
        self._note: Note | None = None

    @property
    def held(self) -> tuple[Want, ...]:
        """What is held."""
        return tuple(want for want, _ in self._held.values())

    @property
    def machines(self) -> frozenset[str]:
        """Names of the machines that nobody else uses meanwhile: partitions, and what belongs to exclusive servers."""
        return frozenset(name for want in self.held for name in want.machines)

    def only_user_of(self, shared: Sequence[str]) -> bool:
        """Whether nobody else has a share of a server, or of the trust between two consoles.

        Nobody else gets one from then on either, until everything is released: what was changed there can be put back.
        """
        wanted = tuple(sorted(shared))
        return all(lock.make_exclusive() for want, lock in self._held.values() if want.shares == wanted)

    def take(
        self, names: Sequence[str], *, servers: Sharing = "shared", wait: float | None = None
    ) -> Mapping[str, Move]:
        """Lease everything that some moves need, or nothing.

        Whoever holds something already does not wait for more, so that no two runs wait for each other.

        Args:
            names: Moves, pools of moves, evacuations, or partitions of the lab file; a partition may go anywhere.
            servers: Whether others may use the servers of the moves meanwhile.
            wait: Seconds; by default what the lab file says.

        Returns:
            The move that each name stands for; that of a pool goes by the pool's name. Partitions and evacuations
            are left out.

        Raises:
            LeaseRefused: Something is not free, and did not become so in time; the message says who has it.
            MobilityError: The lab file has no such name.
        """
        self._lease([self._request(name, servers) for name in dict.fromkeys(names)], wait)
        return {name: self._chosen[name] for name in names if name in self._chosen}

    def cover(self, move: Move) -> None:
        """Lease what a move needs, as far as it is not held yet.

        Raises:
            LeaseRefused: As for `take`.
        """
        self._cover(move.name, wants_of_move(self._lab, move, exclusive_servers=False))

    def cover_partition(self, name: str) -> None:
        """Lease a partition for something else than a move, as far as it is not held yet.

        Raises:
            LeaseRefused: As for `take`.
        """
        self._cover(name, wants_of_partition(self._lab, name))

    def release(self) -> None:
        """Give everything back; the second time nothing happens."""
        held, self._held = self._held, {}
        self._chosen.clear()
        note, self._note = self._note, None
        for _, lock in held.values():
            lock.release()
        if note:
            note.remove()

    def _cover(self, name: str, wants: tuple[Want, ...]) -> None:
        if any(want.name not in self._held for want in wants):
            self._lease([_Request(name, ((None, wants),))], None)

    # --- what a name asks for -----------------------------------------------------------------------------------

    def _request(self, name: str, servers: Sharing) -> _Request:
        lab = self._lab
        exclusive = servers == "exclusive"
        if name in self._chosen:
            moves: Iterable[Move] = [self._chosen[name]]
        elif name in lab.pools:
            moves = [replace(lab.move(member), name=name) for member in lab.pools[name]]
        elif name in lab.moves:
            moves = [lab.move(name)]
        elif name in lab.evacuations:
            wants = wants_of_evacuation(lab, lab.evacuations[name], exclusive_servers=exclusive)
            return _Request(name, ((None, wants),))
        elif name in lab.partitions:
            anywhere = wants_of_servers(lab, lab.servers, exclusive=exclusive)
            return _Request(name, ((None, (*wants_of_partition(lab, name), *anywhere)),))
        else:
            known = [*lab.moves, *lab.pools, *lab.evacuations, *lab.partitions]
            text = f"{lab.file.name}: no move, pool, evacuation or partition is called '{name}'."
            raise MobilityError(text, remedy=suggestion(name, known))
        return _Request(name, tuple((move, wants_of_move(lab, move, exclusive_servers=exclusive)) for move in moves))

    # --- all or nothing -----------------------------------------------------------------------------------------

    def _lease(self, requests: Sequence[_Request], wait: float | None) -> None:
        limit = 0.0 if self._held else self._lab.lease_wait if wait is None else wait
        deadline = Deadline(max(limit, _AT_ONCE))
        blocked: list[Want] = []
        said = ""

        def attempt() -> bool:
            nonlocal blocked, said
            blocked = self._attempt(requests)
            text = self._who_has(blocked)
            if blocked and text != said and limit:
                self._tell(f"Waiting for {text} It is waited for {_duration(limit)} at most.")
                said = text
            return not blocked

        try:
            wait_until(attempt, deadline, interval=_INTERVAL)
        except DeadlinePassed:
            raise self._refusal(blocked, limit) from None

    def _attempt(self, requests: Sequence[_Request]) -> list[Want]:
        """Take all that is asked for. Returns what is in the way; then nothing more is held than before."""
        fresh: dict[str, tuple[Want, Lock]] = {}
        chosen: dict[str, Move] = {}
        try:
            for request in requests:
                in_the_way = self._meet(request, fresh, chosen)
                if in_the_way:
                    return in_the_way
            self._held.update(fresh)
            self._chosen.update(chosen)
            fresh = {}
        finally:
            for _, lock in fresh.values():
                lock.release()
        self._write_note()
        return []

    def _meet(self, request: _Request, fresh: dict[str, tuple[Want, Lock]], chosen: dict[str, Move]) -> list[Want]:
        in_the_way = []
        for move, wants in request.ways:
            own = self._held.keys() | fresh.keys()
            mine = next((want for want in wants if want.is_partition and want.name in own), None)
            missing = mine if mine and len(request.ways) > 1 else self._take(wants, fresh)
            if missing is None:
                if move is not None:
                    chosen[request.name] = move
                return []
            in_the_way.append(missing)
        return in_the_way

    def _take(self, wants: Iterable[Want], fresh: dict[str, tuple[Want, Lock]]) -> Want | None:
        """Take some locks in the order of their names, or none; returns the one that is not free."""
        taken: dict[str, tuple[Want, Lock]] = {}
        missing = None
        for want in sorted(set(wants)):
            own = self._held.get(want.name) or fresh.get(want.name) or taken.get(want.name)
            if own is not None and (own[1].exclusive or not want.exclusive):
                continue
            lock = None if own else self._folder.try_lock(want.name, exclusive=want.exclusive)
            if lock is None:
                missing = want
                break
            taken[want.name] = want, lock
        if missing is None:
            fresh.update(taken)
        else:
            for _, lock in taken.values():
                lock.release()
        return missing

    def _write_note(self) -> None:
        with suppress(OSError):  # a full disk: others learn that it is taken, and not by whom
            if self._held:
                self._note = self._note or self._folder.note(self.suite)
                self._note.write(self._held)

    # --- words --------------------------------------------------------------------------------------------------

    def _who_has(self, blocked: Iterable[Want]) -> str:
        return " ".join(f"{want.title}: {self._holders(want)}." for want in dict.fromkeys(blocked))

    def _holders(self, want: Want) -> str:
        if want.name in self._held:
            return "this suite has it already"
        return "; ".join(map(str, self._folder.holders(want.name))) or "somebody has it who has not said so yet"

    def _refusal(self, blocked: Sequence[Want], limit: float) -> LeaseRefused:
        text = f"{self._lab.file.name}: not free: {self._who_has(blocked)}"
        if self._held:
            remedy = "Whoever holds something does not wait for more: name all that a suite needs in its Open The Lab."
        elif limit:
            text += f" Waited {_duration(limit)}."
            remedy = "Try again later, or raise 'leases: {wait: ...}' in the lab file."
        else:
            remedy = "Try again later, or have it waited for: 'leases: {wait: 30 min}' in the lab file."
        return LeaseRefused(text, remedy=remedy)


def _duration(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 120 else f"{seconds:g} s"
