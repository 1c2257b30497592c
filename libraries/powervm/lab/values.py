"""The values of a lab file that need more than a type: durations, addresses, passwords, files.

Each is a pydantic type. Validation gets a `Surroundings` as its context, so that a password variable or a key file is
looked up while the file is checked, and a missing one is one problem among the others.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainValidator, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from powervm.secret import Password

_UNITS = {
    **dict.fromkeys(("ms", "millisecond", "milliseconds"), 0.001),
    **dict.fromkeys(("s", "sec", "second", "seconds"), 1.0),
    **dict.fromkeys(("m", "min", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hour", "hours"), 3600.0),
    **dict.fromkeys(("d", "day", "days"), 86400.0),
}
_AMOUNT = rf"([0-9]+(?:\.[0-9]+)?) ?({'|'.join(sorted(_UNITS, key=len, reverse=True))})"
_DURATION = rf"^{_AMOUNT}(?: ?{_AMOUNT})*$"
_LONGEST = 31 * 86400.0


@dataclass(frozen=True)
class Surroundings:
    """Where a lab file stands: what its relative paths and its variables refer to.

    Args:
        folder: The folder of the lab file.
        environment: The variables that ``{env: NAME}`` looks at.
    """

    folder: Path
    environment: Mapping[str, str]

    def path(self, text: str) -> Path:
        """A path of the lab file: ``~`` is the home folder, a relative one starts at the lab file.

        Raises:
            PydanticCustomError: It starts with ``~`` and there is no such home folder.
        """
        try:
            return self.folder / Path(text).expanduser()
        except RuntimeError:
            raise wrong(f"there is no home folder for {text}.", "Write the whole path.") from None


def _surroundings(info: ValidationInfo) -> Surroundings:
    assert isinstance(info.context, Surroundings)  # whoever validates a lab document says where it stands
    return info.context


def wrong(what: str, right: str) -> PydanticCustomError:
    """The error that a validator raises to have exactly these two sentences shown."""
    return PydanticCustomError("lab_file", "{wrong} {right}", {"wrong": what, "right": right})


def parse_duration(value: object) -> float:
    """Seconds from a number, or from a text such as ``10 min``, ``1 h 30 min`` or ``500 ms``.

    Raises:
        PydanticCustomError: It is none of these, or longer than 31 days.
    """
    seconds = math.nan
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        seconds = float(value)
    elif isinstance(value, str) and re.fullmatch(_DURATION, value):
        seconds = sum(float(amount) * _UNITS[unit] for amount, unit in re.findall(_AMOUNT, value))
    if not 0 <= seconds <= _LONGEST:
        got = f", got '{value}'" if isinstance(value, (str, int, float)) else ""
        raise wrong(f"expected a duration{got}.", "Write seconds as a number, or for example '10 min' or '1 h 30 min'.")
    return seconds


def _longer_than_nothing(seconds: float) -> float:
    if seconds == 0:
        raise wrong("this duration cannot be 0.", "Write for example '500 ms'.")
    return seconds


def _check_host(value: object) -> object:
    if not isinstance(value, str):
        return value
    host = value[1:-1] if value.startswith("[") and value.endswith("]") else value
    if host.count(":") == 1:
        raise wrong(f"'{value}' holds a port.", "Write the port under 'port'.")
    if not host or re.search(r"[\s/@\[\]]", host):
        raise wrong(f"'{value}' is not a host name or address.", "Write for example 192.0.2.10 or hmc1.example.com.")
    return host


_FORMS = "Write {env: NAME}, {file: PATH}, or the password as text."


def _read_password(value: object, info: ValidationInfo) -> Password:
    """Look a password up. No part of ``value`` is ever shown: even a wrong form may hold the password."""
    if isinstance(value, Password):
        return _filled(value.reveal(), "the password is empty.", _FORMS)
    if not isinstance(value, dict) or len(value) != 1:
        raise wrong("this is no way to give a password.", _FORMS)
    form, source = next(iter(value.items()))
    if form not in ("env", "file") or not isinstance(source, str) or not source:
        raise wrong("this is no way to give a password.", _FORMS)
    if form == "env":
        return _password_from_variable(source, _surroundings(info))
    return password_from_file(_surroundings(info).path(source))


def _password_from_variable(name: str, surroundings: Surroundings) -> Password:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise wrong("this is no name of an environment variable.", "Write for example {env: HMC1_PASSWORD}.")
    value = surroundings.environment.get(name)
    if value is None:
        raise wrong(f"the environment variable {name} is not set.", "Export it with the password in it.")
    return _filled(value, f"the environment variable {name} is empty.", "Export it with the password in it.")


def password_from_file(file: Path) -> Password:
    """Read a password file; one line break at its end does not belong to the password.

    Raises:
        PydanticCustomError: The file cannot be read, is no text or is empty.
    """
    cure = "Put the password into it as its only line, and chmod 600."
    try:
        text = file.read_bytes().decode()
    except OSError as error:
        raise wrong(f"the password file {file} cannot be read: {error.strerror or error}.", cure) from None
    except ValueError:  # not UTF-8, or a path with a NUL; neither text may show what was read
        raise wrong(f"the password file {file} holds no text.", cure) from None
    return _filled(re.sub(r"\r?\n\Z", "", text), f"the password file {file} is empty.", cure)


def _filled(text: str, otherwise: str, cure: str) -> Password:
    if not text:
        raise wrong(otherwise, cure)
    return Password(text)


def _path(value: object, info: ValidationInfo) -> Path:
    if not isinstance(value, str) or not value or "\0" in value:
        raise wrong("expected a path.", "Write it as text; it may start with ~ or be relative to the lab file.")
    return _surroundings(info).path(value)


def _existing_file(value: object, info: ValidationInfo) -> Path:
    file = _path(value, info)
    try:
        with file.open("rb"):
            return file
    except (OSError, ValueError) as error:
        reason = (isinstance(error, OSError) and error.strerror) or error
        raise wrong(
            f"the file {file} cannot be read: {reason}.", "The path may start with ~ or be relative to the lab file."
        ) from None


_PATH_SCHEMA: dict[str, Any] = {"type": "string", "minLength": 1}
_DURATION_SCHEMA: dict[str, Any] = {
    "anyOf": [{"type": "number", "minimum": 0, "maximum": _LONGEST}, {"type": "string", "pattern": _DURATION}]
}
_PASSWORD_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"type": "string", "minLength": 1, "description": "The password itself: only in a file with mode 600."},
        {
            "type": "object",
            "properties": {
                "env": {"type": "string", "minLength": 1, "description": "Environment variable that holds it."},
                "file": {"type": "string", "minLength": 1, "description": "File that holds it as its only line."},
            },
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": False,
        },
    ]
}

Text = Annotated[str, Field(min_length=1)]
Host = Annotated[str, BeforeValidator(_check_host), Field(min_length=1)]
Port = Annotated[int, Field(ge=1, le=65535)]
Pause = Annotated[float, BeforeValidator(parse_duration), WithJsonSchema(_DURATION_SCHEMA)]
"""A duration in seconds that may be 0."""
Duration = Annotated[float, PlainValidator(lambda value: _longer_than_nothing(parse_duration(value))),
                     WithJsonSchema(_DURATION_SCHEMA)]  # fmt: skip
"""A duration in seconds."""
SecretText = Annotated[Password | None, PlainValidator(_read_password), WithJsonSchema(_PASSWORD_SCHEMA)]
AnyPath = Annotated[Path, PlainValidator(_path), WithJsonSchema(_PATH_SCHEMA)]
ExistingFile = Annotated[Path, PlainValidator(_existing_file), WithJsonSchema(_PATH_SCHEMA)]
