"""Trust between two consoles: a migration across them needs the key of the one on the other, in both directions."""

from __future__ import annotations

from dataclasses import dataclass

from powervm.console import ManagementConsole
from powervm.errors import MobilityError
from powervm.lab import Route
from powervm.secret import Password
from powervm.session import LabSession
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
        MobilityError: A password is missing or wrong; it is tried once, and the session remembers the refusal.
    """
    done = []
    for way in directions(session, one, other):
        if way.here.trusts(way.route.address, way.route.user, deadline):
            continue
        given = (passwords or {}).get(way.there)
        refused = session.refused_exchanges.get((way.here.name, way.there))
        if refused is not None and given is None:
            raise refused  # the same password again would bring the user closer to being locked
        password = given or _password(session, way)
        exchange = way.here.exchange_keys_on_command_line if on_command_line else way.here.exchange_keys
        try:
            exchange(way.route.address, way.route.user, password, deadline)
        except MobilityError as error:
            session.refused_exchanges[way.here.name, way.there] = error
            raise
        if not way.here.trusts(way.route.address, way.route.user, deadline):
            raise MobilityError(
                f"{way.here.name}: the key exchange with {way.there} reported success, and the test still fails.",
                remedy="Exchange the keys by hand with mkauthkeys and look at what it says.",
            )
        done.append(f"{way.here.name} got a key for {way.route.user} on {way.there}")
    return done


def _password(session: LabSession, way: Direction) -> Password:
    login = session.lab.endpoint(way.there).login
    if login.password is None or login.user != way.route.user:
        raise MobilityError(
            f"{way.here.name}: no password of {way.route.user} on {way.there} is known to exchange the keys with.",
            remedy=f"Give a password for console {way.there} in the lab file, or call Exchange Console Keys with one.",
        )
    return login.password
