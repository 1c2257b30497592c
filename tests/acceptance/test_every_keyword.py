"""Keywords that no suite of the product calls, used by a suite of their own; and what happens when they are misused."""

from __future__ import annotations

import json
from pathlib import Path

from support.robot_run import run_robot
from support.simulated import joined_lab_file, simulated_lab

SUITE = "tests/acceptance/suites/every_keyword.robot"


def test_every_keyword_does_what_it_says(tmp_path: Path) -> None:
    with simulated_lab(tmp_path / "world", speed=25) as running:
        file = joined_lab_file(tmp_path, running, {"limits.poll": 0.1})
        run = run_robot(tmp_path / "out", "-v", f"LAB:{file}", SUITE)
    message = run.tests.pop("A Wrong Ending Fails")[1]
    assert {name: result for name, result in run.tests.items() if result[0] != "PASS"} == {}
    assert message.endswith("It should have ended 'failed_and_recovered'.")


def test_a_move_that_nobody_waits_for_is_told_and_left_alone(tmp_path: Path) -> None:
    suite = tmp_path / "forgetful.robot"
    suite.write_text(FORGETFUL, encoding="utf-8")
    with simulated_lab(tmp_path / "world", speed=20) as running:
        file = joined_lab_file(tmp_path, running)
        run = run_robot(tmp_path / "out", "-v", f"LAB:{file}", str(suite))
    assert run.passed, run.console
    endings = [json.loads(path.read_text())["ending"] for path in run.folder.rglob("outcomes/*.json")]
    assert endings == ["interrupted"]
    assert "Nobody waited for the end of lp1 p9a -> p10a." in "".join(
        path.read_text() for path in run.folder.rglob("outcomes/*.json")
    )


def test_what_was_repaired_is_put_back_after_a_started_move_was_brought_home(tmp_path: Path) -> None:
    off = {f"servers.p10a.virtual_io_servers.p10a-vios{number}.msp": False for number in (1, 2)}
    suite = tmp_path / "homecoming.robot"
    suite.write_text(FORGETFUL.replace("Teardown    Close Lab", "Teardown    Leave The Lab As It Was    local"))
    with simulated_lab(tmp_path / "world", off, speed=10) as running:
        file = joined_lab_file(tmp_path, running, {"repair": ["mover_service"]})
        run = run_robot(tmp_path / "out", "-v", f"LAB:{file}", str(suite))
        _, flags = running.run("hmc1", "lssyscfg -r lpar -m p10a --filter lpar_names=p10a-vios1 -F msp")
    assert run.passed, run.console
    assert flags.strip() == "0"


def test_what_was_repaired_is_told_to_be_put_back(tmp_path: Path) -> None:
    off = {f"servers.p10a.virtual_io_servers.p10a-vios{number}.msp": False for number in (1, 2)}
    with simulated_lab(tmp_path / "world", off) as running:
        file = joined_lab_file(tmp_path, running, {"repair": ["mover_service"]})
        run = run_robot(tmp_path / "out", "-v", f"LAB:{file}", "--test", "Console Agrees To The Move",
                        "suites/local.robot")  # fmt: skip
    assert run.passed, run.console
    records = [json.loads(path.read_text()) for path in run.folder.rglob("outcomes/*.json")]
    assert [repair["put_back"] for record in records for repair in record["repairs"]] == [True]


def test_a_wrong_password_is_tried_once_in_a_whole_run(tmp_path: Path) -> None:
    """Two suites use the same lab file; the console hears of it once."""
    with simulated_lab(tmp_path / "world") as running:
        (tmp_path / "wrong").write_text("not-the-password\n", encoding="utf-8")
        file = joined_lab_file(
            tmp_path, running, {"consoles.hmc1.password": {"file": str(tmp_path / "wrong")}, "limits.connect": 6}
        )
        run = run_robot(tmp_path / "out", "-v", f"LAB:{file}", "suites/local.robot", "suites/crosshmc.robot")
        logins = [event for event in running.history("login") if event["endpoint"] == "hmc1"]
    assert {status for status, _ in run.tests.values()} == {"FAIL"}
    assert [event["result"] for event in logins] == ["refused"]


FORGETFUL = f"""\
*** Settings ***
Resource          {Path(__file__).parents[2] / "resources" / "mobility.resource"}
Suite Setup       Use Lab    ${{LAB}}
Suite Teardown    Close Lab

*** Test Cases ***
It Is Started And Forgotten
    Start Migration    local
"""
