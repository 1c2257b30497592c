"""Devices in world files: what is wrong is told with its key and what to do about it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from device_lab import SHIPPED

from powervm_sim.world.reading import WorldFileError, read_world

LP5 = "partitions.lp5"
PORT = {"adapter": 1, "port": 0}
BACKING = {"server": "p9a-vios1", "adapter": 1, "port": 0}

CASES: list[tuple[dict[str, Any], str]] = [
    (
        {f"{LP5}.logical_ports": [PORT | {"adapter": 3}]},
        f"{LP5}.logical_ports.0.adapter: no SR-IOV adapter of its server is called 3; known: 1, 2",
    ),
    (
        {f"{LP5}.logical_ports": [PORT | {"port": 4}]},
        f"{LP5}.logical_ports.0.port: no port of SR-IOV adapter 1 is called 4; known: 0, 1, 2, 3",
    ),
    (
        {f"{LP5}.logical_ports": [PORT | {"capacity": 1.5}]},
        f"{LP5}.logical_ports.0.capacity: must be a multiple of the granularity of 1 of its physical port",
    ),
    (
        {f"{LP5}.logical_ports": [PORT | {"capacity": 9, "max_capacity": 5}]},
        f"{LP5}.logical_ports.0.capacity: is above the max_capacity of 5",
    ),
    (
        {f"{LP5}.logical_ports": [PORT | {"capacity": 98}], "partitions.lp6.logical_ports": []},
        "",
    ),
    (
        {f"{LP5}.logical_ports": [PORT | {"capacity": 99}], "partitions.lp6.logical_ports": []},
        f"{LP5}.logical_ports.0.capacity: port 0 of adapter 1 would be used to 101 percent; lower it",
    ),
    (
        {"partitions.lp6.logical_ports": [PORT | {"backup": {"slot": 3, "vnetwork": "VLAN1-ETHERNET0"}}]},
        "partitions.lp6.logical_ports.0.backup.slot: the slot 3 is taken by storage.0; choose another number",
    ),
    (
        {"partitions.lp6.logical_ports": [PORT | {"backup": {"slot": 7, "vnetwork": "VLAN1-ETHERNET1"}}]},
        "partitions.lp6.logical_ports.0.backup.vnetwork: no virtual network of its server is called VLAN1-ETHERNET1; "
        "did you mean VLAN1-ETHERNET0?",
    ),
    (
        {"partitions.lp6.logical_ports": [PORT | {"backup": {"slot": 7}}]},
        "partitions.lp6.logical_ports.0.backup: state either vnetwork (a virtual Ethernet adapter) or vnic (its "
        "backing device)",
    ),
    (
        {"partitions.lp6.logical_ports": [PORT | {"type": "roce"}]},
        "partitions.lp6.logical_ports.0.port: port 0 is of type eth, which is no RoCE port",
    ),
    (
        {f"{LP5}.vnics": [{"slot": 6, "backing": [BACKING | {"server": "p9a-vios3"}]}]},
        f"{LP5}.vnics.0.backing.0.server: no Virtual I/O Server of its server is called p9a-vios3; did you mean "
        "p9a-vios2?",
    ),
    (
        {f"{LP5}.vnics": [{"slot": 6, "backing": [BACKING | {"adapter": 2, "port": 1}]}]},
        f"{LP5}.vnics.0.backing.0.port: port 1 is of type roce, which is no Ethernet port",
    ),
    (
        {f"{LP5}.ethernet": [{"slot": 2, "vswitch": "ETHERNET9"}]},
        f"{LP5}.ethernet.0.vswitch: no virtual switch of its server is called ETHERNET9; did you mean ETHERNET1?",
    ),
    (
        {f"{LP5}.storage": [{"slot": 3, "kind": "fc", "server": "p9a-vios1", "remote_slot": 35, "port": "fcs7"}]},
        f"{LP5}.storage.0.port: no fibre channel port of p9a-vios1 is called fcs7; did you mean fcs1?",
    ),
    (
        {f"{LP5}.processor_pool": 4},
        f"{LP5}.processor_pool: no processor pool of its server is called 4; known: 0, 1",
    ),
    (
        {f"{LP5}.huge_pages": 1},
        f"{LP5}.huge_pages: p9a has 0 huge pages and its partitions hold 1; raise huge_pages of the server",
    ),
    (
        {f"{LP5}.cards": [{"card": 12}]},
        "partitions.lp8.cards.0.card: card 12 is owned by lp5; choose another one",
    ),
    (
        {f"{LP5}.cards": [{"card": 13}]},
        f"{LP5}.cards.0.card: no card that partitions of its server can own is called 13; known: 12, 6",
    ),
    (
        {"servers.p11a.cards": [{"card": 2}]},
        "servers.p11a.cards.0.card: card 2 is taken by the fibre channel ports of p11a-vios1; choose another number",
    ),
    (
        {"servers.p11a.sriov": [{"card": 4, "ports": [{}]}]},
        "servers.p11a.sriov.0: an adapter in sriov mode needs an id",
    ),
    (
        {f"{LP5}.vnics": [{"slot": 6, "backing": []}]},
        f"{LP5}.vnics.0: a vNIC has from 1 to 6 backing devices",
    ),
    (
        {"servers.p11a.sriov": [{"card": card, "id": 1, "ports": [{}]} for card in (4, 5)]},
        "servers.p11a.sriov.1.id: 1 is there twice; choose another number",
    ),
    (
        {"servers.p11a.vnetworks": [{"vlan": 5, "vswitch": "ETHERNET7"}]},
        "servers.p11a.vnetworks.0.vswitch: no virtual switch of this server is called ETHERNET7; did you mean "
        "ETHERNET1?",
    ),
    (
        {"servers.p11a.processor_pools": [{"id": 1, "name": "one", "maximum": 2, "reserved": 3}]},
        "servers.p11a.processor_pools.0.reserved: is above the maximum of 2 units of this pool",
    ),
    (
        {"servers.p11a.sriov": [{"card": 4, "id": 1, "ports": [{"lable": "x"}]}]},
        "servers.p11a.sriov.0.ports.0.lable: unknown key; did you mean label?",
    ),
]


def problems(tmp_path: Path, changes: dict[str, Any]) -> list[str]:
    data = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    for path, value in changes.items():
        *above, last = path.split(".")
        entry = data
        for part in above:
            entry = entry[part]
        entry[last] = value
    file = tmp_path / "world.yaml"
    file.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    try:
        read_world(file)
    except WorldFileError as error:
        return [problem.partition(": ")[2] for problem in error.problems]
    return []


@pytest.mark.parametrize(("changes", "problem"), CASES, ids=[problem.partition(": ")[0] for _, problem in CASES])
def test_a_device_that_cannot_be_is_told(tmp_path, changes, problem):
    assert problems(tmp_path, changes) == ([problem] if problem else [])
