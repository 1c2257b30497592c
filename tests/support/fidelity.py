"""Makes ``docs/fidelity.md`` from ``docs/fidelity/*.yaml``, the code, and the published output that is replayed.

After a change of either: ``python tests/support/fidelity.py``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "libraries"), str(ROOT / "tests")]

from support import fidelity_code as code  # noqa: E402 - the path is set for a call from any folder
from support.replay import Case, cases  # noqa: E402

DATA = ROOT / "docs" / "fidelity"
PAGE = ROOT / "docs" / "fidelity.md"
SURE = ("seen", "memory", "inferred", "made up", "ours")
SIMULATED = ("seen", "memory", "inferred")
"""Under these words the options of a console command stand; the others do nothing or refuse."""


def read(name: str) -> dict[str, Any]:
    """One of the data files."""
    data: dict[str, Any] = yaml.safe_load((DATA / f"{name}.yaml").read_text(encoding="utf-8"))
    return data


def _text(name: str) -> str:
    return (DATA / f"{name}.md").read_text(encoding="utf-8")


def page() -> str:
    """The whole page."""
    parts = [_text("head"), *_console(), *_room(read("migration"))]
    vios, partition, tools = read("vios"), read("partition"), read("tools")
    parts += [*_room(vios, code.vios_commands()), _commands(vios["root"], code.vios_root_commands(), "As root")]
    parts += [
        *_room(partition, code.partition_commands()),
        *_room(tools, code.tools()),
        *_room(read("lab")),
        *_replay(),
    ]
    return "\n".join(parts)


def _console() -> Iterable[str]:
    data = read("console")
    yield f"## {data['title']}\n"
    yield _behaviours(data)
    rows = []
    for name, entry in sorted(data["commands"].items()):
        sure = [f"**{word}** {_listed(entry[word])}" for word in SIMULATED if word in entry]
        rows.append(
            (
                f"`{name}`",
                entry["what"],
                "; ".join(sure),
                *(_listed(entry.get(kind)) for kind in ("ignored", "refused")),
                entry.get("note", ""),
            )
        )
    titles = ("Command", "What", "Options", "Taken, without effect", "Refused: not simulated", "Notes")
    yield _table(titles, rows)
    yield "### Attributes\n"
    rows = [
        (f"`{name}`", "; ".join(f"**{word}** {entry[word].strip()}" for word in SURE if word in entry))
        for name, entry in read("attributes").items()
    ]
    yield _table(("List", "Attributes"), rows)
    yield from _messages(data)


def _room(data: Mapping[str, Any], options: Mapping[str, set[str]] | None = None) -> Iterable[str]:
    yield f"## {data['title']}\n"
    yield _behaviours(data)
    if options is not None:
        yield _commands(data["commands"], options, "Command")
    yield from _messages(data)


def _behaviours(data: Mapping[str, Any]) -> str:
    return _table(("Behaviour", "How sure"), ((entry["what"], _sure(entry)) for entry in data["behaviours"]))


def _commands(entries: Mapping[str, Any], options: Mapping[str, set[str]], title: str) -> str:
    rows = []
    for name, entry in sorted(entries.items()):
        refused = set(entry.get("refused", "").split())
        known = sorted(options.get(name, set()) - refused)
        rows.append((f"`{name}`", _listed(" ".join(known)), _listed(" ".join(sorted(refused))), _sure(entry)))
    return _table((title, "Options", "Refused: not simulated", "How sure"), rows)


def _messages(data: Mapping[str, Any]) -> Iterable[str]:
    rows = [(f"`{name}`", entry["when"], _sure(entry)) for name, entry in sorted(data.get("messages", {}).items())]
    if rows:
        yield _table(("Code", "When", "How sure"), rows)
    rows = [(entry["when"], _sure(entry)) for entry in data.get("texts", {}).values()]
    if rows:
        yield _table(("Text without a code", "How sure"), rows)


def _replay() -> Iterable[str]:
    known = cases()
    done = [case for case in known if not case.pending]
    real = sum(case.kind == "real" for case in done)
    yield "## Published output, replayed\n"
    yield _text("replay").format(number=len(known), real=real)
    yield _table(("Question", "What is different"), (_difference(case) for case in known if case.reasons))
    pending = [(_asked(case),) for case in known if case.pending]
    if pending:
        yield "These are not simulated yet:\n"
        yield _table(("Question",), pending)


def _difference(case: Case) -> tuple[str, str]:
    return _asked(case), "; ".join(dict.fromkeys(case.reasons))


def _asked(case: Case) -> str:
    command = case.command.replace("|", "\\|")
    return f"`{command if len(command) < 90 else command[:87] + '...'}` ({case.id})"


def _sure(entry: Mapping[str, Any]) -> str:
    return f"{entry['sure']}; {entry['note']}" if entry.get("note") else str(entry["sure"])


def words(text: str | None) -> list[str]:
    """Options as they stand in the data; a word without a dash belongs to the option before it: ``-r sys``."""
    found: list[str] = []
    for word in (text or "").replace(",", " ").split():
        if word.startswith("-"):
            found.append(word)
        else:
            found[-1] += f" {word}"
    return found


def _listed(text: str | None) -> str:
    return " ".join(f"`{word}`" for word in words(text))


def _table(titles: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(titles)} |", f"| {' | '.join('---' for _ in titles)} |"]
    lines += [f"| {' | '.join(cell.replace(chr(10), ' ') for cell in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
