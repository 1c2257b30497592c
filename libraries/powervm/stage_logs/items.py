"""What is collected: data, in ``items.yaml`` and in lab files."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from powervm.errors import MobilityError
from powervm.lab import Logs

Place = Literal["partition", "console", "system", "vios"]
When = Literal["always", "failure"]


class ItemError(MobilityError):
    """A list of what is to be collected cannot be used."""


class Item(BaseModel):
    """One thing that is collected; see the head of ``items.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    name: str = Field(pattern=r"^[A-Za-z0-9][\w.-]{0,80}$")
    machine: Place
    command: str | None = None
    file: str | None = None
    when: When
    timeout: float = Field(gt=0)
    root: bool = False
    distribution: Literal["rhel", "sles"] | None = None
    may_be_absent: bool = False
    statuses: tuple[int, ...] = ()
    archive: str | None = None
    digest: str | None = None
    clean: str | None = None
    replaces: str | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Item:
        if (self.command is None) == (self.file is None):
            raise ValueError("exactly one of command and file is needed")
        return self

    @property
    def source(self) -> str:
        """The command or the file, as it stands in the list."""
        return self.command or self.file or ""


@functools.cache
def built_in_items() -> tuple[Item, ...]:
    """The items of ``items.yaml``."""
    loaded = yaml.safe_load(Path(__file__).with_name("items.yaml").read_text(encoding="utf-8"))
    return tuple(TypeAdapter(list[Item]).validate_python(loaded))


def items_for(logs: Logs, *, failure: bool) -> list[Item]:
    """The built-in items and those of the lab file; with ``failure`` those for a failure, too.

    A lab file's files and commands of the partition belong to every stage, its commands of Virtual I/O Servers and
    consoles to a failure, as op-test has it.
    """
    own = [
        *_own("partition", "file", logs.os_files, "always", logs.limit),
        *_own("partition", "command", logs.os_commands, "always", logs.limit),
        *_own("vios", "command", logs.vios_commands, "failure", logs.limit),
        *_own("console", "command", logs.console_commands, "failure", logs.limit),
    ]
    return [item for item in (*built_in_items(), *_renamed(own)) if failure or item.when == "always"]


def _own(
    place: Place, key: Literal["command", "file"], sources: Iterable[str], when: When, limit: float
) -> Iterable[Item]:
    for source in sources:
        # braces are placeholders in our own lists only
        escaped = source.replace("{", "{{").replace("}", "}}")
        if place == "vios" and key == "command" and not escaped.startswith(("ioscli ", "echo ")):
            escaped = f"ioscli {escaped}"
        name = file_name(source)
        yield Item.model_validate({"name": name, "machine": place, key: escaped, "when": when, "timeout": limit})


def _renamed(items: Iterable[Item]) -> Iterable[Item]:
    """The items with names that no other item of the same place has."""
    taken = {(item.machine, item.name) for item in built_in_items()}
    for item in items:
        name, number = item.name, 1
        while (item.machine, name) in taken:
            number += 1
            name = f"{item.name}-{number}"
        taken.add((item.machine, name))
        yield item.model_copy(update={"name": name})


def file_name(source: str) -> str:
    """A safe file name for a command line or a path: ``/var/log/audit.log`` becomes ``var-log-audit.log``."""
    name = re.sub(r"[^A-Za-z0-9._]+", "-", source).strip("-.")[:80]
    return name or "item"
