"""Active-backup bonds, as ``hcnmgr`` makes them for migratable ports, and what ``/proc/net/bonding`` shows of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol


class Member(Protocol):
    """What a bond shows of a member."""

    name: str
    mac: str
    kind: str
    failures: int

    @property
    def works(self) -> bool:
        """Its link is there."""


@dataclass
class Bond:
    """A bond with ``mode=1,miimon=100,fail_over_mac=2``.

    Attributes:
        works: Tells whether a member's link is there.
        primary: The member that is preferred; its name is kept while it is away.
        active: The member that is used.
    """

    name: str
    hcn_id: int
    works: Callable[[str], bool]
    members: list[str] = field(default_factory=list)
    primary: str | None = None
    active: str | None = None

    def enslave(self, member: str, *, primary: bool, kernel: Callable[[str], None]) -> None:
        """A new member; the primary one is used as soon as it is there."""
        if primary:
            self.members.insert(0, member)
            self.primary = member
        else:
            self.members.append(member)
        link = "an up" if self.works(member) else "a down"
        kernel(f"{self.name}: (slave {member}): Enslaving as a backup interface with {link} link")
        self._choose(kernel)

    def release(self, member: str, kernel: Callable[[str], None]) -> None:
        """A member leaves; another one is used."""
        if member not in self.members:
            return
        self.members.remove(member)
        kernel(f"{self.name}: (slave {member}): Releasing backup interface")
        if self.primary == member:
            self.primary = None
        self._choose(kernel)

    def link_changed(self, member: str, there: bool, kernel: Callable[[str], None]) -> None:
        """The link monitor has seen a member's link go or come."""
        words = "up" if there else "down, disabling slave"
        kernel(f"{self.name}: (slave {member}): link status definitely {words}")
        self._choose(kernel)

    def _choose(self, kernel: Callable[[str], None]) -> None:
        before = self.active
        usable = [member for member in self.members if self.works(member)]
        if self.primary in usable:
            self.active = self.primary
        elif before not in usable:
            self.active = usable[0] if usable else None
        if self.active == before:
            return
        if self.active is None:
            kernel(f"{self.name}: now running without any active interface!")
            return
        kernel(f"{self.name}: (slave {self.active}): making interface the new active one")
        if before is None:
            kernel(f"{self.name}: active interface up!")


def bonding_file(bond: Bond, members: Sequence[Member], release: str) -> str:
    """``/proc/net/bonding/NAME``.

    Args:
        members: Those of the bond, in its order.
        release: Of the kernel: since 5.12 it is the version of the driver.
    """
    primary = f"{bond.primary} (primary_reselect always)" if bond.primary else "None"
    lines = [
        f"Ethernet Channel Bonding Driver: v{release}",
        "",
        "Bonding Mode: fault-tolerance (active-backup) (fail_over_mac follow)",
        f"Primary Slave: {primary}",
        f"Currently Active Slave: {bond.active}",
        f"MII Status: {'up' if bond.active else 'down'}",
        "MII Polling Interval (ms): 100",
        "Up Delay (ms): 0",
        "Down Delay (ms): 0",
        "Peer Notification Delay (ms): 0",
    ]
    for member in members:
        fast = member.kind == "mlx5_core" and member.works
        lines += [
            "",
            f"Slave Interface: {member.name}",
            f"MII Status: {'up' if member.works else 'down'}",
            f"Speed: {'10000 Mbps' if fast else 'Unknown'}",
            f"Duplex: {'full' if fast else 'Unknown'}",
            f"Link Failure Count: {member.failures}",
            f"Permanent HW addr: {member.mac}",
            "Slave queue ID: 0",
        ]
    return "\n".join(lines) + "\n"
