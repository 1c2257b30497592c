"""The shipped world on a still clock, with operating systems that remember which ports they were given."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import yaml
from world_doubles import MemoGuest, SmallLab, StillClock

from powervm_sim.guest.interface import Adapter, Firmware, Hardware
from powervm_sim.migration.desk import Desk
from powervm_sim.world.build import build
from powervm_sim.world.file import WorldFile
from powervm_sim.world.model import Placement
from powervm_sim.world.pace import Pace

SHIPPED = Path(__file__).parents[3] / "variables" / "worlds" / "two-consoles.yaml"
CONSOLES = {"p8a": "hmc1", "p9a": "hmc1", "p10a": "hmc1", "p10b": "hmc2", "p11a": "hmc2"}


class PortGuest(MemoGuest):
    """An operating system that takes ports and gives them back."""

    def __init__(self, firmware: Firmware, ready: bool) -> None:
        super().__init__(firmware, ready)
        self.status = 0
        self.dirty_rate = 0.0

    def add_port(self, adapter: Adapter) -> int:
        self.calls.append(f"add {adapter.drc_index:x} {adapter.hcn_id:x}")
        return self.status

    def remove_port(self, adapter: Adapter) -> int:
        self.calls.append(f"remove {adapter.drc_index:x} {adapter.hcn_id:x}")
        return self.status

    def hardware_changed(self, hardware: Hardware) -> None:
        self.hardware = hardware
        self.calls.append("changed")

    def fail_over(self, adapter: Adapter) -> None:
        self.calls.append(f"failover {adapter.unit:x}")


def _shipped() -> dict[str, Any]:
    """The shipped world with lp1 to lp9: further partitions are for suites, and would change what is free."""
    data: dict[str, Any] = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    data["partitions"] = {name: entry for name, entry in data["partitions"].items() if len(name) == len("lp1")}
    return data


class DeviceLab(SmallLab):
    """The shipped world, or another one, changed at dotted key paths."""

    def __init__(self, changes: dict[str, Any] | None = None, data: dict[str, Any] | None = None) -> None:
        data = _shipped() if data is None else data
        for path, value in (changes or {}).items():
            entry = data
            *above, last = path.split(".")
            for part in above:
                entry = entry.setdefault(part, {})
            entry[last] = value
        self.clock = StillClock()
        pace = Pace(1.0, sleep=self.clock.sleep, now=self.clock.now)
        lab = build(WorldFile.model_validate(data), pace, _make_guest, {})
        self.world, self.power = lab.world, lab.power
        self.desk = Desk(self.world)
        self.user = "hscroot"

    def place(self, name: str) -> Placement:
        return self.world.home(self.world.partitions[name])

    def os_of(self, name: str) -> PortGuest:
        guest = self.world.partitions[name].guest
        assert isinstance(guest, PortGuest)
        return guest

    def run(self, command: str) -> str:
        """Output of a command that must work, on the console of the server that ``-m`` names."""
        text, status = self.try_run(command)
        assert status == 0, text
        return text

    def refused(self, command: str) -> str:
        """Output of a command that must not work, and must change nothing."""
        text, status = self.try_run(command)
        assert status == 1, f"this worked: {command}"
        return text

    def try_run(self, command: str) -> tuple[str, int]:
        words = command.split()
        server = words[words.index("-m") + 1] if "-m" in words else "p9a"
        return asyncio.run(self.type(command, CONSOLES.get(server, "hmc1")))


def _make_guest(_name: str, entry: Any, firmware: Firmware, _seed: int) -> PortGuest:
    return PortGuest(firmware, ready=entry.rmc == "working")
