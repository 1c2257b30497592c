"""The logs of one run: which stages were collected, and up to where each kernel log was looked at."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from powervm.errors import MobilityError
from powervm.kernel_log import Marker, Rules, Verdict, judge, load_rules, mark, read_since
from powervm.outcome import Ending, Outcome
from powervm.partition import LinuxPartition
from powervm.plan import MovePlan
from powervm.session import LabSession
from powervm.stage_logs import Collection, Stage, collect
from powervm.waiting import Deadline

_FIRMWARE = "/proc/device-tree/openprom/ibm,fw-vernum_encoded"


@dataclass(frozen=True)
class KernelCheck:
    """A verdict, and where all the lines lie that it is about."""

    verdict: Verdict
    file: Path


class Logbook:
    """Collects stages and judges kernel logs; each stage and each check goes on where the last one has ended.

    Args:
        session: The opened lab.
        root: Output directory.

    Raises:
        RuleError: A rule of the lab file for kernel logs is wrong.
    """

    def __init__(self, session: LabSession, root: Path) -> None:
        self._session = session
        self._root = root
        self._rules: Rules = load_rules(session.lab.kernel_rules)
        self._stages: dict[str, Marker] = {}
        self._checks: dict[str, Marker] = {}

    def collect(
        self,
        stage: Stage,
        *,
        plan: MovePlan | None = None,
        partition: str | None = None,
        failure: bool = False,
    ) -> Collection:
        """Collect a stage; the partition's journal from where the stage before it has ended.

        Args:
            stage: What it is the evidence of.
            plan: The move whose machines take part; all of the lab without one.
            partition: Its name in the lab file; by default that of the move, if it runs while it moves.
            failure: Take the slow archives, too.
        """
        name = partition or (plan.move.partition if plan and plan.active else None)
        before = self._stages.get(name) if name else None
        if name:
            with suppress(MobilityError):  # a partition that is off or frozen is told by the manifest
                self._stages[name] = mark(self._session.partition(name), Deadline(self._session.lab.limits.connect))
        return collect(
            self._session,
            stage,
            root=self._root,
            servers=[side.server for side in plan.sides] if plan else (),
            partition=name,
            failure=failure,
            cursor=before.cursor if before else "",
        )

    def mark_kernel_log(self, partition: str) -> None:
        """Let the next check of this partition look at what comes from now on only."""
        self._checks[partition] = mark(self._session.partition(partition))

    def check_kernel_log(self, partition: str) -> KernelCheck:
        """Judge what the kernel has logged since the last mark or check; all since the boot when there was none.

        Raises:
            MobilityError: The log cannot be read.
        """
        guest = self._session.partition(partition)
        now = mark(guest)
        window = read_since(guest, self._checks.get(partition))
        self._checks[partition] = now
        verdict = judge(
            window.lines,
            self._rules,
            kernel=_said(guest, "uname -r"),
            firmware=_said(guest, f"cat {_FIRMWARE}"),
            today=date.today(),
            lost=window.lost,
        )
        return KernelCheck(verdict, self._write(partition, window.text))

    def _write(self, partition: str, text: str) -> Path:
        folder = self._root / "stage-logs" / "kernel"
        folder.mkdir(parents=True, exist_ok=True)
        safe = re.sub(r"[^A-Za-z0-9._-]+", "-", partition)
        for number in itertools.count(1):
            path = folder / f"{safe}-{number:03d}.log"
            with suppress(FileExistsError), path.open("x", encoding="utf-8") as file:
                file.write(text)
                return path
        raise AssertionError("count() does not end")


def _said(guest: LinuxPartition, command: str) -> str:
    """What a command prints; empty when it fails."""
    result = guest.run(command)
    return result.stdout.replace("\0", "").strip() if result.ok else ""


_DIRECTIONS = {"there": "forward", "back": "backward"}


def with_stage_logs(
    logbook: Logbook,
    plan: MovePlan,
    stage: Callable[[str], Stage],
    way: Literal["there", "back"],
    move: Callable[[], Outcome],
    *,
    show: Callable[[Collection | MobilityError], None],
) -> Outcome:
    """Do a move with the stages ``pre-forward`` and ``post-forward``, or ``-backward``, around it.

    After a move that failed the slow archives are taken as well; one that was refused has changed nothing and takes
    none. A collection that cannot be made or written never hides what the move came to.

    Args:
        logbook: Collects.
        plan: The move.
        stage: Makes a stage of its name.
        way: Which direction it is.
        move: Does it.
        show: Is given each collection, or why there is none.
    """

    def collect_now(name: str, *, failure: bool = False) -> None:
        try:
            show(logbook.collect(stage(name), plan=plan, failure=failure))
        except MobilityError as error:
            show(error)

    direction = _DIRECTIONS[way]
    collect_now(f"pre-{direction}")
    outcome = move()
    collect_now(f"post-{direction}", failure=outcome.ending not in (Ending.DONE, Ending.REFUSED))
    return outcome
