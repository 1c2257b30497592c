"""Taking one item from one machine."""

from __future__ import annotations

import hashlib
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from powervm.errors import MobilityError
from powervm.ssh import Connection, Saved, SshError, TransferFailed
from powervm.stage_logs.items import Item
from powervm.stage_logs.manifest import ItemRecord, ItemStatus
from powervm.stage_logs.sources import Source
from powervm.waiting import Deadline

MOST_BYTES = 1 << 30
"""What is kept of one item at most."""

_NOT_FOUND = 127
_TAIL = 64 * 1024


@dataclass(frozen=True)
class Task:
    """An item of one machine.

    Attributes:
        name: As it stands in the record.
        values: What its placeholders stand for.
        folder: Where its files go.
    """

    source: Source
    name: str
    item: Item
    values: dict[str, str]
    folder: Path

    @property
    def text(self) -> str:
        """The command or the file, filled in."""
        return self.item.source.format(**self.values)

    @property
    def sent(self) -> str:
        """What the record calls the source: the command as it is sent, or the file."""
        return self.source.command(self.text) if self.item.command else self.text

    def record(self, status: ItemStatus, started: float, reason: str | None = None, **facts: object) -> ItemRecord:
        """The record of how it went."""
        return ItemRecord.model_validate(
            {"name": self.name, "source": self.sent, "status": status, "duration": monotonic() - started,
             "reason": reason, **facts}
        )  # fmt: skip


def take(task: Task) -> list[ItemRecord]:
    """Take an item; what goes wrong is in the record. An archive that a command leaves is a record of its own."""
    started = monotonic()
    try:
        if task.item.file is not None:
            return [_file(task, started)]
        return _command(task, started)
    except MobilityError as error:
        return [task.record(ItemStatus.FAILED, started, error.message)]


def _file(task: Task, started: float) -> ItemRecord:
    if task.source.through:
        return task.record(ItemStatus.SKIPPED, started, "files cannot be fetched through the console")
    local = task.folder / task.name
    limit = Deadline(task.item.timeout)
    try:
        fetched = task.source.connection.fetch(task.text, local, limit)
    except TransferFailed as error:
        if isinstance(error.__cause__, FileNotFoundError):
            status = ItemStatus.ABSENT if task.item.may_be_absent else ItemStatus.FAILED
            return task.record(status, started, "there is no such file")
        if "no file transfer" not in error.message:
            raise
        saved = task.source.connection.save(f"cat {shlex.quote(task.text)}", local, limit, most=MOST_BYTES)
        return _saved(task, saved, local, started)
    facts: dict[str, Any] = {"file": local.name, "size": fetched.size, "sha256": fetched.sha256}
    return task.record(ItemStatus.COLLECTED, started, **facts)


def _command(task: Task, started: float) -> list[ItemRecord]:
    local = task.folder / f"{task.name}.txt"
    saved = task.source.connection.save(task.sent, local, Deadline(task.item.timeout), most=MOST_BYTES)
    record = _saved(task, saved, local, started)
    if not task.item.archive:
        return [record]
    try:
        return [record, *_archive(task, local, record)]
    finally:
        _clean_interrupted(task, record)


def _saved(task: Task, saved: Saved, local: Path, started: float) -> ItemRecord:
    """What the output of a command comes to."""
    item = task.item
    facts: dict[str, Any] = {
        "file": local.name,
        "size": saved.size,
        "sha256": saved.sha256,
        "exit_status": saved.status,
    }
    if saved.ending != "complete":
        reason = {
            "cut": f"it printed more than {MOST_BYTES >> 20} MB",
            "late": f"it did not end within {item.timeout:.0f} s",
            "lost": "the connection was lost, or the command was killed",
        }[saved.ending]
        return task.record(ItemStatus.PARTIAL if saved.size else ItemStatus.FAILED, started, reason, **facts)
    if saved.status in (0, *item.statuses):
        return task.record(ItemStatus.COLLECTED, started, **facts)
    said = _first_line(saved.stderr) or _first_line(_head(local)) or "no message"
    if item.may_be_absent or saved.status == _NOT_FOUND:
        local.unlink(missing_ok=True)
        status = ItemStatus.ABSENT if item.may_be_absent else ItemStatus.FAILED
        return task.record(status, started, said, exit_status=saved.status)
    return task.record(ItemStatus.FAILED, started, f"status {saved.status}: {said}", **facts)


def _archive(task: Task, printed: Path, record: ItemRecord) -> list[ItemRecord]:
    """Fetch the file that a command says it has left, compare its checksum, and take it away from the target."""
    started = monotonic()
    named = Task(task.source, f"{task.name}-archive", task.item, task.values, task.folder)
    if record.status is not ItemStatus.COLLECTED:
        return []
    text = _tail(printed)
    match = re.search(task.item.archive or "", text)
    if match is None:
        return [named.record(ItemStatus.FAILED, started, "the command did not say where it has put its archive")]
    if task.source.through:
        where = f"it stays on the machine as {match[1]}: files cannot be fetched through the console"
        return [named.record(ItemStatus.SKIPPED, started, where)]
    local = task.folder / Path(match[1]).name
    try:
        fetched = task.source.connection.fetch(match[1], local, Deadline(task.item.timeout))
    except SshError as error:
        where = f"it stays on the machine as {match[1]}: {error.message}"
        return [named.record(ItemStatus.FAILED, started, where)]
    facts: dict[str, Any] = {"file": local.name, "size": fetched.size, "sha256": fetched.sha256}
    wrong = _wrong_digest(task.item, text, local, fetched.sha256)
    dirt = _clean(task)
    status = ItemStatus.FAILED if wrong else ItemStatus.COLLECTED
    return [named.record(status, started, wrong or dirt, **facts)]


def _wrong_digest(item: Item, printed: str, local: Path, sha256: str) -> str | None:
    """What is wrong with the checksum that the tool has printed."""
    match = re.search(item.digest, printed, re.MULTILINE) if item.digest else None
    if match is None:
        return None
    told = match[1]
    own = sha256 if len(told) == len(sha256) else _md5(local)
    return None if told == own else f"its checksum is {own}, and the tool has printed {told}"


def _md5(local: Path) -> str:
    digest = hashlib.md5(usedforsecurity=False)  # the tool's choice; it tells damage, not forgery
    with local.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def _clean(task: Task) -> str | None:
    """Take away what the item has left on the target; why not, when that fails."""
    if not task.item.clean:
        return None
    command = task.source.command(task.item.clean.format(**task.values))
    try:
        result = task.source.connection.run(command, Deadline(60))
    except MobilityError as error:
        return f"left on the machine: {error.message}"
    return None if result.ok else f"left on the machine: '{command}' ended with status {result.status}"


def _clean_interrupted(task: Task, record: ItemRecord) -> None:
    """A command that did not end well may have left its folder all the same."""
    if record.status is not ItemStatus.COLLECTED and "{work}" in (task.item.clean or ""):
        _clean(task)


def alive(connection: Connection) -> str:
    """Why a machine does not answer any more; an empty text when it does."""
    try:
        connection.connect(Deadline(5.0))
    except MobilityError as error:
        return error.message
    return ""


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")[:500]


def _head(local: Path) -> str:
    with local.open("rb") as file:
        return file.read(2000).decode("utf-8", "replace")


def _tail(local: Path) -> str:
    with local.open("rb") as file:
        file.seek(max(0, local.stat().st_size - _TAIL))
        return file.read().decode("utf-8", "replace")
