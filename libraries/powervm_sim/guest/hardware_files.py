"""The texts in ``/proc`` that show the server: lparcfg, cpuinfo, meminfo and the device tree.

Key order and number formats follow the kernel's own print order (``arch/powerpc/platforms/pseries/lparcfg.c``).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from powervm_sim.guest.interface import Hardware
from powervm_sim.guest.processor import mode, processor

THREADS_PER_CORE = 8
_MEGABYTE = 1024 * 1024
_TIMEBASE = 512_000_000
_GROUP_BASE = 32768


def system_id(hardware: Hardware) -> str:
    """The serial number as the device tree has it: ``02`` is the plant code that IBM puts before it."""
    return f"IBM,02{hardware.serial}"


def model(hardware: Hardware) -> str:
    """Type and model as the device tree has them."""
    return f"IBM,{hardware.type_model}"


def _hundredths(units: float | None, processors: int) -> int:
    return round(100 * (processors if units is None else units))


def lparcfg_values(hardware: Hardware, uptime: float) -> dict[str, str]:
    """The keys of lparcfg in the order of the file, without its first line.

    Args:
        uptime: Seconds since boot, for the counters that grow.
    """
    hw = hardware
    shared = hw.units is not None
    entitled = _hundredths(hw.units, hw.processors)
    memory = hw.memory * _MEGABYTE
    group = _GROUP_BASE + hw.partition_id
    total = hw.server_processors
    pool = {
        "pool": hw.pool_id,
        "pool_capacity": total * 100,
        "pool_idle_time": 0,
        "pool_num_procs": 0,
        "boot_pool_idle_time": 0,
    }
    values: dict[str, object] = {
        "serial_number": system_id(hw),
        "system_type": model(hw),
        "partition_id": hw.partition_id,
        "partition_name": hw.partition_name,
        "BoundThrds": 1,
        "CapInc": 1,
        "DisWheRotPer": 5120000,
        "MinEntCap": _hundredths(hw.minimum_units, hw.minimum_processors),
        "MinEntCapPerVP": 5,
        "MinMem": hw.minimum_memory,
        "MinProcs": hw.minimum_processors,
        "partition_max_entitled_capacity": _hundredths(hw.maximum_units, hw.maximum_processors),
        "system_potential_processors": total,
        "DesEntCap": entitled,
        "DesMem": hw.memory,
        "DesProcs": hw.processors,
        "DesVarCapWt": hw.weight,
        "DedDonMode": 0,
        "partition_entitled_capacity": entitled,
        "group": group,
        "system_active_processors": total,
        **(pool if shared else {}),
        "unallocated_capacity_weight": 0,
        "capacity_weight": hw.weight,
        "capped": int(hw.capped),
        "unallocated_capacity": 0,
        "physical_procs_allocated_to_virtualization": total,
        "max_proc_capacity_available": total * 100,
        "entitled_proc_capacity_available": max(0, total * 100 - entitled),
        "entitled_memory": memory,
        "entitled_memory_group_number": group,
        "entitled_memory_pool_number": 65535,
        "entitled_memory_weight": 0,
        "unallocated_entitled_memory_weight": 0,
        "unallocated_io_mapping_entitlement": 0,
        "entitled_memory_loan_request": 0,
        "backing_memory": f"{memory} bytes",
        "coalesced_bytes": 0,
        "cmo_enabled": 0,
        "dispatches": int(uptime * 900),
        "dispatch_dispersions": int(uptime * 40),
        "purr": int(uptime * _TIMEBASE / 20),
        "tbr": int(uptime * _TIMEBASE),
        "partition_affinity_score": 100,
        "partition_active_processors": hw.processors,
        "partition_potential_processors": hw.maximum_processors,
        "shared_processor_mode": int(shared),
        # Only the hash table MMU has segments; radix kernels do not print them.
        **({} if mode(hw.compatibility_mode, hw.processor).radix else {"slb_size": 32}),
        "power_mode_data": "0001000000010001",
        "MaxMem": hw.maximum_memory * _MEGABYTE,
        "security_flavor": 1,
    }
    return {key: str(value) for key, value in values.items()}


def lparcfg(hardware: Hardware, uptime: float) -> str:
    """``/proc/powerpc/lparcfg``."""
    values = lparcfg_values(hardware, uptime)
    return "lparcfg 1.9\n" + "".join(f"{key}={value}\n" for key, value in values.items())


def cpuinfo(hardware: Hardware, booted_on: Hardware, online: Sequence[int] | None = None) -> str:
    """``/proc/cpuinfo``.

    Args:
        online: The numbers of the hardware threads that are online; None for all.
        hardware: The present server: machine and model are read anew each time.
        booted_on: The server that the system was booted on: the lines of each processor are kept from there.
    """
    generation = mode(booted_on.compatibility_mode, booted_on.processor)
    silicon = processor(booted_on.processor)
    blocks = [
        f"processor\t: {number}\n"
        f"cpu\t\t: {generation.cpu_line}\n"
        "clock\t\t: 3000.000000MHz\n"
        f"revision\t: {silicon.revision} (pvr {silicon.version})\n\n"
        for number in (range(hardware.processors * THREADS_PER_CORE) if online is None else online)
    ]
    machine = model(hardware)
    mmu = "Radix" if generation.radix else "Hash"
    trailer = (
        f"timebase\t: {_TIMEBASE}\n"
        "platform\t: pSeries\n"
        f"model\t\t: {machine}\n"
        f"machine\t\t: CHRP {machine}\n"
        f"MMU\t\t: {mmu}\n"
    )
    return "".join(blocks) + trailer


def memory_total(hardware: Hardware) -> int:
    """``MemTotal`` in kB: what the kernel keeps for itself is not in it."""
    return hardware.memory * 1024 - min(133_120, hardware.memory * 16)


def available(hardware: Hardware, used: int) -> int:
    """``MemAvailable`` in kB, when programs under load hold ``used`` kB."""
    return max(0, memory_total(hardware) * 8 // 10 - used)


def meminfo(hardware: Hardware, used: int = 0) -> str:
    """``/proc/meminfo``, the lines that tools look at.

    Args:
        used: Kilobytes that programs under load hold.
    """
    total = memory_total(hardware)
    values = {
        "MemTotal": total,
        "MemFree": max(0, total * 7 // 10 - used),
        "MemAvailable": available(hardware, used),
        "Buffers": 4096,
        "Cached": total // 10,
        "SwapCached": 0,
        "SwapTotal": 4_194_240,
        "SwapFree": 4_194_240,
    }
    return "".join(f"{key + ':':<15} {value:>8} kB\n" for key, value in values.items())


def device_tree(hardware: Hardware, booted_on: Hardware) -> dict[str, bytes]:
    """Properties by their path below ``/proc/device-tree``; texts end with a NUL, numbers are big-endian."""
    return {
        "model": _text(model(hardware)),
        "system-id": _text(system_id(hardware)),
        "device_type": _text("chrp"),
        "compatible": _text(f"IBM,{hardware.type_model}"),
        # The name is only copied at boot; the id follows the move.
        "ibm,partition-name": _text(booted_on.partition_name),
        "ibm,partition-no": struct.pack(">I", hardware.partition_id),
        "ibm,lpar-capable": b"",
        "openprom/ibm,fw-vernum_encoded": _text(hardware.firmware),
        "rtas/ibm,suspend-me": struct.pack(">I", 0x2023),
    }


def port_properties(drc_index: int, hcn_id: int, *, primary: bool) -> dict[str, bytes]:
    """The properties of a logical port by their path below ``/proc/device-tree``."""
    node = f"pci@8000000{drc_index:08x}/ethernet@0"
    found = {f"{node}/ibm,my-drc-index": struct.pack(">I", drc_index), f"{node}/device_type": _text("network")}
    if hcn_id:
        found[f"{node}/ibm,hcn-id"] = struct.pack(">I", hcn_id)
        found[f"{node}/ibm,hcn-mode"] = _text("primary" if primary else "backup")
    return found


def _text(value: str) -> bytes:
    return value.encode() + b"\0"
