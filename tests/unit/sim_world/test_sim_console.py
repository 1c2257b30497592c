"""Console commands: their lines, their refusals, and what they change."""

from __future__ import annotations

import asyncio

import pytest
from world_doubles import SmallLab

LSHMC = (
    '"version= Version: 10\n Release: 3\n Service Pack: 1060\nHMC Build level 2408210051\n","base_version=V10R3\n"\n'
)


def run(lab: SmallLab, command: str, console: str = "near", terminal=None) -> tuple[str, int]:
    return asyncio.run(lab.type(command, console, terminal))


ANSWERS = [
    ("lshmc -V", LSHMC, 0),
    (
        "lssyscfg -r sys -F name,type_model,state",
        "s1,9009-22A,Operating\ns2,9080-HEX,Operating\nold,8286-42A,Operating\n",
        0,
    ),
    ("lssyscfg -r sys -m s1 -F lpar_proc_compat_modes", '"default,POWER7,POWER8,POWER9,POWER9_base"\n', 0),
    ("lssyscfg -r sys -m 9009-22A*78A1B20 -F name", "s1\n", 0),
    (
        "lssyscfg -r lpar -m s1 -F name,lpar_id,state,rmc_state --header",
        "name,lpar_id,state,rmc_state\ns1-vios1,1,Running,active\ns1-vios2,2,Running,active\nlp1,7,Running,active\n"
        "off,8,Not Activated,inactive\n",
        0,
    ),
    ("lssyscfg -r lpar -m s1 --filter lpar_ids=7 -F name:lpar_env", "lp1:aixlinux\n", 0),
    ("lssyscfg -r lpar -m s1 --filter lpar_names=s1-vios1 -F msp", "1\n", 0),
    ("lssyscfg -r prof -m s1 --filter lpar_names=off -F name,lpar_proc_compat_mode", "default_profile,POWER8\n", 0),
    ("lslparmigr -r lpar -m s1 --filter lpar_names=lp1", "name=lp1,lpar_id=7,migration_state=Not Migrating\n", 0),
    ("lslparmigr -r manager", "remote_lpar_mobility_capable=1\n", 0),
    (
        "lslparmigr -r procpool -m s1 -t s2 --filter lpar_names=lp1",
        "shared_proc_pool_ids=0,shared_proc_pool_names=DefaultPool\n",
        0,
    ),
    (
        "lslparmigr -r virtualio -m s1 -t s2 --filter lpar_names=lp1 -F suggested_virtual_fc_mappings",
        "3/s2-vios1/1\n",
        0,
    ),
    ("lshwres -r mem -m s1 --level sys -F curr_avail_sys_mem,mem_region_size", "38912,256\n", 0),
    ("lshwres -r proc -m s1 --level sys -F curr_avail_sys_proc_units,installed_sys_proc_units", "13.5,16.0\n", 0),
    ("lshwres -r mem -m s1 --level lpar --filter lpar_names=lp1 -F curr_mem", "8192\n", 0),
    (
        "lshwres -r virtualio --rsubtype eth --level lpar -m s1 --filter lpar_names=lp1 -F trunk_priority",
        "unavailable\n",
        0,
    ),
    (
        "lshwres -r virtualio --rsubtype fc --level lpar -m s1 --filter lpar_names=off -F lpar_name",
        "No results were found.\n",
        0,
    ),
    ("lspartition -dlpar", None, 0),
    ("diagrmc -m s1 --ip 10.0.1.1 -p lp1", "10.0.1.1 has RMC connection.\n", 0),
    ("viosvrcmd -m s1 -p s1-vios1 -c ioslevel", "s1-vios1: ioslevel\n", 0),
    ("lslic -m s1 -F activated_level,ecnumber", "168,01VL950\n", 0),
    ("lssvcevents -t hardware -d 0", "No results were found.\n", 0),
    ("chsysstate -r sys -m s1 -o rebuild", "", 0),
    ("mkauthkeys --ip 10.0.0.2 -u hscroot --passwd far-secret", "", 0),
    ("migrlpar -o v -m s1 -t s2 -p lp1", "", 0),
    ("migrlpar -o v -m s1 -t s2 --id 7", "", 0),
]


@pytest.mark.parametrize(("command", "output", "status"), ANSWERS, ids=[answer[0] for answer in ANSWERS])
def test_answers(command, output, status):
    text, got = run(SmallLab(), command)
    assert got == status
    if output is not None:
        assert text == output


REFUSALS = [
    (
        "lssyscfg -r lpar -m s1 --filter lpar_names=zz-no-such-lpar -F name",
        "HSCL8012 The partition named zz-no-such-lpar was not found.  Please check your entry and retry the command.\n",
    ),
    (
        "lssyscfg -r lpar -F uuid,name",
        "The command entered is either missing a required parameter or a parameter value is invalid. "
        "The parameters that are missing or have an invalid value are -m. Please check your entry and retry the "
        "command.\n",
    ),
    ("lssyscfg -r lpar -m s1 --filter lpar_ids=5", 'HSCL8011 The partition ID "5" was not found.\n'),
    (
        "lssyscfg -r lpar -m s3 -F name",
        "HSCL8018 The managed system s3 was not found.  Please check your entry and retry the command.\n",
    ),
    (
        "lshwres -r mempool -m s2",
        "HSCLA4A0 The operation failed because the managed system does not support Active Memory Sharing or "
        "partition suspend and resume operations.\n",
    ),
    ("lssyscfg -r lpar -m s1 -F UUID", None),
    (
        "mkauthkeys --ip 10.0.0.2 -u hscroot --test",
        "HSCL3653 The Secure Shell (SSH) communication configuration between the source and destination "
        "management consoles has not been set up properly for the remote user hscroot. Run the "
        "mkauthkeys command to set up the SSH communication authentication keys\n",
    ),
    ("migrlpar -o m -m s1 -t s3 -p lp1 --ip 10.0.0.2 -u hscroot", None),
    ("migrlpar -o v -m s1 -t nowhere -p lp1", None),
    ("migrlpar -o v -m s1 -p lp1", None),
    ("migrlpar -o v -m s1 -t s2 -p lp1 -u me", None),
    ("migrlpar -o s -m s1 -p lp1 -t s2", None),
    ("migrlpar -o m -m s1 -t s2 -p lp1 -i colour=red", None),
    ("migrlpar -o m -m s1 -t s2 -p lp1 -i vnic_mappings=1", None),
    ("migrlpar -o m -m s1 -t s2 -p lp1 --async", None),
    (
        "chsysstate -r lpar -m s1 -n lp1 -o on",
        "HSCL3681 Partition 7 cannot be activated since it is not in the Not Activated state.\n",
    ),
    (
        "viosvrcmd -m s1 -p s1-vios1 -c nonsense",
        "HSCL2970 The IOServer command has failed because of the following reason:\nnot there\nrc=2\n",
    ),
    ("chsyscfg -r lpar -m s1 -i name=lp1,msp=1", None),
    ("chsyscfg -r prof -m old -i name=x,lpar_name=y,lpar_proc_compat_mode=POWER9", None),
    ("lshwres -r hca -m s1", "lshwres -r hca: not simulated\n"),
]


@pytest.mark.parametrize(("command", "output"), REFUSALS, ids=[refusal[0] for refusal in REFUSALS])
def test_refusals_are_on_standard_output_with_status_1(command, output):
    text, status = run(SmallLab(), command)
    assert status == 1
    assert text
    if output is not None:
        assert text == output


def test_resource_commands_need_an_operating_system():
    lab = SmallLab({"servers.s1.state": "No Connection"})
    text = "HSCL0238 This operation is only allowed when the managed system is in the Operating state.\n"
    assert run(lab, "lssyscfg -r lpar -m s1") == (text, 1)
    assert run(lab, "lssyscfg -r sys -m s1 -F state") == ("No Connection\n", 0)


class Terminal:
    columns, rows = 80, 24

    def __init__(self, answer: str | None) -> None:
        self.answer, self.asked = answer, []

    async def ask(self, prompt: str, *, echo: bool = True) -> str:
        self.asked.append((prompt, echo))
        if self.answer is None:
            raise EOFError
        return self.answer


def test_keys_are_exchanged_with_a_password_from_the_terminal():
    lab, terminal = SmallLab(), Terminal("far-secret")
    assert run(lab, "mkauthkeys --ip far -u hscroot", terminal=terminal) == ("", 0)
    assert terminal.asked == [("Enter the password for user hscroot on the remote host far:", False)]
    assert run(lab, "mkauthkeys --ip 10.0.0.2 --test") == ("", 0)
    assert run(lab, "mkauthkeys --ip 10.0.0.1 --test", console="far")[1] == 1


def test_a_wrong_password_is_counted_on_the_other_console():
    lab = SmallLab()
    for _ in range(3):
        assert run(lab, "mkauthkeys --ip far -u hscroot --passwd wrong")[1] == 1
    assert lab.world.consoles["far"].account.locked
    assert run(lab, "mkauthkeys --ip far -u hscroot --passwd far-secret")[1] == 1
    assert len(lab.world.history.events("login", endpoint="far", result="refused")) == 4


def test_without_terminal_and_password_it_fails_and_does_not_wait():
    assert run(SmallLab(), "mkauthkeys --ip far -u hscroot")[1] == 1
    assert run(SmallLab(), "mkauthkeys --ip far -u hscroot", terminal=Terminal(None))[1] == 1


def test_both_directions_with_g():
    lab = SmallLab()
    assert run(lab, "mkauthkeys --ip far -u hscroot -g --passwd far-secret") == ("", 0)
    assert run(lab, "mkauthkeys --ip near -u hscroot --test", console="far") == ("", 0)


def test_keys_of_users_are_added_and_removed():
    lab = SmallLab()
    keys = lab.world.consoles["near"].account.keys
    assert run(lab, "mkauthkeys -a 'ssh-ed25519 AAAA me@here'") == ("", 0)
    assert run(lab, "mkauthkeys --add 'ssh-ed25519 AAAA me@here'") == ("", 0)
    assert keys == ["ssh-ed25519 AAAA me@here"] * 2
    assert run(lab, "mkauthkeys --remove me@here") == ("", 0)
    assert keys == []


def test_a_partition_goes_to_the_other_console_and_is_seen_from_both():
    async def scenario() -> None:
        lab = SmallLab()
        await lab.type("mkauthkeys --ip 10.0.0.2 -u hscroot -g --passwd far-secret")
        move = asyncio.create_task(lab.start("migrlpar -o m -m s1 -t s3 -p lp1 --ip 10.0.0.2 -u hscroot"))
        await lab.clock.advance(35)
        near, _ = await lab.type("lslparmigr -r lpar -m s1 --filter lpar_names=lp1")
        far, _ = await lab.type("lslparmigr -r lpar -m s3", "far")
        assert "migration_state=Migration In Progress,migration_type=active,dest_sys_name=s3,dest_lpar_id=7" in near
        assert near.endswith("remote_manager=10.0.0.2,remote_user_id=hscroot\n")
        assert "source_sys_name=s1,source_lpar_id=7" in far
        assert far.endswith("remote_manager=10.0.0.1,remote_user_id=hscroot\n")
        states = "lssyscfg -r lpar -m s3 --filter lpar_names=lp1 -F state"
        assert await lab.type(states, "far") == ("Migrating - Running\n", 0)
        assert await lab.clock.until_done(asyncio.wait_for(move, None)) == ("", 0)
        assert (await lab.type("lssyscfg -r lpar -m s1 --filter lpar_names=lp1"))[0].startswith("HSCL8012")
        assert await lab.type(states, "far") == ("Running\n", 0)

    asyncio.run(scenario())


def test_an_unknown_target_on_the_other_console_comes_wrapped():
    lab = SmallLab()
    run(lab, "mkauthkeys --ip far -u hscroot --passwd far-secret")
    text, status = run(lab, "migrlpar -o v -m s1 -t nowhere -p lp1 --ip far")
    assert status == 1
    assert text.startswith("HSCLA318 ")
    assert "HSCL8018 The managed system nowhere was not found." in text


def test_validation_errors_stand_below_their_heading():
    off = {f"servers.s2.virtual_io_servers.s2-vios{number}.storage": [] for number in (1, 2)}
    text, status = run(SmallLab(off), "migrlpar -o v -m s1 -t s2 -p lp1")
    lines = text.splitlines()
    assert (status, lines[0]) == (1, "Errors:")
    starts = [line.split()[0] for line in lines[1:] if line.startswith("HSC")]
    assert starts == ["HSCLA319", *["HSCLA356", "HSCLA29A"] * 2, "HSCLA24E", *["HSCLA356", "HSCLA29A"] * 2]


def test_several_partitions_move_with_one_command():
    lab = SmallLab()
    assert run(lab, "migrlpar -o m -m s1 -t s2 -p lp1,off") == ("", 0)
    assert {place.name for place in lab.world.servers["s2"].placements.values()} >= {"lp1", "off"}


def test_the_mover_service_is_switched_by_chsyscfg():
    lab = SmallLab({"servers.s3.virtual_io_servers.s3-vios1.msp": False})
    run(lab, "mkauthkeys --ip far -u hscroot --passwd far-secret")
    validate = "migrlpar -o v -m s1 -t s3 -p lp1 --ip far"
    assert run(lab, validate)[1] == 1
    assert run(lab, "chsyscfg -r lpar -m s3 -i name=s3-vios1,msp=1", "far") == ("", 0)
    assert run(lab, validate) == ("", 0)


def test_a_mode_in_the_profile_counts_from_the_next_activation_with_it():
    async def scenario() -> None:
        lab = SmallLab()
        change = "chsyscfg -r prof -m s1 -i name=default_profile,lpar_name=lp1,lpar_proc_compat_mode=POWER8"
        mode = "lssyscfg -r lpar -m s1 --filter lpar_names=lp1 -F curr_lpar_proc_compat_mode,state"
        assert await lab.type(change) == ("", 0)
        assert await lab.type(mode) == ("POWER9,Running\n", 0)
        assert await lab.type("chsysstate -r lpar -m s1 -n lp1 -o osshutdown") == ("", 0)
        await lab.clock.advance(60)
        assert await lab.type(mode) == ("POWER9,Not Activated\n", 0)
        assert await lab.type("chsysstate -r lpar -m s1 -n lp1 -o on -f default_profile") == ("", 0)
        await lab.clock.advance(60)
        assert await lab.type(mode) == ("POWER8,Running\n", 0)
        assert lab.guest.calls == ["boot", "stop", "boot"]

    asyncio.run(scenario())


def test_an_orderly_shutdown_needs_rmc():
    text, status = run(SmallLab({"partitions.lp1.rmc": "dead"}), "chsysstate -r lpar -m s1 -n lp1 -o osshutdown")
    assert (status, text.split()[0]) == (1, "HSCL0DB4")


def test_a_partition_that_restarts_itself_comes_back():
    async def scenario() -> None:
        lab = SmallLab()
        lab.guest.firmware.power_off(True)
        await lab.clock.advance(0)
        assert lab.lp1.state == "Starting"
        await lab.clock.advance(60)
        assert (lab.lp1.state, lab.lp1.rmc_state) == ("Running", "inactive")
        await lab.clock.advance(60)
        assert lab.lp1.rmc_state == "active"

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("state", "detailed"),
    [
        ("Operating", "None"),
        ("Power Off", "None"),
        ("No Connection", "None"),
        ("Incomplete", "Incomplete"),
        ("Error - Dump in progress", "Dump In Progress"),
        ("Service Processor Failover In Progress", "Service Processor Failover"),
    ],
)
def test_the_detailed_state_of_a_system_goes_with_its_state(state: str, detailed: str):
    lab = SmallLab({"servers.s1.state": state})
    assert run(lab, "lssyscfg -r sys -m s1 -F state,detailed_state") == (f"{state},{detailed}\n", 0)
