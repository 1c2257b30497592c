"""The keywords that make things go wrong in a simulated lab, used in a suite."""

from __future__ import annotations

import re
from pathlib import Path

from support.robot_run import run_robot
from support.simulated import ROOT, WORLD

SUITE = f"""
*** Settings ***
Library           SimulatedLab
Suite Setup       Start Simulated Lab    {WORLD}    speed=100
Suite Teardown    Stop Simulated Lab
Test Teardown     Clear Faults

*** Test Cases ***
A Fault Happens And Is Taken Back
    ${{rule}} =    Inject Fault    rmc-down    endpoint=lp1    duration=1 min
    Fault Should Have Fired    ${{rule}}    times=1
    @{{cleared}} =    Clear Faults    ${{rule}}
    Should Be Equal    ${{cleared}}[0]    ${{rule}}

A Fault That Has Not Happened
    Inject Fault    command-fails    endpoint=hmc1    command=lshmc    text=It is busy.    id=busy
    Fault Should Have Fired    busy

A Fault That Never Was
    Fault Should Have Fired    f99

A Kind That Nobody Knows
    Inject Fault    comand-fails    endpoint=hmc1

A Value Of The Wrong Type
    Inject Fault    command-slow    endpoint=hmc1    times=often
"""


def test_faults_are_injected_checked_and_cleared(tmp_path: Path) -> None:
    suite = tmp_path / "faults.robot"
    suite.write_text(SUITE, encoding="utf-8")
    run = run_robot(tmp_path / "out", "--pythonpath", "libraries", str(suite))
    assert run.tests["A Fault Happens And Is Taken Back"] == ("PASS", "")
    assert run.tests["A Fault That Has Not Happened"] == (
        "FAIL",
        "The fault busy has happened 0 times, expected at least once.",
    )
    status, message = run.tests["A Fault That Never Was"]
    assert status == "FAIL"
    assert message.startswith("No fault rule was ever called f99. There were: busy, f1.")
    status, message = run.tests["A Kind That Nobody Knows"]
    assert status == "FAIL"
    assert "no kind of fault is called comand-fails; did you mean command-fails?" in message
    status, message = run.tests["A Value Of The Wrong Type"]
    assert status == "FAIL"
    assert "'often' that cannot be converted to integer" in message


def test_every_keyword_of_the_page_on_faults_is_taken(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    lines = re.findall(r"(?m)^Inject Fault {4}.*$", page)
    assert len(lines) > 20
    head = SUITE[: SUITE.index("A Fault Happens")]
    suite = tmp_path / "page.robot"
    suite.write_text(head + "All Of Them\n" + "".join(f"    {line}\n" for line in lines), encoding="utf-8")
    run = run_robot(tmp_path / "out", "--pythonpath", "libraries", str(suite))
    assert run.tests["All Of Them"] == ("PASS", "")
