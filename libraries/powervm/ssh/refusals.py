"""Logins that were refused: nobody makes one of them a second time, in whatever session of the same run."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from powervm.errors import MobilityError
from powervm.secret import Password
from powervm.ssh.endpoint import Endpoint


@dataclass(frozen=True)
class Attempt:
    """A login somewhere, as somebody, with something; compared by what would be sent.

    Attributes:
        where: Host and port, or whatever else tells the place apart.
        user: Name of the user there.
        password: Its password, if one would be sent.
        key: What else would be shown, such as the path of a key file.
    """

    where: str
    user: str
    password: Password | None = None
    key: tuple[Path | None, bool] = (None, False)

    def same(self, other: Attempt) -> bool:
        """Whether the server could not tell the two apart."""
        if (self.where, self.user, self.key) != (other.where, other.user, other.key):
            return False
        if self.password is None or other.password is None:
            return self.password is other.password
        return self.password.equals(other.password)


def attempt_at(endpoint: Endpoint) -> Attempt:
    """The login that a connection to ``endpoint`` makes."""
    login = endpoint.login
    return Attempt(endpoint.address, login.user, login.password, (login.key_file, login.agent))


Refusal = TypeVar("Refusal", bound=MobilityError)


class Refusals(Generic[Refusal]):
    """Remembers refused attempts, since a few of them lock the user. Safe from several threads."""

    def __init__(self) -> None:
        self._known: list[tuple[Attempt, Refusal]] = []
        self._lock = threading.Lock()

    def remember(self, attempt: Attempt, refusal: Refusal) -> None:
        """``attempt`` was refused."""
        with self._lock:
            self._known.append((attempt, refusal))

    def check(self, attempt: Attempt) -> None:
        """Return when the attempt may be made.

        Raises:
            MobilityError: It was refused before: the same error again.
        """
        with self._lock:
            found = next((refusal for known, refusal in self._known if known.same(attempt)), None)
        if found is not None:
            raise found.with_traceback(None)
