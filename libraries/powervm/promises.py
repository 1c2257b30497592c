"""What chosen settings promise is proved after the move, as far as a console tells."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from powervm.console import ManagementConsole
from powervm.errors import MobilityError
from powervm.operation import Work, finding_of, ok_finding
from powervm.outcome import Finding, Severity
from powervm.plan import MovePlan
from powervm.settings import MigrationSettings, Mover, NameOrId, RedundantMovers

Pairs = Sequence[tuple[str, str]]
"""Names of movers of the source and of the target as they were seen, joined with commas when there were two."""


def check_promises(work: Work, movers: Pairs) -> None:
    """Record a finding for each setting whose effect can be seen on the target's console.

    Args:
        work: A migration whose partition is on the target.
        movers: Those that the console named while it ran.
    """
    plan, recorder = work.plan, work.recorder
    settings, console = plan.request.settings, work.session.console(plan.target.console)
    checks: list[tuple[str, bool, Callable[[ManagementConsole, MovePlan], Iterator[Finding]]]] = [
        ("partition id", settings.target_id is not None, _partition_id),
        ("processor pool", settings.processor_pool is not None, _pool),
        ("profile", bool(plan.request.profile), _profile),
    ]
    if not any(wanted for _, wanted, _ in checks) and not _about_movers(settings):
        return
    with recorder.phase("settings"):
        for check, wanted, look in checks:
            if not wanted:
                continue
            try:
                for finding in look(console, plan):
                    recorder.add_finding(finding)
            except MobilityError as error:
                recorder.add_finding(finding_of(check, plan.partition, error))
        for finding in mover_findings(plan.partition, settings, movers):
            recorder.add_finding(finding)


def _partition_id(console: ManagementConsole, plan: MovePlan) -> Iterator[Finding]:
    wanted = plan.request.settings.target_id
    status = console.partition(plan.target.system, plan.partition)
    if status is None:
        return  # that it is not there is told elsewhere
    text = f"has the partition id {status.partition_id} on {plan.target.server}"
    yield _judge("partition id", plan, text, f"{wanted}", good=status.partition_id == wanted)


def _pool(console: ManagementConsole, plan: MovePlan) -> Iterator[Finding]:
    wanted = plan.request.settings.processor_pool
    assert wanted is not None
    found = console.partition_processors(plan.target.system, plan.partition)
    if found.pool_id is None and not found.pool_name:
        yield _untold("processor pool", plan.partition, f"{console.name} does not tell its shared processor pool.")
        return
    text = f"is in the shared processor pool {found.pool_name or '-'} ({found.pool_id}) of {plan.target.server}"
    yield _judge("processor pool", plan, text, str(wanted), good=is_pool(wanted, found.pool_id, found.pool_name))


def is_pool(wanted: NameOrId, number: int | None, name: str) -> bool:
    """Whether a pool is the one that is meant."""
    return wanted.name == name if wanted.name else wanted.number == number


def _profile(console: ManagementConsole, plan: MovePlan) -> Iterator[Finding]:
    names = console.profiles(plan.target.system, plan.partition)
    text = f"has the profiles {', '.join(names) or 'none'} on {plan.target.server}"
    yield _judge("profile", plan, text, plan.request.profile, good=plan.request.profile in names)


def _judge(check: str, plan: MovePlan, text: str, wanted: str, *, good: bool) -> Finding:
    if good:
        return ok_finding(check, plan.partition, f"{text}, as chosen.")
    remedy = f"The setting was given to {plan.source.console} and was not followed; look at its log of events."
    return _error(check, plan.partition, f"{text}, and {wanted} was chosen.", remedy)


def mover_findings(partition: str, settings: MigrationSettings, seen: Pairs) -> Iterator[Finding]:
    """Whether the movers that did it are those that were chosen, and as many.

    Args:
        partition: For the findings.
        settings: With movers by name.
        seen: All that the console named, in their order.
    """
    if not _about_movers(settings):
        return
    check = "movers"
    chosen = [*settings.pair, *settings.second_pair]
    redundant = settings.redundant_movers is RedundantMovers.MUST or (
        any(settings.second_pair) and settings.redundant_movers is not RedundantMovers.IF_AVAILABLE
    )
    if not seen:
        yield _untold(check, partition, "the console did not tell which movers moved it.")
        return
    shown = "; ".join(f"{source} -> {target}" for source, target in seen)
    wrong = [
        str(name)
        for place, allowed in enumerate(_allowed(settings))
        for name in dict.fromkeys(name for pair in seen for name in pair[place].split(","))
        if allowed and name not in allowed
    ]
    most = max(len(source.split(",")) for source, _ in seen)
    remedy = "The setting was given to the console and was not followed; look at its log of events."
    if wrong:
        names = ", ".join(mover.name for mover in chosen if mover)
        yield _error(check, partition, f"was moved by {shown}, and {names} was chosen.", remedy)
    elif redundant and most < 2:
        yield _error(check, partition, f"was moved by {shown}, and redundant movers were chosen.", remedy)
    elif settings.redundant_movers is RedundantMovers.MUST_NOT and most > 1:
        yield _error(check, partition, f"was moved by {shown}, and redundant movers were ruled out.", remedy)
    elif any(mover is not None and not mover.name for mover in chosen):
        names = ", ".join(str(mover) for mover in chosen if mover)
        yield _untold(check, partition, f"was moved by {shown}; whether that is {names}, as chosen, is not known.")
    else:
        yield ok_finding(check, partition, f"was moved by {shown}, as chosen.")


def _about_movers(settings: MigrationSettings) -> bool:
    strict = settings.redundant_movers in (RedundantMovers.MUST, RedundantMovers.MUST_NOT)
    return strict or any(settings.pair) or any(settings.second_pair)


def _allowed(settings: MigrationSettings) -> tuple[set[str], set[str]]:
    """The names that may be seen on each side; an empty set when that is the console's choice."""
    sides: list[tuple[Mover | None, Mover | None]] = [
        (settings.source_mover, settings.second_source_mover),
        (settings.target_mover, settings.second_target_mover),
    ]
    return tuple({mover.name for mover in side if mover and mover.name} for side in sides)  # type: ignore[return-value]


def _error(check: str, subject: str, text: str, remedy: str) -> Finding:
    return Finding(severity=Severity.ERROR, check=check, subject=subject, text=text, remedy=remedy)


def _untold(check: str, subject: str, text: str) -> Finding:
    return Finding(severity=Severity.WARNING, check=check, subject=subject, text=text)
