"""``lshwres``: memory, processors and virtual adapters."""

from __future__ import annotations

from powervm_sim import hsc
from powervm_sim.console.login import ConsoleCommand, ConsoleLogin, not_simulated
from powervm_sim.console.options import FILTER, LISTING, Options, Syntax, value
from powervm_sim.console.output import NO_RESULTS, Row, Table, table_of
from powervm_sim.console.picking import BY_PARTITION, filtered, server_of
from powervm_sim.console.profile_rows import number
from powervm_sim.console.records import parse_filter
from powervm_sim.console.virtual_rows import ETHERNET, FC, SCSI, ethernet_rows, storage_rows
from powervm_sim.shell.call import Call
from powervm_sim.world.model import Amount, Partition, Placement, Server

_OTHER_RESOURCES = ("sriov", "io", "hca", "sni", "procpool", "hea")
_VIRTUAL = {"eth": ETHERNET, "scsi": SCSI, "fc": FC}
_OTHER_VIRTUAL = ("slot", "vswitch", "vnetwork", "vnic", "vnicbkdev", "serial", "virtualio")


async def _lshwres(login: ConsoleLogin, options: Options, _call: Call) -> str:
    server = server_of(login, options)
    resource, level = options["-r"], options.get("--level")
    if resource in _OTHER_RESOURCES:
        raise not_simulated(f"lshwres -r {resource}")
    if resource == "mempool":
        text = "The operation failed because the managed system does not support Active Memory Sharing or partition"
        raise hsc.HscError("HSCLA4A0", f"{text} suspend and resume operations.")
    if resource == "virtualio":
        return _virtual(server, options, level)
    options.need("--level")
    if level == "sys":
        rows = [_system_memory(server) if resource == "mem" else _system_processors(server)]
    elif level == "lpar":
        places = filtered(server, parse_filter(options.get("--filter"), BY_PARTITION))
        rows = [_memory(place) if resource == "mem" else _processors(place) for place in places]
    else:
        raise hsc.usage(["--level"])
    return _render(table_of(rows), rows, options)


def _virtual(server: Server, options: Options, level: str | None) -> str:
    options.need("--rsubtype", "--level")
    subtype = options["--rsubtype"]
    if subtype in _OTHER_VIRTUAL:
        raise not_simulated(f"lshwres -r virtualio --rsubtype {subtype}")
    if level != "lpar":
        raise not_simulated(f"lshwres -r virtualio --rsubtype {subtype} --level {level}")
    filters = parse_filter(options.get("--filter"), (*BY_PARTITION, "slots"))
    rows = [
        row
        for place in filtered(server, filters)
        for row in (ethernet_rows(place) if subtype == "eth" else storage_rows(place, subtype))
        if "slots" not in filters or row["slot_num"] in filters["slots"]
    ]
    return _render(_VIRTUAL[subtype], rows, options)


def _render(table: Table, rows: list[Row], options: Options) -> str:
    return table.render(rows, options.get("-F"), header="--header" in options) if rows else NO_RESULTS


def _system_memory(server: Server) -> Row:
    return {
        "configurable_sys_mem": str(server.memory),
        "curr_avail_sys_mem": str(server.free_memory),
        "pend_avail_sys_mem": str(server.free_memory),
        "installed_sys_mem": str(server.memory),
        "deconfig_sys_mem": "0",
        "sys_firmware_mem": str(server.firmware_memory),
        "mem_region_size": str(server.lmb),
        "configurable_num_sys_huge_pages": "0",
        "curr_avail_num_sys_huge_pages": "0",
    }


def _system_processors(server: Server) -> Row:
    free = number(float(server.free_units))
    return {
        "configurable_sys_proc_units": f"{server.processors:.1f}",
        "curr_avail_sys_proc_units": free,
        "pend_avail_sys_proc_units": free,
        "installed_sys_proc_units": f"{server.processors:.1f}",
        "deconfig_sys_proc_units": "0.0",
        "curr_sys_virtual_procs": str(
            sum(int(place.partition.processors.desired) for place in server.placements.values() if place.powered)
        ),
    }


def _memory(placement: Placement) -> Row:
    memory = placement.partition.memory
    run = int(memory.desired) if placement.powered else 0
    return {
        **_name(placement),
        "mem_mode": "ded",
        **_three("curr", "mem", memory),
        **_three("pend", "mem", memory),
        "run_min_mem": str(min(run, int(memory.minimum))),
        "run_mem": str(run),
        "curr_mem_expansion": "0.0",
        "pend_mem_expansion": "0.0",
        "curr_hpt_ratio": "1:128",
        "curr_ppt_ratio": "1:4096",
    }


def _processors(placement: Placement) -> Row:
    partition, on = placement.partition, placement.powered
    row = {**_name(placement), **_processor_side(partition, "curr"), **_processor_side(partition, "pend")}
    if partition.units:
        row["run_proc_units"] = number(partition.units.desired) if on else "0.0"
    row["run_procs"] = number(partition.processors.desired) if on else "0"
    if partition.units:
        row["run_uncap_weight"] = "128" if on else "0"
    return row


def _processor_side(partition: Partition, side: str) -> Row:
    """The current or pending values; the simulation has no difference between the two."""
    if partition.units is None:
        return {
            f"{side}_proc_mode": "ded",
            **_three(side, "procs", partition.processors),
            f"{side}_sharing_mode": "keep_idle_procs",
        }
    return {
        f"{side}_proc_mode": "shared",
        **_three(side, "proc_units", partition.units),
        **_three(side, "procs", partition.processors),
        f"{side}_sharing_mode": "uncap",
        f"{side}_uncap_weight": "128",
        f"{side}_shared_proc_pool_id": "0",
        f"{side}_shared_proc_pool_name": "DefaultPool",
    }


def _name(placement: Placement) -> Row:
    return {"lpar_name": placement.name, "lpar_id": str(placement.lpar_id)}


def _three(side: str, resource: str, amount: Amount) -> Row:
    return {
        f"{side}_min_{resource}": number(amount.minimum),
        f"{side}_{resource}": number(amount.desired),
        f"{side}_max_{resource}": number(amount.maximum),
    }


COMMANDS = (
    ConsoleCommand(
        "lshwres",
        "lshwres -r {mem | proc | virtualio} [--rsubtype {eth | fc | scsi}] -m managed-system [--level {lpar | sys}] "
        '[--filter "filter-data"] [-F [attribute-names] [--header]] [--help]',
        Syntax(
            value("-r", required=True, choices=("mem", "proc", "virtualio", "mempool", *_OTHER_RESOURCES)),
            value("--rsubtype", choices=(*_VIRTUAL, *_OTHER_VIRTUAL, "adapter", "physport", "logport")),
            value("-m", required=True),
            value("--level"),
            FILTER,
            *LISTING,
        ),
        _lshwres,
    ),
)
