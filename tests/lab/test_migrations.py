"""Migrations and their endings: done, refused, failed, timed out, cut off."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest

from powervm.console import ManagementConsole, MigrationRequest
from powervm.errors import MobilityError
from powervm.homecoming import bring_home
from powervm.migration import MoveUnderWay, check_move, migrate, start_move, validate_move
from powervm.outcome import Ending, Outcome
from powervm.plan import MovePlan, plan_move
from powervm.progress import Progress
from powervm.recovery import recover_move, stop_move
from powervm.rmc import RmcLink
from powervm.ssh import ConnectionLost, ConnectionRefused, RunningCommand
from powervm.trust import exchange_keys
from powervm.waiting import Deadline

from .conftest import Bench, Open


def plan(bench: Bench, name: str, *, back: bool = False) -> MovePlan:
    move = bench.session.lab.move(name)
    return plan_move(bench.session.lab, move.back() if back else move)


def servers_of(bench: Bench, partition: str) -> list[str]:
    """Which servers have the partition, as the lab's own record says."""
    place = [event for event in bench.running.history("place") if event["partition"] == partition][-1]
    return [place["server"]]


def test_a_round_trip_across_two_consoles(bench: Open) -> None:
    lab = bench()
    seen: list[Progress] = []
    there = migrate(lab.session, plan(lab, "crosshmc"), keep=lab.keep, watch=seen.append)
    assert there.error is None
    assert there.ending is Ending.DONE
    assert servers_of(lab, "lp2") == ["p10b"]
    assert there.before is not None
    assert there.after is not None
    assert (there.before.boot_id, there.before.serial) == (there.after.boot_id, "78A1B20")
    assert there.after.serial == "78E1F60"
    assert [repair.what for repair in there.repairs] == [
        "hmc1 got a key for hscroot on hmc2",
        "hmc2 got a key for hscroot on hmc1",
    ]
    assert {"set-up", "transfer", "clean-up"} & {progress.phase for progress in seen}
    assert all(0.0 <= progress.fraction <= 1.0 for progress in seen)
    back = migrate(lab.session, plan(lab, "crosshmc", back=True), keep=lab.keep)
    assert back.error is None
    assert servers_of(lab, "lp2") == ["p9a"]
    assert lab.kept == [there, back]


def test_questions_are_asked_one_at_a_time_at_the_poll_interval(bench: Open) -> None:
    lab = bench(lab={"limits.poll": 0.3}, speed=15)
    outcome = migrate(lab.session, plan(lab, "local"), keep=lab.keep)
    assert outcome.ending is Ending.DONE
    migration = outcome.phase("migration")
    assert migration is not None
    asked = [
        event["command"]
        for event in lab.running.history("command")
        if event["endpoint"] == "hmc1" and "lslparmigr -r lpar" in event["command"]
    ]
    assert 2 <= len(asked) <= migration.duration / 0.3 + 2


def test_a_check_mends_nothing_that_it_may_not(bench: Open) -> None:
    lab = bench({"partitions.lp1.rmc": "broken"}, {"repair": []})
    outcome = check_move(lab.session, plan(lab, "local"), keep=lab.keep)
    assert outcome.ending is Ending.REFUSED
    assert outcome.error is not None
    assert outcome.error.startswith("lp1: RMC between hmc1 and the partition is ")
    assert outcome.repairs == []
    commands = [event["command"] for event in lab.running.history("command")]
    assert not any("diagrmc" in command or "rmcctrl" in command for command in commands)


def test_the_mover_service_is_switched_on_when_allowed_and_put_back(bench: Open) -> None:
    off = {f"servers.p10a.virtual_io_servers.p10a-vios{number}.msp": False for number in (1, 2)}
    lab = bench(off, {"repair": ["rmc", "services", "mover_service"]})
    outcome = validate_move(lab.session, plan(lab, "local"), keep=lab.keep)
    assert outcome.error is None
    assert any("mover service switched on" in warning for warning in outcome.warnings)
    assert mover_flags(lab) == ["1", "0"]
    lab.session.replace_lab(lab.session.lab)
    (done,) = lab.session.put_back()
    assert (done.repair, done.error) == (outcome.repairs[0], None)
    assert mover_flags(lab) == ["0", "0"]


def mover_flags(lab: Bench) -> list[str]:
    command = "lssyscfg -r lpar -m p10a --filter lpar_names=p10a-vios1 -F msp"
    other = command.replace("vios1", "vios2")
    return [lab.running.run("hmc1", text)[1].strip() for text in (command, other)]


def test_the_console_refuses_what_only_it_can_see(bench: Open) -> None:
    lab = bench()
    odd = plan_move(lab.session.lab, lab.session.lab.move("local"), options="--redundantmsps 7")
    outcome = validate_move(lab.session, odd, keep=lab.keep)
    assert outcome.ending is Ending.REFUSED
    assert outcome.error is not None
    assert outcome.error.startswith("hmc1: migrlpar failed: ")


def test_a_migration_that_breaks_off_is_rolled_back_by_the_console(bench: Open) -> None:
    lab = bench({"faults": [{"kind": "migration-breaks", "phase": "copy", "at": 50, "times": 1}]})
    outcome = migrate(lab.session, plan(lab, "local"), keep=lab.keep)
    assert outcome.ending is Ending.FAILED_AND_RECOVERED
    assert outcome.error is not None
    assert outcome.error.startswith("hmc1: migrlpar failed: HSCLA2CF")
    assert outcome.error.endswith("lp1 is on p9a, as before.")
    assert {message.code for message in outcome.messages} >= {"HSCLA2CF", "HSCL365C"}
    assert outcome.repairs == []


def test_a_migration_that_stays_failed_is_recovered(bench: Open) -> None:
    lab = bench({"faults": [{"kind": "migration-breaks", "phase": "copy", "at": 50, "leave": "failed", "times": 1}]})
    outcome = migrate(lab.session, plan(lab, "local"), keep=lab.keep)
    assert outcome.ending is Ending.FAILED_AND_RECOVERED
    assert [repair.what for repair in outcome.repairs] == ["migration recovered with migrlpar -o r"]
    again = migrate(lab.session, plan(lab, "local"), keep=lab.keep)
    assert again.error is None


def test_a_failed_clean_up_is_recovered_and_the_partition_is_on_the_target(bench: Open) -> None:
    lab = bench({"faults": [{"kind": "migration-breaks", "phase": "clean-up", "times": 1}]})
    outcome = migrate(lab.session, plan(lab, "local"), keep=lab.keep)
    assert outcome.ending is Ending.FAILED_AND_RECOVERED
    assert outcome.error is not None
    assert outcome.error.endswith("Yet lp1 is whole on p10a.")
    home = bring_home(lab.session, plan(lab, "local"), keep=lab.keep)
    assert home.error is None
    assert servers_of(lab, "lp1") == ["p9a"]


def test_a_migration_that_takes_too_long_is_stopped(bench: Open) -> None:
    lab = bench(lab={"limits.migration": 2}, speed=4)
    outcome = migrate(lab.session, plan(lab, "local"), keep=lab.keep)
    assert outcome.ending is Ending.TIMED_OUT
    assert outcome.error == "hmc1: migrlpar did not end within 2 s. lp1 is on p9a, as before."
    assert outcome.phase("stop") is not None


def test_a_lost_connection_does_not_hide_a_good_migration(bench: Open) -> None:
    lab = bench(speed=20)

    def cut(progress: Progress) -> None:
        if progress.phase == "transfer" and not cuts:
            cuts.append(progress)
            lab.session.connection("hmc1").close()

    cuts: list[Progress] = []
    outcome = migrate(lab.session, plan(lab, "local"), keep=lab.keep, watch=cut)
    assert cuts
    assert outcome.error is None
    assert any("The migration runs on without it" in warning for warning in outcome.warnings)
    assert servers_of(lab, "lp1") == ["p10a"]


def test_rmc_that_does_not_come_back_fails_the_move(bench: Open) -> None:
    lab = bench({"durations.rmc_return": 3600}, {"limits.rmc": 1}, speed=60)
    outcome = migrate(lab.session, plan(lab, "local"), keep=lab.keep)
    assert outcome.ending is Ending.FAILED_AND_MANUAL
    assert outcome.error is not None
    assert "RMC connection between hmc1 and lp1" in outcome.error
    assert outcome.rmc_wait is not None
    assert outcome.rmc_wait >= 1


def test_an_inactive_migration_and_back(bench: Open) -> None:
    lab = bench()
    there = migrate(lab.session, plan(lab, "inactive"), keep=lab.keep)
    assert there.error is None
    assert (there.kind, there.before, there.rmc_wait) == ("inactive", None, None)
    assert [place.state for place in there.places] == [None, "Not Activated"]
    back = migrate(lab.session, plan(lab, "inactive", back=True), keep=lab.keep)
    assert back.error is None
    assert servers_of(lab, "lp3") == ["p8a"]


def test_stopping_a_running_migration(bench: Open) -> None:
    lab = bench(speed=5)
    running = lab.session.console("hmc1").start_migration(plan(lab, "local").request)
    while "Migration In Progress" not in lab.running.run("hmc1", "lslparmigr -r lpar -m p9a")[1]:
        assert not running.wait(0.05)
    outcome = stop_move(lab.session, plan(lab, "local"), keep=lab.keep)
    assert outcome.error is None
    assert [place.state for place in outcome.places] == ["Running", None]
    assert running.wait(10)
    assert "HSCLA2CF" in running.result().stdout


@pytest.mark.parametrize("operation", [stop_move, recover_move])
def test_nothing_to_stop_and_nothing_to_recover(bench: Open, operation: object) -> None:
    lab = bench()
    outcome = operation(lab.session, plan(lab, "local"), keep=lab.keep)  # type: ignore[operator]
    assert outcome.ending is Ending.REFUSED
    assert outcome.error.startswith("hmc1: migrlpar failed: HSC")
    assert "lp1 is on the source" in outcome.error


def test_bringing_home_stops_what_leads_away(bench: Open) -> None:
    lab = bench(speed=5)
    running = lab.session.console("hmc1").start_migration(plan(lab, "local").request)
    while "Migration In Progress" not in lab.running.run("hmc1", "lslparmigr -r lpar -m p9a")[1]:
        assert not running.wait(0.05)
    home = bring_home(lab.session, plan(lab, "local"), keep=lab.keep)
    assert home.error is None
    assert servers_of(lab, "lp1") == ["p9a"]
    running.close()


def test_a_start_that_fails_is_followed_by_state(bench: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """The request may have arrived although nothing came back: the partition is looked for, not guessed."""
    lab = bench(speed=30)
    real = ManagementConsole.start_migration

    def start(console: ManagementConsole, request: MigrationRequest) -> None:
        held.append(real(console, request))
        raise ConnectionLost(console.connection.endpoint, "migrlpar -o m")

    held: list[RunningCommand] = []
    monkeypatch.setattr(ManagementConsole, "start_migration", start)
    outcome = migrate(lab.session, plan(lab, "local"), keep=lab.keep)
    assert outcome.error is None
    assert servers_of(lab, "lp1") == ["p10a"]
    assert any("Whether the migration began is read from the consoles." in text for text in outcome.warnings)
    assert held[0].wait(10)


def test_a_start_that_never_was_leaves_the_partition_at_home(bench: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = bench(lab={"limits.validation": 2}, speed=60)

    def start(console: ManagementConsole, request: MigrationRequest) -> None:
        raise ConnectionLost(console.connection.endpoint, "migrlpar -o m")

    monkeypatch.setattr(ManagementConsole, "start_migration", start)
    outcome = migrate(lab.session, plan(lab, "local"), keep=lab.keep)
    assert outcome.ending is Ending.FAILED_AND_RECOVERED
    assert outcome.error is not None
    assert outcome.error.startswith("hmc1 (127.0.10.1:")
    assert outcome.error.endswith("lp1 is on p9a, as before.")


def test_a_move_that_was_started_is_stopped_and_waited_for(bench: Open) -> None:
    lab = bench(speed=5)
    move = start_move(lab.session, plan(lab, "local"), keep=lab.keep)
    assert isinstance(move, MoveUnderWay)
    while "Migration In Progress" not in lab.running.run("hmc1", "lslparmigr -r lpar -m p9a")[1]:
        assert not move.command.wait(0.05)  # type: ignore[union-attr]
    assert stop_move(lab.session, plan(lab, "local"), keep=lab.keep).done
    outcome = move.finish(keep=lab.keep)
    assert outcome.ending is Ending.FAILED_AND_RECOVERED
    assert outcome.error is not None
    assert outcome.error.startswith("hmc1: migrlpar failed: HSCLA2CF")
    assert [item.operation for item in lab.kept] == ["stop", "migrate"]


def test_a_move_that_is_refused_is_not_started(bench: Open) -> None:
    lab = bench({"partitions.lp1.migration_disabled": True})
    outcome = start_move(lab.session, plan(lab, "local"), keep=lab.keep)
    assert isinstance(outcome, Outcome)
    assert outcome.ending is Ending.REFUSED
    assert lab.kept == [outcome]


def test_a_partition_that_was_powered_off_on_the_target_comes_home_powered_off(bench: Open) -> None:
    lab = bench(speed=60)
    assert migrate(lab.session, plan(lab, "local"), keep=lab.keep).done
    assert lab.running.run("hmc1", "chsysstate -r lpar -m p10a -n lp1 -o shutdown --immed")[0] == 0
    home = bring_home(lab.session, plan(lab, "local"), keep=lab.keep)
    assert home.error is None
    assert servers_of(lab, "lp1") == ["p9a"]
    assert bring_home(lab.session, plan(lab, "local"), keep=lab.keep).warnings == [
        "lp1 is 'Not Activated' on p9a, not Running; a person has to look at it."
    ]


def test_a_console_that_does_not_answer_for_a_moment_does_not_end_the_wait_for_rmc(
    bench: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = bench()
    real = ManagementConsole.partition
    trouble = [MobilityError("hmc1: HSCL3205 busy."), MobilityError("hmc1: HSCL3205 busy.")]

    def partition(console: ManagementConsole, *arguments: Any) -> object:
        if armed and trouble:
            raise trouble.pop()
        return real(console, *arguments)

    armed: list[bool] = []
    monkeypatch.setattr(ManagementConsole, "partition", partition)
    link = RmcLink(lab.session.console("hmc1"), "p9a", "lp1", poll=0.05)
    armed.append(True)
    link.wait(Deadline(20))
    assert trouble == []


def test_exchanging_keys_is_an_operation_of_its_own(bench: Open) -> None:
    lab = bench()
    outcome = exchange_keys(lab.session, plan(lab, "crosshmc"), keep=lab.keep)
    assert (outcome.operation, outcome.ending) == ("exchange keys", Ending.DONE)
    assert [finding.text for finding in outcome.findings] == [
        "hmc1 got a key for hscroot on hmc2.",
        "hmc2 got a key for hscroot on hmc1.",
    ]
    assert exchange_keys(lab.session, plan(lab, "local"), keep=lab.keep).findings[0].text.startswith("manages both")
    assert len(lab.kept) == 2


def test_the_mover_service_of_virtual_io_servers_is_asked_by_name(bench: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some levels leave the flag out of the default line."""
    lab = bench()
    ask = ManagementConsole._ask

    def without_flag(console: ManagementConsole, words: Sequence[str], deadline: Deadline | None) -> str:
        output = ask(console, words, deadline)
        return re.sub(r",msp=\d", "", output) if "-F" not in words else output

    monkeypatch.setattr(ManagementConsole, "_ask", without_flag)
    found = {item.name: item.mover for item in lab.session.console("hmc1").partitions("p9a")}
    assert (found["p9a-vios1"], found["p9a-vios2"], found["lp1"]) == (True, True, None)
    asked = [event["command"] for event in lab.running.history("command")]
    assert any("lpar_names=p9a-vios1,p9a-vios2" in command for command in asked)


def test_bringing_home_does_nothing_at_home(bench: Open) -> None:
    lab = bench()
    home = bring_home(lab.session, plan(lab, "local"), keep=lab.keep)
    assert home.ending is Ending.DONE
    assert not any("migrlpar" in event["command"] for event in lab.running.history("command"))


def test_a_console_that_is_down_is_one_finding(bench: Open) -> None:
    lab = bench({"consoles.hmc2.down": True})
    outcome = check_move(lab.session, plan(lab, "crosshmc"), keep=lab.keep)
    errors = [finding for finding in outcome.findings if finding.severity == "error"]
    assert [(finding.check, finding.subject) for finding in errors] == [("reachable", "hmc2")]
    with pytest.raises(ConnectionRefused):
        lab.session.connection("hmc2").run("lshmc -V", 5)


def test_a_move_that_is_still_validated_can_be_stopped(bench: Open) -> None:
    """A console sees nothing to stop before the validation is over, so it is asked until there is something."""
    lab = bench({"durations.validation": 60}, speed=60)
    move = start_move(lab.session, plan(lab, "local"), keep=lab.keep)
    assert isinstance(move, MoveUnderWay)
    stopped = stop_move(lab.session, plan(lab, "local"), keep=lab.keep, under_way=lambda: move.runs)
    assert stopped.error is None
    assert move.finish(keep=lab.keep).ending is Ending.FAILED_AND_RECOVERED
    assert servers_of(lab, "lp1") == ["p9a"]
    assert not move.runs


def test_keys_that_a_check_has_exchanged_are_put_back(bench: Open) -> None:
    lab = bench()
    keys = [lab.running.run(console, "cat .ssh/authorized_keys2") for console in ("hmc1", "hmc2")]
    outcome = check_move(lab.session, plan(lab, "crosshmc"), keep=lab.keep)
    assert (outcome.error, len(outcome.repairs)) == (None, 2)
    asked = {
        "hmc1": "mkauthkeys --ip 10.20.0.2 -u hscroot --test",
        "hmc2": "mkauthkeys --ip 10.20.0.1 -u hscroot --test",
    }
    assert [lab.running.run(console, command)[0] for console, command in asked.items()] == [0, 0]
    undone = lab.session.put_back()
    assert [(done.repair.worked, done.error) for done in undone] == [(True, None)] * 2
    assert [lab.running.run(console, command)[0] for console, command in asked.items()] == [1, 1]
    assert [lab.running.run(console, "cat .ssh/authorized_keys2") for console in asked] == keys
