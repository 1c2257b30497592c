"""Records of partitions, putting them back, and the firewall, against a simulated lab over real SSH."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import jsonschema

from powervm.homecoming import bring_home
from powervm.identity import Comparison, Snapshot, built_in_catalogue, check, take
from powervm.lab import Lab, Repair
from powervm.migration import check_move, migrate
from powervm.outcome import Ending
from powervm.plan import plan_move
from powervm.power import switch_of
from powervm.restoring import Wanted, arrange, note, restore
from powervm.secret import Password
from powervm.waiting import Deadline, wait_until
from support.simulated import ROOT

from .conftest import Bench, Open

CATALOGUE = built_in_catalogue()
SCHEMA = json.loads((ROOT / "docs" / "identity.schema.json").read_text(encoding="utf-8"))


def record(lab: Bench, partition: str) -> Snapshot:
    found = take(lab.session, partition, CATALOGUE, Deadline(30))
    assert found.unread == []
    jsonschema.validate(json.loads(found.model_dump_json()), SCHEMA)
    return found


def compared(lab: Bench, before: Snapshot, limit: float = 5) -> Comparison:
    comparison = check(lab.session, before, CATALOGUE, limit).comparison
    jsonschema.validate(json.loads(comparison.model_dump_json()), SCHEMA)
    return comparison


def move_locally(lab: Bench) -> None:
    outcome = migrate(lab.session, plan_move(lab.session.lab, lab.session.lab.move("local")), keep=lab.keep)
    assert outcome.error is None


def test_one_round_tells_everything_and_a_good_move_changes_none_of_it(bench: Open) -> None:
    lab = bench(lab={"partitions.lp5": {}, "partitions.lp6": {}})
    port, vnic = record(lab, "lp6").values(), record(lab, "lp5").values()
    bond = next(name.rpartition(" ")[2] for name in port if name.startswith("primary of "))
    member = port[f"primary of {bond}"]
    assert (port[f"member {member} of {bond}"], port[f"active member of {bond}"]) == ("up", member)
    assert port[f"migratable of logical port {member.replace(':', '')}"] == "1"
    assert vnic["state of backing device 1 of vNIC in slot 6"] == "Operational, active"
    assert vnic["state of backing device 2 of vNIC in slot 6"] == "Operational, stand-by"
    assert vnic["shared processor pool"] == "SharedPool01"

    before = record(lab, "lp1")
    seen = len(lab.running.history("command"))
    again = record(lab, "lp1")
    asked = Counter(event["endpoint"] for event in lab.running.history("command")[seen:] if event["endpoint"] != "lab")
    assert asked["lp1"] == 1
    assert asked["hmc1"] == 2 + sum(reading.machine == "console" for reading in CATALOGUE.readings)  # three servers
    assert again.duration < 1.5
    assert [event["endpoint"] for event in lab.running.history("login")].count("lp1") == 1

    move_locally(lab)
    comparison = compared(lab, before)
    assert comparison.sentences() == []
    expected = {item.item: (item.before, item.after) for item in comparison.of("expected")}
    assert expected["server serial"] == ("IBM,0278A1B20", "IBM,0213C0D40")
    assert "location code of virtual slot 3" in expected


def test_exactly_what_differs_after_the_move_is_named(bench: Open) -> None:
    lab = bench()
    before = record(lab, "lp1")
    for rule in ("kind=path-lost endpoint=lp1 path=sdb phase=resume", "kind=pool-changed partition=lp1 pool=3"):
        assert lab.running.run("lab", f"lab fault add {rule}")[0] == 0
    move_locally(lab)
    path, pool = compared(lab, before, limit=1).sentences()
    assert path.startswith(
        "lp1: path 1:0:0:0 of mpatha was 'active ready running' and is 'failed faulty running' now. Look at the mapping"
    )
    assert pool.startswith("lp1: shared processor pool was 'DefaultPool' and is 'SharedPool03' now. Name the pool")


def test_a_partition_goes_home_from_where_its_mode_does_not_fit(bench: Open) -> None:
    lab = bench(speed=300)
    home = note(lab.session, "lp30")
    assert (home.server, home.running, home.desired_mode, home.current_mode) == ("p8a", True, "default", "POWER8")
    assert restore(lab.session, home, keep=lab.keep) == []
    arrange(lab.session, home, Wanted("p9a", False, "default", "POWER8"), keep=lab.keep)
    switch = switch_of(lab.session, "lp30")
    switch.activate(20)
    assert switch.status().current_mode == "POWER9"
    assert restore(lab.session, home, keep=lab.keep) == [
        "lp30 was powered off on p9a to go home",
        "lp30 is on p8a again",
        "lp30 is running",
    ]
    assert note(lab.session, "lp30") == home


def test_a_partition_goes_home_with_the_options_that_the_lab_file_has_for_its_way(bench: Open) -> None:
    lab = bench(lab={"moves.inactive.options": "--mpio 2"})
    home = note(lab.session, "lp3")
    switch_of(lab.session, "lp3").shut_down(20)
    outcome = migrate(lab.session, plan_move(lab.session.lab, lab.session.lab.move("inactive")), keep=lab.keep)
    assert outcome.error is None
    assert "lp3 is on p8a again" in restore(lab.session, home, keep=lab.keep)
    sent = [event["command"] for event in lab.running.history("command") if "migrlpar -o m" in event["command"]]
    assert [command.endswith("--mpio 2") for command in sent] == [True, True]
    assert note(lab.session, "lp3") == home


def test_a_partition_that_lost_its_power_goes_home_without_options_for_running_ones(bench: Open) -> None:
    lab = bench(lab={"moves.local.options": "--redundantmsps 2"})
    move_locally(lab)
    switch_of(lab.session, "lp1").shut_down(20, at_once=True)
    outcome = bring_home(lab.session, plan_move(lab.session.lab, lab.session.lab.move("local")), keep=lab.keep)
    assert outcome.error is None
    assert any("goes home without the options of the lab file: " in text for text in outcome.warnings)


def test_a_running_system_is_not_cut_off_when_rmc_does_not_reach_it(bench: Open) -> None:
    lab = bench()
    lab.running.run("lp1", "/opt/rsct/bin/rmcctrl -z")
    switch = switch_of(lab.session, "lp1")
    wait_until(lambda: not switch.status().rmc_active, Deadline(20), interval=0.1)
    switch.shut_down(20)
    assert switch.status().not_activated
    sent = [event["command"] for event in lab.running.history("command")]
    assert "systemctl poweroff" in sent
    assert not any("chsysstate" in command for command in sent)


def test_a_machine_that_is_not_the_partition_is_never_switched_off(bench: Open) -> None:
    lab = bench()
    lab.running.run("lp1", "/opt/rsct/bin/rmcctrl -z")
    entries = lab.session.lab.partitions
    wrong = replace(entries["lp1"], access=entries["lp2"].access)
    lab.session.replace_lab(replace(lab.session.lab, partitions={**entries, "lp1": wrong}))
    switch = switch_of(lab.session, "lp1")
    wait_until(lambda: not switch.status().rmc_active, Deadline(20), interval=0.1)
    switch.shut_down(20)
    assert switch.status().not_activated
    assert switch_of(lab.session, "lp2").status().running
    assert "systemctl poweroff" not in [event["command"] for event in lab.running.history("command")]


def test_a_closed_firewall_is_opened_for_rmc_and_closed_again(bench: Open) -> None:
    lab = bench()
    for port in ("657/tcp", "657/udp"):
        assert lab.running.run("lp1", f"firewall-cmd --remove-port={port}") == (0, "success\n")
    outcome = check_move(lab.session, plan_move(lab.session.lab, lab.session.lab.move("local")), keep=lab.keep)
    assert outcome.ending is Ending.DONE, outcome.error
    assert Repair.RMC in lab.session.lab.repair
    assert [(repair.what, repair.worked, repair.put_back) for repair in outcome.repairs] == [
        ("firewall: 657/tcp and 657/udp opened until the lab is closed", True, False),
        ("RMC: firewall-cmd --add-port for 657/tcp and 657/udp in the partition", True, None),
    ]
    assert lab.running.run("lp1", "firewall-cmd --list-ports")[1] == "657/tcp 657/udp\n"
    (done,) = lab.session.put_back()
    assert (done.what, done.error) == ("657/tcp and 657/udp of lp1 closed by the firewall again", None)
    assert lab.running.run("lp1", "firewall-cmd --list-ports")[1] == "\n"


def test_a_key_is_taken_back_although_the_other_direction_failed(bench: Open) -> None:
    lab = bench()
    lab.session.replace_lab(_with_wrong_password(lab, "hmc1"))
    keys = "cat .ssh/authorized_keys2 | wc -l"
    before = lab.running.run("hmc2", keys)
    outcome = check_move(lab.session, plan_move(lab.session.lab, lab.session.lab.move("crosshmc")), keep=lab.keep)
    assert outcome.ending is Ending.REFUSED
    assert [repair.what for repair in outcome.repairs] == ["hmc1 got a key for hscroot on hmc2"]
    assert lab.running.run("hmc2", keys) != before
    (done,) = lab.session.put_back()
    assert (done.what, done.error) == ("the key of hmc1 on hmc2", None)
    assert lab.running.run("hmc2", keys) == before


def _with_wrong_password(lab: Bench, console: str) -> Lab:
    """The lab, where a key opens a console as before, and its password is not the right one."""
    entry = lab.session.lab.consoles[console]
    key = Path(lab.running.endpoint(console)["key_file"])
    access = replace(entry.access, key_file=key, password=Password("not-the-password"))
    return replace(lab.session.lab, consoles={**lab.session.lab.consoles, console: replace(entry, access=access)})
