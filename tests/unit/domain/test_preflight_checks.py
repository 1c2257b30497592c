"""Every check before a migration: what passes, and what is said when it does not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from powervm.console import (
    ManagedSystem,
    MemoryUse,
    MigrationLimits,
    PartitionMemory,
    PartitionProcessors,
    PartitionStatus,
    ProcessorUse,
)
from powervm.outcome import Severity, Side
from powervm.partition import Identity, Subsystem
from powervm.preflight import Facts, check_all
from powervm.preflight.facts import GuestFacts, ServerFacts


@dataclass(frozen=True)
class FakeMove:
    partition: str = "lp1"
    network: None = None


SOURCE_SIDE = Side(server="p9a", system="p9a", console="hmc1")
TARGET_SIDE = Side(server="p10b", system="p10b", console="hmc2")


@dataclass(frozen=True)
class FakePlan:
    """As much of a plan as the checks look at."""

    active: bool = True
    partition: str = "lp1"
    source: Side = SOURCE_SIDE
    target: Side = TARGET_SIDE
    move: FakeMove = FakeMove()
    moves_ports: bool = False

    @property
    def kind(self) -> str:
        return "active" if self.active else "inactive"


def partition(name: str, **changes: Any) -> PartitionStatus:
    status = PartitionStatus(
        name=name, partition_id=7, environment="aixlinux", state="Running", rmc_state="active",
        rmc_address="10.0.0.7", os_version="", profile="default_profile", desired_mode="default",
        current_mode="POWER9", mover=None, migration_disabled=False,
    )  # fmt: skip
    return replace(status, **changes)


def vios(name: str, **changes: Any) -> PartitionStatus:
    return partition(name, environment="vioserver", mover=True, **changes)


def server(side: Side, *partitions: PartitionStatus, **changes: Any) -> ServerFacts:
    facts = ServerFacts(
        side=side,
        system=ManagedSystem(side.system, "9009-22A", "78A1B20", "Operating", True, True, ("POWER8", "POWER9")),
        partitions=partitions,
        limits=MigrationLimits(16, 0, 16, 0),
        memory=MemoryUse(available=100_000, block=256),
        processors=ProcessorUse(available=10.0),
    )
    return replace(facts, **changes)


PLAN = FakePlan()
SOURCE = server(PLAN.source, vios("v1"), partition("lp1"))
TARGET = server(PLAN.target, vios("v2"))
GUEST = GuestFacts(
    identity=Identity("b", 1.0, "78A1B20", "9009-22A", 7),
    missing_packages=[],
    subsystems=[Subsystem(name, "rsct", True) for name in ("ctrmc", "IBM.DRM", "IBM.MgmtDomainRM")],
    firewall_active=None,
)
GOOD = Facts(
    partition="lp1", source=SOURCE, target=TARGET, guest=GUEST, memory=PartitionMemory(8192),
    processors=PartitionProcessors(2.0), trust={("hmc1", "hmc2"): True, ("hmc2", "hmc1"): True},
    levels={"hmc1": "V10R3", "hmc2": "V11R2"},
)  # fmt: skip


def errors(facts: Facts, plan: FakePlan = PLAN) -> list[str]:
    findings = check_all(facts, plan)  # type: ignore[arg-type]
    return [finding.sentence() for finding in findings if finding.severity is Severity.ERROR]


def with_source(*partitions: PartitionStatus, **changes: Any) -> Facts:
    return replace(GOOD, source=server(PLAN.source, *partitions, **changes))


def with_target(*partitions: PartitionStatus, **changes: Any) -> Facts:
    return replace(GOOD, target=server(PLAN.target, *partitions, **changes))


def test_a_good_lab_passes_every_check() -> None:
    findings = check_all(GOOD, PLAN)  # type: ignore[arg-type]
    assert {finding.severity for finding in findings} == {Severity.OK}
    assert {finding.check for finding in findings} == {
        "reachable", "managed system", "partition", "mover service", "RMC", "packages", "RMC subsystems", "firewall",
        "processor mode", "memory", "processing units", "migration slots", "trust between consoles",
    }  # fmt: skip


SYSTEM = SOURCE.system
assert SYSTEM is not None


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (
            with_target(vios("v2"), system=replace(SYSTEM, state="No Connection")),
            "p10b: is in state 'No Connection', not Operating. Bring it to Operating, or repair the connection of hmc2",
        ),
        (
            with_target(vios("v2"), system=replace(SYSTEM, active_mobility=False)),
            "p10b: is not capable of active partition mobility. Enter the PowerVM Enterprise licence key.",
        ),
        (
            replace(with_source(vios("v1")), elsewhere="p10a", memory=None, processors=None),
            "lp1: is not on p9a; it is on p10a. Move it to the source first, or correct the move in the lab file.",
        ),
        (
            replace(with_source(vios("v1")), memory=None, processors=None),
            "lp1: is not on p9a; no server of the lab file has it.",
        ),
        (with_target(vios("v2"), partition("lp1", state="Not Activated")), "lp1: exists on p10b too, in state 'Not"),
        (
            with_source(vios("v1"), partition("lp1", state="Not Activated")),
            "lp1: is 'Not Activated' on p9a; an active migration needs Running. Bring it to Running, or make",
        ),
        (
            with_source(vios("v1"), partition("lp1", state="Migrating - Running")),
            "lp1: is being migrated already ('Migrating - Running'). Wait for its end, or stop or recover it.",
        ),
        (
            with_source(vios("v1"), partition("lp1", migration_disabled=True)),
            "lp1: has partition mobility disabled. Set migration_disabled=0 with chsyscfg on the console.",
        ),
        (
            with_target(replace(vios("v2"), mover=False)),
            "p10b: the mover service is off on every Virtual I/O Server (v2). On hmc2 run: chsyscfg -r lpar -m p10b",
        ),
        (
            with_target(vios("v2", rmc_state="inactive")),
            "p10b: no mover service partition is ready: v2 is Running with RMC inactive.",
        ),
        (
            with_source(vios("v1"), partition("lp1", rmc_state="none")),
            "lp1: RMC between hmc1 and the partition is none. Run diagrmc --autocorrect on the console, and rmcctrl",
        ),
        (
            replace(GOOD, guest=replace(GUEST, missing_packages=["DynamicRM"])),
            "lp1: the packages DynamicRM are missing. Install them from IBM's repository for Linux on Power.",
        ),
        (
            replace(GOOD, guest=replace(GUEST, subsystems=[])),
            "lp1: ctrmc, IBM.DRM, IBM.MgmtDomainRM are not active. Start them with startsrc -s",
        ),
        (
            with_source(vios("v1"), partition("lp1", current_mode="POWER10")),
            "lp1: runs in or asks for mode POWER10; p10b offers POWER8, POWER9. Set a mode that both servers offer",
        ),
        (
            with_target(vios("v2"), memory=MemoryUse(available=4096, block=256)),
            "p10b: 4096 MB are free, the partition has 8192 MB. Free memory on the target",
        ),
        (
            with_target(vios("v2"), memory=MemoryUse(available=100_000, block=128)),
            "p10b: counts memory in blocks of 128 MB, p9a in blocks of 256 MB.",
        ),
        (
            with_target(vios("v2"), processors=ProcessorUse(available=0.5)),
            "p10b: 0.5 processing units are free, the partition has 2. Free processing units on the target.",
        ),
        (
            with_target(vios("v2"), limits=MigrationLimits(4, 4, 4, 0)),
            "p10b: 4 of 4 active migrations are running. Wait until one of them has ended.",
        ),
        (
            replace(GOOD, trust={("hmc1", "hmc2"): True, ("hmc2", "hmc1"): False}),
            "hmc2: has no key for hmc1. Exchange the keys: keyword Exchange Console Keys",
        ),
    ],
)
def test_each_thing_that_is_missing_is_the_one_error(facts: Facts, expected: str) -> None:
    (error,) = errors(facts)
    assert error.startswith(expected)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    facts = replace(
        with_target(replace(vios("v2"), mover=False), memory=MemoryUse(available=0, block=256)),
        guest=replace(GUEST, missing_packages=["src"]),
    )
    assert len(errors(facts)) == 3


def test_an_inactive_move_needs_neither_mover_nor_rmc_nor_the_current_mode() -> None:
    off = partition("lp1", state="Not Activated", rmc_state="inactive", current_mode="POWER10")
    facts = replace(with_source(vios("v1", rmc_state="inactive"), off), guest=None)
    assert errors(facts, FakePlan(active=False)) == []
    assert len(errors(facts)) >= 3


def test_an_inactive_move_needs_the_desired_mode() -> None:
    off = partition("lp1", state="Not Activated", desired_mode="POWER11", current_mode="")
    (error,) = errors(with_source(vios("v1"), off), FakePlan(active=False))
    assert "POWER11" in error


def test_a_running_firewall_is_a_warning_while_rmc_is_down() -> None:
    facts = replace(
        with_source(vios("v1"), partition("lp1", rmc_state="none")), guest=replace(GUEST, firewall_active=True)
    )
    findings = check_all(facts, PLAN)  # type: ignore[arg-type]
    (warning,) = [finding for finding in findings if finding.severity is Severity.WARNING]
    assert warning.check == "firewall"
    assert "657" in warning.sentence()


def test_what_the_console_does_not_print_is_not_judged() -> None:
    silent = with_target(
        vios("v2"), limits=MigrationLimits(None, None, None, None), memory=MemoryUse(None, None), processors=None
    )
    assert errors(silent) == []
