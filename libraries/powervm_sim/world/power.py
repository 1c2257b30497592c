"""Switching partitions on and off."""

from __future__ import annotations

from powervm_sim import hsc
from powervm_sim.world.dlpar import noticing_failovers
from powervm_sim.world.hardware import hardware_of
from powervm_sim.world.model import (
    ERROR,
    NOT_ACTIVATED,
    OPEN_FIRMWARE,
    RUNNING,
    SHUTTING_DOWN,
    STARTING,
    Partition,
    Placement,
    Profile,
    pool_room,
)
from powervm_sim.world.profile_devices import apply_devices, check_devices
from powervm_sim.world.refcodes import IN_FIRMWARE, LINUX, NOTHING_TO_BOOT, POWER_OFF, SMS_MENU
from powervm_sim.world.state import World

_FIRMWARE_MODES = {"sms": SMS_MENU, "of": IN_FIRMWARE}
_ALSO_OF_PARTITIONS = ("auto_start", "redundant_err_path_reporting", "work_group_id")


class Power:
    """The power of all partitions of a world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._turns: dict[Partition, int] = {}

    def activate(self, placement: Placement, profile: str | None, boot_mode: str | None = None) -> None:
        """Switch a partition on; it is up later.

        Args:
            placement: The partition.
            profile: The profile to use; None for the current configuration.
            boot_mode: ``norm`` boots the operating system, ``sms`` and ``of`` stay in Open Firmware; None for that of
                the profile.

        Raises:
            HscError: HSCL3681 not in state Not Activated, HSCL3680 never activated, HSCL03EC, HSCL03FA or
                HSCLAF3A no resources.
        """
        partition = placement.partition
        if placement.state != NOT_ACTIVATED:
            number = placement.lpar_id
            text = f"Partition {number} cannot be activated since it is not in the Not Activated state."
            raise hsc.HscError("HSCL3681", text)
        chosen = self._profile(partition, profile)
        if chosen is not None:
            check_devices(placement, chosen)
        _check_room(placement, chosen)
        if chosen is not None:
            _apply(placement, chosen)
        wish = partition.desired_mode
        best = placement.server.generation.best_mode(placement.server.firmware)
        partition.current_mode = best if wish == "default" else wish
        partition.configured = True
        if "pend_secure_boot" in partition.settings:
            partition.settings["curr_secure_boot"] = partition.settings["pend_secure_boot"]
        partition.boot_mode = boot_mode or (chosen.settings.get("boot_mode") if chosen else None) or "norm"
        partition.refcodes.show(IN_FIRMWARE)
        placement.state = STARTING
        self._world.history.add("power", partition=partition.name, server=placement.server.name, state=STARTING)
        self._world.start(self._start(placement, self._turn(partition)))

    def shut_down(self, placement: Placement, *, orderly: bool, restart: bool, slow: bool | None = None) -> None:
        """Switch a partition off; an orderly end takes its time, others do so when they are ``slow``.

        A quick one puts an end to what takes its time.

        Raises:
            HscError: HSCL1558 it is off, HSCL05DF it is migrating, HSCL0DB4 orderly without RMC.
        """
        if placement.state == NOT_ACTIVATED:
            text = f"Partition {placement.lpar_id} cannot be shut down since it is in the Not Activated state."
            raise hsc.HscError("HSCL1558", text)
        slow = orderly if slow is None else slow
        hard = (STARTING, OPEN_FIRMWARE, ERROR) if not orderly else ()
        hanging = (SHUTTING_DOWN,) if not (orderly or slow) else ()
        if placement.migrating or placement.state not in (RUNNING, *hard, *hanging):
            raise hsc.wrong_state()
        if orderly and placement.rmc_state != "active":
            raise hsc.osshutdown_failed(placement.name)
        placement.state = SHUTTING_DOWN
        self._world.start(self._end(placement, self._turn(placement.partition), slow=slow, restart=restart))

    def ended_by_itself(self, partition: Partition, restart: bool) -> None:
        """The operating system has shut itself down."""
        placement = self._world.home(partition)
        if placement.running and not placement.migrating:
            placement.state = SHUTTING_DOWN
            self._world.start(self._end(placement, self._turn(partition), slow=False, restart=restart))

    def _turn(self, partition: Partition) -> int:
        """A number for what begins now: whatever began before it is given up."""
        self._turns[partition] = turn = self._turns.get(partition, 0) + 1
        return turn

    def _profile(self, partition: Partition, name: str | None) -> Profile | None:
        if name is None:
            if not partition.configured:
                text = f"Partition {partition.name} was never activated: its current configuration has no resources."
                raise hsc.HscError("HSCL3680", text)
            return None
        if name not in partition.profiles:
            raise hsc.HscError("HSCLAF01", f"The profile {name} was not found for partition {partition.name}.")
        return partition.profiles[name]

    async def _start(self, placement: Placement, turn: int) -> None:
        durations = self._world.settings.durations
        await self._world.pace.long(durations.activation)
        partition = placement.partition
        if placement.state != STARTING or self._turns[partition] != turn:
            return
        if partition.boot_mode in _FIRMWARE_MODES or not (partition.guest or partition.is_vios):
            partition.refcodes.show(_FIRMWARE_MODES.get(partition.boot_mode, NOTHING_TO_BOOT))
            placement.state = OPEN_FIRMWARE
            return
        with noticing_failovers(placement.server):
            placement.state = RUNNING
        await self._world.pace.long(durations.boot)
        if placement.state != RUNNING or self._turns[partition] != turn:
            return
        if partition.guest is not None and partition.guest.running:
            return
        if partition.guest is not None:
            partition.guest.boot(hardware_of(placement))
        partition.rmc.reconnect(self._world.pace.real_seconds(durations.rmc_return))
        partition.refcodes.show("" if partition.is_vios else LINUX)  # AIX clears the panel
        partition.power_changed(True)
        self._world.history.add("power", partition=partition.name, server=placement.server.name, state=RUNNING)

    async def _end(self, placement: Placement, turn: int, *, slow: bool, restart: bool) -> None:
        if slow:
            await self._world.pace.long(self._world.settings.durations.shutdown)
        partition = placement.partition
        if self._turns[partition] != turn:
            return
        if partition.guest is not None:
            partition.guest.stop()
        partition.power_changed(False)
        partition.refcodes.show(*POWER_OFF)
        with noticing_failovers(placement.server):
            placement.state = NOT_ACTIVATED
        self._world.history.add("power", partition=partition.name, server=placement.server.name, state=NOT_ACTIVATED)
        if restart:
            self.activate(placement, None)


def _check_room(placement: Placement, profile: Profile | None) -> None:
    """Raises HscError: no memory, huge pages or processors for a profile, or for the current configuration."""
    server, wanted = placement.server, profile or placement.partition
    if wanted.memory.desired > server.free_memory:
        text = f"There is not enough memory: Obtained:  {server.free_memory}, Required:  "
        end = ".  Check that there is enough memory available to activate the partition."
        raise hsc.HscError("HSCL03EC", f"{text}{int(wanted.memory.desired)}{end}")
    if wanted.huge_pages > server.free_huge_pages:
        text = f"There are not enough huge pages available: Obtained: {server.free_huge_pages}, Required: "
        raise hsc.HscError("HSCLAF3A", f"{text}{wanted.huge_pages}")
    pool = profile.pool if profile is not None and profile.pool in server.devices.pools else placement.pool
    needed = wanted.units.desired if wanted.units else wanted.processors.desired
    room = pool_room(server, pool) if wanted.units else server.free_units
    if needed > room:
        text = f"There are not enough processing units available: Obtained: {room}, Required: {needed}"
        raise hsc.HscError("HSCL03FA", text)


def _apply(placement: Placement, profile: Profile) -> None:
    partition = placement.partition
    partition.memory = profile.memory
    partition.processors = profile.processors
    partition.units = profile.units
    partition.sharing = profile.sharing
    partition.huge_pages = profile.huge_pages
    if profile.pool in placement.server.devices.pools:
        placement.pool = profile.pool
    partition.desired_mode = profile.compat_mode
    partition.current_profile = profile.name
    if "max_virtual_slots" in profile.settings:
        partition.max_virtual_slots = int(profile.settings["max_virtual_slots"])
    partition.settings |= {name: profile.settings[name] for name in _ALSO_OF_PARTITIONS if name in profile.settings}
    apply_devices(placement, profile)
