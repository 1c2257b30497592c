"""``docs/world-devices.md``: its commands print what it says, its keys and its example are those of world files."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from device_lab import DeviceLab

from powervm_sim.world.file import PartitionEntry, ServerEntry, VirtualIOServerEntry

PAGE = (Path(__file__).parents[3] / "docs" / "world-devices.md").read_text(encoding="utf-8")


def block(kind: str) -> str:
    found = re.search(rf"^```{kind}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found.group(1)


def test_the_commands_print_what_the_page_says():
    lab = DeviceLab()
    for part in block("console").split("$ ")[1:]:
        command, _, output = part.partition("\n")
        assert lab.try_run(command)[0] == output, command


def test_the_example_is_accepted():
    devices = yaml.safe_load(block("yaml"))
    lab = DeviceLab({f"partitions.lp5.{key}": value for key, value in devices.items()})
    assert [port.backup for port in lab.place("lp5").ports] == ["veth"]


def test_every_key_is_one_of_a_world_file():
    entries = {"server": ServerEntry, "Virtual I/O Server": VirtualIOServerEntry, "partition": PartitionEntry}
    rows = re.findall(r"^\| (server|Virtual I/O Server|partition) \| (.*?) \|", PAGE, re.MULTILINE)
    assert len(rows) == 15
    for where, keys in rows:
        for key in re.findall(r"`(\w+)`", keys):
            assert key in entries[where].model_fields
