"""What shows processors and shares: ``lscpu``, ``lparstat`` and ``ppc64_cpu``.

``lparstat`` prints each line as ``%-45s: %s`` in the order of its own table (powerpc-utils ``src/lparstat.h``); lines
whose source the kernel does not provide are left out.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from powervm_sim.guest.commands.kinds import GuestCommand
from powervm_sim.guest.commands.options import UsageError, not_simulated, parse
from powervm_sim.guest.hardware_files import THREADS_PER_CORE, lparcfg_values, memory_total
from powervm_sim.guest.processor import mode, processor
from powervm_sim.guest.settings import ranges
from powervm_sim.shell.call import Call

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest


async def lscpu(guest: LinuxGuest, call: Call) -> int:
    """``lscpu``, ``-J`` and ``-p``; match its lines on the name, the widths differ between releases."""
    options, rest = parse(call, "aebcpJ", ("all", "extended", "parse", "json"))
    kinds = {{"--json": "-J", "--parse": "-p"}.get(name, name) for name, _ in options}
    if kinds - {"-J", "-p"} or rest:
        raise not_simulated(call, min(kinds - {"-J", "-p"}) if kinds - {"-J", "-p"} else rest[0])
    generation = mode(guest.booted_on.compatibility_mode, guest.booted_on.processor)
    silicon = processor(guest.booted_on.processor)
    values = {
        "Architecture": "ppc64le",
        "CPU(s)": guest.hardware.processors * THREADS_PER_CORE,
        "On-line CPU(s) list": ranges(guest.online),
        "Thread(s) per core": guest.threads,
        "Core(s) per socket": 1,
        "Socket(s)": guest.hardware.processors,
        "NUMA node(s)": 1,
        "Model": f"{silicon.revision} (pvr {silicon.version})",
        "Model name": generation.cpu_line,
        "Hypervisor vendor": "pHyp",
        "Virtualization type": "para",
        "L1d cache": silicon.caches[0],
        "L1i cache": silicon.caches[1],
    }
    if guest.hardware.units is None:
        values |= {"L2 cache": silicon.caches[2], "L3 cache": silicon.caches[3]}
    values["NUMA node0 CPU(s)"] = ranges(guest.online)
    if "-J" in kinds:
        entries = [{"field": f"{name}:", "data": str(value)} for name, value in values.items()]
        await call.stdout.write(json.dumps({"lscpu": entries}, indent=3) + "\n")
        return 0
    if "-p" in kinds:
        rows = [f"{cpu},{cpu // THREADS_PER_CORE},{cpu // THREADS_PER_CORE},0,,," for cpu in guest.online]
        await call.stdout.write("# CPU,Core,Socket,Node,,L1d,L1i\n" + "".join(f"{row}\n" for row in rows))
        return 0
    for name, value in values.items():
        await call.stdout.write(f"{name + ':':<21}{value}\n" if len(name) < 20 else f"{name}: {value}\n")
    return 0


async def lparstat(guest: LinuxGuest, call: Call) -> int:
    """``lparstat -i``, ``-l``, and statistics: ``lparstat [INTERVAL [COUNT]]``."""
    options, rest = parse(call, "iElxV", ("info", "legacy", "version"))
    kinds = {name.lstrip("-")[:1] for name, _ in options}
    if "i" in kinds and not kinds - {"i", "l"} and not rest:
        for name, value in information(guest, megabytes="l" in kinds).items():
            await call.stdout.write(f"{name:<45}: {value}\n")
        return 0
    if kinds - {"l"}:
        raise not_simulated(call, " ".join(call.arguments))
    if len(rest) > 2 or not all(word.isdigit() for word in rest):
        raise UsageError("Usage: lparstat [ options ]\n\tlparstat <interval> [ count ]")
    return await _statistics(guest, call, [int(word) for word in rest], megabytes="l" in kinds)


async def _statistics(guest: LinuxGuest, call: Call, numbers: list[int], *, megabytes: bool) -> int:
    """Without an interval the figures since boot, otherwise one line after each interval."""
    known = information(guest, megabytes=megabytes)
    shared = known["Type"] == "Shared"
    await call.stdout.write(
        f"\nSystem Configuration\ntype={known['Type']} mode={known['Mode']} smt={guest.threads} lcpu={guest.cpus} "
        f"mem={known['Online Memory']} cpus={known['Active Physical CPUs in system']} "
        f"ent={known['Entitled Capacity']} \n\n"
    )
    head = "%user  %sys %wait    %idle"
    more = "    physc %entc lbusy   app  vcsw phint" if shared else ""
    dashes = "----- ----- -----    -----" + ("    ----- ----- ----- ----- ----- -----" if shared else "")
    await call.stdout.write(f"{head}{more}\n{dashes}\n")
    interval, count = (numbers[0], numbers[1] if len(numbers) > 1 else None) if numbers else (0, 1)
    shown = 0
    while count is None or shown < count:
        if numbers:
            await guest.sleep(max(1, interval))
        busy = min(1.0, guest.stress.workers / guest.cpus)
        user, system = 0.12 + 70 * busy, 0.05 + 24 * busy
        idle = max(0.0, 100 - user - system)
        line = f"{user:5.2f} {system:5.2f} {0:5.2f}    {idle:5.2f}"
        if shared:
            entitled = float(known["Entitled Capacity"])
            used = max(0.01, entitled * busy)
            line += f"    {used:5.2f} {100 * used / entitled:5.2f} {100 - idle:5.2f} "
            line += f"{float(known['Active CPUs in Pool']) - used:5.2f} {420:5d} {3:5d}"
        await call.stdout.write(f"{line}\n")
        shown += 1
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
    """``ppc64_cpu``: threads and cores are shown; ``--smt=N`` sets the threads of all cores."""
    arguments = list(call.arguments)
    cores = guest.hardware.processors
    if arguments and arguments[0].startswith("--smt="):
        return _set_smt(guest, arguments[0].removeprefix("--smt="))
    numeric = arguments == ["--smt", "-n"]
    smt = f"SMT={guest.threads}" if guest.threads > 1 or numeric else "SMT is off"
    shown = {
        "--smt": smt,
        "--cores-present": f"Number of cores present = {cores}",
        "--cores-on": f"Number of cores online = {cores}",
        "--threads-per-core": f"Threads per core: {THREADS_PER_CORE}",
        "--info": _threads(guest),
    }
    if numeric:
        arguments.pop()
    if len(arguments) != 1 or arguments[0] not in shown:
        raise not_simulated(call, " ".join(arguments) or "without options")
    await call.stdout.write(shown[arguments[0]] + "\n")
    return 0


def _set_smt(guest: LinuxGuest, value: str) -> int:
    words = {"on": THREADS_PER_CORE, "off": 1}
    number = words.get(value) or (int(value) if value.isdigit() and value.isascii() else 0)
    if not 1 <= number <= THREADS_PER_CORE:
        raise UsageError(f"SMT={value} is not valid", 255)
    guest.threads = number
    return 0


def _threads(guest: LinuxGuest) -> str:
    """The table of ``--info``: threads that are online have a star."""
    lines = []
    for core in range(guest.hardware.processors):
        numbers = range(core * THREADS_PER_CORE, (core + 1) * THREADS_PER_CORE)
        cells = "".join(f" {cpu:4d}{'*' if place < guest.threads else ' '}" for place, cpu in enumerate(numbers))
        lines.append(f"Core {core:3d}:{cells}")
    return "\n".join(lines)


COMMANDS: dict[str, GuestCommand] = {"lscpu": lscpu, "lparstat": lparstat, "ppc64_cpu": ppc64_cpu}
