"""Reads the catalogue and explains a message."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

_CODE = re.compile(r"\bHSC[A-Z][0-9A-F]{4}\b")
_RETURN_CODE = re.compile(r"\brc\s?=\s?(\d+)\b|\bOS command return code is:?\s*(\d+)")


class CodeEntry(BaseModel):
    """One entry of the catalogue.

    Attributes:
        code: ``HSCL`` and four hexadecimal digits, or ``rc N`` for a return code in the detail text of a VIOS.
        meaning: What it says, in our words.
        remedy: What to do about it; empty when there is nothing to do.
        certainty: How well the *code and its meaning* are known.
        severity: ``warning`` for codes that come with operations that succeed, ``info`` for entries of lists.
        source: Where the fact is from.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    code: str = Field(pattern=r"^(HSC[A-Z][0-9A-F]{4}|rc \d+)$")
    meaning: str
    remedy: str = ""
    certainty: Literal["literal text seen", "code and meaning seen", "from memory of manuals"]
    severity: Literal["error", "warning", "info"] = "error"
    source: str


@dataclass(frozen=True)
class Explanation:
    """A code that was found in a message, with what the catalogue knows of it.

    Attributes:
        text: The line of the message that holds the code.
        entry: None for a code that the catalogue does not know.
    """

    code: str
    text: str
    entry: CodeEntry | None

    @property
    def meaning(self) -> str:
        """What the code means, or a hint that the catalogue does not know it."""
        return self.entry.meaning if self.entry else "This code is not in the message catalogue yet."

    @property
    def remedy(self) -> str:
        """What to do about it; empty when unknown."""
        return self.entry.remedy if self.entry else ""


@functools.cache
def catalogue() -> dict[str, CodeEntry]:
    """All entries by code; read from the file at the first use."""
    file = Path(__file__).with_name("catalogue.yaml")
    loaded = yaml.safe_load(file.read_text(encoding="utf-8"))
    entries = TypeAdapter(list[CodeEntry]).validate_python(loaded)
    by_code = {entry.code: entry for entry in entries}
    if len(by_code) != len(entries):
        raise ValueError(f"{file.name}: a code stands there twice.")
    return by_code


def codes_in(message: str) -> list[str]:
    """The message codes in a text in their order, each once; the last one is the most specific."""
    return list(dict.fromkeys(_CODE.findall(message)))


def explain(message: str) -> list[Explanation]:
    """Explain every code of a message in its order; return codes of a VIOS in its detail text come last."""
    codes = codes_in(message)
    found = [Explanation(code, _line_with(message, code), catalogue().get(code)) for code in codes]
    for match in _RETURN_CODE.finditer(message):
        code = f"rc {match[1] or match[2]}"
        if code in catalogue() and code not in (item.code for item in found):
            found.append(Explanation(code, _line_at(message, match.start()), catalogue()[code]))
    return found


def headline(message: str) -> str:
    """The one line that says most: the first with the code of an error, else with a code, else the first with text."""
    codes = codes_in(message)
    warnings = {code for code in codes if code in catalogue() and catalogue()[code].severity == "warning"}
    for code in [code for code in codes if code not in warnings] + codes:
        return _line_with(message, code)
    return next((line.strip() for line in message.splitlines() if line.strip()), "")


def _line_with(message: str, part: str) -> str:
    return _line_at(message, message.index(part))


def _line_at(message: str, position: int) -> str:
    start = message.rfind("\n", 0, position) + 1
    end = message.find("\n", position)
    return message[start : end if end >= 0 else None].strip()
