"""The command lines of ``migrlpar``, quoted for the console's shell.

Source: IBM's manual page of migrlpar for POWER9 consoles (synopsis).
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from powervm.records import write_record
from powervm.settings import NO_SETTINGS, BadMigrationOptions, MigrationSettings, read_free_options

__all__ = ["BadMigrationOptions", "MigrationRequest", "Operation", "split_options"]


class Operation(Enum):
    """What ``migrlpar -o`` is asked to do."""

    VALIDATE = "v"
    MIGRATE = "m"
    STOP = "s"
    RECOVER = "r"


@dataclass(frozen=True)
class MigrationRequest:
    """One migration, as migrlpar wants to hear it; names are those that the consoles use.

    Attributes:
        remote_address: The console of the target as the source's console reaches it; empty when it is the same one.
        remote_user: The user on that console.
        profile: The profile that holds the migrated configuration on the target.
        settings: What is chosen by name.
        data: Further configuration data for ``-i``; lists are joined as the console wants them.
        options: Further options as text, for example ``--mpio 2 -w 5``; split like a shell splits words.
    """

    source: str
    target: str
    partition: str
    remote_address: str = ""
    remote_user: str = ""
    profile: str = ""
    settings: MigrationSettings = NO_SETTINGS
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
        free = read_free_options(self.options)
        profile = ["-n", self.profile] if self.profile else []
        data: dict[str, str | Sequence[str]] = {**self.settings.data(), **self.data}
        words = self.settings.words(free.options)
        if not data:
            return [*profile, *words, *free.words]
        if free.trouble:
            raise free.trouble
        twice = sorted(data.keys() & free.record.keys())
        if twice or "-f" in free.options:
            what = ", ".join(twice) or f"-f {free.options['-f']}"
            raise BadMigrationOptions(
                f"The migrlpar options '{self.options}' hold {what}, and further input data is chosen.",
                remedy="Say it in one place.",
            )
        record = write_record({**data, **free.record})
        return [*profile, *words, "-i", record, *free.words_without_data]


def split_options(options: str) -> list[str]:
    """Split free option text into words; see `read_free_options`."""
    return list(read_free_options(options).words)
