"""The workloads that were started and not ended yet: one for each partition."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from powervm.errors import MobilityError
from powervm.outcome import Outcome
from powervm.workload import Workload, WorkloadRecord

Show = Callable[[WorkloadRecord, Path], None]


class Workloads:
    """Keeps workloads by the name of their partition in the lab file, and writes their records."""

    def __init__(self) -> None:
        self._running: dict[str, Workload] = {}
        self._ended: dict[str, Workload] = {}

    def add(self, workload: Workload) -> None:
        """One was started."""
        self._running[workload.subject] = workload
        self._ended.pop(workload.subject, None)

    def should_be_free(self, partition: str) -> None:
        """Raises MobilityError when a workload of the partition was not stopped yet."""
        if partition in self._running:
            shown = self._running[partition].load.order.shown
            raise MobilityError(f"{partition}: the workload '{shown}' was not stopped.", remedy="Call Stop Workload.")

    def running(self, partition: str) -> Workload | None:
        """The one of a partition that was not stopped by us yet."""
        return self._running.get(partition)

    def find(self, partition: str) -> Workload:
        """The one of a partition, stopped or not. Raises MobilityError when there is none."""
        found = self._running.get(partition) or self._ended.get(partition)
        if found is None:
            raise MobilityError(f"{partition}: no workload was started.", remedy="Call Start Workload first.")
        return found

    def note(self, outcome: Outcome) -> None:
        """A migration has ended."""
        for workload in self._running.values():
            workload.note(outcome)

    def end(self, partition: str, folder: Path, *, show: Show) -> WorkloadRecord:
        """Stop one, if it runs, and write its record once.

        Raises:
            MobilityError: There is none, or its partition does not answer.
        """
        workload = self.find(partition)
        if workload.record is not None:
            return workload.record
        try:
            place = _new_folder(folder / "workloads", partition)
        except OSError as error:  # a full disk here is no reason to leave it running there
            workload.discard()
            del self._running[partition]
            said = (
                f"{folder}: {error.strerror or error}. The workload of {partition} was stopped and removed, unjudged."
            )
            raise MobilityError(said, remedy="Make room there.") from error
        record = workload.finish(place)
        self._ended[partition] = self._running.pop(partition)
        path = place.with_suffix(".json")
        path.write_text(record.model_dump_json(indent=2) + "\n", encoding="utf-8")
        show(record, path)
        return record

    def end_all(self, folder: Path, *, show: Show) -> list[str]:
        """Stop all that still run. Returns what went wrong, as sentences."""
        trouble = []
        for partition, workload in list(self._running.items()):
            try:
                self.end(partition, folder, show=show)
            except (MobilityError, OSError) as error:
                left = f" ({workload.load.folder} is left there, until its limit of {workload.load.order.limit:.0f} s)"
                trouble.append(f"the workload of {partition}: {error}{left if partition in self._running else ''}")
        self._running.clear()
        self._ended.clear()
        return trouble


def _new_folder(root: Path, partition: str) -> Path:
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", partition)
    for number in itertools.count(1):
        place = root / f"{number:03d}-{safe}"
        with suppress(FileExistsError):
            place.mkdir(parents=True)
            return place
    raise AssertionError("count() does not end")
