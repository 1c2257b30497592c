"""Which host keys an endpoint may show."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path


class HostKeyMode(Enum):
    """What to do about a host key that nobody has vouched for; a changed key is refused in the first two modes."""

    STRICT = "strict"
    """Only keys that are pinned or already in the file."""

    ACCEPT_NEW = "accept-new"
    """The first key that a host shows is kept in the file and from then on it is the only one."""

    OFF = "off"
    """Any key: nobody checks who answers."""


@dataclass(frozen=True)
class HostKeys:
    """The rule by which the host key of an endpoint is judged.

    Args:
        mode: See `HostKeyMode`.
        file: The lab's own ``known_hosts`` file, in OpenSSH's format. It need not exist.
        pinned: Public keys as ``"ssh-ed25519 AAAA..."``, published by whoever runs the endpoint. Where there are
            any, they alone are compared with and the file is neither read nor written.
    """

    mode: HostKeyMode
    file: Path
    pinned: tuple[str, ...] = ()
