"""The rows of ``lshwres -r sriov``: adapters, their physical ports, and the logical ports on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from powervm_sim.console.output import Row, Table
from powervm_sim.console.picking import Filters, filtered
from powervm_sim.console.resource_view import View, fixed
from powervm_sim.console.vnic_rows import backing_text, backings_of, identifier, percent
from powervm_sim.world.devices import Backing, LogicalPort, PhysicalPort, SriovAdapter, drc_name, port_index
from powervm_sim.world.model import Placement, Server
from powervm_sim.world.usage import PortUse, free_logical_port_ids, logical_ports, port_of, ports_on

_ADAPTERS = Table(
    "adapter_id slot_id adapter_max_logical_ports config_state functional_state logical_ports phys_loc phys_ports "
    "sriov_status alternate_config custom_max_capacity_capable custom_min_capacity_capable "
    "possible_adapter_config_options default_adapter_config_option curr_adapter_config_option"
)
_PORT = (
    "adapter_id phys_port_id phys_port_label phys_port_sub_label phys_port_loc phys_port_type state "
    "config_logical_ports phys_port_max_logical_ports {0} max_diag_ports max_promisc_ports capabilities conn_speed "
    "config_conn_speed max_recv_packet_size config_max_recv_packet_size recv_flow_control config_recv_flow_control "
    "trans_flow_control config_trans_flow_control veb_mode vepa_mode priority_flow_control_active mac_addr adapter_lldp"
)
_COUNTS = "supported_max_{0}_logical_ports max_{0}_logical_ports curr_{0}_logical_ports"
_ETH_PORTS = Table(_PORT.format(_COUNTS.format("eth")), hidden="min_eth_capacity_granularity")
_ROCE_PORTS = Table(_PORT.format(_COUNTS.format("roce")), hidden="min_roce_capacity_granularity")
_CAPABILITIES = (
    "pvid_priority_capable,port_vlan_id_capable,mac_vlan_consistency_capable,clear_phys_port_stat_capable,"
    "clear_logical_port_stat_capable"
)
_LOGICAL_HEAD = (
    "config_id lpar_name lpar_id lpar_state is_required adapter_id logical_port_id logical_port_type drc_name "
    "location_code functional_state phys_port_id debug_mode diag_mode huge_dma_window_mode capacity max_capacity"
)
_ADDRESSES = "mac_addr curr_mac_addr allowed_os_mac_addrs allowed_vlan_ids port_vlan_id"
_LENT = "is_vnic_backing_device client_lpar_ids client_lpar_names mode"
_BACKUP = "migratable backup_device_type backup_device_slot_num backup_veth_vnetwork backup_vnic_backing_device"
_ETH_LOGICAL = Table(
    f"{_LOGICAL_HEAD} promisc_mode {_ADDRESSES} {_LENT} {_BACKUP}",
    hidden="pvid_priority",
    absent={"migratable": "0"},
)
_ROCE_LOGICAL = Table(f"{_LOGICAL_HEAD} {_ADDRESSES}", hidden="pvid_priority")
_UNCONFIGURED = Table("adapter_id logical_port_id logical_port_type drc_name location_code")


def _adapter_rows(server: Server, _filters: Filters) -> Iterable[Row]:
    """Those in SR-IOV mode by id, then the others."""
    for adapter in sorted(server.devices.sriov, key=lambda one: (one.number is None, one.number, one.drc_index)):
        yield _adapter(server, adapter)


def _adapter(server: Server, adapter: SriovAdapter) -> Row:
    shared = adapter.number is not None

    def figure(value: object) -> str:
        return str(value) if shared else "null"

    row = {
        "adapter_id": figure(adapter.number),
        "slot_id": adapter.drc_index,
        "adapter_max_logical_ports": figure(adapter.maximum),
        "config_state": adapter.mode,
        "functional_state": "1",
        "logical_ports": figure(adapter.maximum),
        "phys_loc": adapter.location,
        "phys_ports": figure(len(adapter.ports)),
        "sriov_status": figure("running"),
        "alternate_config": "0",
        "custom_max_capacity_capable": figure(1),
        "custom_min_capacity_capable": figure(1),
    }
    if server.generation.name == "POWER11":
        row["possible_adapter_config_options"] = figure(f"0/{adapter.maximum}/12/Enterprise,1/16/4/Thin")
        row["default_adapter_config_option"] = figure(0)
        row["curr_adapter_config_option"] = figure(0)
    return row


def _physical_rows(kind: str) -> Callable[[Server, Filters], Iterator[Row]]:
    def rows(server: Server, _filters: Filters) -> Iterator[Row]:
        shared = [(one.number, one) for one in server.devices.sriov if one.number is not None]
        for number, adapter in sorted(shared, key=lambda pair: pair[0]):
            for port in adapter.ports:
                if port.kind == kind:
                    yield _physical(server, number, port)

    return rows


def _physical(server: Server, adapter: int, port: PhysicalPort) -> Row:
    word = "roce" if port.kind == "roce" else "eth"
    used, most = str(len(ports_on(server, adapter, port.number))), str(port.maximum)
    return {
        "adapter_id": str(adapter),
        "phys_port_id": str(port.number),
        "phys_port_label": port.label,
        "phys_port_sub_label": port.sub_label,
        "phys_port_loc": port.location,
        "phys_port_type": port.kind,
        "state": str(int(port.up)),
        "config_logical_ports": used,
        "phys_port_max_logical_ports": most,
        f"supported_max_{word}_logical_ports": most,
        f"max_{word}_logical_ports": most,
        f"curr_{word}_logical_ports": used,
        "max_diag_ports": "1",
        "max_promisc_ports": "1",
        "capabilities": _CAPABILITIES,
        "conn_speed": str(port.speed) if port.up else "0",
        "config_conn_speed": "auto",
        "max_recv_packet_size": "9000",
        "config_max_recv_packet_size": "9000",
        "recv_flow_control": "0",
        "config_recv_flow_control": "0",
        "trans_flow_control": "0",
        "config_trans_flow_control": "0",
        "veb_mode": "1",
        "vepa_mode": "0",
        "priority_flow_control_active": "null",
        "mac_addr": port.mac if port.up else "unavailable",
        "adapter_lldp": "1",
        f"min_{word}_capacity_granularity": percent(port.granularity),
    }


def _logical_rows(kind: str) -> Callable[[Server, Filters], Iterator[Row]]:
    def rows(server: Server, filters: Filters) -> Iterator[Row]:
        wanted = filtered(server, filters)
        for use in logical_ports(server):
            own = use.port.kind if isinstance(use.port, LogicalPort) else "eth"
            if use.holder in wanted and own == kind:
                yield _logical(server, use, own)

    return rows


def _logical(server: Server, use: PortUse, kind: str) -> Row:
    port, place = use.port, use.holder
    row = {
        "config_id": str(port.config_id),
        "lpar_name": place.name,
        "lpar_id": str(place.lpar_id),
        "lpar_state": place.state,
        "is_required": str(int(isinstance(port, LogicalPort) and port.required)),
        "adapter_id": str(port.adapter),
        "logical_port_id": identifier(port.number),
        "logical_port_type": kind,
        "drc_name": drc_name(port.number),
        "location_code": port_location(server, port),
        "functional_state": str(int(port_of(server, port) is not None)),
        "phys_port_id": str(port.port),
        "debug_mode": "0",
        "diag_mode": "0",
        "huge_dma_window_mode": "0",
        "capacity": percent(port.capacity),
        "max_capacity": percent(port.max_capacity),
        "is_vnic_backing_device": str(int(use.client is not None)),
    }
    if isinstance(port, LogicalPort):
        return row | _own(place, port)
    return row | _lent(use, port)


def _own(place: Placement, port: LogicalPort) -> Row:
    row = {
        "promisc_mode": str(int(port.promiscuous)),
        "mac_addr": port.mac,
        "curr_mac_addr": port.mac,
        "allowed_os_mac_addrs": port.allowed_macs,
        "allowed_vlan_ids": port.allowed_vlans,
        "port_vlan_id": str(port.vlan),
        "pvid_priority": str(port.vlan_priority),
    }
    if port.migratable:
        row |= {"migratable": "1", **backup_fields(place, port)}
    return row


def _lent(use: PortUse, port: Backing) -> Row:
    client = use.client
    assert client is not None
    vnic = next(vnic for vnic in client.partition.vnics if vnic.slot == port.slot)
    return {
        "promisc_mode": "0",
        "mac_addr": vnic.mac,
        "curr_mac_addr": vnic.mac,
        "allowed_os_mac_addrs": vnic.allowed_macs,
        "allowed_vlan_ids": vnic.allowed_vlans,
        "port_vlan_id": str(vnic.vlan),
        "pvid_priority": str(vnic.vlan_priority),
        "client_lpar_ids": str(client.lpar_id),
        "client_lpar_names": client.name,
        "mode": "ded",
    }


def backup_fields(place: Placement, port: LogicalPort) -> Row:
    """The ``backup_...`` attributes of a migratable port, in their order."""
    network, backing = "", ""
    if port.backup == "veth":
        adapter = next((one for one in place.partition.ethernet if one.slot == port.backup_slot), None)
        found = adapter and place.server.devices.network(adapter.vswitch, adapter.vlan)
        network = found.name if found else ""
    else:
        backing = next((backing_text(one) for one in backings_of(place, port.backup_slot)), "")
    return {
        "backup_device_type": port.backup,
        "backup_device_slot_num": str(port.backup_slot),
        "backup_veth_vnetwork": network or "none",
        "backup_vnic_backing_device": backing or "none",
    }


def port_location(server: Server, port: LogicalPort | Backing) -> str:
    """The location code of a logical port, for example ``U78D9.001.78A1B20-P1-C4-T1-S5``."""
    physical = port_of(server, port)
    return f"{physical.location if physical else ''}-S{port_index(port.number)}"


def _unconfigured_rows(server: Server, _filters: Filters) -> Iterable[Row]:
    shared = [(one.number, one) for one in server.devices.sriov if one.number is not None]
    for number, adapter in sorted(shared, key=lambda pair: pair[0]):
        for logical_port in free_logical_port_ids(server, number):
            yield {
                "adapter_id": str(number),
                "logical_port_id": identifier(logical_port),
                "logical_port_type": "unconfigured",
                "drc_name": drc_name(logical_port),
                "location_code": f"{adapter.location}-T1-S{port_index(logical_port)}",
            }


_BY_ADAPTER = {"adapter_ids": "adapter_id"}
_BY_PORT = {**_BY_ADAPTER, "phys_port_ids": "phys_port_id", "phys_port_labels": "phys_port_label"}
_BY_LOGICAL_PORT = {
    **_BY_ADAPTER,
    "phys_port_ids": "phys_port_id",
    "logical_port_ids": "logical_port_id",
    "config_ids": "config_id",
}


def _logical_view(table: Table, kind: str) -> View:
    return View(fixed(table), _logical_rows(kind), _BY_LOGICAL_PORT, by_partition=True)


SRIOV: dict[tuple[str, str | None, str | None], View] = {
    ("sriov", "adapter", None): View(fixed(_ADAPTERS), _adapter_rows, {**_BY_ADAPTER, "slots": "slot_id"}),
    ("sriov", "physport", "eth"): View(fixed(_ETH_PORTS), _physical_rows("eth"), _BY_PORT),
    ("sriov", "physport", "ethc"): View(fixed(_ETH_PORTS), _physical_rows("ethc"), _BY_PORT),
    ("sriov", "physport", "roce"): View(fixed(_ROCE_PORTS), _physical_rows("roce"), _BY_PORT),
    ("sriov", "logport", "eth"): _logical_view(_ETH_LOGICAL, "eth"),
    ("sriov", "logport", "roce"): _logical_view(_ROCE_LOGICAL, "roce"),
    ("sriov", "logport", None): View(
        fixed(_UNCONFIGURED), _unconfigured_rows, {**_BY_ADAPTER, "logical_port_ids": "logical_port_id"}
    ),
}
"""By ``-r``, ``--rsubtype`` and ``--level``."""
