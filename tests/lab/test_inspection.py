"""A look at the whole lab."""

from __future__ import annotations

from pathlib import Path

from powervm.inspection import Scope, inspect_lab, recognise
from powervm.lab import load_lab
from powervm.outcome import Finding, Severity
from support.simulated import optest_file

from .conftest import Bench, Open


def errors(lab: Bench) -> list[Finding]:
    return [finding for finding in inspect_lab(lab.session) if finding.severity is Severity.ERROR]


def test_every_machine_of_a_good_lab_answers(bench: Open) -> None:
    lab = bench()
    findings = inspect_lab(lab.session)
    assert {finding.severity for finding in findings} == {Severity.OK}
    assert {finding.subject for finding in findings if finding.check == "reachable"} == set(
        lab.session.lab.endpoint_names()
    )
    off = [finding.text for finding in findings if (finding.check, finding.subject) == ("reachable", "lp3")]
    assert off == ["does not answer, and is not running either."]


def test_a_simulated_lab_is_known_by_its_greeting(bench: Open, tmp_path: Path) -> None:
    lab = bench()
    plain = load_lab(optest_file(tmp_path, lab.running, crosses=True))
    assert (plain.kind, recognise(plain).kind) == ("hardware", "simulated")


def test_all_that_is_wrong_is_said_at_once(bench: Open) -> None:
    lab = bench({"partitions.lp4.down": True, "servers.p8a.virtual_io_servers.p8a-vios1.down": True})
    assert [(finding.check, finding.subject) for finding in errors(lab)] == [
        ("reachable", "p8a-vios1"),
        ("reachable", "lp4"),
    ]


def test_what_a_move_does_not_need_may_be_down(bench: Open) -> None:
    lab = bench({"partitions.lp4.down": True, "servers.p8a.virtual_io_servers.p8a-vios1.down": True})
    findings = inspect_lab(lab.session, Scope.of(lab.session.lab, ["local"]))
    assert {finding.severity for finding in findings} == {Severity.OK}
    assert {finding.subject for finding in findings if finding.check == "reachable"} == {
        "hmc1", "p9a-vios1", "p9a-vios2", "p10a-vios1", "p10a-vios2", "lp1",
    }  # fmt: skip


def test_what_a_move_needs_may_not_be_down(bench: Open) -> None:
    lab = bench({"servers.p8a.virtual_io_servers.p8a-vios1.down": True, "partitions.lp1.down": True})
    findings = inspect_lab(lab.session, Scope.of(lab.session.lab, ["local", "inactive"]))
    wrong = {finding.subject for finding in findings if finding.severity is Severity.ERROR}
    assert wrong == {"p8a-vios1", "lp1"}


def test_a_partition_that_no_server_has(bench: Open) -> None:
    lab = bench(lab={"partitions.lp1.partition": "lp99"})
    (error,) = errors(lab)
    assert error.sentence().startswith("lp1: no server of the lab has a partition 'lp99'.")
