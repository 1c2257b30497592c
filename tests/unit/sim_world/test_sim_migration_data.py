"""``migrlpar``: the input data, each attribute seen by what it changes."""

from __future__ import annotations

import asyncio

import pytest
from device_lab import DeviceLab
from hypothesis import given, settings
from hypothesis import strategies as st
from migration_support import CHECK, MOVE, codes, hosts, refused, run
from world_doubles import SmallLab

from powervm_sim.console.migration_data import KNOWN, InputData
from powervm_sim.hsc import Refusal
from powervm_sim.migration.plan import plan_of
from powervm_sim.migration.wishes import Request


def test_the_pair_may_be_quoted_or_the_value():
    for data in (
        '"\\"virtual_fc_mappings=3//2/14/fcs1\\",dest_lpar_id=50"',
        '"virtual_fc_mappings=\\"3//2/14/fcs1\\",dest_lpar_id=50"',
    ):
        lab = SmallLab()
        assert run(lab, f"{MOVE} -i {data}") == ("", 0)
        assert lab.lp1.lpar_id == 50
        assert hosts(lab.lp1)[0] == (3, "s2-vios2", 14, "fcs1")


def test_what_lslparmigr_suggests_can_be_typed_in():
    lab = SmallLab()
    suggested = run(
        lab, "lslparmigr -r virtualio -m s1 -t s2 --filter lpar_names=lp1 -F suggested_virtual_fc_mappings"
    )[0]
    assert run(lab, f"{MOVE} -i virtual_fc_mappings={suggested}") == ("", 0)
    assert hosts(lab.lp1)[0] == (3, "s2-vios1", 31, "fcs0")


WRONG_DATA = [
    ("virtual_fc_mappings=3", ""),
    ("virtual_fc_mappings=3//", ""),
    ("virtual_fc_mappings=x//1", ""),
    ("virtual_fc_mappings=3//1/2/fcs0/9", ""),
    ("virtual_scsi_mappings=4//1/22/fcs0", ""),
    ("virtual_fc_mappings=9//1", "HSCLAF15"),
    ("virtual_fc_mappings=3/nobody/", "HSCL8012"),
    ("virtual_fc_mappings=3//77", "HSCL8011"),
    ("virtual_fc_mappings=3/s2-vios1/2", "HSCL8012"),
    ("virtual_fc_mappings=3//1//fcs7", "HSCLAF4F"),
    ("virtual_fc_mappings=3//1/2", "HSCLAF14"),
    ("dest_lpar_id=0", ""),
    ("dest_lpar_id=many", ""),
    ("dest_lpar_id=2", "HSCLAF0E"),
    ("dest_lpar_id=1001", "HSCLAF0E"),
    ("source_msp_name=s1-vios1,source_msp_id=1", ""),
    ("source_msp_name=lp1", "HSCLAF10"),
    ("dest_msp_ipaddr=10.9.9.9", "HSCLAF10"),
    ("dest_msps=s2-vios1/2/", "HSCLAF10"),
    ("source_msps=a/b/c/d", ""),
    ("redundant_msps=1/a", ""),
    ("redundant_msps=1/s1-vios1///s2-vios1//", ""),
    ("shared_proc_pool_id=5", "HSCLAF16"),
    ("shared_proc_pool_name=nothing", "HSCLAF16"),
    ("shared_proc_pool_id=0,shared_proc_pool_name=DefaultPool", ""),
    ("primary_paging_vios_id=1", "HSCLAF46"),
    ("primary_paging_vios_name=s2-vios1,redundant_paging_vios_id=2", "HSCLAF46"),
    ("vnic_mappings=6/ded/s2-vios1//1/0/2/1/0", "HSCLAF50"),
    ("vnic_mappings=6/shared/s2-vios1//1/0/2/1/0", ""),
    ("vnic_mappings=6/ded/s2-vios1//1/0/200/1/0", ""),
    ("vswitch_mappings=ETHERNET0", ""),
    ("vswitch_mappings=ETHERNET0/ETHERNET9", "HSCLAF47"),
    ("vswitch_mappings=ETHERNET5/ETHERNET0", "HSCLAF47"),
    ("vlan_mappings=1/2", ""),
    ("multiple_dest_lpar_ids=off//9", "HSCLAF58"),
    ("multiple_dest_lpar_ids=nobody//9", "HSCL8012"),
    ("multiple_priorities=lp1//urgent", ""),
]


@pytest.mark.parametrize(("data", "code"), WRONG_DATA)
def test_wrong_input_data_is_refused(data: str, code: str):
    lab = SmallLab()
    text, status = run(lab, f"{MOVE} -i {data}")
    assert status == 1
    assert text
    assert codes(text)[:1] == ([code] if code else [])
    assert lab.lp1.server.name == "s1"


MOVERS = [
    ("source_msp_id=2,dest_msp_name=s2-vios2", [("s1-vios2", "s2-vios2")]),
    ("source_msp_name=s1-vios2,source_msp_ipaddr=10.0.2.2,dest_msp_ipaddr=10.0.2.4", [("s1-vios2", "s2-vios2")]),
    ("source_msps=s1-vios2//,dest_msps=/2/10.0.2.4", [("s1-vios2", "s2-vios2")]),
    (
        '\\"redundant_msps=1/s1-vios2///s2-vios1//,1//1/10.0.2.1//2/10.0.2.4\\"',
        [("s1-vios2", "s2-vios1"), ("s1-vios1", "s2-vios2")],
    ),
]


@pytest.mark.parametrize(("data", "expected"), MOVERS)
def test_the_wanted_movers_are_used(data: str, expected: list[tuple[str, str]]):
    async def scenario() -> None:
        lab = SmallLab()
        task = asyncio.create_task(lab.start(f'{MOVE} -i "{data}"'))
        await lab.clock.until(lambda: lab.world.migrations)
        (migration,) = lab.world.migrations.values()
        assert [(pair.source.name, pair.target.name) for pair in migration.movers] == expected
        assert await lab.clock.until_done(asyncio.wait_for(task, None)) == ("", 0)

    asyncio.run(scenario())


def test_redundant_movers_are_required_taken_or_left():
    one_mover = {"servers.s2.virtual_io_servers.s2-vios2.msp": False}
    assert refused(SmallLab(one_mover), f"{CHECK} --redundantmsps 1") == ["HSCLAF43"]
    assert run(SmallLab(one_mover), f"{CHECK} --redundantmsps 2") == ("", 0)
    data = '-i "\\"redundant_msps=1/s1-vios2///s2-vios1//,1//1///2/\\""'
    assert run(SmallLab(), f"{CHECK} --redundantmsps 0 {data}")[1] == 1

    async def pairs(level: str) -> int:
        lab = SmallLab()
        task = asyncio.create_task(lab.start(f"{MOVE} --redundantmsps {level}"))
        await lab.clock.until(lambda: lab.world.migrations)
        (migration,) = lab.world.migrations.values()
        await lab.clock.until_done(asyncio.wait_for(task, None))
        return len(migration.movers)

    assert [asyncio.run(pairs(level)) for level in "012"] == [1, 2, 2]


def test_pools_by_id_by_name_and_the_one_of_the_same_name():
    for data, pool in (
        ("", 0),
        ("-i shared_proc_pool_id=1", 1),
        ("-i shared_proc_pool_name=SharedPool01", 1),
        ("-i multiple_shared_proc_pools=lp1//SharedPool01", 1),
    ):
        lab = DeviceLab()
        assert lab.run(f"migrlpar -o m -m p9a -t p10a -p lp1 {data}") == ""
        assert lab.place("lp1").pool == pool
    lab = DeviceLab()
    lab.run("migrlpar -o m -m p9a -t p10a -p lp5")
    assert lab.place("lp5").pool == 1


def test_a_pool_without_room_and_a_pool_for_dedicated_processors_are_refused():
    full = DeviceLab({"servers.p10a.processor_pools": [{"id": 1, "name": "SharedPool01", "maximum": 0.2}]})
    assert codes(full.refused("migrlpar -o v -m p9a -t p10a -p lp1 -i shared_proc_pool_id=1")) == ["HSCLAF45"]
    assert full.run("lslparmigr -r procpool -m p9a -t p10a --filter lpar_names=lp1") == (
        "shared_proc_pool_ids=0,shared_proc_pool_names=DefaultPool\n"
    )
    lab = DeviceLab()
    assert "HSCLAF45" in lab.refused("migrlpar -o v -m p10a -t p9a -p lp9 -i shared_proc_pool_id=1")


def test_a_switch_may_have_another_name_on_the_target():
    lab = SmallLab({"servers.s2.vswitches": {"ETHERNET0": {}, "Lan": {}}, "servers.s2.vlans": [1]})
    text, status = run(lab, f"{CHECK} -i vswitch_mappings=ETHERNET0/Lan")
    assert (status, codes(text)) == (1, ["HSCLAF0F"])
    assert run(lab, f"{MOVE} -i vswitch_mappings=ETHERNET0/Lan --vlanbridge 2") == ("", 0)
    assert {adapter.vswitch for adapter in lab.world.partitions["lp1"].ethernet} == {"Lan"}


def test_vsi_settings_are_kept_or_given_up():
    switches = {"servers.s1.vswitches": {"ETHERNET0": {"mode": "VEPA"}}}
    assert refused(SmallLab(switches), CHECK) == ["HSCLAF5A"]
    assert run(SmallLab(switches), f"{CHECK} --vsi 2") == ("", 0)


LAB = SmallLab()
NAMES = sorted(KNOWN)
VALUES = st.text(alphabet="0123456789/,.:-\u00b2\u0663_abfs lp1ded2s1-vios", max_size=40)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), VALUES | st.text(max_size=20), max_size=4), st.booleans())
def test_no_input_data_is_too_strange_to_be_refused(data: dict[str, str], several: bool):
    places = [LAB.lp1, LAB.world.home(LAB.world.partitions["off"])][: 1 + several]
    try:
        fields = InputData(data, places).wishes(places[0])
    except Refusal:
        return
    request = Request(LAB.world.consoles["near"], "hscroot", places[0], LAB.world.servers["s2"], **fields)
    assert isinstance(plan_of(request).errors, tuple)
