"""Where to connect to, as whom, and whom to trust there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from powervm.secret import Password
from powervm.ssh.host_keys import HostKeys


@dataclass(frozen=True)
class Login:
    """As whom to log in, and with what. Nothing is tried that is not stated here.

    A login is one attempt with one method, because three bad logins lock the user of a management console. Where
    several are stated, the agent is used before the key file and the key file before the password.

    Args:
        user: Name of the user on the endpoint, for example ``hscroot``.
        password: Its password.
        key_file: A private key in OpenSSH or PEM format.
        passphrase: What the key file is encrypted with, if it is.
        agent: Use the SSH agent: its key that belongs to ``key_file`` (found by the ``.pub`` file beside it), or its
            first one when no key file is stated.
    """

    user: str
    password: Password | None = None
    key_file: Path | None = None
    passphrase: Password | None = None
    agent: bool = False


@dataclass(frozen=True)
class Endpoint:
    """One SSH server of the lab.

    Args:
        name: What the lab calls it, for messages.
        host: Host name or address.
        port: TCP port.
        login: See `Login`.
        host_keys: See `HostKeys`.
        connect_timeout: Seconds from the first packet to being logged in, retries of reset connections included.
        channels: How many commands may run at once over the one connection. A stock OpenSSH server takes 10.
    """

    name: str
    host: str
    port: int
    login: Login
    host_keys: HostKeys
    connect_timeout: float = 20.0
    channels: int = 8

    @property
    def address(self) -> str:
        """Host and port as people write them: ``192.0.2.7:22``, ``[2001:db8::7]:22``."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.name} ({self.address})"
