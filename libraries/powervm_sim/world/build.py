"""Makes the live world from a world file."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from powervm_sim.faults.effects import bind_effects
from powervm_sim.guest.interface import Firmware, Guest
from powervm_sim.world.accounts import Account, Lockout
from powervm_sim.world.console_files import console_tree
from powervm_sim.world.consoles import Console, ServiceEvent
from powervm_sim.world.device_build import (
    add_devices,
    devices_of,
    settle_vios,
    shared_adapter_entries,
    storage_of,
    trunks,
)
from powervm_sim.world.file import (
    ConsoleEntry,
    PartitionEntry,
    ServerEntry,
    VirtualIOServerEntry,
    WorldFile,
)
from powervm_sim.world.generations import GENERATIONS
from powervm_sim.world.hardware import hardware_of
from powervm_sim.world.history import History
from powervm_sim.world.migration_data import arrived, keep_debug_data
from powervm_sim.world.model import (
    NOT_ACTIVATED,
    RUNNING,
    Amount,
    Ethernet,
    Partition,
    Placement,
    Profile,
    Server,
    Sharing,
    VirtualIOServerFacts,
)
from powervm_sim.world.naming import ethernet_mac
from powervm_sim.world.neighbours import neighbour
from powervm_sim.world.pace import Pace
from powervm_sim.world.power import Power
from powervm_sim.world.refcodes import LINUX
from powervm_sim.world.rmc import Rmc
from powervm_sim.world.state import Settings, World
from powervm_sim.world.users import ConsoleUser

GuestFactory = Callable[[str, PartitionEntry, Firmware, int], Guest]
"""Makes the operating system of a partition from its name, its entry, what it may do to the world, and a seed."""


@dataclass(frozen=True)
class Lab:
    """A world and those who act in it."""

    world: World
    power: Power


def build(file: WorldFile, pace: Pace, guest_factory: GuestFactory, passwords: Mapping[str, str]) -> Lab:
    """The world as it is at the start: everything that is to run is up.

    Args:
        file: What is to be there.
        pace: The speed of long things.
        guest_factory: Makes operating systems.
        passwords: By endpoint name.
    """
    return _Builder(file, pace, guest_factory, passwords).build()


class _Builder:
    def __init__(self, file: WorldFile, pace: Pace, guest_factory: GuestFactory, passwords: Mapping[str, str]) -> None:
        self._file = file
        self._guest_factory = guest_factory
        self._passwords = passwords
        settings = Settings(file.latency, file.durations, file.transfer, file.blackout, file.prefixed)
        self._world = World(file.name, file.seed, pace, settings, History(pace.now))
        self._power = Power(self._world)

    def build(self) -> Lab:
        for name, console in self._file.consoles.items():
            self._world.consoles[name] = self._console(name, console)
        for name, server in self._file.servers.items():
            self._world.servers[name] = self._server(name, server)
        for name, partition in self._file.partitions.items():
            self._place(name, partition)
        self._world.completed.append(arrived)
        self._world.failed.append(partial(keep_debug_data, self._world.history))
        bind_effects(self._world)
        for rule in self._file.faults:
            self._world.faults.add(rule)
        return Lab(self._world, self._power)

    def _account(self, name: str, user: str, lockout: Lockout | None = None) -> Account:
        return Account(user, self._passwords.get(name, ""), lockout=lockout, now=self._world.pace.now)

    def _console(self, name: str, entry: ConsoleEntry) -> Console:
        users = self._users(name, entry)
        return Console(
            name=name,
            address=entry.address,
            served_address=entry.serve,
            type_model=entry.type_model,
            serial=entry.serial,
            version=entry.version,
            release=entry.release,
            service_pack=entry.service_pack,
            build=entry.build,
            fixes=entry.fixes,
            sessions=entry.sessions,
            account=users[entry.user].account,
            down=entry.down,
            users=users,
            files=console_tree(users),
            booted=time.time() - self._world.random(f"uptime/{name}").randint(1, 60) * 86_400,
            service_events=tuple(
                ServiceEvent(
                    number, event.refcode, event.text, event.status, event.system, time.time() - event.hours_ago * 3600
                )
                for number, event in enumerate(entry.service_events, 1)
            ),
        )

    def _users(self, name: str, entry: ConsoleEntry) -> dict[str, ConsoleUser]:
        lockout = Lockout(entry.lockout.failures, entry.lockout.seconds)
        first = ConsoleUser(self._account(name, entry.user, lockout), description="HMC Super User")
        users = {entry.user: first}
        for user, wanted in entry.users.items():
            account = self._account(name, user, lockout)
            account.password = self._passwords.get(f"{name}/{user}", account.password)
            users[user] = ConsoleUser(account, wanted.role, wanted.description, wanted.systems, wanted.pwage)
        return users

    def _server(self, name: str, entry: ServerEntry) -> Server:
        server = Server(
            name=name,
            console=self._world.consoles[entry.console],
            type_model=entry.type_model,
            serial=entry.serial,
            generation=GENERATIONS[entry.generation],
            firmware=entry.firmware,
            state=entry.state,
            memory=entry.memory,
            lmb=entry.lmb,
            processors=entry.processors,
            capable=entry.capable,
            migration_limit=entry.migrations,
            uuid=self._uuid(name).lower(),
            affinity_scores=entry.affinity_scores,
        )
        server.devices = devices_of(self._world, server, entry)
        for index, (vios_name, vios) in enumerate(entry.virtual_io_servers.items()):
            partition = self._virtual_io_server(vios_name, vios, entry, priority=index + 1)
            self._world.partitions[vios_name] = partition
            placement = Placement(partition, server, vios.id, RUNNING)
            server.add(placement)
            settle_vios(self._world, placement, vios)
        return server

    def _virtual_io_server(
        self, name: str, entry: VirtualIOServerEntry, server: ServerEntry, *, priority: int
    ) -> Partition:
        memory, processors, units = _amount(entry.memory), _amount(1, most=4), _amount(entry.units)
        ethernet, shared = trunks(self._world, name, shared_adapter_entries(server, entry), priority)
        ready = entry.rmc != "dead"
        partition = Partition(
            name=name,
            uuid=self._uuid(name),
            address=entry.address,
            account=self._account(name, entry.user),
            memory=memory,
            processors=processors,
            units=units,
            desired_mode="default",
            profiles={"default_profile": Profile("default_profile", memory, processors, units, "default")},
            default_profile="default_profile",
            current_profile="default_profile",
            ethernet=ethernet,
            rmc=Rmc(lambda: ready, self._world.pace.now),
            msp=entry.msp,
            vios=VirtualIOServerFacts(entry.level, frozenset(entry.storage), shared_adapters=shared),
            down=entry.down,
            served_address=entry.serve,
        )
        _disturb(partition.rmc, entry.rmc)
        partition.rmc.reconnect(0)
        return partition

    def _place(self, name: str, entry: PartitionEntry) -> None:
        server = self._world.servers[entry.server]
        partition = self._partition(name, entry)
        self._world.partitions[name] = partition
        state = (entry.state or RUNNING) if entry.activated else NOT_ACTIVATED
        storage = tuple(storage_of(self._world, name, server, adapter) for adapter in entry.storage)
        placement = Placement(partition, server, entry.id, state, storage)
        server.add(placement)
        add_devices(self._world, placement, entry)
        if entry.activated or entry.configured:
            partition.current_profile = entry.profile
            best = server.generation.best_mode(server.firmware)
            partition.current_mode = best if entry.compat_mode == "default" else entry.compat_mode
        partition.refcodes.show(*entry.refcodes)
        if state == RUNNING and partition.guest is not None:
            partition.guest.boot(hardware_of(placement))
            partition.rmc.reconnect(0)
            partition.refcodes.show(LINUX)

    def _partition(self, name: str, entry: PartitionEntry) -> Partition:
        memory = _amount(entry.memory)
        processors = _amount(entry.processors, most=entry.processors * 2)
        units = _amount(entry.units, least=0.1) if entry.units else None
        mode = entry.compat_mode
        sharing = Sharing("cap" if entry.capped else "uncap", entry.weight) if units else Sharing("keep_idle_procs", 0)
        profile = Profile(
            entry.profile,
            memory,
            processors,
            units,
            mode,
            sharing=sharing,
            pool=entry.processor_pool,
            huge_pages=entry.huge_pages,
        )
        partition = Partition(
            name=name,
            uuid=self._uuid(name),
            address=entry.address,
            account=self._account(name, entry.user),
            memory=memory,
            processors=processors,
            units=units,
            desired_mode=mode,
            profiles={entry.profile: profile},
            default_profile=entry.profile,
            ethernet=tuple(
                Ethernet(
                    adapter.slot,
                    adapter.vlan,
                    ethernet_mac(self._world, name, adapter.slot),
                    adapter.vswitch,
                    additional=adapter.additional_vlans,
                )
                for adapter in entry.ethernet
            ),
            rmc=Rmc(lambda: partition.guest is not None and partition.guest.rmc_ready, self._world.pace.now),
            distribution=entry.distribution,
            configured=entry.configured or entry.activated,
            migration_disabled=entry.migration_disabled,
            dirty_rate=entry.dirty_rate,
            down=entry.down,
            served_address=entry.serve,
            sharing=sharing,
            huge_pages=entry.huge_pages,
            max_virtual_slots=entry.max_virtual_slots,
        )
        _disturb(partition.rmc, entry.rmc)
        firmware = Firmware(
            rmc_changed=lambda: partition.rmc.changed(
                self._world.pace.real_seconds(self._world.settings.durations.rmc_return)
            ),
            power_off=lambda restart: self._power.ended_by_itself(partition, restart),
            neighbour=lambda other: neighbour(self._world, other),
            long=self._world.pace.long,
        )
        seed = self._world.random(f"guest/{name}").getrandbits(32)
        partition.guest = self._guest_factory(name, entry, firmware, seed)
        return partition

    def _uuid(self, name: str) -> str:
        number = self._world.random(f"uuid/{name}").getrandbits(128)
        return str(uuid.UUID(int=number, version=4)).upper()


def _disturb(rmc: Rmc, behaviour: str) -> None:
    rmc.blocked = behaviour == "firewall"
    rmc.stale = behaviour == "stale"


def _amount(desired: float, *, least: float | None = None, most: float | None = None) -> Amount:
    minimum = desired / 2 if least is None else least
    if isinstance(desired, int):
        minimum = max(1, int(minimum))
    return Amount(minimum, desired, desired * 2 if most is None else most)
