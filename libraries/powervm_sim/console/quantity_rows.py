"""The rows of ``lshwres -r mem``, ``-r proc`` and ``-r procpool``: everything that is counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from powervm_sim.console.output import Row, Table
from powervm_sim.console.picking import Filters
from powervm_sim.console.profile_rows import number
from powervm_sim.console.resource_view import View, fixed, of_partitions
from powervm_sim.world.devices import ProcessorPool
from powervm_sim.world.model import Amount, Partition, Placement, Server

_SYSTEM_MEMORY = Table(
    "configurable_sys_mem curr_avail_sys_mem pend_avail_sys_mem installed_sys_mem deconfig_sys_mem sys_firmware_mem "
    "mem_region_size pend_mem_region_size configurable_num_sys_huge_pages curr_avail_num_sys_huge_pages "
    "pend_avail_num_sys_huge_pages",
    hidden="huge_page_size",
)
_SYSTEM_PROCESSORS = Table(
    "configurable_sys_proc_units curr_avail_sys_proc_units pend_avail_sys_proc_units installed_sys_proc_units "
    "deconfig_sys_proc_units curr_sys_virtual_procs"
)
_MEMORY = (
    "lpar_name lpar_id mem_mode curr_min_mem curr_mem curr_max_mem pend_min_mem pend_mem pend_max_mem run_min_mem "
    "run_mem curr_mem_expansion pend_mem_expansion curr_min_num_huge_pages curr_num_huge_pages "
    "curr_max_num_huge_pages pend_min_num_huge_pages pend_num_huge_pages pend_max_num_huge_pages run_num_huge_pages "
    "curr_hpt_ratio curr_ppt_ratio"
)
_MEMORY_FROM_V11 = (
    "curr_hardware_mem_encryption desired_hardware_mem_encryption curr_hardware_mem_expansion "
    "desired_hardware_mem_expansion kvm_reserved_mem_percent"
)
_SIDE = (
    "{0}_shared_proc_pool_id {0}_shared_proc_pool_name {0}_proc_mode "
    "{0}_min_proc_units {0}_proc_units {0}_max_proc_units {0}_min_procs {0}_procs {0}_max_procs "
    "{0}_sharing_mode {0}_uncap_weight"
)
_PROCESSORS = Table(
    f"lpar_name lpar_id {_SIDE.format('curr')} {_SIDE.format('pend')} run_proc_units run_procs run_uncap_weight"
)
_POOLS = Table(
    "name shared_proc_pool_id max_pool_proc_units curr_reserved_pool_proc_units pend_reserved_pool_proc_units "
    "lpar_names lpar_ids"
)


def _memory_table(version: int) -> Table:
    return Table(f"{_MEMORY} {_MEMORY_FROM_V11}" if version >= 11 else _MEMORY)


def _system_memory(server: Server, _filters: Filters) -> Iterable[Row]:
    free, pages = str(server.free_memory), str(server.free_huge_pages)
    yield {
        "configurable_sys_mem": str(server.memory),
        "curr_avail_sys_mem": free,
        "pend_avail_sys_mem": free,
        "installed_sys_mem": str(server.memory),
        "deconfig_sys_mem": "0",
        "sys_firmware_mem": str(server.firmware_memory),
        "mem_region_size": str(server.lmb),
        "pend_mem_region_size": str(server.devices.pending_lmb or server.lmb),
        "configurable_num_sys_huge_pages": str(server.devices.huge_pages),
        "curr_avail_num_sys_huge_pages": pages,
        "pend_avail_num_sys_huge_pages": pages,
        "huge_page_size": "16777216",
    }


def _system_processors(server: Server, _filters: Filters) -> Iterable[Row]:
    free = number(float(server.free_units))
    yield {
        "configurable_sys_proc_units": f"{server.processors:.1f}",
        "curr_avail_sys_proc_units": free,
        "pend_avail_sys_proc_units": free,
        "installed_sys_proc_units": f"{server.processors:.1f}",
        "deconfig_sys_proc_units": "0.0",
        "curr_sys_virtual_procs": str(
            sum(int(place.partition.processors.desired) for place in server.placements.values() if place.powered)
        ),
    }


def _memory(placement: Placement) -> Iterator[Row]:
    partition = placement.partition
    memory, on = partition.memory, placement.powered
    pages = Amount(0, partition.huge_pages, partition.huge_pages)
    yield {
        **_name(placement),
        "mem_mode": "ded",
        **_three("curr", "mem", memory),
        **_three("pend", "mem", memory),
        "run_min_mem": str(int(memory.minimum)) if on else "0",
        "run_mem": str(int(memory.desired)) if on else "0",
        "curr_mem_expansion": "0.0",
        "pend_mem_expansion": "0.0",
        **_three("curr", "num_huge_pages", pages),
        **_three("pend", "num_huge_pages", pages),
        "run_num_huge_pages": str(partition.huge_pages) if on else "0",
        "curr_hpt_ratio": "1:128",
        "curr_ppt_ratio": "1:4096",
        "curr_hardware_mem_encryption": "0",
        "desired_hardware_mem_encryption": "0",
        "curr_hardware_mem_expansion": "0.0",
        "desired_hardware_mem_expansion": "0.0",
        "kvm_reserved_mem_percent": "0",
    }


def _processors(placement: Placement) -> Iterator[Row]:
    partition, on = placement.partition, placement.powered
    row = {**_name(placement), **_processor_side(placement, "curr"), **_processor_side(placement, "pend")}
    if partition.units:
        row["run_proc_units"] = number(partition.units.desired) if on else "0.0"
    row["run_procs"] = number(partition.processors.desired) if on else "0"
    if partition.units:
        row["run_uncap_weight"] = str(_weight(partition)) if on else "0"
    yield row


def _processor_side(placement: Placement, side: str) -> Row:
    """The current or pending values; the simulation has no difference between the two."""
    partition = placement.partition
    if partition.units is None:
        return {
            f"{side}_proc_mode": "ded",
            **_three(side, "procs", partition.processors),
            f"{side}_sharing_mode": partition.sharing.mode,
        }
    return {
        f"{side}_proc_mode": "shared",
        **_three(side, "proc_units", partition.units),
        **_three(side, "procs", partition.processors),
        f"{side}_sharing_mode": partition.sharing.mode,
        f"{side}_uncap_weight": str(_weight(partition)),
        f"{side}_shared_proc_pool_id": str(placement.pool),
        f"{side}_shared_proc_pool_name": placement.server.devices.pools[placement.pool].name,
    }


def _weight(partition: Partition) -> int:
    return partition.sharing.weight if partition.sharing.mode == "uncap" else 0


def _pools(server: Server, _filters: Filters) -> Iterator[Row]:
    for _, pool in sorted(server.devices.pools.items()):
        yield _pool(server, pool)


def _pool(server: Server, pool: ProcessorPool) -> Row:
    members = [
        place for _, place in sorted(server.placements.items()) if place.partition.units and place.pool == pool.number
    ]
    row = {"name": pool.name, "shared_proc_pool_id": str(pool.number)}
    if pool.maximum is not None:
        row |= {
            "max_pool_proc_units": number(float(pool.maximum)),
            "curr_reserved_pool_proc_units": number(float(pool.reserved)),
            "pend_reserved_pool_proc_units": number(float(pool.reserved)),
        }
    return row | {
        "lpar_names": ",".join(place.name for place in members) or "none",
        "lpar_ids": ",".join(str(place.lpar_id) for place in members) or "none",
    }


def _name(placement: Placement) -> Row:
    return {"lpar_name": placement.name, "lpar_id": str(placement.lpar_id)}


def _three(side: str, resource: str, amount: Amount) -> Row:
    return {
        f"{side}_min_{resource}": number(amount.minimum),
        f"{side}_{resource}": number(amount.desired),
        f"{side}_max_{resource}": number(amount.maximum),
    }


QUANTITIES: dict[tuple[str, str | None, str | None], View] = {
    ("mem", None, "sys"): View(fixed(_SYSTEM_MEMORY), _system_memory),
    ("mem", None, "lpar"): View(_memory_table, of_partitions(_memory), by_partition=True),
    ("proc", None, "sys"): View(fixed(_SYSTEM_PROCESSORS), _system_processors),
    ("proc", None, "lpar"): View(fixed(_PROCESSORS), of_partitions(_processors), by_partition=True),
    ("procpool", None, None): View(
        fixed(_POOLS), _pools, {"shared_proc_pool_ids": "shared_proc_pool_id", "pool_names": "name"}
    ),
}
"""By ``-r``, ``--rsubtype`` and ``--level``."""
