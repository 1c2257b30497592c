"""The lines that the kernel prints while it boots: a selection, with the levels that the real ones have."""

from __future__ import annotations

from collections.abc import Iterator

from powervm_sim.guest.driver_lines import login_lines, network_login_lines
from powervm_sim.guest.hardware_files import THREADS_PER_CORE, memory_total, model
from powervm_sim.guest.interface import Hardware
from powervm_sim.guest.kernel_log import Level
from powervm_sim.guest.processor import mode, processor


def boot_lines(hardware: Hardware, version: str, command_line: str) -> Iterator[tuple[str, Level]]:
    """Text and level of each line.

    Args:
        version: Content of ``/proc/version``.
        command_line: Content of ``/proc/cmdline``.
    """
    generation, silicon = mode(hardware.compatibility_mode, hardware.processor), processor(hardware.processor)
    first = silicon.version.replace(" ", "")
    yield version, Level.NOTICE
    yield (
        f"Hardware name: {model(hardware)} {generation.name} (architected) 0x{first.lstrip('0')} "
        f"{generation.logical_version} of:IBM,{hardware.firmware} hv:phyp pSeries",
        Level.INFO,
    )
    yield "Using pSeries machine description", Level.INFO
    mmu = "radix-mmu: Initializing Radix MMU" if generation.radix else "hash-mmu: Initializing hash mmu with SLB"
    yield mmu, Level.INFO
    yield f"Kernel command line: {command_line}", Level.NOTICE
    yield f"Memory: {memory_total(hardware)}K/{hardware.memory * 1024}K available", Level.INFO
    cpus = hardware.processors * THREADS_PER_CORE
    yield f"smp: Brought up 1 node, {cpus} CPUs", Level.INFO
    # These two are on every PowerVM partition and mean nothing.
    yield "plpks: POWER LPAR Platform KeyStore is not supported or enabled", Level.ERR
    yield "vio vio: uevent: failed to send synthetic uevent: -19", Level.ERR
    yield "secvar-sysfs: Failed to retrieve secvar operations", Level.WARN
    for adapter in hardware.adapters:
        yield from login_lines(adapter, hardware)
        if adapter.driver == "ibmvnic":
            yield from network_login_lines(adapter)
        if adapter.driver == "ibmveth":
            yield "ibmveth: IBM Power Virtual Ethernet Driver 1.06", Level.INFO
