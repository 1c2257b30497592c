"""The users of a management console and what their task roles are."""

from __future__ import annotations

from dataclasses import dataclass

from powervm_sim.world.accounts import Account

SUPER, OPERATOR, VIEWER = "hmcsuperadmin", "hmcoperator", "hmcviewer"
SERVICE, ENGINEER = "hmcservicerep", "hmcpe"
TASK_ROLES = (SUPER, OPERATOR, VIEWER, SERVICE, ENGINEER)


@dataclass(eq=False)
class ConsoleUser:
    """A user with an account (and a lock) of his own.

    Attributes:
        role: One of `TASK_ROLES`.
        systems: The managed systems of his resource role; None for all.
        password_age: Days after which a password expires (``pwage``).
    """

    account: Account
    role: str = SUPER
    description: str = ""
    systems: tuple[str, ...] | None = None
    password_age: int = 99_999
    idle_timeout: int = 0
    session_timeout: int = 0

    @property
    def name(self) -> str:
        """The log-in name."""
        return self.account.user

    @property
    def home(self) -> str:
        """The home folder."""
        return f"/home/{self.name}"

    def may_see(self, system: str) -> bool:
        """Whether a managed system belongs to his resource role."""
        return self.systems is None or system in self.systems
