"""What is recorded of a partition and how it is compared: data, in ``identity.yaml`` and in files of testers."""

from __future__ import annotations

import functools
from enum import Enum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from powervm.errors import MobilityError

Reader = Literal[
    "text", "pairs", "rows", "interfaces", "routes", "multipath", "disks", "fibre_channel", "bonds", "backing_devices"
]  # fmt: skip
_WITH_ATTRIBUTES = ("pairs", "rows", "backing_devices")


class CatalogueError(MobilityError):
    """A file that says what is recorded and how it is compared cannot be used."""


class Compare(str, Enum):
    """How an item of before and after is compared; see the head of ``identity.yaml``."""

    SAME = "same"
    STATES = "states"
    CHANGES = "changes"
    MAY = "may"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Reading(_Part):
    """One command and what becomes of its output; see the head of ``identity.yaml``."""

    name: str = Field(min_length=1)
    machine: Literal["partition", "console"]
    command: str = Field(min_length=1)
    reader: Reader
    separator: str = ":"
    subject: str = ""
    attributes: dict[str, str] = Field(default={})
    optional: bool = False

    @model_validator(mode="after")
    def _has_attributes(self) -> Reading:
        if (self.reader in _WITH_ATTRIBUTES) != bool(self.attributes):
            raise ValueError(f"the reader {self.reader} {'needs' if not self.attributes else 'takes no'} attributes")
        return self


class Rule(_Part):
    """What a difference means.

    Attributes:
        item: Name of an item, or a pattern with ``*`` and ``?``.
        good: Pattern of a good state.
        remedy: What to do about a difference.
    """

    item: str = Field(min_length=1)
    compare: Compare
    good: str = ""
    remedy: str = ""


class Catalogue(_Part):
    """All readings and rules."""

    readings: tuple[Reading, ...] = ()
    rules: tuple[Rule, ...] = ()

    def rule(self, item: str) -> Rule:
        """The first rule that fits; an item without one has to be the same."""
        return next((rule for rule in self.rules if fnmatchcase(item, rule.item)), Rule(item="*", compare=Compare.SAME))

    def with_first(self, other: Catalogue) -> Catalogue:
        """This catalogue with those rules before its own; a reading of the same name takes the place of the own one."""
        names = {reading.name for reading in other.readings}
        kept = tuple(reading for reading in self.readings if reading.name not in names)
        return Catalogue(readings=kept + other.readings, rules=other.rules + self.rules)

    def allowing(self, *items: str) -> Catalogue:
        """This catalogue, where these items (names or patterns) may differ, too."""
        return self.with_first(Catalogue(rules=tuple(Rule(item=item, compare=Compare.MAY) for item in items)))


def read_catalogue(file: Path) -> Catalogue:
    """Read a file in the form of ``identity.yaml``.

    Raises:
        CatalogueError: It cannot be read, or something in it is wrong; the place is said.
    """
    try:
        return Catalogue.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")) or {})
    except OSError as error:
        raise CatalogueError(f"{file}: {error.strerror or error}.") from None
    except yaml.YAMLError as error:
        raise CatalogueError(f"{file}: it is no YAML: {' '.join(str(error).split())}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise CatalogueError(
            f"{file}: {place}: {first['msg']}.", remedy="The head of libraries/powervm/identity/identity.yaml explains."
        ) from None


@functools.cache
def built_in_catalogue() -> Catalogue:
    """What ``identity.yaml`` says."""
    return read_catalogue(Path(__file__).with_name("identity.yaml"))
