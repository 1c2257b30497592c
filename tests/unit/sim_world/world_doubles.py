"""A world whose time passes only when a test says so, and operating systems that remember what was done to them."""

from __future__ import annotations

import asyncio
import heapq
import shlex
from collections.abc import Awaitable, Coroutine
from copy import deepcopy
from typing import Any

from powervm_sim.console.commands import CONSOLE_COMMANDS
from powervm_sim.console.login import ConsoleLogin
from powervm_sim.guest.interface import Adapter, Firmware, Hardware
from powervm_sim.migration.desk import Desk
from powervm_sim.migration.migration import Request
from powervm_sim.shell.call import Call
from powervm_sim.shell.pipes import Collector, Text
from powervm_sim.world.build import build
from powervm_sim.world.file import WorldFile
from powervm_sim.world.model import Placement
from powervm_sim.world.pace import Pace


class StillClock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.time = 0.0
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = 0

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self._count += 1
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (self.time + seconds, self._count, future))
        await future

    async def advance(self, seconds: float) -> None:
        """Let exactly so much time pass."""
        end = self.time + seconds
        await settle()
        while self._waiting and self._waiting[0][0] <= end:
            await self._wake_next()
        self.time = end

    async def until_done(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Let time pass until some work is done; its result."""
        task = asyncio.ensure_future(work)
        await settle()
        while not task.done():
            assert self._waiting, "the work waits for something that never happens"
            await self._wake_next()
        return await task

    async def until(self, condition: Any) -> None:
        """Let time pass until something is true."""
        await settle()
        while not condition():
            assert self._waiting, "this never becomes true"
            await self._wake_next()

    async def _wake_next(self) -> None:
        self.time, _, future = heapq.heappop(self._waiting)
        if not future.done():
            future.set_result(None)
        await settle()


async def settle() -> None:
    """Let everything happen that does not wait for time."""
    for _ in range(30):
        await asyncio.sleep(0)


class MemoGuest:
    """An operating system that remembers the calls."""

    def __init__(self, firmware: Firmware, ready: bool) -> None:
        self.firmware = firmware
        self.rmc_ready = ready
        self.running = False
        self.calls: list[str] = []
        self.hardware: Hardware | None = None
        self.check_status = 0
        self.dirty_rate = 0.0
        self.port_status = 0

    def boot(self, hardware: Hardware) -> None:
        self.running, self.hardware = True, hardware
        self.calls.append("boot")

    def stop(self) -> None:
        self.running = False
        self.calls.append("stop")

    def check_migration(self, stream_id: int, target_id: int) -> int:
        self.calls.append("check")
        return self.check_status

    def start_migration(self, stream_id: int, target_id: int) -> None:
        self.calls.append("start")

    def remove_port(self, adapter: Adapter) -> int:
        self.calls.append(f"remove {adapter.drc_index:x}")
        return self.port_status

    def add_port(self, adapter: Adapter) -> int:
        self.calls.append(f"add {adapter.drc_index:x}")
        return 0

    def hardware_changed(self, hardware: Hardware) -> None:
        self.hardware = hardware

    def fail_over(self, adapter: Adapter) -> None:
        self.calls.append(f"failover {adapter.unit:x}")

    def suspend(self) -> None:
        self.calls.append("suspend")

    def resume(self, hardware: Hardware) -> None:
        self.hardware = hardware
        self.calls.append("resume")

    def end_migration(self, status: int) -> None:
        self.calls.append(f"end {status}")


def _vios(number: int, address: int) -> dict[str, Any]:
    return {"serve": f"127.0.20.{address}", "address": f"10.0.2.{address}", "id": number}


def _server(console: str, model: str, serial: str, generation: str, vios: dict[str, Any]) -> dict[str, Any]:
    return {
        "console": console,
        "type_model": model,
        "serial": serial,
        "generation": generation,
        "firmware": "FW950.C0 (VL950_168)",
        "memory": 65536,
        "processors": 16,
        "virtual_io_servers": vios,
    }


def _console(number: int, version: int) -> dict[str, Any]:
    return {
        "serve": f"127.0.10.{number}",
        "address": f"10.0.0.{number}",
        "version": version,
        "release": "3",
        "service_pack": "1060",
        "build": "2408210051",
        "serial": f"78F0A{number}0",
    }


_STORAGE = [
    {"slot": 3, "kind": "fc", "server": "s1-vios1", "remote_slot": 31},
    {"slot": 4, "kind": "scsi", "server": "s1-vios2", "remote_slot": 32},
]

WORLD: dict[str, Any] = {
    "name": "small",
    "seed": 3,
    "blackout": {"minimum": 200, "maximum": 200},
    "consoles": {"near": _console(1, 10), "far": _console(2, 11)},
    "servers": {
        "s1": _server("near", "9009-22A", "78A1B20", "POWER9", {"s1-vios1": _vios(1, 1), "s1-vios2": _vios(2, 2)}),
        "s2": _server("near", "9080-HEX", "13C0D40", "POWER10", {"s2-vios1": _vios(1, 3), "s2-vios2": _vios(2, 4)}),
        "s3": _server("far", "9105-22A", "78E1F60", "POWER10", {"s3-vios1": _vios(1, 5)}),
        "old": _server("near", "8286-42A", "21F0A8A", "POWER8", {"old-vios1": _vios(1, 6)}),
    },
    "partitions": {
        "lp1": {
            "serve": "127.0.30.1",
            "address": "10.0.1.1",
            "server": "s1",
            "id": 7,
            "distribution": "rhel9",
            "memory": 8192,
            "storage": _STORAGE,
        },
        "off": {
            "serve": "127.0.30.2",
            "address": "10.0.1.2",
            "server": "s1",
            "id": 8,
            "distribution": "sles15",
            "memory": 4096,
            "compat_mode": "POWER8",
            "activated": False,
        },
    },
}


class SmallLab:
    """Two consoles, four servers, two partitions, and a clock that stands still.

    Args:
        changes: Dotted key paths of the world file and the values that they get.

    Attributes:
        user: Who types on the consoles.
    """

    user = "hscroot"

    def __init__(self, changes: dict[str, Any] | None = None) -> None:
        data = deepcopy(WORLD)
        for path, value in (changes or {}).items():
            entry = data
            *above, last = path.split(".")
            for part in above:
                entry = entry.setdefault(part, {})
            entry[last] = value
        self.clock = StillClock()
        file = WorldFile.model_validate(data)
        pace = Pace(1.0, sleep=self.clock.sleep, now=self.clock.now)
        lab = build(file, pace, _make_guest, {"near": "near-secret", "far": "far-secret"})
        self.world, self.power = lab.world, lab.power
        self.desk = Desk(self.world)

    @property
    def lp1(self) -> Placement:
        return self.world.home(self.world.partitions["lp1"])

    @property
    def guest(self) -> MemoGuest:
        guest = self.world.partitions["lp1"].guest
        assert isinstance(guest, MemoGuest)
        return guest

    def request(self, target: str, name: str = "lp1", **options: Any) -> Request:
        placement = self.world.home(self.world.partitions[name])
        console = placement.server.console
        return Request(console, "hscroot", placement, self.world.servers[target], **options)

    async def type(self, command: str, console: str = "near", terminal: Any = None) -> tuple[str, int]:
        """Output and status of a console command; time passes as it needs."""
        return await self.clock.until_done(self.start(command, console, terminal))

    async def start(self, command: str, console: str = "near", terminal: Any = None) -> tuple[str, int]:
        """The same while the test lets time pass."""
        name, *arguments = shlex.split(command)
        out, err = Collector(), Collector()
        login = ConsoleLogin(
            self.world, self.power, self.desk, self.world.consoles[console], self.user, self._vios_command
        )
        call = Call(name, arguments, Text(), out, err, {}, terminal, login)
        work: Awaitable[int] = CONSOLE_COMMANDS[name](call)
        status = await work
        assert err.text == "", "console commands write to standard output only"
        return out.text, status

    @staticmethod
    async def _vios_command(placement: Placement, command: str) -> tuple[str, int]:
        return (f"{placement.name}: {command}\n", 0) if command == "ioslevel" else ("not there\n", 2)


def _make_guest(_name: str, entry: Any, firmware: Firmware, _seed: int) -> MemoGuest:
    return MemoGuest(firmware, ready=entry.rmc not in ("broken", "dead"))
