"""The command lines of ``migrlpar``, quoted for the console's shell.

Source: IBM's manual page of migrlpar for POWER9 consoles (synopsis).
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from powervm.errors import MobilityError
from powervm.records import write_record


class Operation(Enum):
    """What ``migrlpar -o`` is asked to do."""

    VALIDATE = "v"
    MIGRATE = "m"
    STOP = "s"
    RECOVER = "r"


class BadMigrationOptions(MobilityError):
    """Free option text that cannot be given to migrlpar."""


@dataclass(frozen=True)
class MigrationRequest:
    """One migration, as migrlpar wants to hear it; names are those that the consoles use.

    Attributes:
        remote_address: The console of the target as the source's console reaches it; empty when it is the same one.
        remote_user: The user on that console.
        profile: The profile that holds the migrated configuration on the target.
        data: Configuration data for ``-i``; lists are joined as the console wants them.
        options: Further options as text, for example ``--mpio 2 -w 5``; split like a shell splits words.
    """

    source: str
    target: str
    partition: str
    remote_address: str = ""
    remote_user: str = ""
    profile: str = ""
    data: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    options: str = ""

    def words(self, operation: Operation, *, force: bool = False) -> list[str]:
        """The words of the command line, not quoted yet.

        Stopping needs the source and the partition only, recovering the other console too; the target's name, the
        profile and the rest belong to a validation or a migration.
        """
        words = ["migrlpar", "-o", operation.value, "-m", self.source]
        full = operation in (Operation.VALIDATE, Operation.MIGRATE)
        if full:
            words += ["-t", self.target]
        words += ["-p", self.partition]
        if self.remote_address and operation is not Operation.STOP:
            words += ["--ip", self.remote_address, "-u", self.remote_user]
        if full:
            words += self._settings()
        if force:
            words.append("--force")
        return words

    def command(self, operation: Operation, *, force: bool = False) -> str:
        """The command line, each word quoted."""
        return shlex.join(self.words(operation, force=force))

    def _settings(self) -> list[str]:
        words = ["-n", self.profile] if self.profile else []
        if self.data:
            words += ["-i", write_record(self.data)]
        return words + split_options(self.options)


def _option_of(word: str) -> str:
    """The option of ``--ip=192.0.2.1`` or ``-tSERVER``, which some parsers of options take as well."""
    return word.partition("=")[0] if word.startswith("--") else word[:2]


_OWN = frozenset({"-o", "-m", "-t", "-p", "--id", "--all", "--ip", "-u", "--help"})


def split_options(options: str) -> list[str]:
    """Split free option text into words.

    Raises:
        BadMigrationOptions: A quote is not closed, or the text has an option that says which partition moves where.
    """
    try:
        words = shlex.split(options)
    except ValueError as error:
        raise BadMigrationOptions(
            f"The migrlpar options '{options}' cannot be split into words: {error}.", remedy="Close the quote."
        ) from None
    own = sorted({name for name in map(_option_of, words) if name in _OWN})
    if own:
        raise BadMigrationOptions(
            f"The migrlpar options '{options}' contain {', '.join(own)}.",
            remedy="The move of the lab file says which partition goes where; leave these options out.",
        )
    return words
