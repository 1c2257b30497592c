"""Rules of compatibility: processor modes, firmware levels, and errors that another console found."""

from __future__ import annotations

import asyncio

import pytest
from migration_support import codes, refused, run
from world_doubles import SmallLab

from powervm_sim.migration.firmware import blocked

FIRMWARE = {"POWER8": "FW860.B3 (SV860_245)", "POWER9": "FW950.C0 (VL950_168)", "POWER10": "FW1060.10 (MH1060_064)"}
FIRMWARE |= {"POWER11": "FW1110.11 (NH1110_102)", "FW910": "FW910.20 (VL910_122)"}

ACTIVE = [
    ("POWER8", "default", "POWER9", True),
    ("POWER9", "default", "POWER8", False),
    ("POWER9", "POWER8", "POWER8", True),
    ("POWER9", "default", "POWER10", True),
    ("POWER10", "default", "POWER9", False),
    ("POWER10", "POWER9", "POWER9", True),
    ("POWER9", "POWER8", "POWER11", False),
    ("POWER10", "POWER8", "POWER11", False),
    ("POWER9", "POWER9_base", "POWER11", True),
    ("POWER11", "default", "POWER10", False),
    ("POWER11", "POWER10", "POWER10", True),
    ("FW910", "default", "POWER9", True),
    ("POWER9", "default", "FW910", False),
    ("POWER9", "POWER9_base", "FW910", True),
]


def lab_with(source: str, mode: str, target: str) -> SmallLab:
    changes: dict[str, object] = {"partitions.lp1.compat_mode": mode}
    for server, name in (("s1", source), ("s2", target)):
        changes[f"servers.{server}.generation"] = "POWER9" if name == "FW910" else name
        changes[f"servers.{server}.firmware"] = FIRMWARE[name]
    return SmallLab(changes)


@pytest.mark.parametrize(("source", "mode", "target", "possible"), ACTIVE)
def test_active_migrations_need_the_preferred_and_the_current_mode(source, mode, target, possible):
    text, status = run(lab_with(source, mode, target), "migrlpar -o v -m s1 -t s2 -p lp1")
    assert (status == 0) is possible
    assert set(codes(text)) == (set() if possible else {"HSCLAF0C"})


def test_a_current_mode_does_not_matter_for_an_inactive_partition():
    lab = lab_with("POWER9", "default", "POWER8")
    assert refused(lab, "migrlpar -o v -m s1 -t s2 -p lp1") == ["HSCLAF0C"]
    lab.world.partitions["off"].desired_mode = "default"
    lab.world.partitions["off"].current_mode = "POWER9"
    assert run(lab, "migrlpar -o v -m s1 -t s2 -p off") == ("", 0)


async def mode_on(lab: SmallLab, server: str) -> str:
    command = f"lssyscfg -r lpar -m {server} --filter lpar_names=lp1 -F curr_lpar_proc_compat_mode"
    return (await lab.type(command))[0].strip()


async def restart(lab: SmallLab, server: str, profile: str = "") -> None:
    assert (await lab.type(f"chsysstate -r lpar -m {server} -n lp1 -o shutdown --immed"))[1] == 0
    await lab.clock.advance(30)
    assert (await lab.type(f"chsysstate -r lpar -m {server} -n lp1 -o on {profile}"))[1] == 0
    await lab.clock.advance(200)


def test_a_mode_stays_until_the_restart_and_then_closes_the_way_back_until_it_is_set():
    async def scenario() -> None:
        lab = lab_with("POWER8", "default", "FW910")
        back = "migrlpar -o v -m s2 -t s1 -p lp1"
        assert await lab.type("migrlpar -o m -m s1 -t s2 -p lp1") == ("", 0)
        assert await mode_on(lab, "s2") == "POWER8"
        await lab.clock.advance(60)
        assert await lab.type(back) == ("", 0)
        await restart(lab, "s2")
        assert await mode_on(lab, "s2") == "POWER9_base"
        assert codes((await lab.type(back))[0]) == ["HSCLAF0C"]
        record = "name=default_profile,lpar_name=lp1,lpar_proc_compat_mode=POWER8"
        assert await lab.type(f"chsyscfg -r prof -m s2 -i {record}") == ("", 0)
        assert codes((await lab.type(back))[0]) == ["HSCLAF0C"]
        await restart(lab, "s2", "-f default_profile")
        assert await lab.type(back) == ("", 0)

    asyncio.run(scenario())


def test_the_first_firmware_of_power9_offers_the_base_mode_only():
    lab = lab_with("FW910", "default", "POWER9")
    modes = "lssyscfg -r sys -F lpar_proc_compat_modes -m"
    assert run(lab, f"{modes} s1")[0] == '"default,POWER7,POWER8,POWER9_base"\n'
    assert run(lab, f"{modes} s2")[0] == '"default,POWER7,POWER8,POWER9,POWER9_base"\n'


LEVELS = [
    ("FW710.10 (AL710_099)", "FW760.00 (AL760_034)", True),
    ("FW720.10 (AL720_099)", "FW770.00 (AL770_034)", True),
    ("FW720.10 (AL720_099)", "FW760.00 (AL760_034)", False),
    ("FW760.00 (AL760_034)", "FW710.10 (AL710_099)", True),
    ("FW760.00 (AL760_034)", "FW720.10 (AL720_099)", False),
    ("FW780.00 (AL780_034)", "FW720.10 (AL720_099)", True),
    ("FW340.00 (EL340_039)", "FW730.10 (AL730_010)", True),
    ("FW340.00 (EL340_075)", "FW730.10 (AL730_010)", False),
    ("FW760.00 (AL760_034)", "FW840.10 (SV840_087)", True),
    ("FW760.00 (AL760_034)", "FW840.20 (SV840_113)", False),
    ("FW840.10 (SV840_087)", "FW783.00 (AL783_010)", True),
    ("FW840.20 (SV840_113)", "FW783.00 (AL783_010)", False),
    ("FW860.B3 (SV860_245)", "FW950.C0 (VL950_168)", False),
    ("FW1110.11 (NH1110_102)", "FW950.C0 (VL950_168)", False),
    ("something", "FW950.C0 (VL950_168)", False),
]


@pytest.mark.parametrize(("source", "target", "refusal"), LEVELS)
def test_firmware_levels_that_the_tables_block(source: str, target: str, refusal: bool):
    assert blocked(source, target) is refusal


def test_a_blocked_firmware_level_is_an_error():
    lab = SmallLab({"servers.s1.firmware": LEVELS[0][0], "servers.s2.firmware": LEVELS[0][1]})
    assert refused(lab, "migrlpar -o v -m s1 -t s2 -p lp1") == ["HSCLAF4E"]


FAR = [
    ({"servers.s3.state": "Standby"}, "", "HSCL0238"),
    ({"servers.s3.capable": False}, "", "HSCLAF04"),
    ({"servers.s3.migrations": 0}, "", "HSCLAF09"),
    ({}, "-i dest_msp_name=nobody", "HSCLAF10"),
    ({"servers.s3.memory": 16384}, "", "HSCLAF0A"),
    ({"servers.s3.vlans": [9]}, "", "HSCLAF0F"),
    ({"servers.s3.virtual_io_servers.s3-vios1.storage": ["scsi"]}, "", "HSCLA319"),
    ({}, "-i dest_lpar_id=1", "HSCLAF0E"),
    ({}, "-i virtual_fc_mappings=3/nobody/", "HSCL8012"),
    ({"servers.s3.virtual_io_servers.s3-vios1.rmc": "dead"}, "", "HSCLA246"),
]


@pytest.mark.parametrize(("changes", "data", "inner"), FAR)
def test_what_the_other_console_finds_comes_wrapped(changes, data, inner):
    lab = SmallLab(changes)
    lab.world.trust.add(("near", "hscroot", "far", "hscroot"))
    text, status = run(lab, f"migrlpar -o v -m s1 -t s3 -p lp1 --ip 10.0.0.2 -u hscroot {data}")
    first = text.splitlines()[1]
    assert status == 1
    prefix = "HSCLA318 The migration command issued to the destination management console failed with the following"
    assert first.startswith(f"{prefix} error: {inner} ")
    assert ("Details:" in text) is (inner == "HSCLA319")


def test_what_the_own_console_finds_is_not_wrapped():
    lab = SmallLab({"partitions.lp1.rmc": "dead"})
    lab.world.trust.add(("near", "hscroot", "far", "hscroot"))
    command = "migrlpar -o v -m s1 -t s3 -p lp1 --ip 10.0.0.2 -u hscroot"
    assert refused(lab, command) == ["HSCLA246"]
