"""Debug data, events, port logins, RMC repairs: the service side of a console."""

from __future__ import annotations

import asyncio
import io
import re
import zipfile

import pytest
from world_doubles import SmallLab

BREAKS_ONCE = {"kind": "migration-breaks", "partition": "lp1", "phase": "copy", "times": 1}


def run(lab: SmallLab, command: str, console: str = "near") -> tuple[str, int]:
    return asyncio.run(lab.type(command, console))


def test_debug_data_is_a_zip_file_that_the_next_run_overwrites():
    lab = SmallLab()
    text, status = run(lab, "pedbg -c -q 4")
    assert status == 0
    assert len(text.splitlines()) > 3
    console = lab.world.consoles["near"]
    assert console.files.list("/dump") == ["HMClogs78F0A10.zip", "migrdbg"]
    with zipfile.ZipFile(io.BytesIO(console.files.read("/dump/HMClogs78F0A10.zip"))) as archive:
        assert "lshmc.txt" in archive.namelist()
        assert b"name=lp1," in archive.read("partitions.txt")
    run(lab, "pedbg -c -q 1")
    with zipfile.ZipFile(io.BytesIO(console.files.read("/dump/HMClogs78F0A10.zip"))) as archive:
        assert archive.namelist() == ["lshmc.txt", "systems.txt"]


def test_the_collection_takes_minutes_and_there_is_one_at_a_time():
    async def scenario() -> None:
        lab = SmallLab()
        first = asyncio.create_task(lab.start("pedbg -c -q 4"))
        await lab.clock.advance(500)
        assert not first.done()
        assert (await lab.start("pedbg -c -q 4"))[0].startswith("HSCLAF60 ")
        await lab.clock.advance(101)
        assert (await first)[1] == 0

    asyncio.run(scenario())


def test_a_full_disk_stops_the_collection_and_no_migration():
    lab = SmallLab({"faults": [BREAKS_ONCE]})
    console = lab.world.consoles["near"]
    console.files.write("/home/hscroot/big", b"x" * console.files.size)
    assert run(lab, "pedbg -c -q 1")[0].splitlines()[-1] == (
        "HSCLAF6C The file /dump/HMClogs78F0A10.zip cannot be written: No space left on device."
    )
    assert "HSCLA2CF" in run(lab, "migrlpar -o m -m s1 -t s2 -p lp1")[0]
    assert run(lab, "migrlpar -o m -m s1 -t s2 -p lp1") == ("", 0)


def test_a_failed_migration_leaves_debug_data():
    lab = SmallLab({"faults": [BREAKS_ONCE]})
    assert run(lab, "lsmigrdbg -r file") == ("No results were found.\n", 0)
    assert run(lab, "migrlpar -o m -m s1 -t s2 -p lp1")[1] == 1
    name = run(lab, "lsmigrdbg -r file -F name")[0]
    assert re.fullmatch(r"migrdbg\.\d{14}\.0001\.lp1\.log\n", name)
    assert b'phase="failed"' in lab.world.consoles["near"].files.read(f"/dump/migrdbg/{name.strip()}")
    assert run(lab, "lsmigrdbg -r config")[0].startswith("auto_collect=1,")


def test_console_events_tell_of_logins_and_moves():
    lab = SmallLab()
    lab.world.history.add("login", endpoint="near", user="hscroot", method="password", result="accepted", locked=False)
    assert run(lab, "migrlpar -o m -m s1 -t s2 -p lp1") == ("", 0)
    text, _ = run(lab, "lssvcevents -t console -d 3")
    lines = [re.sub(r"^time=\d\d/\d\d/\d{4} \d\d:\d\d:\d\d,", "", line) for line in text.splitlines()]
    assert lines == [
        '"text=HSCE2001 Partition lp1, managed system s2: the partition has arrived by a migration."',
        '"text=HSCE2000 User hscroot, method password: has logged in."',
    ]


EVENTS = [
    {"system": "s1", "refcode": "B1817201", "hours_ago": 1},
    {"system": "s2", "refcode": "B7006970", "status": "Closed", "hours_ago": 100},
]


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        ("-d 30", "B1817201\nB7006970\n"),
        ('-m s1 --filter "status=open"', "B1817201\n"),
        ('-d 30 --filter "status=closed"', "B7006970\n"),
        ("-i 120", "B1817201\n"),
        ("-d 30 --filter problem_nums=2", "B7006970\n"),
        ("-m s2 -i 30", "No results were found.\n"),
    ],
)
def test_serviceable_events_are_filtered(options, codes):
    lab = SmallLab({"consoles.near.service_events": EVENTS})
    assert run(lab, f"lssvcevents -t hardware {options} -F refcode") == (codes, 0)
    assert run(lab, "lssvcevents -t hardware -d 30")[0].startswith(
        "problem_num=1,pmh_num=,refcode=B1817201,status=Open,"
    )


def test_the_second_port_name_is_logged_in_for_zoning():
    lab = SmallLab()
    show = "lsnportlogin -m s1 --filter lpar_names=lp1 -F slot_num,wwpn_status,logged_in"
    assert run(lab, show) == ("3,1,client\n3,0,none\n", 0)
    assert run(lab, "chnportlogin -o login -p lp1 -m s1") == ("", 0)
    assert run(lab, show) == ("3,1,client\n3,1,vios\n", 0)
    assert run(lab, "chnportlogin -o logout --id 7 -m s1") == ("", 0)
    assert run(lab, show) == ("3,1,client\n3,0,none\n", 0)
    assert run(lab, "chnportlogin -o login -p off -m s1")[0].startswith("HSCLAF6A ")


DIAGNOSE = "diagrmc -m s1 --ip 10.0.1.1 -p lp1"
CONNECTED = "10.0.1.1 has RMC connection."


@pytest.mark.parametrize("behaviour", ["firewall", "stale"])
def test_what_lies_on_the_consoles_side_is_repaired(behaviour):
    lab = SmallLab({"partitions.lp1.rmc": behaviour})
    state = "lssyscfg -r lpar -m s1 --filter lpar_names=lp1 -F rmc_state"
    assert run(lab, state) == ("inactive\n", 0)
    text, status = run(lab, f"{DIAGNOSE} --autocorrect -v")
    assert status == 0
    assert text.splitlines()[-1] == CONNECTED
    assert "Checking the firewall settings for RMC (port 657)." in text
    assert run(lab, state) == ("active\n", 0)
    assert run(lab, DIAGNOSE) == (f"{CONNECTED}\n", 0)


def test_a_closed_firewall_is_told_and_stays_closed_without_autocorrect():
    lab = SmallLab({"partitions.lp1.rmc": "firewall"})
    for _ in range(2):
        text, status = run(lab, DIAGNOSE)
        assert status == 1
        assert "firewall" in text
        assert CONNECTED not in text
    assert "Active:<0>" in run(lab, "lspartition -dlpar")[0]


def test_a_stale_list_is_renewed_by_a_rebuild():
    lab = SmallLab({"partitions.lp1.rmc": "stale"})
    assert "lp1, 10.0.1.1>\n       Active:<1>" in run(lab, "lspartition -dlpar")[0]
    assert run(lab, "chsysstate -m s1 -o rebuild -r sys") == ("", 0)
    assert run(lab, "lssyscfg -r lpar -m s1 --filter lpar_names=lp1 -F rmc_state") == ("active\n", 0)


def test_a_dead_partition_is_not_repaired_from_outside():
    text, status = run(SmallLab({"partitions.lp1.rmc": "dead"}), f"{DIAGNOSE} --autocorrect")
    assert status == 1
    assert "rmcctrl" in text


def test_a_session_that_is_being_established_is_hurried():
    async def scenario() -> None:
        lab = SmallLab()
        assert await lab.type("lspartition -dlparreset") == ("", 0)
        assert (await lab.type(DIAGNOSE))[1] == 1
        assert (await lab.type(f"{DIAGNOSE} --autocorrect"))[1] == 0

    asyncio.run(scenario())


def test_the_whole_console_and_another_one_are_diagnosed():
    lab = SmallLab()
    assert run(lab, "diagrmc")[0].splitlines() == [
        f"10.0.{address} has RMC connection." for address in ("2.1", "2.2", "1.1", "2.3", "2.4", "2.6")
    ]
    assert run(lab, "diagrmc --mcip 10.0.0.2") == ("10.0.0.2 has RMC connection.\n", 0)
    assert run(lab, "diagrmc --mcip 10.0.0.9")[0].startswith("HSCLAF02 ")
    assert run(lab, "diagrmc -m s1 -p lp1")[1] == 1


def test_root_commands_go_through_oem_setup_env():
    lab = SmallLab()
    sent = []

    async def vios(_placement, command):
        sent.append(command)
        return "done\n", 0

    lab._vios_command = vios
    assert run(lab, "viosvrcmd -m s1 --id 1 --admin -c 'lsdev -Cl fcs0'") == ("done\n", 0)
    assert sent == ["echo 'lsdev -Cl fcs0' | oem_setup_env"]


def test_the_masters_and_the_consoles_own_figures():
    lab = SmallLab()
    assert run(lab, "lscomgmt -m s1") == ("curr_master_name=near,curr_master_mtms=7063-CR2*78F0A10\n", 0)
    for kind in ("disk", "proc", "mem", "swap"):
        text, status = run(lab, f"monhmc -r {kind} -n 0")
        assert status == 0
        assert text


def test_the_console_of_a_partition_on_its_way_is_open_on_the_side_that_it_comes_from():
    async def scenario() -> None:
        lab = SmallLab()
        await lab.type("mkauthkeys --ip 10.0.0.2 -u hscroot --passwd far-secret")
        move = asyncio.create_task(lab.start("migrlpar -o m -m s1 -t s3 -p lp1 --ip 10.0.0.2 -u hscroot"))
        await lab.clock.advance(35)
        text, status = await lab.type("mkvterm -m s3 -p lp1", "far")
        assert status == 1
        assert "The open failed." in text
        assert "-The session may already be open on another management console" in text
        await lab.clock.until_done(asyncio.wait_for(move, None))

    asyncio.run(scenario())


def test_an_open_terminal_keeps_a_partition_from_being_removed():
    lab = SmallLab()
    lab.world.partitions["off"].terminal_open = True
    assert run(lab, "rmsyscfg -r lpar -m s1 -n off")[0].startswith("HSCLAF66 ")


SYSTEMS = {
    "rhel8": ("Linux/RedHat", "4.18.0", "8.10"),
    "rhel9": ("Linux/RedHat", "5.14.0", "9.5"),
    "rhel10": ("Linux/RedHat", "6.12.0", "10.0"),
    "sles15": ("Linux/SuSE", "5.14.21", "15.5"),
    "sles15sp6": ("Linux/SuSE", "6.4.0", "15.6"),
}


@pytest.mark.parametrize("distribution", SYSTEMS)
def test_the_console_knows_what_every_distribution_is(distribution):
    lab = SmallLab({"partitions.lp1.distribution": distribution})
    family, kernel, release = SYSTEMS[distribution]
    version = run(lab, "lssyscfg -r lpar -m s1 --filter lpar_names=lp1 -F os_version")
    assert version == (f"{family} {kernel}\n", 0)
    assert f"OS:<{family}, {kernel}, {release}>" in run(lab, "lspartition -dlpar")[0]


def test_labels_of_ports_belong_to_an_operating_system():
    lab = SmallLab()
    assert run(lab, "lslabelvios -r fcport -m s1") == ("lslabelvios: not simulated\n", 1)
    lab.world.servers["s1"].state = "No Connection"
    text = "HSCL0238 This operation is only allowed when the managed system is in the Operating state.\n"
    assert run(lab, "lslabelvios -r fcport -m s1") == (text, 1)
