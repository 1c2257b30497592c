"""``mkvterm`` and ``rmvterm``: the console of a partition, one session for each partition."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol, runtime_checkable

from powervm_sim import hsc
from powervm_sim.console.login import ConsoleCommand, ConsoleLogin
from powervm_sim.console.options import Options, Syntax, value
from powervm_sim.console.picking import placement_of, server_of
from powervm_sim.shell.call import Call, Output
from powervm_sim.world.model import Partition, Placement

_IN_PROGRESS = "\r\n Open in progress  \r\n "
_COMPLETED = "\r\n Open Completed. \r\n  "
_CONTENTION = (
    "\r\n A terminal session is already open for this partition. \r\n Only one open session is allowed for a "
    "partition. \r\n Exiting.... "
)
_ELSEWHERE = "\r\n The open failed. \r\n-The session may already be open on another management console\r\n"
_CLOSED = " The write socket has closed. Exiting.\n"
_ROOM = 64 * 1024
_MOST = 1024 * 1024


@runtime_checkable
class RawTerminal(Protocol):
    """A terminal that can hand over every character."""

    def raw(self) -> AbstractContextManager[Output]:
        """As long as it lasts, nothing is echoed or edited."""


class TerminalSession:
    """What a partition's console has shown and nobody has looked at yet; see `ConsoleListener`.

    Attributes:
        ended: Somebody has closed the session from outside.
    """

    def __init__(self) -> None:
        self._texts: deque[str] = deque()
        self._size = 0
        self._changed = asyncio.Event()
        self._taken = asyncio.Event()
        self.ended = False

    def write(self, text: str) -> None:
        """The console has shown this; when too much waits, the oldest of it is lost."""
        self._texts.append(text)
        self._size += len(text)
        while self._size > _MOST:
            self._size -= len(self._texts.popleft())
        self._changed.set()

    async def room(self) -> None:
        """Returns when not too much waits."""
        while self._size > _ROOM and not self.ended:
            self._taken.clear()
            await self._taken.wait()

    def end(self) -> None:
        """Close it from outside."""
        self.ended = True
        self._changed.set()
        self._taken.set()

    async def take(self) -> str:
        """What was shown since the last time; an empty text when the session has ended."""
        while not self._texts and not self.ended:
            self._changed.clear()
            await self._changed.wait()
        text = "".join(self._texts)
        self._texts.clear()
        self._size = 0
        self._taken.set()
        return text


class _Escape:
    """Finds ``~.`` at the beginning of a line in what is typed."""

    def __init__(self, forward: Callable[[str], None]) -> None:
        self._forward = forward
        self._at_start = True
        self._pending = False

    def typed(self, text: str) -> bool:
        """Pass the characters on; True when the escape was typed."""
        for character in text:
            if self._pending:
                self._pending = False
                if character == ".":
                    return True
                self._forward("~")
                if character == "~":
                    self._at_start = False
                    continue
            elif character == "~" and self._at_start:
                self._pending = True
                continue
            self._forward(character)
            self._at_start = character in "\r\n"
        return False


async def _mkvterm(login: ConsoleLogin, options: Options, call: Call) -> str:
    placement = placement_of(server_of(login, options), options)
    with _raw(call) as out:
        await _begin(login, placement, out)
        session = _open(login, placement)
        try:
            await out.write(_COMPLETED)
            escaped = await _look(login, placement, session, call, out)
        except BaseException:
            login.world.start(_release_later(login, placement.partition, session))
            raise
        _release(placement.partition, session)
    return "" if escaped else _CLOSED


async def _begin(login: ConsoleLogin, placement: Placement, out: Output) -> None:
    """Open, which takes a moment. Raises Refusal, after its text was written, when there is a session already."""
    refusal = _refusal(login, placement)
    if refusal is None:
        await out.write(_IN_PROGRESS)
        await login.world.pace.long(login.world.settings.latency.terminal)
        refusal = _refusal(login, placement)
    if refusal is not None:
        await out.write(refusal)
        raise hsc.Refusal("")


def _refusal(login: ConsoleLogin, placement: Placement) -> str | None:
    home = login.world.home(placement.partition)
    if home is not placement and home.server.console is not login.console:
        return _ELSEWHERE
    return _CONTENTION if placement.partition.terminal_open else None


def _open(login: ConsoleLogin, placement: Placement) -> TerminalSession:
    partition = placement.partition
    session = TerminalSession()
    partition.terminal_open = True
    partition.end_terminal = session.end
    login.world.history.add("terminal", partition=partition.name, endpoint=login.console.name, event="opened")
    return session


def _release(partition: Partition, session: TerminalSession) -> None:
    session.end()
    if partition.end_terminal == session.end:
        partition.end_terminal = None
        partition.terminal_open = False
        if partition.console_seat is not None:
            partition.console_seat.detach_console()


async def _release_later(login: ConsoleLogin, partition: Partition, session: TerminalSession) -> None:
    """The client is gone without a word: the terminal is free after a while."""
    await login.world.pace.long(login.world.settings.durations.terminal_release)
    _release(partition, session)


async def _look(login: ConsoleLogin, placement: Placement, session: TerminalSession, call: Call, out: Output) -> bool:
    """Show the console and pass on what is typed. Returns True when it ended with the escape sequence."""
    seat = placement.partition.console_seat
    forward: Callable[[str], None] = lambda _: None  # noqa: E731 - nobody listens to what is typed
    if seat is not None:
        forward = seat.attach_console(session, _authenticate(login, placement.partition))
    typing = asyncio.ensure_future(_type(call, _Escape(forward)))
    showing = asyncio.ensure_future(_show(session, out))
    try:
        await asyncio.wait({typing, showing}, return_when=asyncio.FIRST_COMPLETED)
        if typing.done() and not showing.done():
            if typing.result():
                return True
            pause = login.world.pace.long(login.world.settings.durations.terminal_release)
            waiting = asyncio.ensure_future(pause)
            await asyncio.wait({waiting, showing}, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
        if showing.done():
            showing.result()
        return False
    finally:
        typing.cancel()
        showing.cancel()
        await asyncio.gather(typing, showing, return_exceptions=True)


async def _type(call: Call, escape: _Escape) -> bool:
    read: Callable[[], Awaitable[str]] = getattr(call.stdin, "read_piece", call.stdin.readline)
    while text := await read():
        if escape.typed(text):
            return True
    return False


async def _show(session: TerminalSession, out: Output) -> None:
    while text := await session.take():
        await out.write(text)


def _authenticate(login: ConsoleLogin, partition: Partition) -> Callable[[str, str], bool]:
    def authenticate(user: str, password: str) -> bool:
        right = user == partition.account.user and partition.account.try_password(password)
        result = "accepted" if right else "refused"
        login.world.history.add(
            "login", endpoint=partition.name, user=user, method="console", result=result, locked=False
        )
        return right

    return authenticate


@contextmanager
def _raw(call: Call) -> Iterator[Output]:
    """Where to write; on a terminal every character counts. Without one everything comes and goes as it is, too."""
    terminal: object = call.terminal
    if isinstance(terminal, RawTerminal):
        with terminal.raw() as out:
            yield out
    else:
        yield call.stdout


async def _rmvterm(login: ConsoleLogin, options: Options, _call: Call) -> str:
    partition = placement_of(server_of(login, options), options).partition
    if partition.end_terminal is not None:
        login.world.history.add("terminal", partition=partition.name, endpoint=login.console.name, event="closed")
        partition.end_terminal()
        partition.terminal_open = False
    return ""


_WHICH = (value("-m", required=True), value("-p"), value("--id"))

COMMANDS = (
    ConsoleCommand(
        "mkvterm",
        "mkvterm -m managed-system {-p partition-name | --id partition-ID} [--help]",
        Syntax(*_WHICH),
        _mkvterm,
        latency="",
    ),
    ConsoleCommand(
        "rmvterm",
        "rmvterm -m managed-system {-p partition-name | --id partition-ID} [--help]",
        Syntax(*_WHICH),
        _rmvterm,
        latency="terminal",
    ),
)
