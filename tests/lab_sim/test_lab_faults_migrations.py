"""Faults of migrations as clients see them: refusals, breaks in every phase, recovery."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import pytest
from running_lab import RunningLab, changed_world, start, until

VALIDATE = "migrlpar -o v -m p9a -t p10a -p lp1"
MIGRATE = "migrlpar -o m -m p9a -t p10a -p lp1"
STATE = "lslparmigr -r lpar -m p9a --filter lpar_names=lp1 -F migration_state"


@pytest.fixture(scope="module")
def lab(tmp_path_factory) -> Iterator[RunningLab]:
    folder = tmp_path_factory.mktemp("faults")
    durations = {"validation": 5, "set_up": 10, "clean_up": 10, "rmc_return": 10}
    with start(folder, world=changed_world(folder, {"durations": durations}), speed=100) as running:
        yield running


@pytest.fixture(autouse=True)
def _lp1_is_at_home_without_faults(lab: RunningLab) -> Iterator[None]:
    lab.wait_for_rmc("hmc1", "p9a", "lp1")
    yield
    assert lab.run("lab", "lab fault clear --all")[2] == 0
    lab.run("hmc1", "migrlpar -o r -m p9a -p lp1")
    if lab.run("hmc1", "lssyscfg -r lpar -m p9a --filter lpar_names=lp1")[2] != 0:
        lab.wait_for_rmc("hmc1", "p10a", "lp1")
        assert lab.run("hmc1", "migrlpar -o m -m p10a -t p9a -p lp1") == ("", "", 0)


def inject(lab: RunningLab, words: str) -> str:
    out, err, status = lab.run("lab", f"lab fault add {words}")
    assert (err, status) == ("", 0)
    return out.strip()


def codes(text: str) -> list[str]:
    return re.findall(r"\bHSC[A-Z][0-9A-F]{4}\b", text)


@pytest.mark.parametrize(
    ("rc", "finding"),
    [
        (83, "There are no FC adapters\nReturning from npiv_dest_adapter rc=83\nEnd Detailed Message.\n"),
        (
            69,
            "fscsi2 is not zoned to the same target ports as the source for this client\nrc = 69 MIG_LACK_RESOURCE\n"
            "End Detailed Message.\n",
        ),
    ],
)
def test_validation_is_refused_with_the_report_of_a_virtual_io_server(lab: RunningLab, rc: int, finding: str):
    inject(lab, f"kind=validation-refused partition=lp1 rc={rc} vios=p10a-vios2 times=1")
    out, err, status = lab.run("hmc1", VALIDATE)
    assert (err, status) == ("", 1)
    assert out.startswith("Errors:\nHSCLA319 The migrating partition's virtual fibre channel client adapter ")
    assert "try the operation again.\nDetails:\nHSCLA356 The RMC command issued to partition p10a-vios2 failed." in out
    assert f"The OS command return code is: {rc} " in out
    assert "\nVIOS_DETAILED_ERROR\nClient Target WWPNs: " in out
    assert finding in out
    assert codes(out) == ["HSCLA319", "HSCLA356", "HSCLA29A"]
    assert lab.run("hmc1", VALIDATE) == ("", "", 0)


def test_any_code_can_refuse_and_a_migration_does_not_begin(lab: RunningLab):
    inject(lab, "kind=validation-refused partition=lp1 code=HSCLA27C text='The adapter is odd.'")
    assert lab.run("hmc1", MIGRATE) == ("Errors:\nHSCLA27C The adapter is odd.\n", "", 1)
    assert lab.run("hmc1", STATE)[0] == "Not Migrating\n"


def test_a_warning_does_not_refuse(lab: RunningLab):
    inject(lab, "kind=validation-refused partition=lp1 code=HSCLA340 text='Paths may be lost.' severity=warning")
    out, err, status = lab.run("hmc1", f"{VALIDATE} -v")
    assert (err, status) == ("", 0)
    assert out.startswith("Warnings:\n")
    assert "\nHSCLA340 Paths may be lost.\n" in out


def test_a_check_hook_in_the_partition_does_not_agree(lab: RunningLab):
    inject(lab, "kind=check-vetoed partition=lp1 hook=10-app status=3")
    assert codes(lab.run("hmc1", VALIDATE)[0]) == ["HSCLA257"]
    log = lab.run("lp1", "cat /var/log/drmgr")[0]
    assert "Running hook '/etc/drmgr.d/pmig/10-app' for phase check (PID=" in log
    assert "hook '/etc/drmgr.d/pmig/10-app' exited with status 3\n" in log


def test_the_console_shows_what_a_hook_that_does_not_agree_has_printed(lab: RunningLab):
    hook = "/etc/drmgr.d/pmig/20-busy"
    lab.run("lp1", f"printf '#!/bin/sh\\n[ $PHASE = check ] && echo backup is running && exit 4\\n' > {hook}")
    lab.run("lp1", f"chmod 755 {hook}")
    try:
        said = "".join(lab.run("hmc1", VALIDATE)[:2])
    finally:
        lab.run("lp1", f"rm {hook}")
    assert "HSCLA257 The migrating partition has returned a failure response" in said
    assert "The OS command return code is: 4 The OS standard out is: backup is running\n" in said


def test_a_hook_that_cannot_be_written_does_not_veto(lab: RunningLab):
    inject(lab, "kind=disk-full endpoint=lp1")
    rule = inject(lab, "kind=check-vetoed partition=lp1 hook=10-app")
    assert lab.run("hmc1", VALIDATE) == ("", "", 0)
    (event,) = lab.history("fault", rule=rule, event="failed")
    assert event["reason"] == "lp1: /etc/drmgr.d/pmig/10-app: No space left on device"
    assert lab.run("lp1", "ls /etc/drmgr.d/pmig")[0] == ""


def test_no_session_is_cut_when_none_runs_the_command(lab: RunningLab):
    rule = inject(lab, "kind=session-cut endpoint=hmc1 command=lshmc partition=lp1 phase=copy")
    assert lab.run("hmc1", MIGRATE) == ("", "", 0)
    assert [event["event"] for event in lab.history("fault", rule=rule)] == ["added", "failed"]


@pytest.mark.parametrize("phase", ["set-up", "copy", "suspend"])
def test_a_phase_breaks_and_the_console_rolls_back(lab: RunningLab, phase: str):
    inject(lab, f"kind=migration-breaks partition=lp1 phase={phase} times=1")
    out, _, status = lab.run("hmc1", MIGRATE)
    assert status == 1
    assert codes(out) == ["HSCLA2CF", "HSCL365C"]
    assert lab.run("hmc1", STATE)[0] == "Not Migrating\n"
    assert lab.run("hmc1", "lssyscfg -r lpar -m p10a --filter lpar_names=lp1")[2] == 1
    assert lab.run("lp1", "hostname")[0] == "lp1\n"
    if phase == "suspend":
        assert "mobility: ibm,suspend-me error: 9000" in lab.run("lp1", "dmesg")[0]
    assert lab.run("hmc1", MIGRATE) == ("", "", 0)


@pytest.mark.parametrize(
    ("phase", "home"), [("set-up", "p9a"), ("copy", "p9a"), ("suspend", "p9a"), ("clean-up", "p10a")]
)
def test_a_phase_breaks_and_waits_for_a_recovery(lab: RunningLab, phase: str, home: str):
    inject(lab, f"kind=migration-breaks partition=lp1 phase={phase} leave=failed times=1")
    assert lab.run("hmc1", MIGRATE)[2] == 1
    assert lab.run("hmc1", STATE)[0] == "Migration Failed\n"
    assert lab.run("hmc1", "migrlpar -o r -m p9a -p lp1") == ("", "", 0)
    assert lab.run("hmc1", f"lssyscfg -r lpar -m {home} --filter lpar_names=lp1 -F state")[0] == "Running\n"


def test_the_copy_breaks_when_so_much_was_sent_with_the_words_of_the_rule(lab: RunningLab):
    rule = inject(lab, "kind=migration-breaks phase=copy at=70 code=HSCL3677 text='It is over.' times=1")
    out = lab.run("hmc1", MIGRATE)[0]
    assert out.endswith("HSCL3677 It is over.\n")
    (event,) = lab.history("fault", event="fired", rule=rule)
    assert 70 <= event["percent"] < 100


def test_without_redundant_movers_a_lost_link_ends_the_migration(lab: RunningLab):
    inject(lab, "kind=mover-link-lost partition=lp1 at=30 times=1")
    assert codes(lab.run("hmc1", MIGRATE)[0]) == ["HSCLA2CF", "HSCL365C"]
    assert lab.run("hmc1", STATE)[0] == "Not Migrating\n"


def test_with_redundant_movers_the_second_pair_takes_over(lab: RunningLab):
    rule = inject(lab, "kind=mover-link-lost partition=lp1 at=30")
    before = len(lab.history("movers", partition="lp1"))
    assert lab.run("hmc1", f"{MIGRATE} --redundantmsps 1") == ("", "", 0)
    assert len(lab.history("fault", event="fired", rule=rule)) == 1
    assert len(lab.history("movers", partition="lp1")) == before + 1


def test_redundant_movers_do_not_help_when_both_links_are_lost(lab: RunningLab):
    inject(lab, "kind=mover-link-lost partition=lp1 at=30 pair=both times=1")
    assert codes(lab.run("hmc1", f"{MIGRATE} --redundantmsps 1")[0]) == ["HSCLA2CF", "HSCL365C"]


def test_a_mover_that_is_switched_off_during_the_copy_ends_the_migration(lab: RunningLab):
    inject(lab, "kind=endpoint-down endpoint=p10a-vios* partition=lp1 at=50 duration=30")
    assert codes(lab.run("hmc1", MIGRATE)[0]) == ["HSCLA2CF", "HSCL365C"]
    assert lab.run("hmc1", STATE)[0] == "Not Migrating\n"


def test_something_else_breaks_while_a_migration_is_half_way(lab: RunningLab):
    rule = inject(lab, "kind=rmc-down endpoint=lp2 partition=lp1 at=50 duration=2000")
    rmc = "lssyscfg -r lpar -m p9a --filter lpar_names=lp2 -F rmc_state"
    assert lab.run("hmc1", rmc)[0] == "active\n"
    thread = threading.Thread(target=lab.connect("hmc1").exec_command, args=(MIGRATE,))
    thread.start()
    until(lambda: lab.run("hmc1", rmc)[0] == "inactive\n")
    thread.join()
    (event,) = lab.history("fault", event="fired", rule=rule)
    assert event["phase"] == "copy"
    until(lambda: lab.run("hmc1", "lssyscfg -r lpar -m p9a --filter lpar_names=lp1")[2] == 1)


def test_the_kernel_prints_a_line_of_a_level_after_the_move(lab: RunningLab):
    inject(lab, "kind=kernel-lines partition=lp1 level=err text='ibmvfc 30000003: Link is lost' times=1")
    assert lab.run("hmc1", MIGRATE) == ("", "", 0)
    lines = lab.run("lp1", "dmesg -l err")[0]
    assert "ibmvfc 30000003: Link is lost" in lines
    text = lab.run("lp1", "dmesg")[0]
    assert text.index("waking all threads") < text.index("Link is lost")


def test_kernel_lines_of_another_phase_and_several_at_once(lab: RunningLab):
    inject(lab, "kind=kernel-lines partition=lp1 phase=copy level=warn times=1 text=$'first: thing\\nsecond: thing'")
    assert lab.run("hmc1", MIGRATE) == ("", "", 0)
    lines = lab.run("lp1", "dmesg -l warn | grep thing | sed 's/^[^]]*] //'")[0]
    assert lines == "first: thing\nsecond: thing\n"
    after = lab.run("lp1", "dmesg")[0].rpartition("second: thing")[2]
    assert "waking all threads" in after


def test_a_pool_is_not_what_it_was_after_the_move(lab: RunningLab):
    inject(lab, "kind=pool-changed partition=lp1 pool=3")
    assert lab.run("hmc1", MIGRATE) == ("", "", 0)
    pool = "lshwres -r proc -m p10a --level lpar --filter lpar_names=lp1 -F curr_shared_proc_pool_id"
    assert lab.run("hmc1", pool)[0] == "3\n"
    assert "pool=3\n" in lab.run("lp1", "cat /proc/powerpc/lparcfg")[0]


def test_a_storage_adapter_is_served_by_another_virtual_io_server_after_the_move(lab: RunningLab):
    inject(lab, "kind=backing-changed partition=lp1 slot=3 vios=p10a-vios2")
    assert lab.run("hmc1", MIGRATE) == ("", "", 0)
    rows = "lshwres -r virtualio --rsubtype fc --level lpar -m p10a --filter lpar_names=lp1 -F remote_lpar_name"
    assert lab.run("hmc1", rows)[0] == "p10a-vios2\np10a-vios2\n"
    text = lab.run("lp1", "dmesg")[0].rpartition("waking all threads")[2]
    assert text.count("Host partition: p10a-vios2") == 2


def test_a_virtual_io_server_keeps_an_adapter_of_a_partition_that_has_gone(lab: RunningLab):
    rows = "lshwres -r virtualio --rsubtype fc --level lpar -m p9a -F lpar_name,slot_num,adapter_type,remote_lpar_id"
    before = set(lab.run("hmc1", rows)[0].splitlines())
    inject(lab, "kind=adapter-left partition=lp1 times=1")
    assert lab.run("hmc1", MIGRATE) == ("", "", 0)
    after = set(lab.run("hmc1", rows)[0].splitlines())
    (left,) = after - before
    server, slot, kind, client = left.split(",")
    assert server in ("p9a-vios1", "p9a-vios2")
    assert (kind, client) == ("server", "7")
    assert lab.run("hmc1", f"chhwres -r virtualio --rsubtype fc -m p9a -o r -p {server} -s {slot}") == ("", "", 0)


def test_a_vnic_has_lost_its_backing_device_after_the_move(lab: RunningLab):
    rule = inject(lab, "kind=backing-changed partition=lp5 slot=6 status='Link Down'")
    assert lab.run("hmc1", "migrlpar -o m -m p9a -t p10a -p lp5") == ("", "", 0)
    out = lab.run("hmc1", "lshwres -r virtualio --rsubtype vnicbkdev -m p10a -F status,is_active")[0]
    assert "Link Down,0\n" in out
    assert "Operational,1\n" in out
    assert [event["event"] for event in lab.history("fault", rule=rule)] == ["added", "fired"]


def test_what_is_not_there_cannot_change_and_the_migration_goes_on(lab: RunningLab):
    rule = inject(lab, "kind=backing-changed partition=lp1 slot=99 port=fcs1")
    assert lab.run("hmc1", MIGRATE) == ("", "", 0)
    (event,) = lab.history("fault", rule=rule, event="failed")
    assert event["reason"] == "lp1 has no vNIC and no storage adapter in slot 99"
    assert lab.history("fault", rule=rule, event="fired") == []


def test_stress_ng_dies_when_the_partition_has_moved(lab: RunningLab):
    inject(lab, "kind=stress-ng-dies endpoint=lp1 status=2 phase=resume times=1")
    channel = lab.connect("lp1").get_transport().open_session()
    channel.exec_command("stress-ng --cpu 2 --timeout 1h")
    until(lambda: "stress-ng" in lab.run("lp1", "ps -ef")[0])
    assert lab.run("hmc1", MIGRATE) == ("", "", 0)
    assert channel.recv_exit_status() == 2
    assert lab.run("lp1", "ps -ef | grep -c '[s]tress-ng'")[0] == "0\n"


def test_without_a_load_no_stress_ng_can_die(lab: RunningLab):
    out, err, status = lab.run("lab", "lab fault add kind=stress-ng-dies endpoint=lp1")
    assert (out, status) == ("", 2)
    assert "no stress-ng runs on lp1" in err


def test_a_path_is_lost_after_the_move_and_back_when_the_rule_is_cleared(lab: RunningLab):
    rule = inject(lab, "kind=path-lost endpoint=lp1 path=sda phase=resume")
    assert lab.history("fault", rule=rule, event="fired") == []
    assert lab.run("hmc1", MIGRATE) == ("", "", 0)
    text = lab.run("lp1", "dmesg")[0].rpartition("waking all threads")[2]
    assert "Failing path 8:0." in text
    assert "Reinstating path 8:0." not in text
    lab.run("lab", f"lab fault clear {rule}")
    assert "Reinstating path 8:0." in lab.run("lp1", "dmesg")[0].rpartition("waking all threads")[2]


def test_a_bond_member_has_no_link(lab: RunningLab):
    names = [line.split(":")[1].strip().partition("@")[0] for line in lab.run("lp6", "ip -o link")[0].splitlines()]
    name = next(name for name in names if name != "lo" and not name.startswith("bond"))
    rule = inject(lab, f"kind=link-lost endpoint=lp6 interface={name}")
    assert f"{name}: <NO-CARRIER" in lab.run("lp6", "ip -o link")[0]
    lab.run("lab", f"lab fault clear {rule}")
    assert f"{name}: <NO-CARRIER" not in lab.run("lp6", "ip -o link")[0]


def test_a_path_or_interface_that_nobody_has_is_refused(lab: RunningLab):
    for words, reason in (
        ("kind=path-lost endpoint=lp1 path=sdq", "lp1 has no path sdq"),
        ("kind=link-lost endpoint=lp1 interface=eth9", "lp1 has no network adapter eth9"),
        ("kind=path-lost endpoint=lp3 path=sda", "lp3 is not running"),
    ):
        out, err, status = lab.run("lab", f"lab fault add {words}")
        assert (out, err, status) == ("", f"lab: fault add: {reason}\n", 2)
    assert lab.run("lab", "lab fault list")[0] == ""
