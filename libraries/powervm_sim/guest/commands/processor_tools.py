"""What shows processors and shares: ``lscpu``, ``lparstat -i`` and ``ppc64_cpu --smt``.

``lparstat`` prints each line as ``%-45s: %s`` in the order of its own table (powerpc-utils ``src/lparstat.h``); lines
whose source the kernel does not provide are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from powervm_sim.guest.commands.kinds import GuestCommand
from powervm_sim.guest.commands.options import UsageError, not_simulated, parse
from powervm_sim.guest.hardware_files import THREADS_PER_CORE, lparcfg_values, memory_total
from powervm_sim.guest.processor import mode, processor
from powervm_sim.shell.call import Call

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest


async def lscpu(guest: LinuxGuest, call: Call) -> int:
    """``lscpu`` without options; match its lines on the name, the widths differ between releases."""
    options, _ = parse(call, "aebcpJ", ("all", "extended", "parse", "json"))
    if options:
        raise not_simulated(call, options[0][0])
    generation = mode(guest.booted_on.compatibility_mode, guest.booted_on.processor)
    silicon = processor(guest.booted_on.processor)
    values = {
        "Architecture": "ppc64le",
        "Byte Order": "Little Endian",
        "CPU(s)": guest.cpus,
        "On-line CPU(s) list": f"0-{guest.cpus - 1}",
        "Model name": generation.cpu_line,
        "Model": f"{silicon.revision} (pvr {silicon.version})",
        "Thread(s) per core": THREADS_PER_CORE,
        "Core(s) per socket": 1,
        "Socket(s)": guest.hardware.processors,
        "Hypervisor vendor": "pHyp",
        "Virtualization type": "para",
        "L1d cache": silicon.caches[0],
        "L1i cache": silicon.caches[1],
    }
    if guest.hardware.units is None:
        values |= {"L2 cache": silicon.caches[2], "L3 cache": silicon.caches[3]}
    values |= {"NUMA node(s)": 1, "NUMA node0 CPU(s)": f"0-{guest.cpus - 1}"}
    for name, value in values.items():
        await call.stdout.write(f"{name + ':':<21}{value}\n" if len(name) < 20 else f"{name}: {value}\n")
    return 0


async def lparstat(guest: LinuxGuest, call: Call) -> int:
    """``lparstat -i`` and ``-l``; intervals are not simulated."""
    options, rest = parse(call, "iElxV", ("info", "legacy", "version"))
    kinds = {name.lstrip("-")[:1] for name, _ in options}
    if rest or "i" not in kinds or kinds - {"i", "l"}:
        raise not_simulated(call, " ".join(call.arguments) or "statistics")
    for name, value in information(guest, megabytes="l" in kinds).items():
        await call.stdout.write(f"{name:<45}: {value}\n")
    return 0


def information(guest: LinuxGuest, *, megabytes: bool = False) -> dict[str, str]:
    """The lines of ``lparstat -i``: name and value in the order of the program."""
    cfg = lparcfg_values(guest.hardware, guest.uptime)
    shared = cfg["shared_processor_mode"] == "1"
    total = memory_total(guest.hardware)
    entitled = int(cfg["partition_entitled_capacity"])
    pool_id = {"Shared Pool ID": cfg["pool"]} if shared else {}
    pool = (
        {
            "Active CPUs in Pool": _whole(cfg["pool_capacity"]),
            "Shared Physical CPUS in system": cfg["physical_procs_allocated_to_virtualization"],
            "Maximum Capacity of Pool": _capacity(cfg["pool_capacity"]),
            "Entitled Capacity of Pool": cfg["entitled_proc_capacity_available"],
        }
        if shared
        else {}
    )
    return {
        "Node Name": guest.host_name,
        "Partition Name": cfg["partition_name"],
        "Partition Number": cfg["partition_id"],
        "Type": "Shared" if shared else "Dedicated",
        "Mode": "Uncapped" if shared and cfg["capped"] == "0" else "Capped",
        "Entitled Capacity": _capacity(cfg["partition_entitled_capacity"]),
        "Partition Group-ID": cfg["group"],
        **pool_id,
        "Online Virtual CPUs": cfg["partition_active_processors"],
        "Maximum Virtual CPUs": cfg["partition_potential_processors"],
        "Minimum Virtual CPUs": cfg["MinProcs"],
        "Online Memory": f"{total // 1024} MB" if megabytes else f"{total} kB",
        "Minimum Memory": cfg["MinMem"],
        "Desired Memory": cfg["DesMem"],
        "Maximum Memory": cfg["MaxMem"],
        "Minimum Capacity": _capacity(cfg["MinEntCap"]),
        "Maximum Capacity": _capacity(cfg["partition_max_entitled_capacity"]),
        "Capacity Increment": _capacity(cfg["CapInc"]),
        "Active Physical CPUs in system": cfg["system_active_processors"],
        **pool,
        "Unallocated Processor Capacity": cfg["unallocated_capacity"],
        "Physical CPU Percentage": str(entitled // int(cfg["partition_active_processors"])),
        "Unallocated Weight": cfg["unallocated_capacity_weight"],
        "Memory Mode": "Dedicated",
        "Total I/O Memory Entitlement": cfg["entitled_memory"],
        "Variable Memory Capacity Weight": cfg["entitled_memory_weight"],
        "Memory Pool ID": cfg["entitled_memory_pool_number"],
        "Unallocated Variable Memory Capacity Weight": cfg["unallocated_entitled_memory_weight"],
        "Unallocated I/O Memory Entitlement": cfg["unallocated_io_mapping_entitlement"],
        "Memory Group ID of LPAR": cfg["entitled_memory_group_number"],
        "Desired Variable Capacity Weight": cfg["DesVarCapWt"],
    }


def _capacity(hundredths: str) -> str:
    return f"{int(hundredths) / 100:.2f}"


def _whole(hundredths: str) -> str:
    return str(int(hundredths) // 100)


async def ppc64_cpu(guest: LinuxGuest, call: Call) -> int:
    """``ppc64_cpu``: it shows threads and cores; changing them is not simulated."""
    arguments = list(call.arguments)
    cores = guest.hardware.processors
    shown = {
        "--smt": f"SMT={THREADS_PER_CORE}",
        "--cores-present": f"Number of cores present = {cores}",
        "--cores-on": f"Number of cores online = {cores}",
        "--threads-per-core": f"Threads per core: {THREADS_PER_CORE}",
    }
    if arguments and arguments[0].startswith("--smt="):
        return await _set_smt(call, arguments[0].removeprefix("--smt="))
    if arguments[:1] == ["--smt"] and arguments[1:] in ([], ["-n"]):
        arguments = arguments[:1]
    if len(arguments) != 1 or arguments[0] not in shown:
        raise not_simulated(call, " ".join(arguments) or "without options")
    await call.stdout.write(shown[arguments[0]] + "\n")
    return 0


async def _set_smt(call: Call, value: str) -> int:
    if value in ("on", str(THREADS_PER_CORE)):
        return 0
    if value == "off" or (value.isdigit() and 0 < int(value) < THREADS_PER_CORE):
        raise not_simulated(call, f"--smt={value}")
    raise UsageError(f"SMT={value} is not valid", 255)


COMMANDS: dict[str, GuestCommand] = {"lscpu": lscpu, "lparstat": lparstat, "ppc64_cpu": ppc64_cpu}
