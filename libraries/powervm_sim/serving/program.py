"""The program: reads a world, serves it, tells where, and stops cleanly."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from powervm_sim.faults.reading import RuleError
from powervm_sim.guest.interface import Firmware, Guest
from powervm_sim.guest.linux import LinuxGuest
from powervm_sim.guest.spec import Firewall, GuestSpec, Rmc
from powervm_sim.serving.addresses import AddressRefused, assign, check_loopback
from powervm_sim.serving.arguments import Arguments, parse
from powervm_sim.serving.client_files import ssh_config
from powervm_sim.serving.endpoint import Endpoint
from powervm_sim.serving.machines import machines
from powervm_sim.serving.state_folder import StateFolder, write_private
from powervm_sim.world.accounts import Account
from powervm_sim.world.build import Lab, build
from powervm_sim.world.file import PartitionEntry, WorldFile
from powervm_sim.world.pace import Pace
from powervm_sim.world.reading import WorldFileError, read_world

READY_FORMAT = "powervm-sim-ready/1"
_COLLECT = (10_000, 10, 10)
_LOG = logging.getLogger("powervm_sim")


class CannotServe(Exception):
    """The lab cannot be served; the message tells what to change."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program. Returns its exit status: 0 after a signal, 2 when it cannot serve."""
    options = parse(arguments)
    _set_up_logging(verbose=options.verbose)
    try:
        return asyncio.run(_run(options))
    except (WorldFileError, AddressRefused, CannotServe, RuleError) as error:
        print(f"powervm_sim: {error}", file=sys.stderr)  # noqa: T201 - a program's last word
        return 2


async def _run(options: Arguments) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    server = Server(options)
    try:
        with _collecting_seldom():
            await server.start()
        parent = asyncio.create_task(_until_parent_ends(options.with_parent, stop.set))
        await stop.wait()
        parent.cancel()
    finally:
        await server.stop()
    return 0


@contextmanager
def _collecting_seldom() -> Iterator[None]:
    """Start up without collecting garbage, and never look at what was made by then again: it lives as long as the lab.

    Otherwise each collection visits a large world again and again, and the lab stands still meanwhile.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(*_COLLECT)
        gc.enable()


class Server:
    """Everything that is running: the world and its endpoints.

    Args:
        options: See `Arguments`.
    """

    def __init__(self, options: Arguments) -> None:
        self._options = options
        self._file = read_world(options.world)
        if options.any_address:
            _LOG.warning("other hosts may be able to reach this lab (--allow-any-address)")
        else:
            check_loopback(list(_served(self._file)))
        self._state = _state_folder(options.state_dir)
        self._endpoints: list[Endpoint] = []
        self._lab: Lab | None = None
        self._ready = False

    async def start(self) -> None:
        """Serve every endpoint, then tell so. Raises CannotServe."""
        passwords = self._passwords()
        lab = self._lab = build(self._file, Pace(self._options.speed), make_guest, passwords)
        control = Account("lab", passwords["lab"])
        banners = {name: entry.banner for name, entry in self._file.endpoints()}
        served = machines(lab, control, self._file.control.serve)
        found = [replace(machine, banner=banners[machine.name]) for machine in served]
        public_key = self._state.client_public_key()
        for machine in found:
            for account in machine.accounts():
                account.keys.append(public_key)
            host_keys = self._state.host_keys(machine.name, machine.kind)
            endpoint = Endpoint(machine, host_keys, lab.world.history, lab.world.faults)
            self._endpoints.append(endpoint)
        places = assign([machine.served for machine in found], self._options.port)
        for endpoint, (address, port) in zip(self._endpoints, places, strict=True):
            await _open(endpoint, address, port)
        self._tell()

    async def stop(self) -> None:
        """Close everything and clear up."""
        if self._ready and self._options.ready_file is not None:
            self._options.ready_file.unlink(missing_ok=True)
        for endpoint in self._endpoints:
            await endpoint.close()
        if self._lab is not None:
            await self._lab.world.stop()
        await _end_other_tasks()
        self._state.remove()
        if self._options.remove_at_end is not None:
            shutil.rmtree(self._options.remove_at_end, ignore_errors=True)

    def _passwords(self) -> dict[str, str]:
        common = _common_password(self._options.password_file)
        stated = dict(_stated_passwords(self._file))
        found = {name: self._state.password(name, common or stated.get(name)) for name, _ in _served(self._file)}
        for name, console in self._file.consoles.items():
            for user, entry in console.users.items():
                found[f"{name}/{user}"] = common or entry.password or found[name]
        return found

    def _tell(self) -> None:
        lines = (f"{_host(endpoint)} {key}\n" for endpoint in self._endpoints for key in endpoint.public_keys)
        write_private(self._state.known_hosts, "".join(lines))
        document = self._document()
        write_private(self._state.ssh_config, ssh_config(document["endpoints"], self._state.known_hosts))
        text = json.dumps(document, indent=2)
        if self._options.ready_file is not None:
            write_private(self._options.ready_file.absolute(), f"{text}\n")
        self._ready = True
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    def _document(self) -> dict[str, Any]:
        return {
            "format": READY_FORMAT,
            "world": self._file.name,
            "speed": self._options.speed,
            "pid": os.getpid(),
            "state_dir": str(self._state.path),
            "known_hosts": str(self._state.known_hosts),
            "ssh_config": str(self._state.ssh_config),
            "endpoints": [self._entry(endpoint) for endpoint in self._endpoints],
        }

    def _entry(self, endpoint: Endpoint) -> dict[str, Any]:
        machine = endpoint.machine
        return {
            "name": machine.name,
            "kind": machine.kind,
            "address": endpoint.address,
            "port": endpoint.port,
            "user": machine.account.user,
            "password_file": str(self._state.password_file(machine.name)),
            "key_file": str(self._state.client_key),
            "host_keys": endpoint.public_keys,
        }


def make_guest(name: str, entry: PartitionEntry, firmware: Firmware, seed: int) -> Guest:
    """The operating system of a partition."""
    spec = GuestSpec(
        host_name=name,
        distribution=entry.distribution,
        addresses=(f"{entry.address}/16",),
        rmc=Rmc(entry.rmc) if entry.rmc in ("broken", "dead") else Rmc.WORKING,
        firewall=Firewall(entry.firewall),
    )
    return LinuxGuest(spec, firmware, seed=seed)


async def _open(endpoint: Endpoint, address: str, port: int) -> None:
    try:
        await endpoint.open(address, port)
    except OSError as error:
        remedy = "Is another lab running? Choose another --port, or 0 for free ports."
        if isinstance(error, PermissionError):
            remedy = "Ports below 1024 need root; choose another --port."
        reason = os.strerror(error.errno) if error.errno else str(error)
        name = endpoint.machine.name
        raise CannotServe(f"{name}: cannot listen on {address} port {port}: {reason}. {remedy}") from error


def _served(file: WorldFile) -> list[tuple[str, str]]:
    """Name and address of every endpoint."""
    return [(name, entry.serve) for name, entry in file.endpoints()]


def _stated_passwords(file: WorldFile) -> list[tuple[str, str]]:
    return [(name, entry.password) for name, entry in file.endpoints() if entry.password is not None]


def _common_password(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        password = file.read_text(encoding="utf-8").rstrip("\n")
    except OSError as error:
        raise CannotServe(f"{file}: the password file cannot be read: {error.strerror}") from error
    if not password or "\n" in password:
        raise CannotServe(f"{file}: the password file must have one line with a password")
    return password


def _state_folder(path: Path | None) -> StateFolder:
    try:
        return StateFolder(path)
    except OSError as error:
        raise CannotServe(f"{path}: the state folder cannot be used: {error.strerror}") from error


def _host(endpoint: Endpoint) -> str:
    return endpoint.address if endpoint.port == 22 else f"[{endpoint.address}]:{endpoint.port}"


async def _until_parent_ends(pid: int | None, then: Callable[[], None]) -> None:
    """Wait for the end of another process."""
    if pid is None:
        return
    ended = asyncio.Event()
    try:
        watch = os.pidfd_open(pid)
    except ProcessLookupError:
        then()
        return
    except (AttributeError, OSError):  # only Linux has it
        while _lives(pid):
            await asyncio.sleep(0.5)
        then()
        return
    loop = asyncio.get_running_loop()
    loop.add_reader(watch, ended.set)
    try:
        await ended.wait()
        then()
    finally:
        loop.remove_reader(watch)
        os.close(watch)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


async def _end_other_tasks() -> None:
    """What connections have left behind."""
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def _set_up_logging(*, verbose: bool) -> None:
    """Standard error only. asyncssh is kept from telling what commands it was given: there may be passwords in them."""
    logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    _LOG.setLevel(logging.DEBUG if verbose else logging.WARNING)
    logging.getLogger("asyncssh").setLevel(logging.WARNING if verbose else logging.CRITICAL)
