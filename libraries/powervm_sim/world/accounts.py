"""Who may log in: passwords, authorized keys, and the lock that a console puts on an account."""

from __future__ import annotations

import hmac
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Lockout:
    """After so many failures the account is locked for so many (real) seconds; every try meanwhile starts them anew."""

    failures: int = 3
    seconds: float = 300.0


@dataclass(eq=False)
class Account:
    """One user of one machine.

    Attributes:
        user: The log-in name.
        password: Never shown anywhere.
        keys: Lines of an authorized_keys file.
        lockout: The rule for wrong passwords; None where the machine has none.
    """

    user: str
    password: str = field(default="", repr=False)
    keys: list[str] = field(default_factory=list)
    lockout: Lockout | None = None
    now: Callable[[], float] = field(default=time.monotonic, repr=False)
    failures: int = 0
    _locked_until: float = field(default=-math.inf, repr=False)
    _held: int = field(default=0, repr=False)

    @property
    def locked(self) -> bool:
        """Whether a password would be refused whatever it is."""
        return self._held > 0 or self.now() < self._locked_until

    @property
    def lock_notice(self) -> str:
        """What a locked account tells who tries, else an empty text."""
        if not self.locked or self.lockout is None:
            return ""
        until = self.now() + self.lockout.seconds if self._held else self._locked_until
        minutes = max(1, math.ceil((until - self.now()) / 60))
        unit = "minute" if minutes == 1 else "minutes"
        return (
            f"The account is locked due to {self.lockout.failures} failed logins.\n({minutes} {unit} left to unlock)\n"
        )

    def try_password(self, password: str) -> bool:
        """Whether the password opens the account now; a wrong one, and any while it is locked, is counted."""
        right = hmac.compare_digest(password.encode("utf-8", "surrogateescape"), self.password.encode())
        if self.lockout is None:
            return right
        if self.locked:
            self._lock()
            return False
        if right:
            self.failures = 0
            return True
        self.failures += 1
        if self.failures >= self.lockout.failures:
            self._lock()
        return False

    def accepts_key(self, line: str) -> bool:
        """Whether a public key in OpenSSH form (its comment does not matter) is authorized."""
        wanted = line.split()[:2]
        return len(wanted) == 2 and any(wanted == _kind_and_key(known) for known in self.keys)

    def hold(self) -> Callable[[], None]:
        """Lock it without any failure. Returns what unlocks it, also from tries meanwhile."""
        self._held += 1

        def release() -> None:
            self._held -= 1
            self._locked_until = -math.inf
            self.failures = 0

        return release

    def _lock(self) -> None:
        assert self.lockout is not None
        self._locked_until = self.now() + self.lockout.seconds
        self.failures = 0


def _kind_and_key(line: str) -> list[str]:
    """The two words of an authorized_keys line that matter; options in front are passed over."""
    words = line.split()
    for index, word in enumerate(words):
        if word.startswith(("ssh-", "ecdsa-", "sk-")):
            return words[index : index + 2]
    return []
