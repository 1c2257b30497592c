"""Kinds of faults that happen to machines."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from powervm_sim.faults.rule import (
    CONSOLE,
    PARTITION,
    VIOS,
    LastingRule,
    Occasion,
    Pattern,
    Rule,
    Text,
    named,
)

_MACHINES = frozenset({CONSOLE, VIOS, PARTITION})
_HOSTS = frozenset({VIOS, PARTITION})


class EndpointResets(Rule):
    """New connections are accepted and reset at once; those that are there stay.

    Attributes:
        endpoint: Name or pattern of the machines.
    """

    needs: ClassVar[dict[str, frozenset[str]]] = {"endpoint": _MACHINES}

    kind: Literal["endpoint-resets"]
    endpoint: Pattern

    def is_about(self, occasion: Occasion) -> bool:
        """A new connection."""
        plain = not occasion.command and occasion.phase is None
        return plain and named(self.endpoint, occasion.endpoint)


class EndpointDown(LastingRule):
    """The machine is gone: connections break, new ones get no answer, and there is no RMC."""

    kind: Literal["endpoint-down"]


class EndpointRefuses(LastingRule):
    """New connections are refused; those that are there stay."""

    kind: Literal["endpoint-refuses"]


class EndpointFrozen(LastingRule):
    """Nothing answers any more, on old and new connections; TCP stays up."""

    kind: Literal["endpoint-frozen"]


class _GuestRule(LastingRule):
    """Something in a Linux partition; a phase is that of its own migration when no other partition is stated."""

    needs: ClassVar[dict[str, frozenset[str]]] = {**LastingRule.needs, "endpoint": frozenset({PARTITION})}

    @property
    def whose(self) -> str:
        """Its own."""
        return self.partition or self.endpoint


class AccountLocked(LastingRule):
    """The user of a console is locked, as after too many wrong passwords."""

    needs: ClassVar[dict[str, frozenset[str]]] = {**LastingRule.needs, "endpoint": frozenset({CONSOLE})}

    kind: Literal["account-locked"]


class TrustLost(LastingRule):
    """The keys that a console has exchanged with other consoles are gone; ``mkauthkeys`` brings them back.

    Attributes:
        other: Only those for this console (name or pattern).
    """

    needs: ClassVar[dict[str, frozenset[str]]] = {
        **LastingRule.needs,
        "endpoint": frozenset({CONSOLE}),
        "other": frozenset({CONSOLE}),
    }

    kind: Literal["trust-lost"]
    other: Pattern = "*"


class RmcDown(LastingRule):
    """A partition or Virtual I/O Server has no RMC connection, whatever is repaired in it."""

    needs: ClassVar[dict[str, frozenset[str]]] = {**LastingRule.needs, "endpoint": _HOSTS}

    kind: Literal["rmc-down"]


class MoverOff(LastingRule):
    """A Virtual I/O Server is no mover service partition any more; ``chsyscfg ... msp=1`` makes it one again."""

    needs: ClassVar[dict[str, frozenset[str]]] = {**LastingRule.needs, "endpoint": frozenset({VIOS})}

    kind: Literal["mover-off"]


class DiskFull(LastingRule):
    """No file can grow; what is removed makes room again."""

    needs: ClassVar[dict[str, frozenset[str]]] = {**LastingRule.needs, "endpoint": _HOSTS}

    kind: Literal["disk-full"]


class StressDies(_GuestRule):
    """Every stress-ng that runs in a partition ends at once, since stressors have failed.

    Attributes:
        status: Its exit status, for example 2.
    """

    kind: Literal["stress-ng-dies"]
    status: int = Field(default=2, ge=1, le=255)


class PathLost(_GuestRule):
    """A path to a disk fails in a partition and stays so, also over a move.

    Attributes:
        path: For example ``sda``, ``0:0:1:0``, ``8:16``, or the unit address ``30000003`` of its adapter.
    """

    kind: Literal["path-lost"]
    path: Text


class LinkLost(_GuestRule):
    """A network interface of a partition, perhaps a member of a bond, has no link any more.

    Attributes:
        interface: For example ``env2``.
    """

    kind: Literal["link-lost"]
    interface: Text


class PortNotFound(_GuestRule):
    """A migratable port that comes to a partition does not get into its bond: ``hcncfgdrc`` does not find its device.

    ``/var/log/hcnmgr`` tells of error 19. ``hcnmgr -s`` puts it right.
    """

    kind: Literal["port-not-found"]
