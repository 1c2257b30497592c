"""Packages, services, subsystems and RMC of a simulated partition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from guest_doubles import SOURCE, Hands, Result, make_guest, runner

from powervm_sim.guest.interface import ConsoleContact
from powervm_sim.guest.linux import LinuxGuest

Run = Callable[..., Result]


def ready(guest: LinuxGuest) -> bool:
    """What the world asks again and again."""
    return guest.rmc_ready


def test_rpm_query(run: Run) -> None:
    assert run("rpm -q src") == Result(0, "src-3.2.6.0-21116.ppc64le\n", "")
    assert run("rpm -q src no.such rsct.core neither") == Result(
        2,
        "src-3.2.6.0-21116.ppc64le\npackage no.such is not installed\n"
        "rsct.core-3.2.6.0-21116.ppc64le\npackage neither is not installed\n",
        "",
    )
    assert run("rpm -qa 'rsct*'").out.splitlines() == [
        "rsct.core-3.2.6.0-21116.ppc64le",
        "rsct.core.utils-3.2.6.0-21116.ppc64le",
        "rsct.basic-3.2.6.0-21116.ppc64le",
        "rsct.opt.storagerm-3.2.6.0-21116.ppc64le",
    ]
    assert run(r"rpm -q --qf '%{NAME} %{VERSION}\n' DynamicRM").out == "DynamicRM 2.0.7\n"
    assert run("rpm -e src").status == 1


def test_a_missing_package_takes_its_commands_along(hands: Hands) -> None:
    guest = make_guest(hands, missing_packages=("src",))
    run = runner(guest)
    assert run("lssrc -a").status == 127
    assert run("test -e /usr/sbin/lssrc").status == 1
    assert not ready(guest)


@pytest.mark.parametrize(
    ("firewall", "status", "line"),
    [
        ("running", 0, "     Active: active (running) since Wed 2026-08-26 10:12:01 "),
        ("stopped", 3, "     Active: inactive (dead)"),
    ],
)
def test_firewall_status(hands: Hands, firewall: str, status: int, line: str) -> None:
    result = runner(make_guest(hands, firewall=firewall))("systemctl status firewalld.service")
    assert result.status == status
    assert result.out.splitlines()[2].startswith(line)


def test_no_firewall(hands: Hands) -> None:
    run = runner(make_guest(hands, firewall="absent"))
    assert run("systemctl status firewalld.service") == Result(4, "", "Unit firewalld.service could not be found.\n")
    assert run("systemctl stop firewalld") == Result(
        5, "", "Failed to stop firewalld.service: Unit firewalld.service not loaded.\n"
    )
    assert run("rpm -q firewalld").status == 1


def test_services_are_started_and_stopped(guest: LinuxGuest, run: Run) -> None:
    assert run("systemctl is-active firewalld") == Result(3, "inactive\n", "")
    assert run("systemctl start firewalld && systemctl is-active firewalld") == Result(0, "active\n", "")
    unit = guest.units.find("firewalld")
    assert unit is not None
    assert f"  Main PID: {unit.pid} (firewalld)\n" in run("systemctl status firewalld").out
    assert run(f"/usr/bin/kill {unit.pid}; systemctl is-active firewalld").out == "inactive\n"
    assert run("systemctl frobnicate x") == Result(1, "", "Unknown command verb frobnicate.\n")


LSSRC = """\
Subsystem         Group            PID          Status
 ctrmc            rsct             {ctrmc:<13}active
 IBM.DRM          rsct_rm          {IBM.DRM:<13}active
 IBM.ConfigRM     rsct_rm                       inoperative
 IBM.HostRM       rsct_rm          {IBM.HostRM:<13}active
 IBM.MgmtDomainRM rsct_rm          {IBM.MgmtDomainRM:<13}active
 IBM.ServiceRM    rsct_rm          {IBM.ServiceRM:<13}active
 IBM.StorageRM    rsct_rm                       inoperative
 ctcas            rsct                          inoperative
 IBM.ERRM         rsct_rm                       inoperative
 IBM.AuditRM      rsct_rm                       inoperative
 IBM.LPRM         rsct_rm                       inoperative
"""


def test_lssrc_columns(guest: LinuxGuest, run: Run) -> None:
    expected = LSSRC
    for subsystem in guest.rsct:
        if subsystem.pid:
            expected = expected.replace(f"{{{subsystem.name}:<13}}", f"{subsystem.pid:<13}")
    assert run("lssrc -a") == Result(0, expected, "")
    assert [line.split()[0] for line in run("lssrc -g rsct").out.splitlines()[1:]] == ["ctrmc", "ctcas"]
    assert run("lssrc -g nothing") == Result(1, "", "0513-086 The nothing Group is not on file.\n")
    assert run("lssrc -s nothing") == Result(1, "", "0513-085 The nothing Subsystem is not on file.\n")


def test_groups_can_be_started(guest: LinuxGuest, run: Run) -> None:
    result = run("startsrc -g rsct_rm; startsrc -g rsct; lssrc -a | grep -c inoperative")
    assert result.out.splitlines()[-1] == "0"
    assert "0513-029 The IBM.DRM Subsystem is already active.\nMultiple instances are not supported.\n" in result.err
    daemon = guest.rsct.find("ctcas")
    assert daemon is not None
    assert f"0513-059 The ctcas Subsystem has been started. Subsystem PID is {daemon.pid}.\n" in result.out


def test_stopping_rmc_is_told_to_the_firmware(guest: LinuxGuest, hands: Hands, run: Run) -> None:
    assert ready(guest)
    before = hands.rmc_changes
    assert run("stopsrc -s ctrmc") == Result(0, "0513-044 The ctrmc Subsystem was requested to stop.\n", "")
    assert not ready(guest)
    assert hands.rmc_changes > before
    assert run("stopsrc -s ctrmc") == Result(
        1, "", "0513-004 The Subsystem or Group, ctrmc, is currently inoperative.\n"
    )
    assert run("lsrsrc IBM.MCP").status == 1
    run("startsrc -s ctrmc")
    assert ready(guest)


REPAIRS = [
    ("/opt/rsct/bin/rmcctrl -z; /opt/rsct/bin/rmcctrl -A; /opt/rsct/bin/rmcctrl -p", True),
    ("/usr/sbin/rsct/bin/rmcctrl -z && /usr/sbin/rsct/bin/rmcctrl -A && /usr/sbin/rsct/bin/rmcctrl -p", True),
    ("/usr/sbin/rsct/install/bin/recfgct", True),
    ("/opt/rsct/bin/rmcctrl -p", False),
    ("/opt/rsct/bin/rmcctrl -z; /opt/rsct/bin/rmcctrl -A", False),
    ("/opt/rsct/bin/rmcctrl -A; /opt/rsct/bin/rmcctrl -p", False),
    ("rmcctrl -z; rmcctrl -A; rmcctrl -p", False),
]


@pytest.mark.parametrize(("script", "repaired"), REPAIRS)
def test_broken_rmc_needs_the_whole_ladder(hands: Hands, script: str, repaired: bool) -> None:
    guest = make_guest(hands, rmc="broken")
    assert not ready(guest)
    runner(guest)(script)
    assert ready(guest) is repaired


@pytest.mark.parametrize(("script", "repaired"), REPAIRS)
def test_dead_rmc_cannot_be_repaired(hands: Hands, script: str, repaired: bool) -> None:
    guest = make_guest(hands, rmc="dead")
    runner(guest)(script)
    assert not ready(guest)


def test_forbidding_remote_clients_ends_contact(guest: LinuxGuest, run: Run) -> None:
    run("/opt/rsct/bin/rmcctrl -P")
    assert not ready(guest)
    assert "  O A  0x" in run("rmcdomainstatus -s ctrmc").out
    run("/opt/rsct/bin/rmcctrl -p")
    assert ready(guest)
    assert "  I A  0x" in run("rmcdomainstatus -s ctrmc").out


def test_recfgct_output(guest: LinuxGuest, run: Run) -> None:
    out = run("/usr/sbin/rsct/install/bin/recfgct").out
    daemon = guest.rsct.find("ctrmc")
    assert daemon is not None
    assert out == (
        "0513-071 The ctcas Subsystem has been added.\n0513-071 The ctrmc Subsystem has been added.\n"
        f"0513-059 The ctrmc Subsystem has been started. Subsystem PID is {daemon.pid}.\n"
    )


def test_management_consoles(guest: LinuxGuest, run: Run) -> None:
    text = run("lsrsrc IBM.MCP").out
    lines = text.splitlines()
    assert lines[:3] == [
        "Resource Persistent Attributes for IBM.MCP",
        "resource 1:",
        '        MNName            = "10.0.0.77"',
    ]
    assert '        HMCName           = "7042CR8*84270AD"' in lines
    assert '        HMCIPAddr         = "10.126.217.113"' in lines
    status = run("rmcdomainstatus -s ctrmc").out.splitlines()
    assert status[:2] == ["", "Management Domain Status: Management Control Points"]
    assert status[2].startswith("  I A  0x")
    assert status[2].endswith("  0001  10.126.217.113")
    other = replace(SOURCE, consoles=(ConsoleContact("hmc2", "10.9.9.9", "7063CR2*1234567"),))
    guest.stop()
    guest.boot(other)
    assert run("lsrsrc IBM.MCP HMCIPAddr").out.splitlines()[-1] == '        HMCIPAddr = "10.9.9.9"'


@pytest.mark.parametrize(
    ("script", "restart"),
    [
        ("reboot", True),
        ("systemctl reboot", True),
        ("shutdown -r now", True),
        ("init 6", True),
        ("poweroff", False),
        ("shutdown -h now", False),
    ],
)
def test_power(hands: Hands, script: str, restart: bool) -> None:
    assert runner(make_guest(hands))(script).status == 0
    assert hands.power == [restart]


def test_a_later_shutdown_is_refused(run: Run, hands: Hands) -> None:
    assert run("shutdown -h +5").err == "shutdown: -h +5: not simulated\n"
    assert hands.power == []


def test_drmgr_is_not_for_people(run: Run) -> None:
    assert run("drmgr -c pmig -p pre") == Result(1, "", "The -m must be specified for migrations\n")
    assert run("drmgr -m -c pmig -p post -s 0x1") == Result(1, "", 'Invalid command "post" specified\n')


def test_remote_clients_can_be_forbidden_from_the_next_start_on(guest: LinuxGuest, run: Run) -> None:
    rmcctrl = "/opt/rsct/bin/rmcctrl"
    assert run(f"{rmcctrl} -Q") == Result(0, "", "")
    assert ready(guest)
    run(f"{rmcctrl} -z; {rmcctrl} -A")
    assert not ready(guest)
    run(f"{rmcctrl} -q")
    assert not ready(guest)
    run(f"{rmcctrl} -z; {rmcctrl} -A")
    assert ready(guest)
