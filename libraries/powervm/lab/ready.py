"""The ready document of a running simulated lab: how each of its endpoints is reached."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from powervm.errors import MobilityError
from powervm.lab.entries import Access, Entry
from powervm.lab.problems import suggestion
from powervm.lab.values import password_from_file

READY_FORMAT = "powervm-sim-ready/1"
_KEY_FIRST = ("partition", "peer")


class ReadyError(MobilityError):
    """The ready document does not fit the lab file, or is none."""


class ReadyEndpoint(BaseModel):
    """One SSH server of the running lab."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, defer_build=True)

    name: str
    kind: str
    address: str
    port: int = Field(ge=1, le=65535)
    user: str
    password_file: str | None = None
    key_file: str | None = None
    host_keys: tuple[str, ...] = ()

    def access(self, stated: Access) -> Access:
        """How to log in here. Credentials and a user that the lab file states win.

        Consoles and Virtual I/O Servers get the password, as on real machines; partitions and peers the key.

        Raises:
            ReadyError: The password file cannot be read.
        """
        reached = replace(
            stated, host=self.address, port=self.port, user=stated.user or self.user, host_keys=self.host_keys
        )
        if stated.has_credentials:
            return reached
        if self.key_file and (self.kind in _KEY_FIRST or not self.password_file):
            return replace(reached, key_file=Path(self.key_file))
        return self._with_password(reached) if self.password_file else reached

    def _with_password(self, access: Access) -> Access:
        try:
            return replace(access, password=password_from_file(Path(self.password_file or "")))
        except PydanticCustomError as error:
            reason = str((error.context or {}).get("wrong", ""))
        raise ReadyError(f"Simulated lab, {self.name}: {reason}", remedy="Start the simulated lab again.")


class Ready(BaseModel):
    """A running simulated lab."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, defer_build=True)

    world: str
    state_dir: str
    known_hosts: str
    endpoints: tuple[ReadyEndpoint, ...]

    def endpoint(self, entry: Entry, *names: str) -> ReadyEndpoint:
        """The endpoint of an entry of the lab file, under the first of the names that the running lab knows.

        Raises:
            ReadyError: It has none of that kind and name.
        """
        known = {endpoint.name: endpoint for endpoint in self.endpoints if endpoint.kind == entry.KIND}
        found = next((known[name] for name in names if name in known), None)
        if found is None:
            raise ReadyError(
                f"The running simulated lab '{self.world}' has no {entry.TITLE} called '{names[-1]}'.",
                remedy=f"{suggestion(names[-1], known)} The lab file and the world have to name the same machines.",
            )
        return found


def read_ready(document: Mapping[str, object]) -> Ready:
    """Check a ready document.

    Raises:
        ReadyError: Its format is another one, or something is missing in it.
    """
    remedy = "Use the simulated lab that came with this library."
    if document.get("format") != READY_FORMAT:
        raise ReadyError(
            f"The ready document has the format '{document.get('format')}', and '{READY_FORMAT}' is needed.",
            remedy=remedy,
        )
    try:
        return Ready.model_validate(dict(document))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    raise ReadyError(f"The ready document is damaged at {place}: {first['msg']}.", remedy=remedy)


def load_ready(file: Path) -> dict[str, object]:
    """The ready document of a running lab from its ready file.

    Raises:
        ReadyError: There is none, or it is not JSON.
    """
    remedy = "Start the simulated lab with --ready-file, and wait until it has written the file."
    try:
        document = json.loads(file.read_bytes())
    except OSError as error:
        raise ReadyError(f"The ready file {file} cannot be read: {error.strerror or error}.", remedy=remedy) from None
    except (ValueError, RecursionError):
        raise ReadyError(f"The ready file {file} is not JSON.", remedy=remedy) from None
    if not isinstance(document, dict):
        raise ReadyError(f"The ready file {file} holds no ready document.", remedy=remedy)
    return document
