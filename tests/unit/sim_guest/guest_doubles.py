"""A partition and a Virtual I/O Server with fixed times, and how tests run commands on them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from powervm_sim.guest.clock import Clock
from powervm_sim.guest.interface import Adapter, ConsoleContact, Firmware, Hardware, Neighbour
from powervm_sim.guest.linux import LinuxGuest
from powervm_sim.guest.spec import GuestSpec
from powervm_sim.shell.pipes import Collector, Text

START = datetime(2026, 8, 26, 10, 12, 1).timestamp()
STREAM = 0xD7A884F83D830E6D

SOURCE = Hardware(
    type_model="9009-22A",
    serial="78A1B20",
    processor="POWER9",
    compatibility_mode="POWER9_base",
    firmware="FW950.30 (VL950_092)",
    partition_id=7,
    partition_name="lp7",
    memory=61440,
    minimum_memory=4096,
    maximum_memory=131072,
    processors=8,
    minimum_processors=1,
    maximum_processors=16,
    units=4.0,
    minimum_units=0.1,
    maximum_units=16.0,
    capped=False,
    weight=128,
    pool_id=0,
    server_processors=40,
    consoles=(ConsoleContact("hmc113", "10.126.217.113", "7042CR8*84270AD"),),
    adapters=(
        Adapter("ibmveth", 0x30000002, mac="02:05:a1:b2:00:02"),
        Adapter("ibmvscsi", 0x30000003, host_name="vios1", host_id=1),
        Adapter(
            "ibmvfc", 0x30000004, host_name="vios1", host_device="vfchost0", host_location="U78D2.001.WZS00AB-P1-C8"
        ),
    ),
)

TARGET = replace(
    SOURCE,
    type_model="9080-HEX",
    serial="78C3D40",
    processor="POWER10",
    firmware="FW1030.20 (NH1030_058)",
    partition_id=19,
    server_processors=64,
    adapters=(
        Adapter("ibmveth", 0x30000002, mac="02:05:a1:b2:00:02"),
        Adapter("ibmvscsi", 0x30000003, host_name="vios2", host_id=2),
        Adapter(
            "ibmvfc", 0x30000004, host_name="vios2", host_device="vfchost3", host_location="U78D2.001.WZS00AB-P1-C8-T1"
        ),
    ),
)


PORT = Adapter("mlx5_core", 0, mac="02:05:a1:b2:00:01", drc_index=0x20004005, hcn_id=0xA1B2C3D4, primary=True)
"""A migratable logical port; its backup is a vNIC."""

BACKUP = Adapter("ibmvnic", 0x30000003, mac="02:05:a1:b2:00:02", hcn_id=0xA1B2C3D4)
_PATHS = tuple(
    Adapter("ibmvfc", unit, host_name=f"vios{number}", host_device="vfchost0", wwpns=(f"{wwpn:x}", f"{wwpn + 1:x}"))
    for number, unit, wwpn in ((1, 0x30000004, 0xC050760000000010), (2, 0x30000005, 0xC050760000000012))
)
_HYBRID = (Adapter("ibmveth", 0x30000002, mac="02:05:a1:b2:00:09"), BACKUP, PORT, *_PATHS)
HYBRID_SOURCE = replace(SOURCE, adapters=_HYBRID)
HYBRID_TARGET = replace(TARGET, adapters=_HYBRID)
"""With a bond of a logical port and a vNIC, and a disk with two paths."""


@dataclass
class Hands:
    """Clocks that are moved by hand, and what the guest told the firmware."""

    passed: float = 0.0
    rmc_changes: int = 0
    power: list[bool] = field(default_factory=list)

    def clock(self) -> Clock:
        return Clock(time=lambda: START + self.passed, monotonic=lambda: 5000.0 + self.passed)

    def firmware(self) -> Firmware:
        return Firmware(self._rmc_changed, self.power.append)

    def _rmc_changed(self) -> None:
        self.rmc_changes += 1


class Result(NamedTuple):
    """What a command gave."""

    status: int
    out: str
    err: str


def make_guest(hands: Hands, **spec: Any) -> LinuxGuest:
    """A booted partition."""
    settings: dict[str, Any] = {"host_name": "lp7.example.com", "addresses": ("10.0.0.77/24",)} | spec
    guest = LinuxGuest(GuestSpec(**settings), hands.firmware(), seed=1, clock=hands.clock())
    guest.boot(SOURCE)
    return guest


def make_real_guest(
    hardware: Hardware = SOURCE, neighbours: dict[str, Neighbour] | None = None, **spec: Any
) -> LinuxGuest:
    """A booted partition whose clocks are those of this machine; long things take no time in it."""

    async def long(_: float) -> None:
        await asyncio.sleep(0)

    settings: dict[str, Any] = {"host_name": "lp7.example.com", "addresses": ("10.0.0.77/24", "10.0.1.77/24")} | spec
    firmware = Firmware(lambda: None, lambda _: None, neighbour=(neighbours or {}).get, long=long)
    guest = LinuxGuest(GuestSpec(**settings), firmware, seed=1)
    guest.boot(hardware)
    return guest


async def run_in(shell: Any, script: str, stdin: str = "") -> Result:
    """Run a script in a shell and close it."""
    out, err = Collector(), Collector()
    try:
        status = await shell.run(script, Text(stdin), out, err)
    finally:
        await shell.close()
    return Result(status, out.text, err.text)


def runner(machine: Any) -> Callable[..., Result]:
    """Run one script after the other on a machine, each in a login of its own."""

    def run(script: str, stdin: str = "") -> Result:
        result: Result = asyncio.run(limited(run_in(machine.shell(), script, stdin)))
        return result

    return run


async def limited(work: Awaitable[Any]) -> Any:
    """No test hangs."""
    return await asyncio.wait_for(work, 20)


def move(guest: LinuxGuest, hands: Hands, target: Hardware = TARGET) -> None:
    """A migration that ends well: 80 s of copying, a blackout of 0.2 s, 6 s until the last page is there."""
    guest.start_migration(STREAM, target.partition_id)
    hands.passed += 80
    guest.suspend()
    hands.passed += 0.2
    guest.resume(target)
    hands.passed += 6
    guest.end_migration(0)
