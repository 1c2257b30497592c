"""Gathers what the checks before a migration need to know, all machines at the same time."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from powervm.console import (
    ConsoleLevel,
    ManagedSystem,
    ManagementConsole,
    MemoryUse,
    MigrationLimits,
    PartitionMemory,
    PartitionProcessors,
    PartitionStatus,
    ProcessorUse,
)
from powervm.outcome import Finding, Side
from powervm.partition import Identity, Subsystem
from powervm.plan import MovePlan
from powervm.preflight.devices import DeviceFacts, DeviceQuestions
from powervm.preflight.inquiry import Inquiry, Slot
from powervm.session import LabSession
from powervm.waiting import Deadline


@dataclass(frozen=True)
class ServerFacts:
    """What its console says of one server; None for what it did not answer."""

    side: Side
    system: ManagedSystem | None = None
    partitions: tuple[PartitionStatus, ...] | None = None
    limits: MigrationLimits | None = None
    memory: MemoryUse | None = None
    processors: ProcessorUse | None = None

    def partition(self, name: str) -> PartitionStatus | None:
        """The partition of that name, if the server has it."""
        return next((item for item in self.partitions or () if item.name == name), None)

    @property
    def virtual_io_servers(self) -> list[PartitionStatus]:
        """Its Virtual I/O Servers."""
        return [item for item in self.partitions or () if item.is_virtual_io_server]


@dataclass(frozen=True)
class GuestFacts:
    """What the partition says of itself; None for what it did not answer."""

    identity: Identity
    missing_packages: list[str] | None = None
    subsystems: list[Subsystem] | None = None
    firewall_active: bool | None = None


@dataclass(frozen=True)
class Facts:
    """Everything that the checks look at.

    Attributes:
        partition: The partition's name on the consoles.
        guest: None when it was not asked (inactive) or not reached.
        memory, processors: The partition's share; None when the source does not have it.
        elsewhere: A server of the lab that has the partition, when the source has not.
        trust: By direction (from console, to console) whether the consoles trust each other.
        levels: By endpoint name, the level of every console and Virtual I/O Server that was reached.
        failures: Findings for endpoints that could not be reached and questions that failed.
        devices: What the move is about beside the partition itself.
    """

    partition: str
    source: ServerFacts
    target: ServerFacts
    guest: GuestFacts | None = None
    memory: PartitionMemory | None = None
    processors: PartitionProcessors | None = None
    elsewhere: str | None = None
    trust: dict[tuple[str, str], bool] = field(default_factory=dict)
    levels: dict[str, str] = field(default_factory=dict)
    failures: tuple[Finding, ...] = ()
    devices: DeviceFacts = field(default_factory=DeviceFacts)


def gather(session: LabSession, plan: MovePlan, deadline: Deadline) -> Facts:
    """Reach every endpoint of the move, then ask all that can be reached.

    Nothing is raised: what does not answer is among the failures.
    """
    inquiry = Inquiry()
    consoles = {side.console: session.console(side.console) for side in plan.sides}
    levels: dict[str, Slot[ConsoleLevel] | Slot[str]] = {
        name: inquiry.ask("reachable", name, partial(console.level, deadline)) for name, console in consoles.items()
    }
    for name in (name for side in plan.sides for name in session.lab.virtual_io_server_endpoints(side.server)):
        server = session.virtual_io_server(name)
        levels[name] = inquiry.ask("reachable", name, partial(server.level, deadline))
    identity = Slot[Identity]()
    if plan.active:
        inside = partial(_identity, session, plan.move.partition, deadline)
        identity = inquiry.ask("reachable", plan.move.partition, inside)
    inquiry.run()

    reached = {name: console for name, console in consoles.items() if levels[name].value}
    source = _ServerQuestions(inquiry, plan.source, reached.get(plan.source.console), deadline)
    target = _ServerQuestions(inquiry, plan.target, reached.get(plan.target.console), deadline)
    trust = _ask_trust(inquiry, plan, reached, deadline)
    packages, subsystems, firewall = Slot[list[str]](), Slot[list[Subsystem]](), Slot[bool | None]()
    if identity.value:
        name, guest = plan.move.partition, session.partition(plan.move.partition)
        packages = inquiry.ask("packages", name, partial(guest.missing_packages, deadline=deadline))
        subsystems = inquiry.ask("RMC subsystems", name, partial(guest.subsystems, deadline))
        firewall = inquiry.ask("firewall", name, partial(guest.firewall_active, deadline), needed=False)
    devices = DeviceQuestions(inquiry, session, plan, reached, deadline)
    devices.ask(guest=identity.value is not None)
    inquiry.run()

    memory, processors = Slot[PartitionMemory](), Slot[PartitionProcessors]()
    elsewhere: dict[str, Slot[PartitionStatus | None]] = {}
    source_facts = source.facts()
    if source_facts.partition(plan.partition):
        console, system = consoles[plan.source.console], plan.source.system
        ask_memory = partial(console.partition_memory, system, plan.partition, deadline)
        memory = inquiry.ask("memory", console.name, ask_memory, needed=False)
        ask_processors = partial(console.partition_processors, system, plan.partition, deadline)
        processors = inquiry.ask("processing units", console.name, ask_processors, needed=False)
    elif source_facts.partitions is not None:
        elsewhere = _look_elsewhere(inquiry, session, plan, reached, deadline)
    devices.ask_servers()
    inquiry.run()

    target_facts = target.facts()
    device_facts = devices.facts(target_facts.partitions or ())
    return Facts(
        partition=plan.partition,
        source=source_facts,
        target=target_facts,
        guest=GuestFacts(identity.value, packages.value, subsystems.value, firewall.value) if identity.value else None,
        memory=memory.value,
        processors=processors.value,
        elsewhere=next((server for server, slot in elsewhere.items() if slot.value), None),
        trust={direction: slot.value for direction, slot in trust.items() if slot.value is not None},
        levels={name: str(slot.value) for name, slot in levels.items() if slot.value},
        failures=tuple(inquiry.failures),
        devices=device_facts,
    )


class _ServerQuestions:
    """The questions about one server to its console; none when the console was not reached."""

    def __init__(self, inquiry: Inquiry, side: Side, console: ManagementConsole | None, deadline: Deadline) -> None:
        self._side = side
        self._system = Slot[ManagedSystem]()
        self._partitions = Slot[list[PartitionStatus]]()
        self._limits = Slot[MigrationLimits]()
        self._memory = Slot[MemoryUse]()
        self._processors = Slot[ProcessorUse]()
        if console is None:
            return
        name, system = console.name, side.system
        self._system = inquiry.ask("managed system", name, partial(console.system, system, deadline))
        self._partitions = inquiry.ask("partitions", name, partial(console.partitions, system, deadline))
        self._limits = inquiry.ask(
            "migration slots", name, partial(console.migration_limits, system, deadline), needed=False
        )
        self._memory = inquiry.ask("memory", name, partial(console.memory, system, deadline), needed=False)
        self._processors = inquiry.ask(
            "processing units", name, partial(console.processors, system, deadline), needed=False
        )

    def facts(self) -> ServerFacts:
        """The answers, after the inquiry was run."""
        return ServerFacts(
            side=self._side,
            system=self._system.value,
            partitions=None if self._partitions.value is None else tuple(self._partitions.value),
            limits=self._limits.value,
            memory=self._memory.value,
            processors=self._processors.value,
        )


def _identity(session: LabSession, partition: str, deadline: Deadline) -> Identity:
    return session.partition(partition).identity(deadline)


def _ask_trust(
    inquiry: Inquiry, plan: MovePlan, reached: dict[str, ManagementConsole], deadline: Deadline
) -> dict[tuple[str, str], Slot[bool]]:
    asked = {}
    for here, there, route in (
        (plan.source.console, plan.target.console, plan.route),
        (plan.target.console, plan.source.console, plan.route_back),
    ):
        if route and here in reached and there in reached:
            question = partial(reached[here].trusts, route.address, route.user, deadline)
            asked[here, there] = inquiry.ask("trust between consoles", here, question)
    return asked


def _look_elsewhere(
    inquiry: Inquiry, session: LabSession, plan: MovePlan, reached: dict[str, ManagementConsole], deadline: Deadline
) -> dict[str, Slot[PartitionStatus | None]]:
    """Ask for the partition on every other server of the lab whose console was reached."""
    asked = {}
    for name, server in session.lab.servers.items():
        if name != plan.source.server and server.console in reached:
            question = partial(reached[server.console].partition, server.system, plan.partition, deadline)
            asked[name] = inquiry.ask("partition", server.console, question)
    return asked
