"""A Virtual I/O Server, reached over SSH as ``padmin``."""

from __future__ import annotations

from dataclasses import dataclass

from powervm.errors import MobilityError
from powervm.ssh import Connection
from powervm.waiting import Deadline


@dataclass(frozen=True)
class MoverSettings:
    """Attributes of the migration pseudo device ``vioslpm0``; None where the server does not print one.

    Attributes:
        concurrent: How many migrations this server moves at once, as configured (1 to 8).
        level: Concurrency level, 1 (most resources for each migration) to 5.
    """

    concurrent: int | None
    level: int | None


class VirtualIOServer:
    """A Virtual I/O Server.

    Commands carry the ``ioscli`` prefix: padmin's short names are aliases that exist in interactive sessions only.

    Args:
        name: Its name in the lab file.
        connection: The one connection to it.
        command_limit: Seconds that a command may take.
    """

    def __init__(self, name: str, connection: Connection, *, command_limit: float = 120.0) -> None:
        self.name = name
        self.connection = connection
        self._limit = command_limit

    def level(self, deadline: Deadline | None = None) -> str:
        """The level, for example ``3.1.4.21``."""
        return self._ask("ioscli ioslevel", deadline).strip()

    def mover_settings(self, deadline: Deadline | None = None) -> MoverSettings:
        """How the server takes part in migrations."""
        return read_mover_settings(self._ask("ioscli lsdev -dev vioslpm0 -attr", deadline))

    def _ask(self, command: str, deadline: Deadline | None) -> str:
        result = self.connection.run(command, deadline.within(self._limit) if deadline else Deadline(self._limit))
        if not result.ok:
            said = (result.stderr.strip() or result.stdout.strip() or "no message").splitlines()[0]
            raise MobilityError(
                f"{self.name}: '{command}' ended with status {result.status}: {said}",
                remedy="Log in as padmin and try the command; a first login may want a licence or a new password.",
            )
        return result.stdout


def read_mover_settings(output: str) -> MoverSettings:
    """Read ``lsdev -dev vioslpm0 -attr``: attribute, value, description and user_settable in columns."""
    values: dict[str, str] = {}
    for line in output.splitlines():
        words = line.split()
        if len(words) >= 2:
            values[words[0]] = words[1]
    return MoverSettings(concurrent=_whole(values.get("cfg_msp_lpm_ops")), level=_whole(values.get("concurrency_lvl")))


def _whole(word: str | None) -> int | None:
    return int(word) if word and word.isdigit() else None
