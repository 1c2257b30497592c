"""The checks about devices: pure functions from facts to findings, only where the move is about them."""

from __future__ import annotations

from collections.abc import Iterator

from powervm import network, outage
from powervm.devices import bonds, storage, vnic
from powervm.outcome import Finding, Severity
from powervm.plan import MovePlan
from powervm.preflight.facts import Facts


def check_vnic(facts: Facts, plan: MovePlan) -> Iterator[Finding]:
    """The vNIC of the lab file can be mapped, and is not mapped a second time by the options."""
    planned = facts.devices.vnic_plan
    if planned is not None:
        yield from planned.findings
        yield from _mapped_twice(facts, plan, vnic.CHECK, "vnic")


def check_network(facts: Facts, plan: MovePlan) -> Iterator[Finding]:
    """The interface that is watched is there, and may get its address."""
    wish, interfaces = plan.move.network, facts.devices.interfaces
    if wish is None or interfaces is None:
        return
    subject, check = plan.move.partition, outage.CHECK
    refusal = network.obstacle(interfaces, wish)
    if refusal:
        yield Finding(severity=Severity.ERROR, check=check, subject=subject, text=refusal, remedy=network.REMEDY)
    else:
        text = f"{wish.peer} is going to be pinged through {wish.interface} while it moves."
        yield Finding(severity=Severity.OK, check=check, subject=subject, text=text)


def check_ports(facts: Facts, plan: MovePlan) -> Iterator[Finding]:
    """Each migratable port has a backup that carries the traffic while the port is away."""
    if not plan.moves_ports:
        return
    here = facts.source.partition(plan.partition)
    if not facts.devices.ports and here is not None:
        text = f"has no migratable port on {plan.source.server}, and the move asks for them (--migsriov)."
        remedy = "Leave the option out, or add the port (chhwres -r sriov --rsubtype logport -o a, migratable=1)."
        yield Finding(severity=Severity.WARNING, check=bonds.CHECK, subject=plan.partition, text=text, remedy=remedy)
    if facts.devices.bonds is not None:
        yield from bonds.check_bonds(plan.move.partition, facts.devices.ports, facts.devices.bonds)


def check_storage(facts: Facts, plan: MovePlan) -> Iterator[Finding]:
    """The storage adapters can be mapped as the lab file asks for."""
    planned = facts.devices.storage_plan
    if planned is not None:
        yield from planned.findings
        yield from _mapped_twice(facts, plan, storage.CHECK, "storage")


def _mapped_twice(facts: Facts, plan: MovePlan, check: str, section: str) -> Iterator[Finding]:
    """Free options with configuration data of their own would leave migrlpar with two answers to one question."""
    if facts.devices.mappings and plan.has_own_data:
        text = f"the move has a section '{section}', and its options have configuration data (-i or -f) as well."
        remedy = "Keep one of the two: leave the data out of the options, or the section out of the move."
        yield Finding(severity=Severity.ERROR, check=check, subject=plan.partition, text=text, remedy=remedy)
