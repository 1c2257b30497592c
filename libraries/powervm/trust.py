"""Trust between two consoles: a migration across them needs the key of the one on the other, in both directions."""

from __future__ import annotations

from collections.abc import Callable
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
        for text in done or (f"{source} and {target} had each other's keys already",):
            work.recorder.add_finding(ok_finding(check, source, f"{text}."))
        return work.recorder.finish(Ending.DONE)

    return run_operation("exchange keys", session, plan, keep, steps)


@dataclass(frozen=True)
class Exchanged:
    """A key that one console was given for another one.

    Attributes:
        way: From the one that was given it.
        comment: What tells it apart among the keys of the other one; None when nothing does, and it has to stay.
    """

    way: Direction
    comment: str | None

    def __str__(self) -> str:
        return f"{self.way.here.name} got a key for {self.way.route.user} on {self.way.there}"

    def undo(self, session: LabSession, deadline: Deadline) -> None:
        """Take the key away again."""
        assert self.comment is not None
        session.console(self.way.there).remove_key(self.comment, deadline)


def ensure_trust(
    session: LabSession,
    one: str,
    other: str,
    deadline: Deadline,
    *,
    passwords: dict[str, Password] | None = None,
    on_command_line: bool = False,
    report: Callable[[Exchanged], None] | None = None,
) -> list[Exchanged]:
    """Test the trust in both directions and set up what is missing; return what was set up.

    Args:
        session: The opened lab.
        one, other: Names of the consoles.
        deadline: For all of it.
        passwords: Passwords by console name; without one, the password of the lab file is taken.
        on_command_line: Give the password as an argument of mkauthkeys, which others on the console can see, for
            old consoles whose prompt does not work.
        report: Is told each key at once, so that it is known even if the other direction fails.

    Raises:
        MobilityError: A password is missing or wrong; it is tried once, and the refusal is remembered.
    """
    done = []
    for way in directions(session, one, other):
        if way.here.trusts(way.route.address, way.route.user, deadline):
            continue
        password = (passwords or {}).get(way.there) or _password(session, way)
        before = _keys(session, way, deadline)
        _exchange(session, way, password, deadline, on_command_line=on_command_line)
        key = Exchanged(way, new_comment(before, _keys(session, way, deadline)))
        done.append(key)
        if report:
            report(key)
    return done


def _keys(session: LabSession, way: Direction, deadline: Deadline) -> list[str]:
    """The keys that open the other console for the route's user; empty when somebody else is logged in there."""
    there = session.console(way.there)
    return there.authorized_keys(deadline) if there.connection.endpoint.login.user == way.route.user else []


def new_comment(before: list[str], after: list[str]) -> str | None:
    """The comment of the one key that came in between, if no other key has it."""
    added = [line for line in after if line not in before]
    if len(added) != 1:
        return None
    comment = _comment(added[0])
    return comment if comment and [_comment(line) for line in after].count(comment) == 1 else None


def _comment(line: str) -> str:
    """What follows the key itself in a line of an authorized_keys file."""
    words = line.split()
    kind = next((index for index, word in enumerate(words) if word.startswith(("ssh-", "ecdsa-", "sk-"))), None)
    return "" if kind is None else " ".join(words[kind + 2 :])


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
