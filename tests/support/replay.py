"""Published output of real machines, replayed against the simulated lab: the cases in ``tests/replay``.

A case asks one question and states what a real machine answered:

=========  ============================================================================================================
section    Where the text stands in the collection of facts: C for consoles, P for partitions and Virtual I/O Servers
kind       ``real`` (the default), ``memory`` (words known from manuals), ``composed`` (made from source code)
at         The endpoint that is asked; ``terminal`` with a terminal, ``input`` what is typed there
lab        A lab of its own, for cases that change the world; ``before`` are the commands that do it
meanwhile  A command that goes on while the question is asked; ``until`` is what it has printed by then
until      The answer is complete when it ends like this (for commands that go on)
stdout     The answer, byte by byte; ``[...]`` stands for any text where the published copy leaves something out
rename     Names of the lab, and the names that the real machine had in these places
aside      Patterns of what may be different on any machine, and why; they are left out of the comparison
differs    Why the lab gives another answer; the case fails when it gives the same
pending    The lab cannot do this yet
tested     Which test covers this instead
=========  ============================================================================================================
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parents[1] / "replay"
WORLD = FOLDER / "world.yaml"
ANY = "[...]"


@dataclass(frozen=True)
class Aside:
    """Something that is left out of the comparison, or does not even have to be there (``drop``)."""

    match: str
    why: str
    drop: bool = False


@dataclass(frozen=True)
class Case:
    """One question and the published answer; the fields are explained above."""

    id: str
    section: str
    kind: str = "real"
    at: str = ""
    command: str = ""
    terminal: bool = False
    input: tuple[str, ...] = ()
    lab: str = "replay"
    before: tuple[dict[str, str], ...] = ()
    meanwhile: dict[str, Any] | None = None
    until: str = ""
    status: int | str = 0
    stdout: str = ""
    stderr: str = ""
    rename: dict[str, str] = field(default_factory=dict)
    aside: tuple[Aside, ...] = ()
    differs: str = ""
    pending: bool = False
    tested: str = ""

    @property
    def wanted(self) -> str:
        """The published answer as it is compared."""
        return self._set_aside(self.stdout)

    def fits(self, answer: str) -> bool:
        """Whether an answer of the lab is the published one."""
        pattern = re.escape(self.wanted).replace(re.escape(ANY), r"[\s\S]*?")
        return re.fullmatch(pattern, self.compared(answer)) is not None

    def compared(self, answer: str) -> str:
        """An answer of the lab as it is compared: with the names of the real machine."""
        for ours, theirs in self.rename.items():
            answer = answer.replace(ours, theirs)
        return self._set_aside(answer)

    def _set_aside(self, text: str) -> str:
        for aside in self.aside:
            text = re.sub(aside.match, "" if aside.drop else "~", text, flags=re.MULTILINE)
        return text

    @property
    def reasons(self) -> list[str]:
        """What is different, apart from names and times."""
        plain = ("name", "names", "the time", "process ids", "size", "the same")
        found = [aside.why for aside in self.aside if aside.why not in plain]
        return [self.differs, *found] if self.differs else found


def cases() -> list[Case]:
    """All cases in the order of the files."""
    return [_case(entry) for name in ("console", "partition") for entry in _read(FOLDER / f"{name}.yaml")]


def _read(file: Path) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return entries


def _case(entry: dict[str, Any]) -> Case:
    typed = entry.get("input", ())
    given = {
        **entry,
        "input": (typed,) if isinstance(typed, str) else tuple(typed),
        "before": tuple(entry.get("before", ())),
        "aside": tuple(Aside(**item) for item in entry.get("aside", ())),
    }
    return Case(**given)


if __name__ == "__main__":
    print(__doc__)  # noqa: T201 - this is its purpose
