"""Reads the detail text that a Virtual I/O Server adds to a refusal, and says in words what it found.

The frame is not translated: ``VIOS_DETAILED_ERROR`` to ``End Detailed Message.``; what its lines mean is data
(``details.yaml``). The name of the server and its return code stand in the message before the frame.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

_FRAME = re.compile(r"VIOS_DETAILED_ERROR\s*\n(?P<text>.*?)\n?\s*End Detailed Message", re.DOTALL)
_PORTS = re.compile(r"^Client Target WWPNs:(?P<ports>(?:\s+[0-9a-fA-F]{16})+)", re.MULTILINE)
_SERVER = re.compile(r"\bHSCLA(?:29A|356)\b.*?\bpartition (\S+)")


class DetailEntry(BaseModel):
    """One entry of ``details.yaml``; see the head of that file."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    pattern: str
    meaning: str
    remedy: str
    certainty: Literal["literal text seen", "code and meaning seen", "from memory of manuals"]
    source: str


@dataclass(frozen=True)
class Detail:
    """What a Virtual I/O Server found.

    Attributes:
        server: Its name on the console; empty where the message does not name it.
        text: The line that says most.
        ports: Storage ports (WWPNs) that the client uses, as far as they are named.
    """

    server: str
    text: str
    ports: tuple[str, ...]
    meaning: str
    remedy: str
    certainty: str

    @property
    def sentence(self) -> str:
        """For people: who says it, what it means and what to do."""
        return f"{self.server or 'The Virtual I/O Server'}: {self.meaning} {self.remedy}".strip()


@functools.cache
def known_details() -> tuple[DetailEntry, ...]:
    """All entries in their order; the first one that fits a text counts."""
    file = Path(__file__).with_name("details.yaml")
    return tuple(TypeAdapter(list[DetailEntry]).validate_python(yaml.safe_load(file.read_text(encoding="utf-8"))))


def read_details(message: str) -> list[Detail]:
    """What each detail text in a console's message says; each finding once."""
    found = []
    for frame in _FRAME.finditer(message):
        servers = _SERVER.findall(message[: frame.start()])
        found += list(_read(frame["text"], servers[-1] if servers else ""))
    return list(dict.fromkeys(found))


def _read(text: str, server: str) -> Iterator[Detail]:
    match = _PORTS.search(text)
    ports = tuple(match["ports"].split()) if match else ()
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    hits = [
        (entry, line, hit) for entry in known_details() for line in lines if (hit := re.search(entry.pattern, line))
    ]
    specific = [hit for hit in hits if hit[0] is not known_details()[-1]] or hits
    for entry, line, hit in specific:
        named = f" ({', '.join(ports)})" if ports else ""
        others = "; ".join(one for one in lines if one != line and not one.startswith("Client Target WWPNs:"))
        first = hit[1] or "" if hit.re.groups else ""
        meaning, remedy = (
            part.replace("{1}", first).replace("{ports}", named).replace("{lines}", others and f" ({others})")
            for part in (entry.meaning, entry.remedy)
        )
        yield Detail(server, line, ports, meaning, remedy, entry.certainty)
    if not hits and lines:
        meaning = f"its detail text says: {'; '.join(lines)}"
        yield Detail(server, lines[-1], ports, meaning, "", "not in the list of details")
