"""A run of ``stress-ng``: it starts workers, waits for the clock, and says what came of it."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from powervm_sim.guest.commands.options import UsageError
from powervm_sim.guest.commands.places import place
from powervm_sim.guest.hardware_files import memory_total
from powervm_sim.guest.kernel_log import Level
from powervm_sim.guest.load import Stress
from powervm_sim.guest.processes import Process
from powervm_sim.guest.stress.order import Order, OrderError, read_order
from powervm_sim.guest.stress.report import Figures, duration, figures, grouped, metric_lines, time_lines, yaml_text
from powervm_sim.shell.call import Call

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

_STEP = 0.2
_KILL = 9
_NO_RESOURCE = 3
_KILLED = 5
_ENDINGS = {
    2: ("fail", "{0}: detected 1 bit errors while stressing memory"),
    3: ("warn", "{0}: skipped, out of resources"),
    4: ("warn", "{0}: skipped, not implemented on this system"),
    5: ("warn", "{0}: terminated on signal: 11 (SIGSEGV)"),
    6: ("error", "{0}: stressor exited with an unexpected exit()"),
    7: ("warn", "{0}: metrics are untrustworthy"),
}
_NEW_OUTPUT = (0, 15, 8)
_NEW_SUMMARY = (0, 15, 0)


async def stress_ng(guest: LinuxGuest, call: Call) -> int:
    """``stress-ng``."""
    run = Run(guest, call)
    try:
        run.order = read_order(call.arguments, cpus=guest.cpus, available=guest.available_memory << 10)
    except OrderError as problem:
        if problem.plain:
            raise UsageError(str(problem)) from None
        await run.say("error", str(problem))
        return 1
    if run.order.has("version"):
        version = guest.package_version("stress-ng")
        await call.stdout.write(f"stress-ng, version {version} (gcc 11.5.0, ppc64le Linux {guest.spec.release})\n")
        return 0
    if not run.order.workers:
        await run.say("error", "No stress workers invoked")
        return 1
    return await run.go()


class Run:
    """One run.

    Attributes:
        order: What the options ask for.
    """

    def __init__(self, guest: LinuxGuest, call: Call) -> None:
        self._guest = guest
        self._call = call
        self.order = Order()
        self._pid = guest.processes.current_pid()
        self._version = tuple(int(part) for part in guest.package_version("stress-ng").split(".") if part.isdigit())
        self._begun = guest.clock.monotonic()
        self._work_begun = guest.pace.worked
        self._failed: dict[str, int] = {}
        self._skipped: dict[str, int] = {}
        self._status = 0
        self._log: list[str] = []
        self._load = ""

    async def go(self) -> int:
        """Run to the end; returns the exit status."""
        order, guest = self.order, self._guest
        if order.timeout is not None:
            await self.say("info", f"setting to a {duration(order.timeout, whole=True)} run per stressor")
        await self._check_resources()
        if self._running:
            hogs = ", ".join(f"{count} {name}" for name, count in self._running.items())
            await self.say("info", f"dispatching hogs: {hogs}")
        if order.has("dry-run"):
            return await self._end()
        hang = float(order.given.get("vm-hang", "0"))
        stress = Stress(dict(self._running), order.memory / (1 << 20), order.has("vm-keep"), hang, self._pid)
        workers = self._start_workers(stress)
        try:
            await self._wait(stress)
        except asyncio.CancelledError:
            process = guest.processes.get(self._pid)
            if process is None or process.signal == _KILL or not guest.running:
                raise
            self._stop(stress, workers)
            with suppress(BrokenPipeError):
                status = await self._end()
            if process.signal == 0:
                raise
            return status
        finally:
            self._stop(stress, workers)
        return await self._end()

    @property
    def _running(self) -> dict[str, int]:
        return {name: count for name, count in self.order.workers.items() if name not in self._skipped}

    async def _check_resources(self) -> None:
        workers, tree = self.order.workers, self._guest.tree
        if "vm" in workers and self.order.memory > self._guest.available_memory << 10:
            self._skipped["vm"] = workers["vm"]
            await self.say("warn", "vm: gave up trying to mmap, no available memory, skipping stressor")
        if "hdd" in workers and tree.size - tree.occupied < 1 << 16:
            self._skipped["hdd"] = workers["hdd"]
            await self.say("warn", "hdd: skipped, no space left on device")
        if self._skipped:
            self._status = _NO_RESOURCE

    def _start_workers(self, stress: Stress) -> list[Process]:
        self._guest.stress.add(stress)
        return [
            self._worker(name, number) for name, count in self._running.items() for number in range(min(count, 512))
        ]

    def _worker(self, name: str, number: int) -> Process:
        title = f"stress-ng-{name}"
        process = self._guest.processes.add(title, parent=self._pid, title=title, ended=partial(self._killed, name))
        process.state = "R"
        begun, share = self._guest.pace.worked, 0.9 - 0.01 * (number % 8)
        process.busy = lambda: (self._guest.pace.worked - begun) * share
        if name == "vm":
            process.resident = lambda: self.order.memory // 1024 // max(1, self.order.workers["vm"])
        return process

    def _killed(self, name: str) -> None:
        self._failed[name] = self._failed.get(name, 0) + 1
        self._status = self._status or _KILLED

    def _stop(self, stress: Stress, workers: list[Process]) -> None:
        if stress in self._guest.stress:
            self._load = self._guest.load
        self._guest.stress.remove(stress)
        for process in workers:
            self._guest.processes.remove(process.pid)

    async def _wait(self, stress: Stress) -> None:
        clock = self._guest.clock
        timeout = self.order.timeout
        end = math.inf if timeout is None else self._begun + timeout
        while (rest := end - clock.monotonic()) > 0:
            await self._guest.sleep(min(_STEP, rest))
            if stress.failure is not None:
                await self._fail(stress.failure)
                return
            if self.order.limits and self._reached():
                return

    def _reached(self) -> bool:
        """All stressors with a limit have done their share."""
        done = {entry.name: entry.operations for entry in self._figures()}
        return all(done.get(name, limit) >= limit for name, limit in self.order.limits.items())

    async def _fail(self, status: int) -> None:
        self._status = status
        if not status:
            return
        kind, text = _ENDINGS.get(status, ("error", "{0}: terminated"))
        name = "vm" if "vm" in self._running else next(iter(self._running), "cpu")
        self._failed[name] = 1
        await self.say(kind, text.format(name))
        if status == 2:
            worker = self._guest.processes.next_pid()
            text = f"{name}: [{worker}] terminated with an error, exit status={status} (stressor failed)"
            await self.say("error", text)

    def _figures(self) -> list[Figures]:
        real = max(0.0, self._guest.clock.monotonic() - self._begun)
        numbers = self._guest.random(f"stress {self._pid}")

        def chance() -> Iterator[float]:
            while True:
                yield numbers.uniform(0.97, 1.03)

        worked = self._guest.pace.worked - self._work_begun
        memory = self.order.memory
        return figures(self._running, cpus=self._guest.cpus, real=real, worked=worked, memory=memory, chance=chance())

    async def _end(self) -> int:
        order, guest = self.order, self._guest
        real = max(0.0, guest.clock.monotonic() - self._begun)
        found = self._figures()
        load = self._load or guest.load
        if order.has("metrics") or order.has("metrics-brief"):
            kind = "metrc" if self._version >= _NEW_SUMMARY else "info"
            for line in metric_lines(found, full=order.has("metrics") and self._version >= _NEW_SUMMARY):
                await self.say(kind, line)
        if order.has("times"):
            for line in time_lines(found, cpus=guest.cpus, real=real, load=load):
                await self.say("info", line)
        await self._summary(real)
        if "yaml" in order.given:
            text = yaml_text(found, self._facts(), cpus=guest.cpus, real=real, load=load)
            self._write(order.given["yaml"], text)
        if "log-file" in order.given:
            self._write(order.given["log-file"], "".join(self._log))
        return self._status

    async def _summary(self, real: float) -> None:
        success = "successful" if not self._status else "unsuccessful"
        if self._version < _NEW_SUMMARY:
            long = f" ({duration(real)})" if real >= 60 else ""
            await self.say("info", f"{success} run completed in {real:.2f}s{long}")
            return
        failed = {name: count for name, count in self._failed.items() if count}
        passed = {name: count - failed.get(name, 0) for name, count in self._running.items()}
        passed = {name: count for name, count in passed.items() if count}
        await self.say("info", f"skipped: {grouped(self._skipped)}")
        await self.say("info", f"passed: {grouped(passed)}")
        await self.say("info", f"failed: {grouped(failed)}")
        await self.say("info", f"metrics untrustworthy: {1 if self._status == 7 else 0}")
        await self.say("info", f"{success} run completed in {duration(real, whole=real >= 60)}")

    def _facts(self) -> dict[str, str | int]:
        guest = self._guest
        now = datetime.fromtimestamp(guest.clock.time()).astimezone()
        return {
            "stress-ng-version": guest.package_version("stress-ng"),
            "run-by": "root",
            "date-yyyy-mm-dd": f"{now:%Y:%m:%d}",
            "time-hh-mm-ss": f"{now:%H:%M:%S}",
            "hostname": guest.host_name,
            "sysname": "Linux",
            "release": guest.spec.release,
            "machine": "ppc64le",
            "uptime": int(guest.uptime),
            "totalram": memory_total(guest.hardware) * 1024,
            "pagesize": 65536,
            "cpus": guest.cpus,
            "cpus-online": guest.cpus,
        }

    def _write(self, path: str, text: str) -> None:
        self._guest.tree.write(place(self._call, path), text.encode())

    async def say(self, kind: str, text: str) -> None:
        """A line in the frame of stress-ng."""
        stamp = ""
        if self.order.has("timestamp"):
            now = datetime.fromtimestamp(self._guest.clock.time()).astimezone()
            stamp = f"{now:%H:%M:%S}.{now.microsecond // 10000:02d} "
        line = f"stress-ng: {stamp}{kind + ':':<6} [{self._pid}] {text}\n"
        self._log.append(line)
        if self.order.has("syslog") or kind in ("fail", "error"):
            self._guest.log(text, "stress-ng", priority=Level.ERR, facility=1, pid=self._pid)
        if self.order.has("quiet") and kind != "error":
            return
        new = self._version >= _NEW_OUTPUT and not self.order.has("stderr")
        await (self._call.stdout if new else self._call.stderr).write(line)
