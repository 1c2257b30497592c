"""``lslparmigr``: what it lists while nothing happens, while a migration runs, and for a partition and a target."""

from __future__ import annotations

import asyncio
import re

import pytest
from device_lab import DeviceLab
from migration_support import MOVE, begun, codes, ended, only, run
from world_doubles import SmallLab

from powervm_sim.migration.migration import State

QUICK = {"latency": {"listing": 0}}
FOR_LP1 = "-m s1 -t s2 --filter lpar_names=lp1"


async def listed(lab: SmallLab, command: str, console: str = "near") -> str:
    task = asyncio.create_task(lab.start(command, console))
    await lab.clock.advance(0)
    text, status = task.result()
    assert status == 0
    return text


def test_a_system_and_the_console_are_listed_as_in_the_reference():
    lab = SmallLab({"servers.s1.migrations": 40})
    assert run(lab, "lslparmigr -r sys -m s1") == (
        "inactive_lpar_mobility_capable=1,num_inactive_migrations_supported=40,num_inactive_migrations_in_progress=0,"
        "active_lpar_mobility_capable=1,num_active_migrations_supported=40,num_active_migrations_in_progress=0,"
        "inactive_prof_policy=config\n",
        0,
    )
    assert run(lab, "lslparmigr -r manager") == ("remote_lpar_mobility_capable=1\n", 0)


def test_an_idle_partition_is_listed_as_in_the_reference():
    row = run(SmallLab(), "lslparmigr -r lpar -m s1 --filter lpar_ids=7")
    assert row == ("name=lp1,lpar_id=7,migration_state=Not Migrating\n", 0)


def test_a_migration_is_listed_while_it_starts_and_while_it_copies_as_in_the_reference():
    async def scenario() -> None:
        lab = SmallLab(QUICK)
        task = await begun(lab, f"{MOVE} -i dest_lpar_id=5")
        command = "lslparmigr -r lpar -m s1 --filter lpar_names=lp1"
        assert await listed(lab, command) == (
            "name=lp1,lpar_id=7,migration_state=Migration Starting,migration_type=active,dest_sys_name=s2,"
            "dest_lpar_id=65535,source_msp_name=s1-vios1,source_msp_id=1,dest_msp_name=s2-vios1,dest_msp_id=1,"
            "remote_manager=unavailable,remote_user_id=unavailable\n"
        )
        await lab.clock.until(lambda: only(lab).state is State.IN_PROGRESS and only(lab).sent)
        sent, remaining = only(lab).sent, only(lab).remaining
        assert await listed(lab, command) == (
            "name=lp1,lpar_id=7,migration_state=Migration In Progress,migration_type=active,dest_sys_name=s2,"
            "dest_lpar_id=5,source_msp_name=s1-vios1,source_msp_id=1,dest_msp_name=s2-vios1,dest_msp_id=1,"
            f"bytes_transmitted={sent},bytes_remaining={remaining},remote_manager=unavailable,"
            "remote_user_id=unavailable\n"
        )
        other = await listed(lab, "lslparmigr -r lpar -m s2 --filter lpar_names=lp1")
        assert ",source_sys_name=s1,source_lpar_id=7," in other
        assert "dest_sys_name" not in other
        await ended(lab, task)

    asyncio.run(scenario())


def test_both_consoles_name_each_other_while_they_migrate():
    async def scenario() -> None:
        lab = SmallLab(QUICK)
        lab.world.trust.add(("near", "hscroot", "far", "hscroot"))
        task = await begun(lab, "migrlpar -o m -m s1 -t s3 -p lp1 --ip 10.0.0.2 -u hscroot")
        fields = "-F remote_manager,remote_user_id"
        near = await listed(lab, f"lslparmigr -r lpar -m s1 --filter lpar_names=lp1 {fields}")
        far = await listed(lab, f"lslparmigr -r lpar -m s3 --filter lpar_names=lp1 {fields}", "far")
        assert (near, far) == ("10.0.0.2,hscroot\n", "10.0.0.1,hscroot\n")
        await ended(lab, task)

    asyncio.run(scenario())


def test_redundant_movers_are_lists():
    async def scenario() -> None:
        lab = SmallLab(QUICK)
        task = await begun(lab, f"{MOVE} --redundantmsps 1")
        row = await listed(lab, "lslparmigr -r lpar -m s1 --filter lpar_names=lp1")
        assert '"source_msp_name=s1-vios1,s1-vios2","source_msp_id=1,2"' in row
        for server in ("s1", "s2"):
            busy = await listed(lab, f"lslparmigr -r msp -m {server} -F num_active_migrations_in_progress")
            assert busy == "1\n1\n"
        await ended(lab, task)

    asyncio.run(scenario())


def test_active_and_inactive_migrations_are_counted_apart():
    async def scenario() -> None:
        lab = SmallLab(QUICK)
        task = await begun(lab, "migrlpar -o m -m s1 -t s2 --id 7,8", count=2)
        fields = "num_inactive_migrations_in_progress,num_active_migrations_in_progress"
        assert await listed(lab, f"lslparmigr -r sys -m s1 -F {fields}") == "1,1\n"
        row = await listed(lab, "lslparmigr -r lpar -m s1 --filter lpar_names=off")
        assert "migration_type=inactive," in row
        assert "msp" not in row
        await ended(lab, task)

    asyncio.run(scenario())


def test_movers_for_a_partition_are_listed_as_in_the_reference():
    text, status = run(SmallLab(), f"lslparmigr -r msp {FOR_LP1}")
    assert (text.splitlines()[0], status) == (
        'source_msp_name=s1-vios1,source_msp_id=1,"dest_msp_names=s2-vios1,s2-vios2","dest_msp_ids=1,2",'
        '"ipaddr_mappings=10.0.2.1//1/s2-vios1/10.0.2.3,10.0.2.1//2/s2-vios2/10.0.2.4"',
        0,
    )


def test_redundant_movers_for_a_partition_can_be_typed_in():
    lab = SmallLab()
    text, status = run(lab, f"lslparmigr -r mspmappings {FOR_LP1} -F suggested_redundant_msp_mappings")
    assert status == 0
    data = text.strip().strip('"')
    assert run(lab, f'{MOVE} --redundantmsps 1 -i "\\"redundant_msps={data}\\""') == ("", 0)
    alone = SmallLab({"servers.s1.virtual_io_servers.s1-vios2.msp": False})
    assert run(alone, f"lslparmigr -r mspmappings {FOR_LP1}") == ("No results were found.\n", 0)


def test_pools_are_listed_as_in_the_reference():
    assert DeviceLab().run("lslparmigr -r procpool -m p9a -t p10a --filter lpar_names=lp1") == (
        '"shared_proc_pool_ids=1,0","shared_proc_pool_names=SharedPool01,DefaultPool"\n'
    )


def test_storage_mappings_keep_the_multipath_layout():
    text = DeviceLab().run("lslparmigr -r virtualio -m p9a -t p10a --filter lpar_names=lp1")
    assert text == (
        '"possible_virtual_fc_mappings=3/p10a-vios1/1,3/p10a-vios2/2,4/p10a-vios1/1,4/p10a-vios2/2",'
        '"suggested_virtual_fc_mappings=3/p10a-vios1/1,4/p10a-vios2/2"\n'
    )


def test_a_partition_without_adapters_of_a_kind_has_no_rows():
    lab = DeviceLab()
    for resource in ("vnic", "sriov"):
        assert lab.run(f"lslparmigr -r {resource} -m p9a -t p10a --filter lpar_names=lp1") == "No results were found.\n"


def test_migratable_ports_are_listed_with_and_without_a_target():
    lab = DeviceLab()
    row = lab.run("lslparmigr -r sriov -m p9a")
    assert row == (
        "lpar_name=lp6,lpar_id=10,adapter_id=1,logical_port_id=27004002,phys_port_id=0,capacity=4.0,"
        "backup_device_type=veth,backup_device_slot_num=7\n"
    )
    text = lab.run("lslparmigr -r sriov -m p9a -t p10a --filter lpar_names=lp6 -F suggested_sriov_mappings")
    assert re.fullmatch(r"27004002/1/0/4\n", text)


def test_targets_of_another_console_need_its_address_and_trust():
    lab = SmallLab()
    command = "lslparmigr -r msp -m s1 -t s3 --filter lpar_names=lp1"
    assert codes(run(lab, command)[0]) == ["HSCL8018"]
    assert codes(run(lab, f"{command} --ip 10.0.0.2 -u hscroot")[0]) == ["HSCL3653"]
    lab.world.trust.add(("near", "hscroot", "far", "hscroot"))
    text, status = run(lab, f"{command} --ip 10.0.0.2 -u hscroot -F dest_msp_names")
    assert (text, status) == ("s3-vios1\ns3-vios1\n", 0)
    assert codes(run(lab, "lslparmigr -r msp -m s1 -t s9 --filter lpar_names=lp1 --ip 10.0.0.2")[0]) == ["HSCLA318"]


REFUSED = [
    "lslparmigr -r everything",
    "lslparmigr -r lpar",
    "lslparmigr -r lpar -m s1 -t s2",
    "lslparmigr -r lpar -m s1 --header",
    "lslparmigr -r lpar -m s1 -F colour",
    "lslparmigr -r lpar -m s1 --filter lpar_names=nobody",
    "lslparmigr -r lpar -m s1 -p lp1",
    "lslparmigr -r lpar -m s1 --filter states=Running",
    "lslparmigr -r lpar -m s1 --filter lpar_names=lp1,lpar_ids=7",
    "lslparmigr -r virtualio -m s1 -t s2 --filter lpar_ids=7,lpar_names=lp1",
    "lslparmigr -r sys --filter lpar_names=lp1",
    "lslparmigr -r virtualio -m s1 -t s2",
    "lslparmigr -r virtualio -m s1 --filter lpar_names=lp1",
    'lslparmigr -r virtualio -m s1 -t s2 --filter "\\"lpar_names=lp1,off\\""',
    f"lslparmigr -r msp {FOR_LP1} -u hscroot",
    f"lslparmigr -r pgdev {FOR_LP1}",
]


@pytest.mark.parametrize("command", REFUSED)
def test_what_cannot_be_listed_is_refused(command: str):
    text, status = run(SmallLab(), command)
    assert (status, bool(text)) == (1, True)


def test_a_header_names_what_was_asked_for_in_that_order():
    text = run(SmallLab(), "lslparmigr -r lpar -m s1 -F lpar_id:name --header")[0]
    assert text == "lpar_id:name\n7:lp1\n8:off\n"
