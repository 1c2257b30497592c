"""What is to run in a partition, and what of it may be shown."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from powervm.errors import MobilityError
from powervm.secret import Password, masked
from powervm.workload.kinds import Kind, kind_of, own_timeout, program_of, words_of

DEFAULT_LIMIT = 4 * 3600.0
"""Seconds after which the partition itself ends a load that nobody came back for."""

_ROOM = 600.0
"""Seconds that a load may take longer than its own time limit."""

_SHORTEST_SECRET = 6


@dataclass(frozen=True)
class Order:
    """A load.

    Attributes:
        command: A command line or a script for ``sh``.
        kind: Which rule judges it.
        limit: Seconds after which it is ended in the partition, whatever became of us.
        environment: Variables for it, whose values are secrets.
        secret: The command itself must not be shown.
    """

    command: str = field(repr=False)
    kind: Kind
    limit: float
    environment: Mapping[str, Password] = field(default_factory=dict, repr=False)
    secret: bool = False

    @property
    def shown(self) -> str:
        """The command as it may be shown."""
        return self.mask(self.command) if not self.secret else f"{self.program or 'a command'} (secret)"

    @property
    def program(self) -> str:
        """The program that has to be there; empty for a script of several commands."""
        return program_of(self.command)

    @property
    def quiet(self) -> bool:
        """A stress-ng that was asked to print nothing."""
        return any(re.fullmatch(r"--quiet|-[a-zA-Z]*q", word) for word in words_of(self.command))

    def mask(self, text: str) -> str:
        """A text without what is secret of this order."""
        return masked(text, self.hidden)

    @property
    def hidden(self) -> list[Password]:
        """What must not be shown of its output, the longest first."""
        return [Password(value) for value in sorted(self._secrets(), key=len, reverse=True)]

    def _secrets(self) -> Iterator[str]:
        yield from (value.reveal() for value in self.environment.values())
        if self.secret:
            yield self.command
            for word in words_of(self.command):
                for part in (word, *word.split("=")):
                    if len(part) >= _SHORTEST_SECRET and not part.startswith("-") and part != self.program:
                        yield part

    def script(self) -> str:
        """What ``sh`` runs, the variables included."""
        exports = [f"export {name}={shlex.quote(value.reveal())}\n" for name, value in self.environment.items()]
        return "".join(exports) + self.command.rstrip("\n") + "\n"


def make_order(
    command: str,
    *,
    kind: Kind | None = None,
    limit: float | None = None,
    environment: Mapping[str, Password] | None = None,
    secret: bool = False,
) -> Order:
    """An order; what is not stated is worked out.

    Args:
        command: A command line, or a script of several lines.
        kind: By default what the command line looks like.
        limit: Seconds; by default four hours, and longer for a stress-ng that means to run longer.

    Raises:
        MobilityError: There is no command, a variable has an impossible name, or the limit is none.
    """
    if not command.strip() or "\0" in command:
        raise MobilityError("The workload has no command.", remedy="Give a command line, for example of stress-ng.")
    for name in environment or {}:
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            raise MobilityError(f"'{name}' is no name of a variable for the workload.", remedy="Write letters and _.")
    found = kind or kind_of(command)
    if limit is None:
        own = own_timeout(command) if found is Kind.STRESS_NG else None
        limit = max(DEFAULT_LIMIT, (own or 0.0) + _ROOM)
    if limit <= 0:
        raise MobilityError(f"A workload cannot be limited to {limit:g} s.", remedy="Give a limit such as '2 h'.")
    return Order(command, found, limit, dict(environment or {}), secret)
