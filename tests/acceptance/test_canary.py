"""The canary rule: a password appears in no command line, no file of the run, no console output and no message."""

from __future__ import annotations

from pathlib import Path

from support.processes import CommandLines
from support.robot_run import run_robot
from support.simulated import joined_lab_file, simulated_lab

CANARY = "Canary-3f9a-Sings"


def test_the_canary_stays_in_its_cage(tmp_path: Path) -> None:
    cage = tmp_path / "cage"
    cage.write_text(CANARY + "\n", encoding="utf-8")
    suite = tmp_path / "canary.robot"
    suite.write_text(SUITE, encoding="utf-8")
    with simulated_lab(tmp_path / "world", options=("--password-file", str(cage))) as running:
        login = {"password": {"env": "CANARY"}}
        lab = joined_lab_file(tmp_path, running, {f"consoles.{name}": _with(name, login) for name in ("hmc1", "hmc2")})
        with CommandLines() as watcher:
            run = run_robot(
                tmp_path / "out",
                "-v",
                f"LAB:{lab}",
                "suites/crosshmc.robot",
                str(suite),
                environment={"CANARY": CANARY},
            )
    assert run.passed, run.console.replace(CANARY, "***")
    assert CANARY not in run.console
    assert any("robot" in line for line in watcher.seen)
    assert [line for line in watcher.seen if CANARY in line] == []
    leaks = [str(path) for path in run.folder.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]
    assert leaks == []
    assert any(path.name.startswith("sosreport") or path.name == "snap.pax.Z" for path in run.folder.rglob("*"))
    assert any("mkauthkeys" in path.read_text(encoding="utf-8") for path in run.folder.rglob("transcript.jsonl"))


def _with(name: str, login: dict[str, object]) -> dict[str, object]:
    other, address = ("hmc2", "10.20.0.2") if name == "hmc1" else ("hmc1", "10.20.0.1")
    return {**login, "routes": {other: address}}


SUITE = """\
*** Settings ***
Resource    {resource}
Library     SSHLibrary

Suite Setup       Use Lab    ${{LAB}}
Suite Teardown    Run Keywords    Close All Connections    AND    Close Lab


*** Variables ***
${{PASSWORD: Secret}}    %{{CANARY}}


*** Test Cases ***
SSHLibrary Connections Need No Password In The Suite
    Open Partition Connection    lp1
    ${{kernel}} =    Execute Command    uname -r
    Should Contain    ${{kernel}}    el9
    Open Console Connection    hmc1
    ${{level}} =    Execute Command    lshmc -V
    Should Contain    ${{level}}    V10R3
    Open Virtual I/O Server Connection    p9a-vios1
    ${{level}} =    Execute Command    ioscli ioslevel
    Should Contain    ${{level}}    3.1

A Password Given By Keyword
    Set Lab Password    hmc2    ${{PASSWORD}}
    Exchange Console Keys    crosshmc    target_password=${{PASSWORD}}

Evidence Tells No Password
    ${{manifest}} =    Collect Failure Logs    move=crosshmc
    Stage Logs Should Be Complete    ${{manifest}}

An Error Tells No Password
    Run Keyword And Expect Error    *no endpoint is called*    Set Lab Password    hmc9    ${{PASSWORD}}
""".format(resource=Path(__file__).parents[2] / "resources" / "mobility.resource")
