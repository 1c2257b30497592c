"""What of a loop's evidence is kept, so that a thousand iterations do not fill a disk.

Each iteration has a folder of its own with its outcome records and its transcript. Kept whole are the first one, the
last five, every one that did not pass, and the one before each of these. Of the others the journal keeps the figures.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from powervm.loop.model import IterationRecord, Verdict

LAST = 5
FOLDER = "iterations"


def folder_of_iteration(folder: Path, iteration: int) -> Path:
    """Where the files of an iteration lie."""
    return folder / FOLDER / f"{iteration:05d}"


class Keeping:
    """Takes away what is not kept any longer.

    Args:
        folder: Of the loop.
        past: Iterations of runs before this one.
    """

    def __init__(self, folder: Path, past: Iterable[IterationRecord]) -> None:
        self._folder = folder
        self._pinned = {1}
        for record in past:
            self._note(record)

    def thin(self, record: IterationRecord) -> None:
        """An iteration has ended: remove the folders of those that are not kept. One that resists stays."""
        self._note(record)
        for place in (self._folder / FOLDER).glob("[0-9]*"):
            number = int(place.name)
            if number not in self._pinned and number <= record.iteration - LAST:
                shutil.rmtree(place, ignore_errors=True)

    def _note(self, record: IterationRecord) -> None:
        if record.verdict is not Verdict.PASSED:
            self._pinned |= {record.iteration, record.iteration - 1}
