"""Tables of what a move did to devices."""

from __future__ import annotations

from mobility_keywords.tables import table
from powervm.outcome import Outcome


def device_tables(outcome: Outcome) -> list[str]:
    """Mappings, outage, backing devices and bonds, as far as the move was about them."""
    parts = []
    if outcome.mappings:
        rows = [(name, entry) for name, entries in outcome.mappings.items() for entry in entries]
        parts.append(table(("what migrlpar was told", "entry"), rows))
    if outcome.outage:
        found = outcome.outage
        gap = "never answered" if found.longest_gap is None else f"{found.longest_gap:.2f} s (fine: {found.limit:g} s)"
        row = (found.interface, found.peer, gap, f"{found.lost} of {found.sent}")
        parts.append(table(("interface", "peer", "longest time without an answer", "lost pings"), [row]))
    if outcome.backing_devices:
        devices = [
            (item.moment, str(item.slot), f"{item.host} adapter {item.adapter} port {item.port}", item.status,
             "active" if item.active else "")
            for item in outcome.backing_devices
        ]  # fmt: skip
        parts.append(table(("moment", "vNIC in slot", "backing device", "state", ""), devices))
    if outcome.bonds:
        looks = [(item.moment, item.bond, item.active, ", ".join(item.members)) for item in outcome.bonds]
        parts.append(table(("moment", "bond", "traffic on", "members"), looks))
    return parts
