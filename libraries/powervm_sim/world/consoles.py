"""A management console as a part of the world: its level, its users, its files, and who is logged in."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from powervm_sim.guest.tree import Tree
from powervm_sim.world.accounts import Account
from powervm_sim.world.users import ConsoleUser


@dataclass(frozen=True)
class ServiceEvent:
    """A serviceable event of the hardware that a console knows of.

    Attributes:
        time: When it was reported first, in seconds since the epoch.
    """

    number: int
    refcode: str
    text: str
    status: str
    system: str
    time: float


@dataclass(eq=False)
class ConsoleSession:
    """Somebody who is logged in on a console now.

    Attributes:
        terminal: For example ``pts/0``; empty without one.
        since: Seconds since the epoch.
    """

    user: str
    terminal: str
    since: float


@dataclass(eq=False)
class Console:
    """A management console: its level, the address that other consoles know it by, its users and files.

    Attributes:
        account: That of its first user, who is a super administrator.
        users: All users by name, the first one too.
        booted: Seconds since the epoch.
    """

    name: str
    address: str
    served_address: str
    type_model: str
    serial: str
    version: int
    release: str
    service_pack: str
    build: str
    fixes: tuple[str, ...]
    sessions: int
    account: Account
    down: bool = False
    users: dict[str, ConsoleUser] = field(default_factory=dict)
    files: Tree = field(default_factory=Tree)
    service_events: tuple[ServiceEvent, ...] = ()
    logged_in: list[ConsoleSession] = field(default_factory=list)
    booted: float = field(default_factory=time.time)
    collecting: bool = False

    @property
    def short_name(self) -> str:
        """The host name without domain."""
        return self.name.partition(".")[0]

    def answers_to(self, address: str) -> bool:
        """Whether ``--ip`` with this address or host name means this console."""
        return address in (self.address, self.name, self.served_address)
