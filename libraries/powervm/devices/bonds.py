"""Bonds over migratable ports: the port is the primary, a virtual adapter the backup that stands in meanwhile.

The console has ``hcnmgr`` of powerpc-utils called in the partition: it asks whether the port may go (hcnqrydev), takes
it away (hcnrmdev) and puts it back into its bond on the target (hcncfgdrc). The partition's distribution decides how
its interfaces are called; nothing here depends on their names. A bond of hcnmgr is called ``bond`` and the id of its
hybrid network. With wicked hcnmgr makes the port the primary of its bond; with NetworkManager it does so on some levels
only, and on others writes the port to ``active_slave`` and leaves the bond without a primary. Source: powerpc-utils,
``scripts/hcnmgr``; kernel, ``drivers/net/bonding/bond_procfs.c``.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from powervm.devices.sriov import LogicalPort
from powervm.outcome import BondLook, Finding, Severity

CHECK = "migratable port"
LOG = "/var/log/hcnmgr"
LIST = 'for f in /proc/net/bonding/*; do [ -e $f ] && { echo "==> $f"; cat $f; }; done; true'
"""All bonds of the partition; prints nothing where there is none."""

_OF_HCNMGR = re.compile(r"bond[0-9a-f]{8}")
_SAMPLES = 5
"""How often in a second the bonds are looked at during a move."""
_NEXT = "@@ next"

ERRORS = {
    1: "the platform does not support it",
    5: "the bonding module could not be loaded",
    6: "the virtual device is not supported",
    16: "the device is busy, or its bond has no other member that could carry the traffic",
    19: "the network device was not found",
    22: "the device tree has no id of a hybrid network for it",
    101: "no network service (NetworkManager or wicked) is running",
}
"""Error codes in the log of hcnmgr; the program itself ends with 1 for all of them."""


@dataclass(frozen=True)
class Member:
    """A member of a bond."""

    name: str
    up: bool


@dataclass(frozen=True)
class Bond:
    """One file below ``/proc/net/bonding``.

    Attributes:
        primary: The member that is preferred; empty when there is none, which is no fault of the bond: see above.
        active: The member that carries the traffic; empty when none does.
        up: The bond itself has a link.
    """

    name: str
    primary: str
    active: str
    up: bool
    members: tuple[Member, ...]

    @property
    def on_primary(self) -> bool:
        """The port carries the traffic."""
        return bool(self.primary) and self.active == self.primary

    @property
    def settled(self) -> bool:
        """The port carries the traffic, or, where the bond has no primary to tell it by, a member does."""
        return self.on_primary if self.primary else bool(self.active)

    def look(self, moment: Literal["before", "during", "after"]) -> BondLook:
        """For the record."""
        return BondLook(
            moment=moment,
            bond=self.name,
            primary=self.primary or None,
            active=self.active or None,
            members=[f"{item.name} {'up' if item.up else 'down'}" for item in self.members],
        )


def watch_command(lifetime: float) -> str:
    """A command that prints the bonds whenever something about them changes, for ``lifetime`` seconds."""
    loop = (
        f"i=0; l=; while [ $i -lt {int(lifetime * _SAMPLES)} ]; do c=$({LIST}); "
        f'if [ "$c" != "$l" ]; then echo "{_NEXT}"; echo "$c"; l=$c; fi; i=$((i+1)); sleep {1 / _SAMPLES:g}; done'
    )
    return shlex.join(["bash", "-c", loop])


def read_watched(lines: Iterable[str]) -> list[BondLook]:
    """What `watch_command` has printed, in order, without what it had seen before anything changed."""
    moments = [read_bonds(part) for part in "\n".join(lines).split(_NEXT)[1:]]
    return [bond.look("during") for bonds in moments[1:] for bond in bonds]


def read_bonds(output: str) -> list[Bond]:
    """Read what `LIST` printed: the bonds of hcnmgr, or all of them where none has such a name.

    A partition may have other bonds as well, which no port is taken from.
    """
    found = [_read_bond(part) for part in output.split("==> ")[1:]]
    return [bond for bond in found if _OF_HCNMGR.fullmatch(bond.name)] or found


def _read_bond(text: str) -> Bond:
    path, _, content = text.partition("\n")
    head, *parts = content.split("Slave Interface: ")
    members = tuple(Member(part.split("\n", 1)[0].strip(), _value(part, "MII Status") == "up") for part in parts)
    names = {member.name for member in members}
    primary = _value(head, "Primary Slave").split(" ")[0]
    active = _value(head, "Currently Active Slave")
    return Bond(
        name=path.strip().rpartition("/")[2],
        primary=primary if primary in names else "",
        active=active if active in names else "",
        up=_value(head, "MII Status") == "up",
        members=members,
    )


def _value(text: str, key: str) -> str:
    match = re.search(rf"^{re.escape(key)}: *(.*?) *$", text, re.MULTILINE)
    return match[1] if match else ""


def check_bonds(partition: str, ports: Sequence[LogicalPort], bonds: Sequence[Bond]) -> list[Finding]:
    """Whether each migratable port can be taken away: its bond has another member that works.

    This is what hcnqrydev answers when the console validates, only with the names of what is missing.
    """
    if not ports:
        return []
    if len(bonds) < len(ports):
        numbers = ", ".join(port.number for port in ports)
        text = f"has {len(ports)} migratable ports ({numbers}) and {len(bonds)} bonds over them."
        remedy = "Let hcnmgr make them: hcnmgr -s in the partition, then read /var/log/hcnmgr."
        return [_error(partition, text, remedy)]
    findings = [finding for bond in bonds for finding in _check_bond(partition, bond)]
    if any(item.severity is Severity.ERROR for item in findings):
        return findings
    backups = ", ".join(f"{port.number} ({port.backup or 'unknown'})" for port in ports)
    return [*findings, _ok(partition, f"each migratable port has a backup that works: {backups}.")]


def _check_bond(partition: str, bond: Bond) -> Iterator[Finding]:
    preferred = bond.primary or bond.active
    others = [member for member in bond.members if member.name != preferred]
    if not bond.primary and len(bond.members) < 2:
        remedy = "Run hcnmgr -s in the partition, and look at the port with lshwres -r sriov --rsubtype logport."
        yield _error(partition, f"{bond.name} has no primary member; it has: {_names(bond)}.", remedy)
    elif not others:
        text = f"{bond.name} has no member beside {preferred}: hcnqrydev would answer busy (error 16)."
        yield _error(partition, text, "Add its backup device to the bond: hcnmgr -s in the partition.")
    elif not any(member.up for member in others):
        text = f"{bond.name} has no backup with a link ({_names(bond)}): nothing would carry the traffic meanwhile."
        yield _error(partition, text, "Bring the backup device up, and check its VLAN and Virtual I/O Server.")
    elif not bond.settled:
        wanted = f", not on its primary {bond.primary}" if bond.primary else ""
        text = f"{bond.name} is on {bond.active or 'no member'}{wanted}."
        yield _warning(partition, text, "Check the link of the port.")


def compare_bonds(
    partition: str, before: Sequence[Bond], after: Sequence[Bond], *, fewer_ports: bool = False
) -> list[Finding]:
    """Whether each bond is whole after the move, and on its primary again; the port itself may have a new name.

    Args:
        partition: For the findings.
        before, after: The bonds.
        fewer_ports: The move allows that not all ports are made again (``--migsriov 2``): then it is a warning when one
            is missing.
    """
    now = {bond.name: bond for bond in after}
    findings = []
    for old in before:
        new = now.get(old.name)
        if new is None:
            remedy = "Read /var/log/hcnmgr, and run hcnmgr -s in the partition."
            findings.append(_error(partition, f"{old.name} is gone after the move.", remedy))
        else:
            missing = len(new.members) < len(old.members)
            update = {"severity": Severity.WARNING} if fewer_ports and missing and new.active else {}
            findings += [finding.model_copy(update=update) for finding in _compare(partition, old, new)]
    names = ", ".join(f"{bond.name} on {bond.active}" for bond in after)
    return findings or [_ok(partition, f"every bond is whole and on its primary: {names}.")]


def _compare(partition: str, old: Bond, new: Bond) -> Iterator[Finding]:
    remedy = "Read /var/log/hcnmgr (hcncfgdrc), and look at the port on the target's console."
    down = [member.name for member in new.members if not member.up]
    if old.primary and not new.primary:
        yield _error(partition, f"{new.name} has no primary any more; it has: {_names(new) or 'no member'}.", remedy)
    elif len(new.members) < len(old.members):
        text = f"{new.name} had the members {_names(old)} and has {_names(new) or 'none'} now."
        yield _error(partition, text, remedy)
    elif down:
        yield _error(partition, f"{new.name}: {', '.join(down)} has no link after the move.", remedy)
    elif old.on_primary and not new.on_primary:
        yield _error(partition, f"{new.name} is on {new.active or 'no member'}, not on {new.primary}.", remedy)
    elif not old.primary and old.active and (not new.active or new.active in _backups(old)):
        text = f"{new.name} was on {old.active}, and is on {new.active or 'no member'} after the move."
        yield _error(partition, text, remedy)


def _backups(bond: Bond) -> set[str]:
    """The members that do not carry the traffic: only the port may have another name after a move."""
    return {member.name for member in bond.members} - {bond.active}


def carriers(before: BondLook, looks: Iterable[BondLook]) -> list[str]:
    """The backups that were seen to carry the traffic of a bond.

    A backup was a member before and is not the primary; in a bond without a primary it carries the traffic while a
    member is away.

    Args:
        before: The bond before the move.
        looks: The same bond during the move.
    """
    known = {member.split(" ")[0] for member in before.members}
    return sorted(
        {
            look.active
            for look in looks
            if look.active in known - {before.primary, look.primary}
            and (before.primary or len(look.members) < len(before.members))
        }
    )


def judge_looks(partition: str, before: Sequence[Bond], looks: Sequence[BondLook]) -> list[Finding]:
    """Whether the backup carried the traffic while the partition moved.

    Args:
        partition: For the findings.
        before: The bonds before the move.
        looks: What was seen during the move, each change once.
    """
    return [_judge_looks(partition, bond, [look for look in looks if look.bond == bond.name]) for bond in before]


def _judge_looks(partition: str, bond: Bond, looks: Sequence[BondLook]) -> Finding:
    backups = carriers(bond.look("before"), looks)
    if backups:
        return _ok(partition, f"{bond.name} was carried by {', '.join(backups)} during the move.")
    remedy = "Check the link and the Virtual I/O Server of the backup device."
    if looks:
        text = f"no member of {bond.name} carried the traffic while its port was away."
        return _error(partition, text, remedy)
    text = f"{bond.name} did not change during the move: its port was not taken away, or for too short to be seen."
    return _warning(partition, text, "Read /var/log/hcnmgr (hcnrmdev) in the partition.")


def judge_log(partition: str, lines: str) -> list[Finding]:
    """What ``/var/log/hcnmgr`` says of errors, in what was written since the move began."""
    findings = []
    for line in dict.fromkeys(lines.splitlines()):
        match = re.search(r"\[ERROR\]:?\s*(.*)", line)
        if match:
            code = re.search(r"error code (\d+)", match[1])
            meaning = ERRORS.get(int(code[1]), "its meaning is not known here") if code else "it has no code"
            text = f"{LOG} says: {match[1].strip()} ({meaning})."
            findings.append(_error(partition, text, f"Read {LOG} in the partition."))
    if not findings and lines.strip():
        findings.append(_ok(partition, f"{LOG} tells of no error."))
    return findings


def _names(bond: Bond) -> str:
    return ", ".join(f"{member.name} ({'up' if member.up else 'down'})" for member in bond.members)


def _error(subject: str, text: str, remedy: str) -> Finding:
    return Finding(severity=Severity.ERROR, check=CHECK, subject=subject, text=text, remedy=remedy)


def _warning(subject: str, text: str, remedy: str) -> Finding:
    return Finding(severity=Severity.WARNING, check=CHECK, subject=subject, text=text, remedy=remedy)


def _ok(subject: str, text: str) -> Finding:
    return Finding(severity=Severity.OK, check=CHECK, subject=subject, text=text)
