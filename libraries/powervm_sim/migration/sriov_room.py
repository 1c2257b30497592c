"""Room for logical ports on the target while a plan is made: what is in use, and what the plan has taken so far."""

from __future__ import annotations

from powervm_sim.hsc import HscError
from powervm_sim.world.devices import Backing, LogicalPort, PhysicalPort
from powervm_sim.world.model import Server
from powervm_sim.world.usage import free_capacity, free_logical_port_ids, ports_on, used_capacity

_FULL = 100.0


class SriovRoom:
    """The SR-IOV adapters of a server.

    Args:
        server: The target.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._taken: dict[tuple[int, int], list[float]] = {}
        self._numbers: set[int] = set()

    def candidates(self, kind: str, label: str) -> list[tuple[int, PhysicalPort]]:
        """Adapter ids and ports of a kind with a link first; a label has to be the same."""
        found = [
            (adapter.number, port)
            for adapter in self._server.devices.sriov
            if adapter.number is not None
            for port in adapter.ports
            if port.kind == kind and label in ("", port.label)
        ]
        return sorted(found, key=lambda entry: not entry[1].up)

    def fits(self, adapter: int, port: PhysicalPort, capacity: float) -> bool:
        """Whether a logical port of this capacity can be made there."""
        planned = self._taken.get((adapter, port.number), [])
        return (
            capacity + sum(planned) <= free_capacity(self._server, adapter, port.number)
            and len(ports_on(self._server, adapter, port.number)) + len(planned) < port.maximum
            and bool(self._free_numbers(adapter))
        )

    def take(self, adapter: int, port: PhysicalPort, capacity: float) -> int:
        """Reserve it in the plan; the id of the logical port."""
        self._taken.setdefault((adapter, port.number), []).append(capacity)
        number = self._free_numbers(adapter)[0]
        self._numbers.add(number)
        return number

    def misfit(self, adapter: int, port: PhysicalPort, capacity: float) -> HscError | None:
        """What is wrong with a capacity that the user wants there."""
        if not port.granularity <= capacity <= _FULL:
            text = f"capacity {capacity} is outside the valid range {port.granularity} to {_FULL}."
            return HscError("HSCL1295", text)
        if not float(round(capacity / port.granularity, 6)).is_integer():
            text = f"The capacity specified for the logical port with configuration ID 0 is {capacity}. This is not a"
            text += " multiple of the capacity granularity of the specified protocol of this physical port which is"
            return HscError("HSCL1294", f"{text} {port.granularity}.")
        if not self.fits(adapter, port, capacity):
            used = used_capacity(self._server, adapter, port.number)
            used = round(used + sum(self._taken.get((adapter, port.number), [])), 2)
            return HscError("HSCL1293", f"total capacity would exceed {_FULL}; current capacity is {used}.")
        return None

    def _free_numbers(self, adapter: int) -> list[int]:
        free = free_logical_port_ids(self._server, adapter)
        return [number for number in free if number not in self._numbers]


def kind_and_label(server: Server, port: Backing | LogicalPort) -> tuple[str, str]:
    """What the physical port of a logical port is, and so has to be its port on the target."""
    physical = server.devices.port(port.adapter, port.port)
    return (physical.kind, physical.label) if physical is not None else ("eth", "")


def rounded_up(capacity: float, granularity: float) -> float:
    """The smallest capacity of a port that is not less."""
    steps = -(-round(capacity / granularity, 6) // 1)
    return min(_FULL, round(steps * granularity, 2))
