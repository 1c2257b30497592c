"""The journal of a loop: JSON lines, each on the disk before anything else is done, so that a loop can be resumed."""

from __future__ import annotations

import fcntl
import itertools
import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from powervm.errors import MobilityError
from powervm.loop.model import EndReason, IterationRecord, Verdict
from powervm.outcome.recorder import now

FORMAT = 1
NAME = "journal.jsonl"


class JournalError(MobilityError):
    """The journal of a loop cannot be used."""


@dataclass
class Past:
    """What a journal tells.

    Attributes:
        head: What was asked for when the loop was begun.
        records: The iterations with an end, in their order; one without an end is among them as interrupted.
        half_done: The iteration that has no end in the journal.
        reason: Why the loop ended.
        resumed: How often it was resumed.
        baseline: What was counted before the first iteration.
    """

    head: dict[str, Any]
    records: list[IterationRecord] = field(default_factory=list)
    half_done: int | None = None
    reason: EndReason = EndReason.RUNNING
    resumed: int = 0
    baseline: dict[str, float] | None = None


class Journal:
    """An open journal; one process at a time has it.

    Args:
        folder: Of the loop.

    Raises:
        JournalError: Another run has it open, or it cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file: IO[str] = _open(folder)

    def write(self, event: str, **facts: Any) -> None:
        """Add a line, and see it on the disk."""
        line = json.dumps({"event": event, "at": now().isoformat(), **facts}, default=str)
        try:
            self._file.write(line + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise JournalError(
                f"{self.folder / NAME}: {error.strerror or error}.", remedy="Make room there."
            ) from error

    def begin(self, iteration: int) -> None:
        """An iteration begins."""
        self.write("begin", iteration=iteration)

    def end(self, record: IterationRecord) -> None:
        """An iteration has ended."""
        self.write("end", record=record.model_dump(mode="json"))

    def close(self) -> None:
        """Let others have it. What a full disk did not take was told by `write`."""
        with suppress(OSError):
            self._file.close()


def _open(folder: Path) -> IO[str]:
    path = folder / NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise JournalError(f"{path}: {error.strerror or error}.", remedy="Choose another output directory.") from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise JournalError(
            f"{path}: another run is writing it.", remedy="Wait for its end, or choose another output directory."
        ) from None
    _cut_torn_line(path)
    return file


def _cut_torn_line(path: Path) -> None:
    """A run that died while it wrote has left half a line."""
    with path.open("rb+") as file:
        content = file.read()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            file.truncate(whole)


def read_events(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a journal; half a line at its end is passed over.

    Raises:
        JournalError: Another line is no JSON object.
    """
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if not line.endswith("\n"):
                return
            try:
                event = json.loads(line)
            except ValueError:
                event = None
            if not isinstance(event, dict) or "event" not in event:
                raise JournalError(f"{path}, line {number}: this is no line of a journal.", remedy="Start a new loop.")
            yield event


def read_past(path: Path) -> Past:
    """What a journal tells. Raises JournalError."""
    try:
        return _read_past(path)
    except (ValueError, KeyError, TypeError) as error:  # also a record that pydantic does not take
        said = str(error).splitlines()[0]
        raise JournalError(f"{path}: a line cannot be understood: {said}", remedy="Start a new loop.") from error


def _read_past(path: Path) -> Past:
    past: Past | None = None
    begun: tuple[int, datetime] | None = None
    for event in read_events(path):
        at = datetime.fromisoformat(event["at"])
        if event["event"] == "loop":
            if event.get("format") != FORMAT:
                raise JournalError(f"{path}: it was written by another version.", remedy="Start a new loop.")
            past = Past(event)
        if past is None:
            break
        if begun and event["event"] in ("begin", "resume"):
            past.records.append(interrupted(*begun, at))
            begun = None
        if event["event"] == "begin":
            begun = (event["iteration"], at)
        elif event["event"] == "end":
            begun = None
        _take(past, event)
    if past is None:
        raise JournalError(f"{path}: there is no loop in it.", remedy="Start a new loop.")
    if begun:
        past.half_done = begun[0]
        past.records.append(interrupted(*begun, begun[1]))
    return past


def _take(past: Past, event: dict[str, Any]) -> None:
    """What one line changes."""
    kind = event["event"]
    if kind == "begin":
        past.reason = EndReason.RUNNING
    elif kind == "end":
        past.records.append(IterationRecord.model_validate(event["record"]))
    elif kind == "resume":
        past.resumed, past.reason = past.resumed + 1, EndReason.RUNNING
    elif kind == "baseline":
        past.baseline = event["sample"]
    elif kind == "closed":
        past.reason = EndReason(event["reason"])


def interrupted(iteration: int, started: datetime, ended: datetime) -> IterationRecord:
    """The record of an iteration that nobody saw the end of."""
    return IterationRecord(
        iteration=iteration,
        verdict=Verdict.INTERRUPTED,
        error="The run ended in the middle of it.",
        started=started,
        ended=ended,
        duration=0.0,
        overhead=None,
        ways=[],
        sample={},
    )


def folder_of(root: Path, move: str) -> Path:
    """Where a loop of a move keeps its files, below the output directory."""
    return root / "loops" / (re.sub(r"[^A-Za-z0-9._-]+", "-", move) or "move")


def newest(root: Path, move: str) -> Path | None:
    """The folder of the loop of a move that was begun last; None when there is none."""
    found = None
    for folder in _numbered(folder_of(root, move)):
        if not (folder / NAME).exists():
            return found
        if _move_of(folder / NAME) in (move, None):
            found = folder
    return found


def _move_of(path: Path) -> str | None:
    """The move that a journal is about: the second loop of ``a`` and the first one of ``a-2`` share names of folders.

    None when it does not tell.
    """
    try:
        with path.open(encoding="utf-8") as file:
            return str(json.loads(file.readline())["move"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def fresh(root: Path, move: str) -> Path:
    """A folder for a new loop; those of former ones stay."""
    return next(folder for folder in _numbered(folder_of(root, move)) if not (folder / NAME).exists())


def _numbered(base: Path) -> Iterator[Path]:
    yield base
    for number in itertools.count(2):
        yield base.with_name(f"{base.name}-{number}")
