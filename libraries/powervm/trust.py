"""Trust between two consoles: a migration across them needs the key of the one on the other, in both directions."""

from __future__ import annotations

from dataclasses import dataclass

from powervm.console import ManagementConsole
from powervm.errors import MobilityError
from powervm.lab import Route
from powervm.operation import Keeper, Work, ok_finding, run_operation
from powervm.outcome import Ending, Outcome
from powervm.plan import MovePlan
from powervm.secret import Password
from powervm.session import LabSession
from powervm.ssh import Attempt
from powervm.waiting import Deadline


@dataclass(frozen=True)
class Direction:
    """From one console to another one, as the first reaches the second."""

    here: ManagementConsole
    there: str
    route: Route


def directions(session: LabSession, one: str, other: str) -> tuple[Direction, Direction]:
    """Both directions between two consoles of the lab."""
    lab = session.lab
    return (
        Direction(session.console(one), other, lab.route(one, other)),
        Direction(session.console(other), one, lab.route(other, one)),
    )


def exchange_keys(
    session: LabSession,
    plan: MovePlan,
    *,
    keep: Keeper,
    passwords: dict[str, Password] | None = None,
    on_command_line: bool = False,
) -> Outcome:
    """Make the two consoles of a move trust each other; done at once when one console manages both servers.

    The keys stay, since somebody has asked for them. See `ensure_trust` for the arguments.
    """

    def steps(work: Work) -> Outcome:
        check, source, target = "trust between consoles", plan.source.console, plan.target.console
        if plan.route is None:
            work.recorder.add_finding(ok_finding(check, source, "manages both servers: no trust is needed."))
            return work.recorder.finish(Ending.DONE)
        limit = Deadline(4 * session.lab.limits.command)
        try:
            with work.recorder.phase("key exchange"):
                done = ensure_trust(
                    session, source, target, limit, passwords=passwords, on_command_line=on_command_line
                )
        except MobilityError as error:
            work.end(Ending.REFUSED, str(error))
        for text in done or [f"{source} and {target} had each other's keys already"]:
            work.recorder.add_finding(ok_finding(check, source, f"{text}."))
        return work.recorder.finish(Ending.DONE)

    return run_operation("exchange keys", session, plan, keep, steps)


def ensure_trust(
    session: LabSession,
    one: str,
    other: str,
    deadline: Deadline,
    *,
    passwords: dict[str, Password] | None = None,
    on_command_line: bool = False,
) -> list[str]:
    """Test the trust in both directions and set up what is missing; return what was set up, as sentences.

    Args:
        session: The opened lab.
        one, other: Names of the consoles.
        deadline: For all of it.
        passwords: Passwords by console name; without one, the password of the lab file is taken.
        on_command_line: Give the password as an argument of mkauthkeys, which others on the console can see, for
            old consoles whose prompt does not work.

    Raises:
        MobilityError: A password is missing or wrong; it is tried once, and the refusal is remembered.
    """
    done = []
    for way in directions(session, one, other):
        if way.here.trusts(way.route.address, way.route.user, deadline):
            continue
        password = (passwords or {}).get(way.there) or _password(session, way)
        _exchange(session, way, password, deadline, on_command_line=on_command_line)
        done.append(f"{way.here.name} got a key for {way.route.user} on {way.there}")
    return done


def _exchange(
    session: LabSession, way: Direction, password: Password, deadline: Deadline, *, on_command_line: bool
) -> None:
    here, route = way.here, way.route
    attempt = Attempt(f"{here.connection.endpoint.address} to {route.address}", route.user, password)
    session.refused.exchanges.check(attempt)  # the same password again would bring the user closer to being locked
    exchange = here.exchange_keys_on_command_line if on_command_line else here.exchange_keys
    try:
        exchange(route.address, route.user, password, deadline)
    except MobilityError as error:
        session.refused.exchanges.remember(attempt, error)
        raise
    if not here.trusts(route.address, route.user, deadline):
        raise MobilityError(
            f"{here.name}: the key exchange with {way.there} reported success, and the test still fails.",
            remedy="Exchange the keys by hand with mkauthkeys and look at what it says.",
        )


def _password(session: LabSession, way: Direction) -> Password:
    login = session.lab.endpoint(way.there).login
    if login.password is None or login.user != way.route.user:
        raise MobilityError(
            f"{way.here.name}: no password of {way.route.user} on {way.there} is known to exchange the keys with.",
            remedy=f"Give a password for console {way.there} in the lab file, or call Exchange Console Keys with one.",
        )
    return login.password
