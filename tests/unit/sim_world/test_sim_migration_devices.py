"""Adapters that move: storage, vNICs and migratable ports; what the target reserves, what the source gives back."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from device_lab import DeviceLab
from migration_support import codes

from powervm_sim.world.usage import logical_ports, mapped_to, used_capacity, used_slots

TO_P10 = "-m p9a -t p10a"


def test_macs_wwpns_and_client_slots_stay_and_the_sides_of_the_source_are_gone():
    lab = DeviceLab()
    before = lab.place("lp5")
    partition, storage, old = before.partition, before.storage, before.server
    ethernet, vnics = partition.ethernet, partition.vnics
    lab.run(f"migrlpar -o m {TO_P10} -p lp5")
    after = lab.place("lp5")
    assert (partition.ethernet, partition.vnics) == (ethernet, vnics)
    assert [(new.slot, new.wwpns) for new in after.storage] == [(entry.slot, entry.wwpns) for entry in storage]
    assert not {35, 32897} & used_slots(old.placements[1])
    assert [use.client.name for use in logical_ports(old) if use.client is not None] == []
    ports = old.placements[1].partition.vios.fc_ports
    assert "lp5" not in {client.name for port in ports for client, _ in mapped_to(old.placements[1], port)}
    assert {35, 32897} <= used_slots(after.server.placements[1])


def test_the_target_reserves_devices_from_the_set_up_on_and_gives_them_back_after_a_stop():
    async def scenario() -> None:
        lab = DeviceLab()
        target = lab.world.servers["p10a"]
        task = asyncio.create_task(lab.start(f"migrlpar -o m {TO_P10} -p lp5", "hmc1"))
        await lab.clock.until(lambda: lab.world.migrations)
        assert used_capacity(target, 1, 0) == 2
        assert {35, 32897} <= used_slots(target.placements[1])
        assert len(lab.world.servers["p9a"].placements[9].backings) == 2
        assert await lab.clock.until_done(lab.start("migrlpar -o s -m p9a -p lp5", "hmc1")) == ("", 0)
        assert (await task)[1] == 1
        assert used_capacity(target, 1, 0) == 0
        assert not {35, 32897} & used_slots(target.placements[1])

    asyncio.run(scenario())


FULL = [{"card": 4, "id": 1, "ports": [{"label": "prod", "logical_ports": 1}]}]
NOTHING = [{"card": 4, "id": 1, "ports": [{"label": "other"}]}]


def test_backing_devices_without_a_place():
    check = f"migrlpar -o v {TO_P10} -p lp5"
    none = DeviceLab({"servers.p10a.sriov": NOTHING})
    assert codes(none.refused(check)) == ["HSCLAF48"]
    assert none.run(f"{check} --vniccfg 2") == ""
    one = DeviceLab({"servers.p10a.sriov": FULL})
    assert codes(one.refused(check)) == ["HSCLAF49"]
    assert one.run(f"migrlpar -o m {TO_P10} -p lp5 --redundantvnicbkdev 2") == ""
    assert len(one.place("lp5").backings) == 1


def test_a_vnic_keeps_its_priorities_and_uses_different_physical_ports():
    lab = DeviceLab()
    lab.run(f"migrlpar -o m {TO_P10} -p lp5")
    backings = lab.place("lp5").backings
    assert [backing.priority for backing in backings] == [50, 60]
    assert [backing.host_name for backing in backings] == ["p10a-vios1", "p10a-vios2"]
    assert len({(backing.adapter, backing.port) for backing in backings}) == 2


def test_the_suggested_backing_devices_can_be_typed_in():
    lab = DeviceLab()
    lists = f"lslparmigr -r vnic {TO_P10} --filter lpar_names=lp5 -F suggested_vnic_mappings"
    suggested = lab.run(lists).strip().strip('"')
    lab.run(f'migrlpar -o m {TO_P10} -p lp5 -i "vnic_mappings=\\"{suggested}\\""')
    found = [
        f"6/ded/{new.host_name}/{new.host_id}/{new.adapter}/{new.port}/{new.capacity:g}"
        for new in lab.place("lp5").backings
    ]
    assert [entry.rsplit("/", 2)[0] for entry in suggested.split(",")] == found


def test_wanted_backing_devices_are_made_where_they_are_wanted():
    lab = DeviceLab()
    wanted = "6/ded/p10a-vios2//1/1/3/2/0,6/ded//1/2/0/4/1/0/80"
    lab.run(f'migrlpar -o m {TO_P10} -p lp5 -i "vnic_mappings=\\"{wanted}\\""')
    first, second = lab.place("lp5").backings
    assert (first.priority, first.host_id, first.adapter, first.port, first.capacity) == (50, 1, 2, 0, 4)
    assert (second.priority, second.host_id, second.adapter, second.port, second.capacity) == (60, 2, 1, 1, 3)
    assert (first.max_capacity, second.max_capacity) == (80, 100)


WRONG_BACKINGS = [
    ("6/ded/nobody//1/1/2/1/0", "HSCL8012"),
    ("6/ded//9/1/1/2/1/0", "HSCL8011"),
    ("6/ded//1/7/0/2/1/0", "HSCLAF51"),
    ("6/ded//1/1/9/2/1/0", "HSCLAF51"),
    ("6/ded//1/2/0/3/1/0", "HSCL1294"),
    ("6/ded//1/2/0/1/1/0", "HSCL1295"),
    ("6/ded//1/1/1/2/9/0", "HSCLAF52"),
    ("6/ded//1/1/1/60,6/ded//2/1/1/60", "HSCL1293"),
    ("6/ded//1/1/0/2,6/ded//1/1/0/2,6/ded//1/1/0/2", "HSCLAF52"),
    ("7/ded//1/1/0/2", "HSCLAF50"),
]


@pytest.mark.parametrize(("data", "code"), WRONG_BACKINGS)
def test_wrong_backing_devices_are_refused(data: str, code: str):
    lab = DeviceLab()
    text = lab.refused(f'migrlpar -o v {TO_P10} -p lp5 -i "vnic_mappings=\\"{data}\\""')
    assert codes(text)[0] == code


def test_a_full_physical_port_is_told_in_the_words_of_the_reference():
    lab = DeviceLab()
    text = lab.refused(f'migrlpar -o v {TO_P10} -p lp5 -i "vnic_mappings=\\"6/ded//1/1/1/100,6/ded//2/1/1/1\\""')
    assert "HSCL1293 total capacity would exceed 100.0; current capacity is 100.0.\n" in text


def test_a_migratable_port_is_taken_before_the_copy_and_given_back_on_the_target():
    lab = DeviceLab()
    (old,) = lab.place("lp6").ports
    lab.run(f"migrlpar -o m {TO_P10} -p lp6 --migsriov 1")
    (new,) = lab.place("lp6").ports
    assert (new.mac, new.hcn_id, new.backup_slot, new.capacity) == (old.mac, old.hcn_id, old.backup_slot, 4)
    calls = lab.os_of("lp6").calls
    assert calls[1:] == [
        *("check", f"remove {old.drc_index:x} {old.hcn_id:x}", "changed", "start", "suspend", "resume", "end 0"),
        *(f"add {new.drc_index:x} {new.hcn_id:x}", "changed"),
    ]
    hardware = lab.os_of("lp6").hardware
    assert hardware is not None
    assert [adapter.drc_index for adapter in hardware.adapters if adapter.primary] == [new.drc_index]
    assert logical_ports(lab.world.servers["p9a"]) == [
        use for use in logical_ports(lab.world.servers["p9a"]) if use.holder.name != "lp6"
    ]


def test_a_system_that_keeps_its_port_ends_the_migration():
    lab = DeviceLab()
    lab.os_of("lp6").status = 16
    text = lab.refused(f"migrlpar -o m {TO_P10} -p lp6 --migsriov 1")
    assert codes(text) == ["HSCLAF4B"]
    assert "return code 16" in text
    place = lab.place("lp6")
    assert (place.server.name, place.state, len(place.ports)) == ("p9a", "Running", 1)


def test_a_port_that_the_system_cannot_configure_is_in_the_history_and_the_partition_is_on_the_target():
    lab = DeviceLab()
    guest = lab.os_of("lp6")
    guest.add_port = lambda _adapter: 19  # type: ignore[method-assign]
    lab.run(f"migrlpar -o m {TO_P10} -p lp6 --migsriov 1")
    assert lab.place("lp6").server.name == "p10a"
    (event,) = lab.world.history.events("port")
    assert (event.facts["server"], event.facts["status"]) == ("p10a", 19)


def test_a_stopped_migration_gives_the_port_back_on_the_source():
    async def scenario() -> None:
        lab = DeviceLab()
        (port,) = lab.place("lp6").ports
        task = asyncio.create_task(lab.start(f"migrlpar -o m {TO_P10} -p lp6 --migsriov 2", "hmc1"))
        await lab.clock.until(lambda: "start" in lab.os_of("lp6").calls)
        assert lab.place("lp6").ports == ()
        await lab.clock.until_done(lab.start("migrlpar -o s -m p9a -p lp6", "hmc1"))
        assert (await task)[1] == 1
        assert lab.place("lp6").ports == (port,)
        assert lab.os_of("lp6").calls[-2:] == [f"add {port.drc_index:x} {port.hcn_id:x}", "changed"]

    asyncio.run(scenario())


def test_migratable_ports_need_the_option_room_and_firmware():
    check = f"migrlpar -o v {TO_P10} -p lp6"
    assert codes(DeviceLab().refused(check)) == ["HSCLAF5D"]
    none = DeviceLab({"servers.p10a.sriov": NOTHING})
    assert codes(none.refused(f"{check} --migsriov 1")) == ["HSCLAF4A"]
    assert none.run(f"migrlpar -o m {TO_P10} -p lp6 --migsriov 2") == ""
    assert none.place("lp6").ports == ()
    old = DeviceLab({"servers.p10a.firmware": "FW940.10 (VL940_050)"})
    assert codes(old.refused(f"{check} --migsriov 1")) == ["HSCLAF4A"]


def test_physical_slots_and_plain_ports_keep_a_partition_where_it_is():
    lab = DeviceLab()
    text = lab.refused(f"migrlpar -o v {TO_P10} -p lp8 --vlanbridge 2")
    assert codes(text) == ["HSCLAF4C", "HSCLAF4D"]


def test_a_client_adapter_without_its_server_adapter_is_told_in_the_words_of_the_reference():
    lab = DeviceLab()
    place = lab.place("lp2")
    place.storage = (replace(place.storage[0], hosted=False), *place.storage[1:])
    text = lab.refused(f"migrlpar -o v {TO_P10} -p lp2 -d 1")
    assert codes(text) == ["HSCLA27C"]
    assert text.splitlines()[1].startswith(
        "HSCLA27C The operation to get the physical device location for adapter U9009.22A.78A1B20-V1-C41 on the "
        "virtual I/O server partition p9a-vios1 has failed. The partition command is: migmgr -f get_adapter -t vscsi "
        "-s U9009.22A.78A1B20-V1-C41 -w 41 -d 1. The partition standard error is: "
    )


def test_huge_pages_keep_a_partition_where_it_is():
    lab = DeviceLab()
    lab.world.partitions["lp1"].huge_pages = 1
    assert codes(lab.refused(f"migrlpar -o v {TO_P10} -p lp1")) == ["HSCLAF5B"]


def test_who_reports_the_errors_of_the_server_stays_there():
    lab = DeviceLab()
    change = "chsyscfg -r lpar -m p9a -i name=lp1,redundant_err_path_reporting="
    assert lab.run(f"{change}1") == ""
    assert codes(lab.refused(f"migrlpar -o v {TO_P10} -p lp1")) == ["HSCLAF78"]
    assert lab.run(f"{change}0") == ""
    assert lab.run(f"migrlpar -o v {TO_P10} -p lp1") == ""


def test_both_sides_of_the_storage_are_listed_while_both_partitions_exist():
    async def scenario() -> None:
        lab = DeviceLab()
        task = asyncio.create_task(lab.start(f"migrlpar -o m {TO_P10} -p lp1", "hmc1"))
        await lab.clock.until(lambda: lab.world.migrations)
        for server in ("p9a", "p10a"):
            command = f"lshwres -r virtualio --rsubtype fc --level lpar -m {server} --filter lpar_names={server}-vios1"
            text, _ = await lab.clock.until_done(lab.start(f"{command} -F remote_lpar_name", "hmc1"))
            assert "lp1" in text.split()
        await lab.clock.until_done(asyncio.wait_for(task, None))

    asyncio.run(scenario())
