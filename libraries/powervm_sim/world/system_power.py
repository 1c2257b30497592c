"""Switching whole managed systems on and off."""

from __future__ import annotations

from powervm_sim import hsc
from powervm_sim.world.model import NOT_ACTIVATED, Server
from powervm_sim.world.refcodes import SYSTEM_OFF, SYSTEM_ON, SYSTEM_READY
from powervm_sim.world.state import World

POWER_OFF, STANDBY, OPERATING = "Power Off", "Standby", "Operating"
_ON, _GOING_OFF = "Initializing", "Power Off In Progress"
_BAD = ("Recovery", "Incomplete", "Error")


class SystemPower:
    """The power of the managed systems of a world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def switch_on(self, server: Server, *, standby: bool) -> None:
        """It is Operating (or in Standby) some time later. Raises HscError (HSCLAF61) unless it is off or stands by."""
        allowed = (POWER_OFF,) if standby else (POWER_OFF, STANDBY)
        if server.state not in allowed:
            raise _wrong_state(server)
        server.state = _ON
        self._tell(server)
        self._world.start(self._on(server, STANDBY if standby else OPERATING))

    def switch_off(self, server: Server) -> None:
        """It is off some time later. Raises HscError: HSCL0831 partitions are on, HSCLAF61 it is not on."""
        if server.state not in (OPERATING, STANDBY):
            raise _wrong_state(server)
        running = [place.name for place in server.placements.values() if place.state != NOT_ACTIVATED]
        if running:
            text = "The managed system cannot be powered off because these partitions are not powered off"
            raise hsc.HscError("HSCL0831", f"{text}: {', '.join(running)}. Shut them down and try the operation again.")
        server.state = _GOING_OFF
        self._tell(server)
        self._world.start(self._off(server))

    def recover(self, server: Server) -> None:
        """Write the partition data to the system again. Raises HscError (HSCLAF61) when nothing is wrong with it."""
        if server.state not in _BAD:
            raise _wrong_state(server)
        server.state = OPERATING
        self._tell(server)

    def rebuild(self, server: Server) -> None:
        """The console reads everything anew: nothing that it shows is stale."""
        for placement in server.placements.values():
            placement.partition.rmc.stale = False

    async def _on(self, server: Server, state: str) -> None:
        server.refcodes.show(*SYSTEM_ON)
        await self._world.pace.long(self._world.settings.durations.system_power)
        server.refcodes.show(SYSTEM_READY)
        server.state = state
        self._tell(server)

    async def _off(self, server: Server) -> None:
        server.refcodes.show(SYSTEM_OFF[0])
        await self._world.pace.long(self._world.settings.durations.system_power)
        server.refcodes.show(*SYSTEM_OFF[1:])
        server.state = POWER_OFF
        self._tell(server)

    def _tell(self, server: Server) -> None:
        self._world.history.add("system", server=server.name, state=server.state)


def _wrong_state(server: Server) -> hsc.HscError:
    text = f"This operation is not allowed when the managed system {server.name} is in the {server.state} state."
    return hsc.HscError("HSCLAF61", text)
