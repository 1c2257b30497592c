"""What the preflight asks about devices, only where the move is about them, and the mappings that come of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from powervm.console import ManagementConsole, PartitionStatus
from powervm.devices import bonds, paths, sriov, storage, vnic
from powervm.network import Interfaces, look
from powervm.outage import CHECK
from powervm.outcome import Side
from powervm.plan import MovePlan
from powervm.preflight.inquiry import Inquiry, Slot
from powervm.records import Record
from powervm.session import LabSession
from powervm.waiting import Deadline


@dataclass(frozen=True)
class DeviceFacts:
    """What is known of the partition's devices before a move; empty where the move is not about them.

    Attributes:
        vnics: The partition's vNICs on the source.
        ports: The partition's migratable ports on the source.
        bonds: Bonds in the partition; None when it was not asked or did not answer.
        clients: The partition's virtual storage adapters on the source.
        disks: Disks with their paths in the partition.
        interfaces: Network interfaces of the partition; None when it was not asked or did not answer.
        vnic_plan, storage_plan: The mappings; None when there are none to make.
    """

    vnics: tuple[vnic.VirtualNic, ...] = ()
    ports: tuple[sriov.LogicalPort, ...] = ()
    bonds: tuple[bonds.Bond, ...] | None = None
    clients: tuple[storage.Client, ...] = ()
    disks: tuple[paths.Disk, ...] = ()
    interfaces: Interfaces | None = None
    vnic_plan: vnic.VnicPlan | None = None
    storage_plan: storage.StoragePlan | None = None

    @property
    def mappings(self) -> dict[str, list[str]]:
        """What migrlpar is to be told, by attribute."""
        data = {"vnic_mappings": self.vnic_plan.entries} if self.vnic_plan and self.vnic_plan.entries else {}
        return data | (self.storage_plan.data if self.storage_plan else {})


class DeviceQuestions:
    """The questions about devices; `facts` puts the answers together.

    Args:
        inquiry: Takes the questions; they are in its next rounds.
        session: The opened lab.
        plan: The move.
        reached: The consoles that answered, by name.
        deadline: For every question.
    """

    def __init__(
        self,
        inquiry: Inquiry,
        session: LabSession,
        plan: MovePlan,
        reached: dict[str, ManagementConsole],
        deadline: Deadline,
    ) -> None:
        self._inquiry = inquiry
        self._session = session
        self._plan = plan
        self._deadline = deadline
        self._here = reached.get(plan.source.console)
        self._there = reached.get(plan.target.console)
        self._rows: dict[str, Slot[list[Record]]] = {}
        self._texts: dict[str, Slot[str]] = {}
        self._granularity = Slot[list[Record]]()
        self._interfaces = Slot[Interfaces]()

    def ask(self, *, guest: bool) -> None:
        """The first round: what the consoles and the partition list.

        Args:
            guest: The partition answers.
        """
        move = self._plan.move
        if move.vnic is not None:
            self._ask_vnic()
        if move.network is not None and guest:
            inside = self._session.partition(move.partition)
            self._interfaces = self._inquiry.ask(CHECK, inside.name, partial(look, inside, self._deadline))
        if self._plan.moves_ports:
            self._list("ports", self._here, self._plan.source, *_LOGICAL, needed=False, own=True)
            if move.vnic is None:  # the backup of a port may be a vNIC
                self._list("vnics", self._here, self._plan.source, *_VNIC, needed=False, own=True)
            if guest:
                self._inside("bonds", bonds.LIST, bonds.CHECK)
        if move.storage is not None:
            self._list("fc", self._here, self._plan.source, *_virtual("fc"), own=True)
            self._list("scsi", self._here, self._plan.source, *_virtual("scsi"), own=True)
            if move.storage.mappings == "suggested":
                self._ask_suggestion()
            if guest:
                self._inside("paths", paths.LIST, paths.CHECK)

    def ask_servers(self) -> None:
        """The second round: the Virtual I/O Servers that the storage adapters are and will be mapped to."""
        wish = self._plan.move.storage
        clients = self._clients()
        if wish is None or wish.mappings == "suggested" or not any(item.kind == "fc" for item in clients):
            return
        plan = self._plan
        if wish.mappings == "kept":
            for name in dict.fromkeys(item.host for item in clients if item.kind == "fc" and item.host):
                self._on_server("maps", self._here, plan.source, name, storage.LIST_MAPS)
        for name in plan.hosts(plan.target):
            self._on_server("npiv", self._there, plan.target, name, storage.LIST_PORTS, needed=False)

    def facts(self, target_partitions: Sequence[PartitionStatus]) -> DeviceFacts:
        """The answers, and the mappings that follow from them.

        Args:
            target_partitions: What the console of the target lists there.
        """
        ports = [sriov.read_logical_port(row) for row in self._read("ports")]
        listed = self._texts.get("bonds")
        disks = self._texts.get("paths")
        clients = self._clients()
        return DeviceFacts(
            vnics=tuple(vnic.read_vnic(row) for row in self._read("vnics")),
            ports=tuple(port for port in ports if port.migratable),
            bonds=None if listed is None or listed.value is None else tuple(bonds.read_bonds(listed.value)),
            clients=tuple(clients),
            disks=tuple(paths.read_disks(disks.value)) if disks and disks.value else (),
            interfaces=self._interfaces.value,
            vnic_plan=self._vnic_plan(target_partitions),
            storage_plan=self._storage_plan(clients),
        )

    # --- vNIC ---------------------------------------------------------------------------------------------------

    def _ask_vnic(self) -> None:
        source, target = self._plan.source, self._plan.target
        self._list("vnics", self._here, source, *_VNIC, own=True)
        self._list("adapters here", self._here, source, *_ADAPTERS)
        self._list("adapters there", self._there, target, *_ADAPTERS)
        for level in ("eth", "ethc"):
            self._list(f"physports {level}", self._there, target, *_PORTS, "--level", level, needed=level == "eth")
        self._list("taken", self._there, target, *_LOGICAL)
        words = ["lshwres", *_PORTS, "--level", "eth", "-m", target.system]
        if self._there is not None:
            question = partial(self._there.values, words, _GRANULARITY, self._deadline)
            self._granularity = self._inquiry.ask(vnic.CHECK, self._there.name, question, needed=False)

    def _vnic_plan(self, target_partitions: Sequence[PartitionStatus]) -> vnic.VnicPlan | None:
        wish = self._plan.move.vnic
        needed = ("vnics", "adapters here", "adapters there", "physports eth", "taken")
        if wish is None or any(name not in self._rows or self._rows[name].value is None for name in needed):
            return None  # what did not answer is an error already
        ports = [sriov.read_port(row) for level in ("eth", "ethc") for row in self._read(f"physports {level}")]
        hardware = sriov.Hardware(
            adapters=tuple(sriov.read_adapter(row) for row in self._read("adapters there")),
            ports=sriov.with_granularity(ports, self._granularity.value or []),
            logical_ports=tuple(sriov.read_logical_port(row) for row in self._read("taken")),
        )
        names = self._plan.hosts(self._plan.target)
        listed = {item.name: item for item in target_partitions}
        here = sriov.Hardware(adapters=tuple(sriov.read_adapter(row) for row in self._read("adapters here")))
        source = vnic.VnicSide(self._plan.source.server, here)
        hosts = tuple(listed.get(name) for name in names)
        target = vnic.VnicSide(self._plan.target.server, hardware, names, hosts)
        vnics = [vnic.read_vnic(row) for row in self._read("vnics")]
        return vnic.VnicPlan(self._plan.partition, wish, source, target, vnics)

    # --- storage ------------------------------------------------------------------------------------------------

    def _clients(self) -> list[storage.Client]:
        return [*storage.read_clients("fc", self._read("fc")), *storage.read_clients("scsi", self._read("scsi"))]

    def _ask_suggestion(self) -> None:
        plan = self._plan
        words = ["lslparmigr", "-r", "virtualio", "-m", plan.source.system, "-t", plan.target.system]
        if plan.route is not None:
            words += ["--ip", plan.route.address, "-u", plan.route.user]
        words += ["--filter", f"lpar_names={plan.partition}"]
        if self._here is not None:
            question = partial(self._here.rows, words, self._deadline)
            self._rows["suggested"] = self._inquiry.ask(storage.CHECK, self._here.name, question)

    def _storage_plan(self, clients: Sequence[storage.Client]) -> storage.StoragePlan | None:
        wish, plan = self._plan.move.storage, self._plan
        if wish is None or any(name not in self._rows or self._rows[name].value is None for name in ("fc", "scsi")):
            return None
        maps = {name: storage.read_maps(text) for name, text in self._answers("maps").items()}
        npiv = {name: storage.read_ports(text) for name, text in self._answers("npiv").items()}
        source = storage.StorageSide(plan.source.server, plan.hosts(plan.source), maps=maps)
        by_entry = {key: vios.partition for key, vios in plan.virtual_io_servers(plan.target).items()}
        target = storage.StorageSide(plan.target.server, plan.hosts(plan.target), by_entry, ports=npiv)
        mapping = storage.StoragePlan(plan.partition, clients, source, target)
        if wish.mappings == "kept":
            return mapping.keep()
        if wish.mappings == "suggested":
            return mapping.paste(self._read("suggested")) if self._rows["suggested"].value is not None else None
        return mapping.name(wish.target)

    # --- how it is asked ----------------------------------------------------------------------------------------

    def _list(
        self,
        name: str,
        console: ManagementConsole | None,
        side: Side,
        *words: str,
        needed: bool = True,
        own: bool = False,
    ) -> None:
        if console is None:
            return
        command = ["lshwres", *words, "-m", side.system]
        if own:
            command += ["--filter", f"lpar_names={self._plan.partition}"]
        question = partial(console.rows, command, self._deadline)
        self._rows[name] = self._inquiry.ask("devices", console.name, question, needed=needed)

    def _inside(self, name: str, command: str, check: str) -> None:
        guest = self._session.partition(self._plan.move.partition)
        self._texts[name] = self._inquiry.ask(
            check, guest.name, lambda: guest.run(command, self._deadline).stdout, needed=False
        )

    def _on_server(
        self,
        what: str,
        console: ManagementConsole | None,
        side: Side,
        server: str,
        command: str,
        *,
        needed: bool = True,
    ) -> None:
        if console is not None:
            question = partial(console.on_virtual_io_server, side.system, server, command, self._deadline)
            self._texts[f"{what} {server}"] = self._inquiry.ask(storage.CHECK, server, question, needed=needed)

    def _read(self, name: str) -> list[Record]:
        slot = self._rows.get(name)
        return slot.value or [] if slot else []

    def _answers(self, what: str) -> dict[str, str]:
        start = f"{what} "
        return {
            name.removeprefix(start): slot.value
            for name, slot in self._texts.items()
            if name.startswith(start) and slot.value is not None
        }


_ADAPTERS = ("-r", "sriov", "--rsubtype", "adapter")
_PORTS = ("-r", "sriov", "--rsubtype", "physport")
_LOGICAL = ("-r", "sriov", "--rsubtype", "logport", "--level", "eth")
_VNIC = ("-r", "virtualio", "--rsubtype", "vnic", "--level", "lpar")
_GRANULARITY = ("adapter_id", "phys_port_id", "min_eth_capacity_granularity")


def _virtual(kind: storage.Kind) -> tuple[str, ...]:
    return ("-r", "virtualio", "--rsubtype", kind, "--level", "lpar")
