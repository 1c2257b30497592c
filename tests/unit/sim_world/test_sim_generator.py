"""Worlds that one line asks for: what is made, what wins, and what is told when the line is wrong."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from powervm_sim.serving.program import make_guest
from powervm_sim.world.build import Lab, build
from powervm_sim.world.file import WorldFile
from powervm_sim.world.generator import expand
from powervm_sim.world.pace import Pace
from powervm_sim.world.reading import WorldFileError, read_world

LARGE = Path(__file__).parents[3] / "variables" / "worlds" / "large.yaml"


@pytest.fixture(scope="module")
def lab() -> Lab:
    return build(read_world(LARGE), Pace(), make_guest, {})


def world_of(tmp_path: Path, **data: Any) -> WorldFile:
    path = tmp_path / "world.yaml"
    path.write_text(yaml.safe_dump({"name": "made", **data}), encoding="utf-8")
    return read_world(path)


def problems(tmp_path: Path, **data: Any) -> list[str]:
    with pytest.raises(WorldFileError) as caught:
        world_of(tmp_path, **data)
    return [problem.replace(str(tmp_path / "world.yaml"), "FILE") for problem in caught.value.problems]


def test_the_large_world_has_what_its_line_says():
    world = read_world(LARGE)
    hosts = [name for server in world.servers.values() for name in server.virtual_io_servers]
    assert (len(world.consoles), len(world.servers), len(hosts), len(world.partitions)) == (2, 16, 64, 400)
    assert Counter(server.generation for server in world.servers.values()) == dict.fromkeys(
        ("POWER8", "POWER9", "POWER10", "POWER11"), 4
    )
    assert Counter(server.console for server in world.servers.values()) == {"hmc1": 8, "hmc2": 8}
    assert set(Counter(partition.server for partition in world.partitions.values()).values()) == {25}
    assert {partition.distribution for partition in world.partitions.values()} == {"rhel9", "sles15"}
    assert {adapter.kind for partition in world.partitions.values() for adapter in partition.storage} == {"fc", "scsi"}


def test_nothing_in_the_large_world_is_there_twice(lab):
    partitions = list(lab.world.partitions.values())
    once = [
        [partition.uuid for partition in partitions] + [server.uuid for server in lab.world.servers.values()],
        [adapter.mac for partition in partitions for adapter in partition.ethernet],
        [name for place in lab.world.placements() for adapter in place.storage for name in adapter.wwpns],
        [server.serial for server in lab.world.servers.values()],
        [(place.server.name, adapter.host_id, adapter.remote_slot)
         for place in lab.world.placements() for adapter in place.storage],
    ]  # fmt: skip
    assert all(Counter(values).most_common(1)[0][1] == 1 for values in once)


def test_every_server_has_room_for_as_many_partitions_again(lab):
    for server in lab.world.servers.values():
        own = [place.partition for place in server.placements.values() if not place.partition.is_vios]
        assert server.free_memory >= sum(partition.memory.desired for partition in own)
        assert server.free_units >= sum(partition.units.desired for partition in own if partition.units)


def test_the_same_seed_makes_the_same_world_and_another_seed_another_one(tmp_path):
    line = {"servers": 2, "partitions": 20}
    first = world_of(tmp_path, seed=1, generate=line)
    assert world_of(tmp_path, seed=1, generate=line) == first
    assert world_of(tmp_path, seed=2, generate=line).partitions != first.partitions


def test_what_is_written_out_wins_and_takes_its_addresses_and_ids(tmp_path):
    world = world_of(
        tmp_path,
        generate={"servers": 2, "partitions": 3},
        servers={"sys02": {"generation": "POWER8", "migrations": 4}},
        partitions={
            "lp001": {"memory": 2048, "rmc": "dead"},
            "lp002": {"server": "sys01"},
            "mine": {
                "serve": "127.30.100.2", "address": "10.30.100.9", "server": "sys01", "id": 10, "distribution": "rhel9",
            },
        },
    )  # fmt: skip
    assert (world.servers["sys02"].migrations, world.servers["sys02"].type_model) == (4, "8286-42A")
    assert (world.partitions["lp001"].memory, world.partitions["lp001"].rmc) == (2048, "dead")
    assert world.partitions["lp002"].server == "sys01"
    assert {adapter.server for adapter in world.partitions["lp002"].storage} == {"sys01-vios1", "sys01-vios2"}
    assert [world.partitions[name].serve for name in ("lp001", "lp002", "mine")] == [
        "127.30.100.1", "127.30.100.3", "127.30.100.2"
    ]  # fmt: skip
    assert world.partitions["lp001"].id == 11


def test_a_server_with_one_virtual_io_server_hosts_each_disk_once(tmp_path):
    world = world_of(tmp_path, generate={"servers": 1, "virtual_io_servers": 1, "partitions": 2})
    assert [len(partition.storage) for partition in world.partitions.values()] == [1, 1]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ({"servers": 0}, "FILE:2: generate.servers: Input should be greater than or equal to 1"),
        ({"partitions": 5}, "FILE:1: generate.servers: this key is missing"),
        ({"partition": 5, "servers": 2}, "FILE:2: generate.partition: unknown key; did you mean partitions?"),
        ("16 servers", "FILE:1: generate: Input should be a valid dictionary or instance of GenerateEntry"),
    ],
)
def test_a_wrong_line_is_told_with_its_place(tmp_path, line, told):
    assert problems(tmp_path, generate=line) == [told]


@pytest.mark.parametrize("section", [[1, 2], "text", {"sys01": 7}, {"lp001": {"server": ["a"], "id": {}}}])
def test_sections_of_a_wrong_shape_are_told_and_not_hidden(tmp_path, section):
    assert problems(tmp_path, generate={"servers": 1, "partitions": 1}, partitions=section)


def test_a_file_without_the_line_stays_as_it_is():
    data = {"name": "plain", "servers": {"a": 1}}
    assert expand(data) == data
