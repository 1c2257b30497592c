"""What a run leaves in its output directory: outcome records, and the transcript of every remote command."""

from __future__ import annotations

import itertools
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from powervm.outcome import Outcome
from powervm.ssh import CommandResult

_LONGEST = 100_000
"""Characters of one command's output that the transcript keeps."""


class Evidence:
    """Writes files below ``folder`` and collects what the log still has to show.

    Commands may be observed from any thread; `drain` is for the main thread, since Robot Framework drops messages of
    others.

    Attributes:
        trouble: Why the transcript is not complete; empty while it is.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._pending: list[str] = []
        self._for_log = True
        self.trouble = ""

    @contextmanager
    def elsewhere(self, folder: Path) -> Iterator[None]:
        """Inside the block everything goes to another folder, and the log is given no commands: for many rounds."""
        before, self.folder, self._for_log = self.folder, folder, False
        try:
            yield
        finally:
            self.folder, self._for_log = before, True

    def observe(self, result: CommandResult) -> None:
        """Add a command to the transcript."""
        entry = {
            "endpoint": result.endpoint,
            "command": result.command,
            "status": result.status,
            "started": result.started.isoformat(),
            "duration": round(result.duration, 4),
            "stdout": result.stdout[:_LONGEST],
            "stderr": result.stderr[:_LONGEST],
        }
        with self._lock:
            if self._for_log:
                self._pending.append(_as_text(result))
            try:
                self._write(json.dumps(entry))
            except OSError as error:  # a full disk must not break off a migration
                self.trouble = f"{self.folder}: the transcript has gaps: {error.strerror or error}."

    def _write(self, line: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "transcript.jsonl").open("a", encoding="utf-8") as transcript:
            transcript.write(line + "\n")

    def drain(self) -> list[str]:
        """The commands since the last call, as text for the log."""
        with self._lock:
            pending, self._pending = self._pending, []
        return pending

    def write_outcome(self, outcome: Outcome) -> Path:
        """Write an outcome record to a new file; an existing one is never overwritten."""
        words = f"{outcome.operation} {outcome.partition} {outcome.source.server} {outcome.target.server}"
        return self.write_record("outcomes", words, outcome.model_dump_json(indent=2))

    def write_record(self, kind: str, words: str, text: str) -> Path:
        """Write a record to a new file; an existing one is never overwritten.

        Args:
            kind: Name of its folder.
            words: What it is about, for the name of the file.
            text: The record as JSON.
        """
        folder = self.folder / kind
        folder.mkdir(parents=True, exist_ok=True)
        name = re.sub(r"[^A-Za-z0-9._-]+", "-", words)
        for number in itertools.count(1):
            path = folder / f"{number:03d}-{name}.json"
            if any(folder.glob(f"{number:03d}-*")):
                continue
            with path.open("x", encoding="utf-8") as file:
                file.write(text + "\n")
            return path
        raise AssertionError("count() does not end")

    def replace_outcome(self, path: Path, outcome: Outcome) -> None:
        """Write an outcome record again, after something that it tells of was undone."""
        if not path.exists():  # it was not kept
            return
        fresh = path.with_suffix(".new")
        try:
            fresh.write_text(outcome.model_dump_json(indent=2) + "\n", encoding="utf-8")
            fresh.replace(path)
        except OSError as error:
            self.trouble = f"{path}: it does not tell what was put back: {error.strerror or error}."


def _as_text(result: CommandResult) -> str:
    output = "\n".join(part.rstrip() for part in (result.stdout, result.stderr) if part.strip())
    head = f"{result.endpoint}: {result.command}  (status {result.status}, {result.duration:.2f} s)"
    return f"{head}\n{output[:_LONGEST]}" if output else head
