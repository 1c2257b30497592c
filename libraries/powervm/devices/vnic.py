"""vNICs: where their backing devices are made on the target, and whether they are there afterwards.

Source of the formats: rows of ``lshwres -r virtualio --rsubtype vnic``; ``vnic_mappings`` of migrlpar as two of IBM's
test suites use it: slot, ``ded``, name and id of the Virtual I/O Server, adapter, port and capacity on the target, then
adapter and port on the source.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from powervm.console import PartitionStatus
from powervm.devices.sriov import Hardware
from powervm.lab import Vnic
from powervm.outcome import Finding, Severity
from powervm.records import Record, RecordError, flag, integer, split_list, text

CHECK = "vNIC"
OPERATIONAL = "Operational"


@dataclass(frozen=True)
class BackingDevice:
    """A backing device of a vNIC.

    Attributes:
        host: Name of the Virtual I/O Server.
        logical_port: Its id as the console prints it.
        priority: Failover priority; a smaller one is preferred.
    """

    host: str
    adapter: int
    port: int
    logical_port: str
    capacity: float
    priority: int
    active: bool
    status: str

    def __str__(self) -> str:
        return f"{self.host} adapter {self.adapter} port {self.port}"


@dataclass(frozen=True)
class VirtualNic:
    """A vNIC with its backing devices.

    Attributes:
        fails_over: It changes to the device with the best priority by itself.
    """

    slot: int
    mac: str
    fails_over: bool
    devices: tuple[BackingDevice, ...]

    @property
    def active(self) -> BackingDevice | None:
        """The device that carries the traffic."""
        return next((device for device in self.devices if device.active), None)


def read_vnic(record: Record) -> VirtualNic:
    """Read one row of ``lshwres -r virtualio --rsubtype vnic --level lpar``; states are found by logical port.

    Raises:
        RecordError: An entry of the backing devices has not the fields that are known.
    """
    try:
        devices = tuple(_read_devices(record))
    except ValueError:
        listed, states = record.get("backing_devices", ""), record.get("backing_device_states", "")
        raise RecordError(
            f"The console lists backing devices in a form that is not known: {listed!r} with the states {states!r}."
        ) from None
    return VirtualNic(
        slot=integer(record, "slot_num") or 0,
        mac=text(record, "mac_addr"),
        fails_over=flag(record, "auto_priority_failover") is True,
        devices=devices,
    )


def _read_devices(record: Record) -> Iterator[BackingDevice]:
    states = {}
    for entry in split_list(record.get("backing_device_states", "")):
        _, logical_port, active, status = entry.split("/", 3)
        states[logical_port] = (active == "1", status)
    for entry in split_list(record.get("backing_devices", "")):
        _, host, _, adapter, port, logical_port, capacity, _, priority, *_ = entry.split("/")
        in_use, word = states.get(logical_port, (False, "unknown"))
        yield BackingDevice(host, int(adapter), int(port), logical_port, float(capacity), int(priority), in_use, word)


@dataclass(frozen=True)
class PlannedDevice:
    """A backing device as it is asked for on the target."""

    host: str
    host_id: int
    adapter: int
    port: int
    capacity: float
    old_adapter: int
    old_port: int

    def entry(self, slot: int) -> str:
        """One entry of ``vnic_mappings``."""
        here = f"{self.host}/{self.host_id}/{self.adapter}/{self.port}/{self.capacity:g}"
        return f"{slot}/ded/{here}/{self.old_adapter}/{self.old_port}"


@dataclass(frozen=True)
class VnicSide:
    """One server, for planning.

    Attributes:
        server: Its name in the lab file, for findings.
        hosts: Its Virtual I/O Servers in the order of the lab file, None for one that the console does not list.
        names: Their names.
    """

    server: str
    hardware: Hardware
    names: tuple[str, ...] = ()
    hosts: tuple[PartitionStatus | None, ...] = ()


class VnicPlan:
    """Works out the mapping of one vNIC; what stands in its way is among the findings.

    Attributes:
        devices: The backing devices on the target.
        findings: Errors, and what was found good.
    """

    def __init__(
        self, partition: str, wish: Vnic, source: VnicSide, target: VnicSide, vnics: Sequence[VirtualNic]
    ) -> None:
        self.devices: list[PlannedDevice] = []
        self.findings: list[Finding] = []
        self._partition = partition
        self._wish = wish
        self._source = source
        self._target = target
        vnic = next((item for item in vnics if item.slot == wish.slot), None)
        if vnic is None:
            self._no_vnic(vnics)
            return
        for index in range(len(wish.target_adapters)):
            self._plan_device(index, vnic)
        self._compare_counts(vnic)
        if not self.errors:
            self._note_result(vnic)

    @property
    def errors(self) -> list[Finding]:
        """What keeps the vNIC from being mapped."""
        return [item for item in self.findings if item.severity is Severity.ERROR]

    @property
    def entries(self) -> list[str]:
        """The value of ``vnic_mappings``."""
        return [device.entry(self._wish.slot) for device in self.devices]

    def _no_vnic(self, vnics: Sequence[VirtualNic]) -> None:
        there = f"it has some in the slots {_listed(item.slot for item in vnics)}" if vnics else "it has none at all"
        text = f"has no vNIC in slot {self._wish.slot} on {self._source.server}; {there}."
        self._error(self._partition, text, "Correct the slot (slot, or slot_num of op-test) in the lab file.")

    def _plan_device(self, index: int, vnic: VirtualNic) -> None:
        wish = self._wish
        if index >= len(wish.adapters):
            code, port = wish.target_adapters[index], wish.target_ports[index]
            text = f"port {port} of {code} is named for the vNIC, and no backing device of the source goes with it."
            self._error(self._target.server, text, "Name as many adapters of the source as of the target.")
            return
        old = self._adapter(self._source, wish.adapters[index])
        new = self._adapter(self._target, wish.target_adapters[index])
        if old is not None and not self._backed(vnic, old, wish.ports[index]):
            self._error(self._partition, self._elsewhere(vnic, index, old), "Correct adapters and ports.")
            old = None
        host = self._host(index)
        if new is not None:
            new = self._fitting(new, index)
        if old is None or new is None or host is None:
            return
        device = PlannedDevice(
            host.name, host.partition_id, new, wish.target_ports[index], wish.capacity, old, wish.ports[index]
        )
        self.devices.append(device)

    def _adapter(self, side: VnicSide, code: str) -> int | None:
        found = side.hardware.adapters_at(code)
        server = side.server
        if not found:
            there = _listed(item.location for item in side.hardware.adapters) or "none"
            text = f"has no SR-IOV adapter at {code}; it has: {there}."
            self._error(server, text, "Correct the location code in the lab file.")
        elif len(found) > 1:
            there = _listed(item.location for item in found)
            text = f"{code} stands for {len(found)} SR-IOV adapters: {there}."
            self._error(server, text, "Write more of the location code in the lab file.")
        elif not found[0].shared or found[0].number is None:
            text = f"the adapter at {found[0].location} is in dedicated mode and cannot back a vNIC."
            remedy = "Switch it to shared mode on the console (chhwres -r sriov --rsubtype adapter -o a)."
            self._error(server, text, remedy)
        else:
            return found[0].number
        return None

    def _backed(self, vnic: VirtualNic, adapter: int, port: int) -> bool:
        return any((device.adapter, device.port) == (adapter, port) for device in vnic.devices)

    def _elsewhere(self, vnic: VirtualNic, index: int, adapter: int) -> str:
        code, port = self._wish.adapters[index], self._wish.ports[index]
        devices = "; ".join(map(str, vnic.devices)) or "none"
        text = f"the vNIC in slot {vnic.slot} has no backing device on port {port} of {code} (adapter {adapter})"
        return f"{text} on {self._source.server}; it has: {devices}."

    def _host(self, index: int) -> PartitionStatus | None:
        """The Virtual I/O Server in step with the adapter; one that cannot work is an error."""
        names, hosts, server = self._target.names, self._target.hosts, self._target.server
        if index >= len(names):
            text = f"adapter {index + 1} of the vNIC needs a Virtual I/O Server, and the lab file names {len(names)}."
            remedy = "Name them in the order of the adapters (virtual_io_servers, or remote_lpar_vios of op-test)."
            self._error(server, text, remedy)
            return None
        host = hosts[index]
        if host is None:
            self._error(server, f"has no Virtual I/O Server {names[index]}.", "Correct its name in the lab file.")
        elif not host.running or not host.rmc_active:
            text = f"is {host.state} with RMC {host.rmc_state}, and a backing device of the vNIC is to be made there."
            self._error(host.name, text, "Start it and repair its RMC connection, or use another one.")
            return None
        return host

    def _fitting(self, adapter: int, index: int) -> int | None:
        """The adapter, if its port exists, has a link and has room."""
        hardware, server = self._target.hardware, self._target.server
        code, number = self._wish.target_adapters[index], self._wish.target_ports[index]
        port = hardware.port(adapter, number)
        if port is None:
            there = _listed(item.number for item in hardware.ports_of(adapter)) or "none that can back a vNIC"
            text = f"the adapter at {code} (adapter {adapter}) has no Ethernet port {number}; it has: {there}."
            self._error(server, text, "Correct the port in the lab file.")
            return None
        before = len(self.findings)
        name = f"port {number} of {code} (adapter {adapter})"
        if not port.up:
            self._error(server, f"{name} has no link.", "Check its cable and its switch, or use another port.")
        self._check_capacity(name, adapter, number, port.granularity)
        if port.used is not None and port.most is not None and port.used >= port.most:
            text = f"{name} has all of its {port.most} logical ports in use."
            self._error(server, text, "Use another port, or remove a logical port.")
        return adapter if len(self.findings) == before else None

    def _check_capacity(self, name: str, adapter: int, number: int, granularity: float | None) -> None:
        wanted, server = self._wish.capacity, self._target.server
        if granularity and round(wanted / granularity, 6) % 1:
            text = f"{name} gives capacity in steps of {granularity:g} percent; {wanted:g} is asked for."
            self._error(server, text, f"Ask for a multiple of {granularity:g} (capacity, or bandwidth of op-test).")
        planned = sum(item.capacity for item in self.devices if (item.adapter, item.port) == (adapter, number))
        free = self._target.hardware.free(adapter, number) - planned
        if free < wanted:
            text = f"{name} has {free:g} percent free; {wanted:g} percent are asked for."
            self._error(server, text, "Use another port, or free capacity on this one.")

    def _compare_counts(self, vnic: VirtualNic) -> None:
        have, planned = len(vnic.devices), len(self._wish.target_adapters)
        if planned < have:
            text = f"the vNIC in slot {vnic.slot} has {have} backing devices, and the lab file maps {planned}"
            remedy = "The console chooses places for the others; name them all to be sure."
            self._add(Severity.WARNING, self._partition, f"{text}.", remedy)

    def _note_result(self, vnic: VirtualNic) -> None:
        devices = ", ".join(f"{item.host} adapter {item.adapter} port {item.port}" for item in self.devices)
        self._add(Severity.OK, self._partition, f"the vNIC in slot {vnic.slot} is going to be backed by {devices}.")

    def _error(self, subject: str, text: str, remedy: str) -> None:
        self._add(Severity.ERROR, subject, text, remedy)

    def _add(self, severity: Severity, subject: str, text: str, remedy: str = "") -> None:
        finding = Finding(severity=severity, check=CHECK, subject=subject, text=text, remedy=remedy)
        if finding not in self.findings:
            self.findings.append(finding)


def _listed(items: Iterator[object] | Sequence[object]) -> str:
    return ", ".join(str(item) for item in items)


def compare_vnics(
    partition: str,
    before: Sequence[VirtualNic],
    after: Sequence[VirtualNic],
    planned: Sequence[PlannedDevice] = (),
    *,
    fewer_devices: bool = False,
    fewer_vnics: bool = False,
) -> list[Finding]:
    """Whether all vNICs are there after a move, work, and are backed as before.

    What the move allows to be missing is a warning.

    Args:
        partition: For the findings.
        before, after: As the consoles of the source and of the target list them.
        planned: What was asked for; empty when the console was left to choose.
        fewer_devices: The move allows fewer backing devices (``--redundantvnicbkdev 2``).
        fewer_vnics: The move allows that not all vNICs are made (``--vniccfg 2``).
    """
    found = {vnic.slot: vnic for vnic in after}
    findings = []
    for old in before:
        new = found.get(old.slot)
        if new is None:
            findings.append(_allowed(_lost(partition, old), fewer_vnics))
        else:
            findings += _compare(partition, old, new, fewer=fewer_devices)
    devices = [device for vnic in after for device in vnic.devices]
    allowed = (fewer_devices or fewer_vnics) and len(devices) < sum(len(vnic.devices) for vnic in before)
    missing = [item for item in planned if not any(_is_at(item, one) for one in devices)]
    return findings + [_allowed(_misplaced(partition, item), allowed) for item in missing]


def _allowed(finding: Finding, allowed: bool) -> Finding:
    """The same as a warning, when the move allows it."""
    return finding.model_copy(update={"severity": Severity.WARNING}) if allowed else finding


def judge_vnic(partition: str, vnic: VirtualNic) -> list[Finding]:
    """Whether the backing devices of a vNIC work, and exactly one is in use."""
    findings = []
    for device in vnic.devices:
        if device.status != OPERATIONAL:
            text = f"the backing device on {device} of the vNIC in slot {vnic.slot} is '{device.status}'"
            findings.append(_bad(partition, f"{text}, not {OPERATIONAL}.", _DEVICE_REMEDY))
    active = [device for device in vnic.devices if device.active]
    if len(active) != 1:
        text = f"the vNIC in slot {vnic.slot} has {len(active)} active backing devices; it needs one."
        findings.append(_bad(partition, text, _DEVICE_REMEDY))
    return findings


_DEVICE_REMEDY = "Look at it with lshwres -r virtualio --rsubtype vnic, and at the port's link and its server."


def _compare(partition: str, old: VirtualNic, new: VirtualNic, *, fewer: bool) -> list[Finding]:
    findings = judge_vnic(partition, new)
    if len(new.devices) != len(old.devices):
        text = f"the vNIC in slot {old.slot} had {len(old.devices)} backing devices and has {len(new.devices)} now."
        finding = _bad(partition, text, "Add the missing one (chhwres -r virtualio --rsubtype vnic -o s).")
        findings.append(_allowed(finding, fewer and len(new.devices) < len(old.devices)))
    was, now = old.active, new.active
    if was and now and was.priority < now.priority:
        text = f"the vNIC in slot {old.slot} used its backing device of priority {was.priority} and uses that of"
        remedy = f"It failed over: look why the device of priority {was.priority} is not in use."
        findings.append(_bad(partition, f"{text} {now.priority} ({now}) now.", remedy))
    if findings:
        return findings
    if was and now and was.priority > now.priority:
        text = f"the vNIC in slot {old.slot} is back on its backing device of priority {now.priority} ({now})."
        return [Finding(severity=Severity.OK, check=CHECK, subject=partition, text=text)]
    assert now is not None  # exactly one is active: it was judged
    text = f"the vNIC in slot {old.slot} uses {now}; {len(new.devices)} backing devices are {OPERATIONAL}."
    return [Finding(severity=Severity.OK, check=CHECK, subject=partition, text=text)]


def _is_at(planned: PlannedDevice, device: BackingDevice) -> bool:
    return (planned.host, planned.adapter, planned.port) == (device.host, device.adapter, device.port)


def _misplaced(partition: str, device: PlannedDevice) -> Finding:
    text = f"no backing device was made on {device.host} adapter {device.adapter} port {device.port}, as was asked for."
    return _bad(partition, text, "Look where it is with lshwres -r virtualio --rsubtype vnic.")


def _lost(partition: str, vnic: VirtualNic) -> Finding:
    return _bad(partition, f"the vNIC in slot {vnic.slot} is gone after the move.", "Add it again on the target.")


def _bad(partition: str, text: str, remedy: str) -> Finding:
    return Finding(severity=Severity.ERROR, check=CHECK, subject=partition, text=text, remedy=remedy)
