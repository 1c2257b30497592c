"""Taking one item from one machine."""

from __future__ import annotations

import hashlib
import re
import shlex
from collections.abc import Callable
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
_SIGN_OF_LIFE = 5.0
"""Seconds that a machine has to open a channel."""

_CLEANING = 20.0
"""Seconds to look after what a command has left, or to remove it."""
_TAIL = 64 * 1024


@dataclass(frozen=True)
class Task:
    """An item of one machine.

    Attributes:
        name: As it stands in the record.
        values: What its placeholders stand for.
        folder: Where its files go.
        broken_off: Why it is not to go on; an empty text while it is.
    """

    source: Source
    name: str
    item: Item
    values: dict[str, str]
    folder: Path
    broken_off: Callable[[], str] = str

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
        user = self.source.connection.endpoint.login.user
        if status is ItemStatus.FAILED and self.item.root and user != "root":
            reason = "; ".join(filter(None, (reason, f"only root gets it, and the lab file logs in as {user}")))
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
        saved = _save(task, f"cat {shlex.quote(task.text)}", local)
        return _saved(task, saved, local, started)
    facts: dict[str, Any] = {"file": local.name, "size": fetched.size, "sha256": fetched.sha256}
    return task.record(ItemStatus.COLLECTED, started, **facts)


def _command(task: Task, started: float) -> list[ItemRecord]:
    local = task.folder / f"{task.name}.txt"
    if task.item.replaces and _is_there(task, task.item.replaces):
        text = f"{task.item.replaces} is there already, and it would be replaced; fetch it, move it away, and try again"
        return [task.record(ItemStatus.SKIPPED, started, text)]
    record = _saved(task, _save(task, task.sent, local), local, started)
    if not task.item.archive:
        return [record]
    if record.status is ItemStatus.COLLECTED:
        return [record, *_archive(task, local)]
    return [_with_remark(record, _clean_up_failure(task))]


def _save(task: Task, command: str, local: Path) -> Saved:
    limit = Deadline(task.item.timeout)
    return task.source.connection.save(command, local, limit, most=MOST_BYTES, give_up=lambda: bool(task.broken_off()))


def _is_there(task: Task, file: str) -> bool:
    """Whether somebody's file lies where a command would write its own."""
    return task.source.connection.run(task.source.command(f"ioscli ls {file}"), Deadline(_CLEANING)).ok


def _with_remark(record: ItemRecord, remark: str | None) -> ItemRecord:
    reason = "; ".join(text for text in (record.reason, remark) if text)
    return record.model_copy(update={"reason": reason or None})


def _saved(task: Task, saved: Saved, local: Path, started: float) -> ItemRecord:
    """What the output of a command comes to."""
    item = task.item
    facts: dict[str, Any] = {
        "file": local.name,
        "size": saved.size,
        "sha256": saved.sha256,
        "exit_status": saved.status,
    }
    if saved.ending == "given up":
        return task.record(ItemStatus.INTERRUPTED, started, task.broken_off(), **facts)
    if saved.ending != "complete":
        reason = {
            "cut": f"it printed more than {MOST_BYTES >> 20} MB",
            "late": f"it did not end within {item.timeout:.0f} s",
            "lost": "the connection was lost, or the command was killed",
        }[saved.ending]
        return task.record(ItemStatus.PARTIAL if saved.size else ItemStatus.FAILED, started, reason, **facts)
    silent = not saved.size and saved.stderr.strip()  # a status that may be normal, and yet nothing but a complaint
    if saved.status == 0 or (saved.status in item.statuses and not silent):
        return task.record(ItemStatus.COLLECTED, started, **facts)
    said = _first_line(saved.stderr) or _first_line(_head(local)) or "no message"
    if item.may_be_absent or saved.status == _NOT_FOUND:
        local.unlink(missing_ok=True)
        status = ItemStatus.ABSENT if item.may_be_absent else ItemStatus.FAILED
        return task.record(status, started, said, exit_status=saved.status)
    return task.record(ItemStatus.FAILED, started, f"status {saved.status}: {said}", **facts)


def _archive(task: Task, printed: Path) -> list[ItemRecord]:
    """Fetch the file that a command says it has left, compare its checksum, and take it away from the target."""
    started = monotonic()
    named = Task(task.source, f"{task.name}-archive", task.item, task.values, task.folder)
    text = _tail(printed)
    match = re.search(task.item.archive or "", text)
    if match is None:
        record = named.record(ItemStatus.FAILED, started, "the command did not say where it has put its archive")
        return [_with_remark(record, _clean(task))]
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
    if wrong:
        where = f"{wrong}; it stays on the machine as {match[1]}"
        return [named.record(ItemStatus.FAILED, started, where, **facts)]
    unsure = (
        ""
        if not task.item.digest or re.search(task.item.digest, text, re.MULTILINE)
        else ("the tool has printed no checksum to compare with")
    )
    dirt = _clean(task) if task.item.clean else f"the machine keeps it as {match[1]}"
    record = named.record(ItemStatus.COLLECTED, started, unsure or None, **facts)
    return [_with_remark(record, dirt)]


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
        result = task.source.connection.run(command, Deadline(_CLEANING))
    except MobilityError as error:
        return f"left on the machine: {error.message}"
    return None if result.ok else f"left on the machine: '{command}' ended with status {result.status}"


def _clean_up_failure(task: Task) -> str | None:
    """A command that did not end well may have left something all the same."""
    if task.item.replaces:
        try:
            if not _is_there(task, task.item.replaces):
                return None
        except MobilityError as error:
            return f"whether it has left {task.item.replaces} is not known: {error.message}"
    return _clean(task)


def alive(connection: Connection) -> str:
    """Why a machine does not answer any more; an empty text when it does."""
    try:
        connection.connect(Deadline(_SIGN_OF_LIFE))
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
