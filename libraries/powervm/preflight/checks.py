"""The checks before a migration: pure functions from facts to findings, one for each prerequisite.

Every check gives at least one finding, a passed one too, so that the table shows what was looked at. Sources: IBM's
validation checklist for partition mobility; the processor compatibility rule (both the preferred and the current mode
have to be offered by the target of an active migration, only the preferred one for an inactive migration).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from powervm.console import PartitionStatus
from powervm.operation import ok_finding
from powervm.outcome import Finding, Severity
from powervm.partition import NEEDED_SUBSYSTEMS
from powervm.plan import MovePlan
from powervm.preflight.device_checks import check_network, check_ports, check_storage, check_vnic
from powervm.preflight.facts import Facts, ServerFacts

Check = Callable[[Facts, MovePlan], Iterator[Finding]]


def check_all(facts: Facts, plan: MovePlan) -> list[Finding]:
    """All findings: what did not answer first, then the checks in the order of `CHECKS`."""
    findings = list(facts.failures)
    for check in CHECKS:
        findings += check(facts, plan)
    return findings


def _warning(check: str, subject: str, text: str, remedy: str) -> Finding:
    return Finding(severity=Severity.WARNING, check=check, subject=subject, text=text, remedy=remedy)


def _error(check: str, subject: str, text: str, remedy: str) -> Finding:
    return Finding(severity=Severity.ERROR, check=check, subject=subject, text=text, remedy=remedy)


def check_reached(facts: Facts, plan: MovePlan) -> Iterator[Finding]:
    """Which endpoints answered, and at which level they are."""
    for name, level in facts.levels.items():
        yield ok_finding("reachable", name, f"answers, level {level}.")
    if facts.guest:
        yield ok_finding("reachable", plan.move.partition, "answers as a Linux partition on PowerVM.")


def check_systems(facts: Facts, plan: MovePlan) -> Iterator[Finding]:
    """Both managed systems are Operating and may take part in this kind of migration."""
    for server in (facts.source, facts.target):
        system = server.system
        if system is None:
            continue
        subject = server.side.server
        capable = system.active_mobility if plan.active else system.inactive_mobility
        if not system.operating:
            remedy = f"Bring it to Operating, or repair the connection of {server.side.console} to it."
            yield _error("managed system", subject, f"is in state '{system.state}', not Operating.", remedy)
        elif not capable:
            remedy = "Enter the PowerVM Enterprise licence key."
            yield _error("managed system", subject, f"is not capable of {plan.kind} partition mobility.", remedy)
        else:
            text = f"{system.type_model} {system.serial} is Operating and capable of {plan.kind} partition mobility."
            yield ok_finding("managed system", subject, text)


def check_place(facts: Facts, plan: MovePlan) -> Iterator[Finding]:
    """The partition is on the source, in a state that fits, and not on the target."""
    check = "partition"
    here, there = facts.source.partition(plan.partition), facts.target.partition(plan.partition)
    if facts.source.partitions is not None and here is None:
        place = f"it is on {facts.elsewhere}" if facts.elsewhere else "no server of the lab file has it"
        remedy = "Move it to the source first, or correct the move in the lab file."
        yield _error(check, plan.partition, f"is not on {plan.source.server}; {place}.", remedy)
    if here is not None and there is not None:
        remedy = "Recover a migration that left it there, or rename the other partition."
        yield _error(check, plan.partition, f"exists on {plan.target.server} too, in state '{there.state}'.", remedy)
    if here is not None:
        yield _check_state(here, plan)


def _check_state(partition: PartitionStatus, plan: MovePlan) -> Finding:
    check, subject = "partition", partition.name
    if partition.migrating:
        remedy = "Wait for its end, or stop or recover it."
        return _error(check, subject, f"is being migrated already ('{partition.state}').", remedy)
    if partition.migration_disabled:
        remedy = "Set migration_disabled=0 with chsyscfg on the console."
        return _error(check, subject, "has partition mobility disabled.", remedy)
    fits = partition.running if plan.active else partition.not_activated
    if not fits:
        wanted = "Running" if plan.active else "Not Activated"
        remedy = f"Bring it to {wanted}, or make the move {'inactive' if plan.active else 'active'} in the lab file."
        text = f"is '{partition.state}' on {plan.source.server}; an {plan.kind} migration needs {wanted}."
        return _error(check, subject, text, remedy)
    return ok_finding(check, subject, f"is {partition.state} on {plan.source.server}.")


def check_movers(facts: Facts, plan: MovePlan) -> Iterator[Finding]:
    """An active migration needs a running mover service partition with RMC on both sides."""
    if not plan.active:
        return
    for server in (facts.source, facts.target):
        if server.partitions is not None:
            yield _check_mover(server)


def _check_mover(server: ServerFacts) -> Finding:
    check, subject = "mover service", server.side.server
    movers = [item for item in server.virtual_io_servers if item.mover]
    ready = [item for item in movers if item.running and item.rmc_active]
    if ready:
        return ok_finding(check, subject, f"{_names(ready)} can move partitions.")
    if not movers:
        names = _names(server.virtual_io_servers) or "none at all"
        remedy = f'On {server.side.console} run: chsyscfg -r lpar -m {server.side.system} -i "name=VIOS,msp=1".'
        text = f"the mover service is off on every Virtual I/O Server ({names})."
        return _error(check, subject, text, remedy)
    states = ", ".join(f"{item.name} is {item.state} with RMC {item.rmc_state}" for item in movers)
    remedy = "Start one, and repair its RMC connection."
    return _error(check, subject, f"no mover service partition is ready: {states}.", remedy)


def check_rmc(facts: Facts, plan: MovePlan) -> Iterator[Finding]:
    """RMC reaches the Virtual I/O Servers, and the partition too for an active migration."""
    partition = facts.source.partition(plan.partition)
    if plan.active and partition is not None and partition.running:
        yield _rmc_of_partition(partition, plan)
    for server in (facts.source, facts.target):
        for item in server.virtual_io_servers:
            if item.running and not item.rmc_active:
                text = f"RMC between {server.side.console} and this Virtual I/O Server is {item.rmc_state}."
                remedy = "Check its network, and run diagrmc on the console."
                yield _warning("RMC", item.name, text, remedy)
            elif item.running:
                yield ok_finding("RMC", item.name, "is active.")


def _rmc_of_partition(partition: PartitionStatus, plan: MovePlan) -> Finding:
    if partition.rmc_active:
        return ok_finding("RMC", partition.name, "is active.")
    text = f"RMC between {plan.source.console} and the partition is {partition.rmc_state}."
    remedy = "Run diagrmc --autocorrect on the console, and rmcctrl -z, -A and -p in the partition."
    return _error("RMC", partition.name, text, remedy)


def check_guest(facts: Facts, plan: MovePlan) -> Iterator[Finding]:
    """Packages, subsystems and firewall inside the partition."""
    guest, name = facts.guest, plan.move.partition
    if guest is None:
        return
    if guest.missing_packages:
        text = f"the packages {', '.join(guest.missing_packages)} are missing."
        yield _error("packages", name, text, "Install them from IBM's repository for Linux on Power.")
    elif guest.missing_packages is not None:
        yield ok_finding("packages", name, "everything that RMC needs is installed.")
    if guest.subsystems is not None:
        inactive = inactive_subsystems(facts)
        if inactive:
            remedy = "Start them with startsrc -s, or restart RMC with rmcctrl -z, -A and -p."
            yield _error("RMC subsystems", name, f"{', '.join(inactive)} are not active.", remedy)
        else:
            yield ok_finding("RMC subsystems", name, f"{', '.join(NEEDED_SUBSYSTEMS)} are active.")
    partition = facts.source.partition(plan.partition)
    if guest.firewall_active and partition is not None and not partition.rmc_active:
        remedy = "Open it when RMC does not come up: firewall-cmd --add-port=657/tcp --add-port=657/udp."
        yield _warning("firewall", name, "firewalld is running; RMC needs port 657 (TCP and UDP).", remedy)
    else:
        through = " and lets RMC through" if partition is not None else ""
        text = f"firewalld is running{through}." if guest.firewall_active else "no firewalld is running."
        yield ok_finding("firewall", name, text)


def inactive_subsystems(facts: Facts) -> list[str]:
    """The subsystems that an active migration needs and that are not active."""
    if facts.guest is None or facts.guest.subsystems is None:
        return []
    active = {item.name for item in facts.guest.subsystems if item.active}
    return [name for name in NEEDED_SUBSYSTEMS if name not in active]


def check_modes(facts: Facts, plan: MovePlan) -> Iterator[Finding]:
    """The target offers the partition's processor compatibility modes."""
    partition, target = facts.source.partition(plan.partition), facts.target.system
    if partition is None or target is None or not target.processor_modes:
        return
    needed = {partition.desired_mode, partition.current_mode if plan.active else ""} - {"default", ""}
    refused = sorted(needed - set(target.processor_modes))
    offered = ", ".join(target.processor_modes)
    if refused:
        text = f"runs in or asks for mode {', '.join(refused)}; {plan.target.server} offers {offered}."
        remedy = "Set a mode that both servers offer in its profile, and restart it with that profile."
        yield _error("processor mode", plan.partition, text, remedy)
    else:
        modes = f"{partition.desired_mode or 'default'} (asked for), {partition.current_mode or 'none'} (current)"
        yield ok_finding("processor mode", plan.partition, f"{modes}: {plan.target.server} offers {offered}.")


def check_room(facts: Facts, plan: MovePlan) -> Iterator[Finding]:
    """The target has the memory and the processing units, and counts memory in the same blocks."""
    target, name = facts.target, plan.target.server
    if facts.memory and facts.memory.current and target.memory and target.memory.available is not None:
        need, free = facts.memory.current, target.memory.available
        text = f"{free} MB are free, the partition has {need} MB."
        remedy = "Free memory on the target, or move another partition away."
        yield ok_finding("memory", name, text) if free >= need else _error("memory", name, text, remedy)
    if facts.processors and facts.processors.units and target.processors and target.processors.available is not None:
        units, left = facts.processors.units, target.processors.available
        text = f"{left:g} processing units are free, the partition has {units:g}."
        remedy = "Free processing units on the target."
        yield (
            ok_finding("processing units", name, text)
            if left >= units
            else _error("processing units", name, text, remedy)
        )
    yield from _check_blocks(facts.source, target)


def _check_blocks(source: ServerFacts, target: ServerFacts) -> Iterator[Finding]:
    here = source.memory.block if source.memory else None
    there = target.memory.block if target.memory else None
    if here and there and here != there:
        text = f"counts memory in blocks of {there} MB, {source.side.server} in blocks of {here} MB."
        yield _error("memory", target.side.server, text, "Set the same logical memory block size on both systems.")


def check_slots(facts: Facts, plan: MovePlan) -> Iterator[Finding]:
    """Neither system runs as many migrations as it takes."""
    for server in (facts.source, facts.target):
        limits = server.limits
        if limits is None:
            continue
        supported = limits.active_supported if plan.active else limits.inactive_supported
        running = limits.active_running if plan.active else limits.inactive_running
        if supported is None or running is None:
            continue
        text = f"{running} of {supported} {plan.kind} migrations are running."
        remedy = "Wait until one of them has ended."
        subject = server.side.server
        free = running < supported
        yield ok_finding("migration slots", subject, text) if free else _error("migration slots", subject, text, remedy)


def check_trust(facts: Facts, plan: MovePlan) -> Iterator[Finding]:
    """Two consoles trust each other, in both directions since partitions come back."""
    del plan
    for (here, there), trusted in facts.trust.items():
        if trusted:
            yield ok_finding("trust between consoles", here, f"may log in to {there}.")
        else:
            remedy = "Exchange the keys: keyword Exchange Console Keys, or mkauthkeys on the console."
            yield _error("trust between consoles", here, f"has no key for {there}.", remedy)


def _names(partitions: list[PartitionStatus]) -> str:
    return ", ".join(item.name for item in partitions)


CHECKS: tuple[Check, ...] = (
    check_reached,
    check_systems,
    check_place,
    check_movers,
    check_rmc,
    check_guest,
    check_modes,
    check_room,
    check_vnic,
    check_network,
    check_ports,
    check_storage,
    check_slots,
    check_trust,
)
"""All checks, in the order of the table. A new prerequisite is one more function here."""
