"""``chsysstate`` and what it leaves in the reference codes."""

from __future__ import annotations

import asyncio
import re

import pytest
from world_doubles import SmallLab

OFF = "chsysstate -r lpar -m s1 -n lp1 -o shutdown --immed"
STATE = "lssyscfg -r lpar -m s1 --filter lpar_names=lp1 -F state"


def play(*steps, changes=None) -> list[tuple[str, int]]:
    """What the commands printed; a number lets so many seconds pass."""

    async def scenario() -> list[tuple[str, int]]:
        lab = SmallLab(changes)
        answers = []
        for step in steps:
            if isinstance(step, str):
                answers.append(await lab.type(step))
            else:
                await lab.clock.advance(step)
        return answers

    return asyncio.run(scenario())


def test_the_codes_of_a_power_cycle_are_listed_with_the_newest_first():
    codes = "lsrefcode -r lpar -m s1 --filter lpar_names=lp1 -n 3 -F lpar_name,refcode --header"
    answers = play(codes, OFF, 1, codes, "chsysstate -r lpar -m s1 -n lp1 -o on", 1, codes, 60, codes)
    assert answers[0] == ("lpar_name,refcode\nlp1,Linux ppc64le\n", 0)
    assert answers[2] == ("lpar_name,refcode\nlp1,D200C301\nlp1,D200C300\nlp1,Linux ppc64le\n", 0)
    assert answers[4] == ("lpar_name,refcode\nlp1,CA00E1F1\nlp1,D200C301\nlp1,D200C300\n", 0)
    assert answers[5] == ("lpar_name,refcode\nlp1,Linux ppc64le\nlp1,CA00E1F1\nlp1,D200C301\n", 0)


def test_codes_of_a_world_file_look_as_on_a_real_console():
    shown = {"partitions.off.refcodes": ["D200C300", "D200C301", "B2001230 LP=00002"]}
    (answer,) = play(
        "lsrefcode -r lpar -m s1 --filter lpar_names=off -n 3 -F lpar_name,time_stamp,refcode --header", changes=shown
    )
    lines = re.sub(r"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d", "TIME", answer[0])
    assert lines == ("lpar_name,time_stamp,refcode\noff,TIME,B2001230 LP=00002\noff,TIME,D200C301\noff,TIME,D200C300\n")


def test_a_partition_can_be_kept_in_open_firmware():
    boot = "chsysstate -r lpar -m s1 --id 7 -o on -b sms"
    answers = play(OFF, 1, boot, 20, STATE, "chsysstate -r lpar -m s1 -n lp1 -o osshutdown", OFF, 1, STATE)
    assert answers[1] == ("", 0)
    assert answers[2] == ("Open Firmware\n", 0)
    assert answers[3][0].startswith("HSCL05DF ")
    assert answers[5] == ("Not Activated\n", 0)


@pytest.mark.parametrize(
    ("resources", "code"),
    [
        ("min_mem=1024,desired_mem=64000,max_mem=64000", "HSCL03EC"),
        (
            "min_procs=1,desired_procs=16,max_procs=16,min_proc_units=1,desired_proc_units=16,max_proc_units=16",
            "HSCL03FA",
        ),
    ],
)
def test_a_start_for_which_there_is_no_room_changes_nothing(resources: str, code: str):
    shown = "lssyscfg -r lpar -m s1 --filter lpar_names=lp1 -F state,curr_profile,desired_lpar_proc_compat_mode"
    quantities = (
        "lshwres -r mem -m s1 --level lpar --filter lpar_names=lp1 -F curr_mem",
        "lshwres -r proc -m s1 --level lpar --filter lpar_names=lp1 -F curr_proc_units,curr_procs",
    )
    new = "mksyscfg -r prof -m s1 -o save -p lp1 -n big"
    change = f"chsyscfg -r prof -m s1 -i name=big,lpar_name=lp1,lpar_proc_compat_mode=POWER8,{resources}"
    start = "chsysstate -r lpar -m s1 -n lp1 -o on"
    answers = play(OFF, 60, new, change, shown, *quantities, f"{start} -f big", shown, *quantities, start, STATE)
    assert answers[1:3] == [("", 0), ("", 0)]
    assert answers[6][0].startswith(f"{code} ")
    assert answers[7:10] == answers[3:6]
    assert answers[10:] == [("", 0), ("Starting\n", 0)]


def test_a_hard_shutdown_clears_an_error():
    broken = {"partitions.lp1.state": "Error"}
    answers = play(STATE, "chsysstate -r lpar -m s1 -n lp1 -o on", OFF, 1, STATE, changes=broken)
    assert answers[0] == ("Error\n", 0)
    assert answers[1][0].startswith("HSCL3681 ")
    assert answers[3] == ("Not Activated\n", 0)


def test_a_delayed_shutdown_takes_its_time_and_a_hard_one_does_not():
    answers = play("chsysstate -r lpar -m s1 -n lp1 -o shutdown", 1, STATE, 30, STATE)
    assert [text for text, _ in answers[1:]] == ["Shutting Down\n", "Not Activated\n"]
    assert play(OFF, 1, STATE)[1] == ("Not Activated\n", 0)


def test_restarts_come_back():
    for command in (f"{OFF} --restart", "chsysstate -r lpar -m s1 -n lp1 -o dumprestart"):
        assert [text for text, _ in play(command, 1, STATE, 60, STATE)] == ["", "Starting\n", "Running\n"]


def test_what_is_off_cannot_be_switched_off_and_what_is_on_cannot_be_switched_on():
    on = "chsysstate -r lpar -m s1 -n lp1 -o on"
    answers = play(on, OFF, 1, OFF)
    assert answers[0] == ("HSCL3681 Partition 7 cannot be activated since it is not in the Not Activated state.\n", 1)
    assert answers[2][0].startswith("HSCL1558 ")


def test_a_start_that_was_ended_does_not_go_on():
    answers = play(OFF, 1, "chsysstate -r lpar -m s1 -n lp1 -o on", 1, OFF, 60, STATE)
    assert answers[-1] == ("Not Activated\n", 0)


def test_a_system_goes_off_when_its_partitions_are_off():
    system = "lssyscfg -r sys -m s1 -F state"
    answers = play(
        "chsysstate -r sys -m s1 -o off",
        "chsysstate -r lpar -m s1 -n lp1,s1-vios1,s1-vios2 -o shutdown --immed",
        2,
        "chsysstate -r sys -m s1 -o off",
        system,
        200,
        system,
        "lssyscfg -r lpar -m s1 -F name",
        "chsysstate -r sys -m s1 -o onstandby",
        200,
        system,
        "chsysstate -r sys -m s1 -o on",
        200,
        system,
    )
    assert answers[0][0].startswith("HSCL0831 ")
    assert "lp1" in answers[0][0]
    texts = [text for text, _ in answers]
    assert texts[1:5] == ["", "", "Power Off In Progress\n", "Power Off\n"]
    assert texts[5].startswith("HSCL0238 ")
    assert texts[6:] == ["", "Standby\n", "", "Operating\n"]


def test_a_lost_system_is_not_switched_and_a_broken_one_is_recovered():
    lost = {"servers.s1.state": "No Connection"}
    assert play("chsysstate -r sys -m s1 -o off", changes=lost)[0][0].startswith("HSCL0237 ")
    broken = {"servers.s1.state": "Recovery"}
    answers = play("chsysstate -r sys -m s1 -o recover", "lssyscfg -r sys -m s1 -F state", changes=broken)
    assert answers == [("", 0), ("Operating\n", 0)]
    assert play("chsysstate -r sys -m s1 -o recover")[0][1] == 1


def test_commands_take_the_time_of_their_kind():
    async def seconds(command: str) -> float:
        lab = SmallLab({"latency": {"listing": 1.5, "change": 3, "power": 4.1, "creation": 4.75, "terminal": 1.6}})
        begin = lab.clock.now()
        await lab.clock.until_done(asyncio.wait_for(lab.start(command), None))
        return round(lab.clock.now() - begin, 3)

    kinds = {
        "lssyscfg -r sys": 1.5,
        "chsyscfg -r lpar -m s1 -i name=lp1,auto_start=1": 3,
        OFF: 4.1,
        "mksyscfg -r prof -m s1 -o save -p lp1 -n x": 4.75,
        "rmvterm -m s1 -p lp1": 1.6,
    }
    assert {command: asyncio.run(seconds(command)) for command in kinds} == kinds


def test_a_virtual_io_server_comes_back_with_its_connection():
    rmc = "lssyscfg -r lpar -m s1 --filter lpar_names=s1-vios1 -F state,rmc_state"
    server = "chsysstate -r lpar -m s1 -n s1-vios1 -o"
    answers = play(f"{server} osshutdown", 30, rmc, f"{server} on -f default_profile", 60, rmc, 60, rmc)
    texts = [text for text, _ in answers]
    assert texts == ["", "Not Activated,inactive\n", "", "Running,inactive\n", "Running,active\n"]


def test_a_hard_shutdown_ends_one_that_takes_its_time():
    answers = play(
        "chsysstate -r lpar -m s1 -n lp1 -o osshutdown",
        STATE,
        OFF,
        0.1,
        STATE,
        "chsysstate -r lpar -m s1 -n lp1 -o on",
        60,
        STATE,
        60,
        STATE,
        changes={"latency.power": 0, "latency.listing": 0, "durations.shutdown": 40},
    )
    states = ["Shutting Down", "Not Activated", "Running", "Running"]
    assert [answers[number][0] for number in (1, 3, 5, 6)] == [f"{state}\n" for state in states]
    assert answers[2] == ("", 0)


def test_what_was_begun_before_a_power_cycle_does_not_hurry_what_began_after_it():
    answers = play(
        OFF,
        1,
        "chsysstate -r lpar -m s1 -n lp1 -o on",
        8,
        OFF,
        1,
        "chsysstate -r lpar -m s1 -n lp1 -o on",
        3,
        STATE,
        20,
        STATE,
        changes={"latency.power": 0, "latency.listing": 0, "durations.activation": 10},
    )
    assert [text for text, _ in answers[-2:]] == ["Starting\n", "Running\n"]
