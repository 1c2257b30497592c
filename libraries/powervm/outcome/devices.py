"""What a move did to devices, as plain data: parts of the outcome record."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from powervm.outcome.part import Part


class Outage(Part):
    """How long a network did not answer while the partition moved, measured with ping from within it.

    Attributes:
        longest_gap: Seconds between two answers in a row, or up to the end when none came any more.
        gap_at: When the longest gap began, in seconds since the epoch by the clock of the partition.
    """

    interface: str
    peer: str
    interval: float = Field(description="Seconds between two pings.")
    sent: int
    received: int
    lost: int
    longest_gap: float | None = Field(description="Seconds; null when nothing answered at all.")
    gap_at: float | None
    limit: float = Field(description="Seconds that are fine.")


class BondLook(Part):
    """A bond, as it was seen at one moment of a move.

    Attributes:
        moment: There is one entry for each change that was seen during the move.
    """

    moment: Literal["before", "during", "after"]
    bond: str
    primary: str | None = Field(description="Null when the bond has no primary member at this moment.")
    active: str | None = Field(description="The member that carries the traffic; null when none does.")
    members: list[str] = Field(description="Each with its link: 'env7 up'.")


class BackingLook(Part):
    """A backing device of a vNIC before or after a move."""

    moment: Literal["before", "after"]
    slot: int
    host: str
    adapter: int
    port: int
    priority: int
    active: bool
    status: str
