"""Collecting one stage: all machines at the same time, each bounded, and a record of everything."""

from __future__ import annotations

import itertools
import re
import secrets
import shlex
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from time import monotonic

from powervm.errors import MobilityError
from powervm.parallel import ask_all
from powervm.plan import lab_note
from powervm.session import LabSession
from powervm.stage_logs.items import Item, items_for
from powervm.stage_logs.manifest import ItemRecord, ItemStatus, Manifest, SourceRecord, StageStatus, status_of
from powervm.stage_logs.sources import Source, sources_of
from powervm.stage_logs.taking import Task, alive, take
from powervm.waiting import Deadline

_AT_ONCE = 3
"""Items that are taken from one machine at the same time."""

_FIRST_LINES = 100_000
"""Lines of the journal that the first stage takes at most."""

_GRACE = 5.0
"""Seconds that a collection which is broken off has for what is under way: to close files, and to clean up."""

_SPARE_CHANNELS = 2
"""Commands of a connection that are left for others: a look whether it lives, and cleaning up."""

_LOOK = 10.0
"""Seconds between two looks whether a machine still answers; one that does not twice in a row is given up."""

_BROKEN_OFF = "the collection was broken off"


class StageNotWritten(MobilityError):
    """The output directory takes nothing."""


Watcher = Callable[[str, ItemRecord], None]
"""Is told each machine's name and each item as it is there, from any thread."""


@dataclass(frozen=True)
class Stage:
    """A moment of a test.

    Attributes:
        name: For example ``pre-forward``.
        test: Name of the test, or whatever else tells runs apart.
        iteration: Which round of the test, from 1.
    """

    name: str
    test: str = "by-hand"
    iteration: int = 1

    def folder(self, root: Path) -> Path:
        """A new folder for it; a second collection of the same stage gets one of its own."""
        base = root / "stage-logs" / _safe(self.test) / str(self.iteration) / _safe(self.name)
        for number in itertools.count(1):
            folder = base if number == 1 else base.with_name(f"{base.name}-{number}")
            try:
                folder.mkdir(parents=True)
            except FileExistsError:
                continue
            except OSError as error:
                raise _not_written(folder, error) from error
            return folder
        raise AssertionError("count() does not end")


_FAMILIES = {"rhel": {"rhel", "centos", "fedora"}, "sles": {"sles", "suse", "opensuse"}}


@dataclass(frozen=True)
class Collection:
    """A stage that was collected."""

    folder: Path
    manifest: Manifest


@dataclass
class _Progress:
    """What is known of one machine so far; filled from the threads that collect."""

    source: Source
    tasks: list[Task]
    reason: str | None = None
    reached: bool = False
    gone: str = ""
    ended: threading.Event = field(default_factory=threading.Event)
    records: dict[str, list[ItemRecord]] = field(default_factory=dict)

    def as_record(self, *, otherwise: ItemStatus) -> SourceRecord:
        items = [
            record for task in self.tasks for record in self.records.get(task.name) or self._nothing(task, otherwise)
        ]
        return SourceRecord(
            name=self.source.name, kind=self.source.kind, reached=self.reached, reason=self.reason, items=items
        )

    def _nothing(self, task: Task, otherwise: ItemStatus) -> list[ItemRecord]:
        """No record of an item: it is none of this machine's, or there was no time."""
        if task.name in self.records:
            return []
        reason = self.reason
        if otherwise is ItemStatus.INTERRUPTED:
            left = f"; look for {task.values['work']} there" if "{work}" in (task.item.clean or "") else ""
            reason = _BROKEN_OFF + left
        return [task.record(otherwise, monotonic(), reason)]


def collect(
    session: LabSession,
    stage: Stage,
    *,
    root: Path,
    servers: Sequence[str] = (),
    partition: str | None = None,
    failure: bool = False,
    cursor: str = "",
    watch: Watcher | None = None,
) -> Collection:
    """Collect the evidence of a stage.

    Nothing is raised for what is missing on the machines: the manifest tells. When it is broken off from outside
    (Ctrl-C, a timeout of Robot Framework), what is there stays, with a manifest that says "interrupted".

    Args:
        session: The opened lab.
        stage: What it is the evidence of.
        root: Output directory.
        servers: The servers of the move; all of the lab by default.
        partition: Its name in the lab file; None leaves partitions out.
        failure: Take what is taken after a failure, too: slow archives.
        cursor: The journal is taken from here on; without it the newest lines.
        watch: Is told each item as it is there.

    Raises:
        StageNotWritten: There is no manifest.
    """
    started, clock = datetime.now(timezone.utc), monotonic()
    folder = stage.folder(root)
    lab = session.lab
    values = {
        "partition": shlex.quote(lab.partition(partition).partition) if partition else "",
        "system": "",
        "work": f"/var/tmp/stage-logs-{secrets.token_hex(6)}",  # noqa: S108 - a folder of the target, with a new name
        "since": f"--after-cursor={shlex.quote(cursor)}" if cursor else f"-n {_FIRST_LINES}",
    }
    items = items_for(lab.logs, failure=failure)
    sources = sources_of(session, list(servers) or list(lab.servers), partition)
    machines = [_Progress(source, _tasks(source, items, values, folder)) for source in sources]
    stop = threading.Event()

    def write(*, interrupted: bool) -> Manifest:
        otherwise = ItemStatus.INTERRUPTED if interrupted else ItemStatus.SKIPPED
        records = [machine.as_record(otherwise=otherwise) for machine in machines]
        manifest = Manifest(
            lab=lab_note(lab), stage=stage.name, test=stage.test, iteration=stage.iteration, partition=partition,
            failure=failure, status=status_of(records, interrupted=interrupted), started=started,
            ended=datetime.now(timezone.utc), duration=monotonic() - clock, sources=records,
        )  # fmt: skip
        _write(folder / "manifest.json", manifest.model_dump_json(indent=2) + "\n")
        return manifest

    try:
        _collect_from_all(machines, stop, lab.limits.connect, watch)
    except BaseException:
        stop.set()
        try:
            _wait_for(machines)
        finally:
            with suppress(StageNotWritten):  # the reason why it ends is worth more
                write(interrupted=True)
        raise
    return Collection(folder, write(interrupted=False))


def _tasks(source: Source, items: Sequence[Item], values: dict[str, str], folder: Path) -> list[Task]:
    place = folder / _safe(source.name)
    return [Task(source, name, item, filled, place) for name, item, filled in source.tasks(items, values)]


def _collect_from_all(
    machines: Sequence[_Progress], stop: threading.Event, connect: float, watch: Watcher | None
) -> None:
    """All machines at the same time; those that share a connection share its channels."""
    places: dict[int, threading.Semaphore] = {}
    for machine in machines:
        connection = machine.source.connection
        room = max(1, connection.endpoint.channels - _SPARE_CHANNELS)
        places.setdefault(id(connection), threading.Semaphore(room))

    def collect_one(machine: _Progress) -> None:
        try:
            _collect_from(machine, stop, places[id(machine.source.connection)], connect, watch)
        finally:
            machine.ended.set()

    questions = {machine.source.name: partial(collect_one, machine) for machine in machines}
    ask_all(questions, workers=max(1, len(machines)))


def _wait_for(machines: Sequence[_Progress]) -> None:
    """Let what is under way come to its end after the collection was broken off."""
    deadline = Deadline(_GRACE)
    for machine in machines:
        machine.ended.wait(deadline.remaining)


def _collect_from(
    machine: _Progress, stop: threading.Event, places: threading.Semaphore, connect: float, watch: Watcher | None
) -> None:
    """Take all items of one machine, as long as it answers."""
    try:
        machine.source.connection.connect(Deadline(connect))
    except MobilityError as error:
        machine.reason = error.message
        return
    machine.reached = True
    distribution = _distribution(machine)

    def broken_off() -> str:
        return _BROKEN_OFF if stop.is_set() else machine.gone

    def one(task: Task) -> None:
        if stop.is_set():
            return
        if task.item.distribution not in (None, distribution):
            machine.records[task.name] = []
            return
        with places:
            if machine.gone:
                machine.records[task.name] = [task.record(ItemStatus.SKIPPED, monotonic(), machine.gone)]
                return
            if stop.is_set():
                return
            records = _relative(take(replace(task, broken_off=broken_off)), machine.source.name)
        machine.records[task.name] = records
        if records[0].status in (ItemStatus.FAILED, ItemStatus.PARTIAL) and (why := alive(machine.source.connection)):
            machine.gone = f"it stopped answering: {why}"
        for record in records if watch else ():
            watch(machine.source.name, record)  # type: ignore[misc]

    over = threading.Event()
    looking = threading.Thread(
        target=_look_after, args=(machine, over), name=f"look {machine.source.name}", daemon=True
    )
    looking.start()
    try:
        ask_all({task.name: partial(one, task) for task in machine.tasks}, workers=_AT_ONCE)
    finally:
        over.set()


def _look_after(machine: _Progress, over: threading.Event) -> None:
    """Notice that a machine has frozen long before the limits of its items pass; a suspended partition comes back."""
    silent = ""
    while not over.wait(_LOOK) and not machine.gone:
        why = alive(machine.source.connection)
        if why and silent and not over.is_set():
            machine.gone = f"it stopped answering: {why}"
            if "console" not in machine.source.places and not machine.source.through:
                machine.source.connection.close()  # ends transfers, too; a console's may have a migration on it
        silent = why


def _distribution(machine: _Progress) -> str:
    """The family of the partition's distribution; empty for other machines."""
    if "partition" not in machine.source.places:
        return ""
    try:
        output = machine.source.connection.run("cat /etc/os-release", Deadline(20)).stdout
    except MobilityError:
        return ""
    return family(output)


def family(os_release: str) -> str:
    """Which collector of support data a distribution has, from its ``/etc/os-release``: ``rhel``, ``sles`` or none."""
    words = {
        word
        for line in re.findall(r"^ID(?:_LIKE)?=(.*)$", os_release, re.MULTILINE)
        for word in re.findall(r"\w+", line)
    }
    return next((name for name, known in _FAMILIES.items() if words & known), "")


def _relative(records: list[ItemRecord], source: str) -> list[ItemRecord]:
    """The records with file names from the folder of the manifest."""
    place = _safe(source)
    return [
        record.model_copy(update={"file": f"{place}/{record.file}"}) if record.file else record for record in records
    ]


def _write(file: Path, text: str) -> None:
    """Write a file whole, or leave none."""
    fresh = file.with_name(f".{file.name}.part")
    try:
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(file)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise _not_written(file, error) from error


def _not_written(path: Path, error: OSError) -> StageNotWritten:
    return StageNotWritten(
        f"{path}: the stage logs cannot be written: {error.strerror or error}.",
        remedy="Look at the rights and the free space there.",
    )


def _safe(name: str) -> str:
    """A name that is one folder on every file system."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:80] or "unnamed"


def exit_status(status: StageStatus) -> int:
    """0 complete, 1 partial, 2 nothing, 130 interrupted."""
    return {
        StageStatus.COMPLETE: 0,
        StageStatus.PARTIAL: 1,
        StageStatus.NOTHING: 2,
        StageStatus.INTERRUPTED: 130,
    }[status]
