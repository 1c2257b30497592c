"""A load in a partition: started so that it outlives our connection, looked after, stopped, and cleaned away.

It runs in a session of its own below a private folder of the partition, which holds its output, its exit status and the
times by the partition's clock. ``timeout`` ends it when its limit is over, and an hour after its end the folder removes
itself: a load that nobody comes back for leaves nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from powervm.errors import MobilityError
from powervm.partition import BOOT_ID, LinuxPartition
from powervm.ssh import AuthenticationFailed, HostKeyChanged
from powervm.waiting import Deadline, DeadlinePassed, ask_until, wait_until
from powervm.workload.kinds import Kind
from powervm.workload.leftovers import kill, still_kept
from powervm.workload.order import Order

_MOST_OUTPUT = 64 << 20
_READ = 8 << 20
_ONE_LOOK = 20.0
INTERVAL = 0.2
GRACE = (20.0, 10.0)
"""Seconds that a load has to end after it was asked, and after its shell was asked."""


@dataclass(frozen=True)
class Look:
    """What was seen at one moment.

    Attributes:
        at: When, by our clock.
        now, started, ended: By the partition's clock, in seconds; None for what has not happened.
        status: Exit status.
        runs: It is there and has not ended.
        boot_id: Of the partition.
    """

    at: datetime
    now: float
    started: float | None
    ended: float | None
    status: int | None
    runs: bool
    boot_id: str

    def ours(self, moment: float) -> datetime:
        """A moment of the partition's clock by ours; only how long ago it was counts, not how the clocks are set."""
        return self.at - timedelta(seconds=self.now - moment)


@dataclass
class Load:
    """A load that was started.

    Attributes:
        order: What runs.
        folder: Where in the partition.
        boot_id: Of the partition when it was started.
        first: The first look at it.
        stopped_at: When we have asked it to end.
        killed: It did not end when it was asked.
    """

    partition: Callable[[], LinuxPartition]
    order: Order
    folder: str
    boot_id: str
    first: Look
    limit: float
    stopped_at: datetime | None = None
    killed: bool = False
    last: Look = field(init=False)

    def __post_init__(self) -> None:
        self.last = self.first

    def look(self) -> Look:
        """Look how it is; a connection that was cut meanwhile is made again.

        Raises:
            MobilityError: The partition does not answer.
        """
        self.last = _look(self.partition, self.folder, self.boot_id, self.limit)
        return self.last

    def wait(self, deadline: Deadline, interval: float) -> Look:
        """Wait for its end. Raises DeadlinePassed."""
        wait_until(lambda: not self.look().runs, deadline, interval=interval, what=f"the end of {self.order.shown}")
        return self.last

    def stop(self) -> Look:
        """Ask it to end, and end it when it does not.

        A tool that reports at its end gets the signal alone, and its shell then hands on its exit status; a script is
        ended with its shell.
        """
        look = self.look()
        if not look.runs:
            return look
        self.stopped_at = look.at
        tools = f"pkill -TERM -P $(cat {self.folder}/shell)"
        shell = f"kill -TERM $(cat {self.folder}/pid)"
        asked = [shell] if self.order.kind is Kind.COMMAND else [tools, shell]
        for command, patience in zip(asked, GRACE, strict=False):
            self._run(command)
            with suppress(DeadlinePassed):
                return self.wait(Deadline(patience), INTERVAL)
        self.killed = True
        self._run(self._kill)
        return self.look()

    @property
    def _kill(self) -> str:
        """Ends everything in the load's session."""
        return f"[ -s {self.folder}/keeper ] && {kill(self.folder)}"

    def collect(self, place: Path) -> list[Path]:
        """Fetch its output to new files in a folder of ours, without what is secret."""
        found = []
        for name in ("out", "err"):
            local = place / f"{name}.txt"
            saved = self.partition().connection.save(
                f"cat {self.folder}/{name}", local, Deadline(self.limit), most=_MOST_OUTPUT
            )
            if saved.size:
                _mask_file(local, self.order)
                found.append(local)
            else:
                local.unlink(missing_ok=True)
        return found

    def output(self) -> str:
        """The end of what it has printed so far, both streams, without what is secret."""
        command = f"tail -c 4000 {self.folder}/out; tail -c 4000 {self.folder}/err"
        connection = self.partition().connection
        return connection.run(command, Deadline(self.limit), hide=self.order.hidden).stdout

    def remove(self) -> None:
        """End what is left of it, and remove its folder. Raises MobilityError when the folder is still there."""
        if self.last.boot_id == self.boot_id:
            self._run(self._kill)
        script = f"rm -rf {self.folder}; [ ! -e {self.folder} ]"
        result = self.partition().run(script, Deadline(self.limit))
        if not result.ok:
            said = result.first_line or "no message"
            raise MobilityError(f"{self.partition().name}: {self.folder} is still there: {said}", remedy="Remove it.")

    def _run(self, command: str) -> str:
        return self.partition().run(command, Deadline(self.limit)).stdout


def _look(partition: Callable[[], LinuxPartition], folder: str, boot_id: str, limit: float) -> Look:
    guest = partition()
    script = (
        f"cat {BOOT_ID}; date +%s.%N; cat {folder}/started 2>/dev/null || echo -; "
        f"cat {folder}/ended 2>/dev/null || echo -; [ -s {folder}/keeper ] && {still_kept(folder)} && echo there"
    )

    def ask(deadline: Deadline) -> Look:
        result = guest.run(script, deadline)
        at = result.started + timedelta(seconds=result.duration / 2)
        return read_look(result.stdout, at, boot_id)

    return ask_until(
        ask,
        Deadline(limit),
        each=_ONE_LOOK,
        interval=INTERVAL,
        what=f"an answer of {guest.name}",
        final=(AuthenticationFailed, HostKeyChanged),
        late=guest.connection.close,
    )


def read_look(output: str, at: datetime, boot_id: str) -> Look:
    """Read what a look has printed: boot id, clock, start, end with status, and whether its keeper is there.

    Raises:
        MobilityError: The partition answered something else.
    """
    lines = output.split("\n")
    try:
        now_there = float(lines[1])
        started = None if lines[2] in ("-", "") else float(lines[2])
        status, ended = (None, None) if lines[3] in ("-", "") else _end(lines[3])
    except (IndexError, ValueError):
        raise MobilityError(f"The partition answered '{output[:200]}' when asked for its workload.") from None
    there = "there" in lines[4:] and lines[0].strip() == boot_id
    return Look(at, now_there, started, ended, status, runs=there and ended is None, boot_id=lines[0].strip())


def _end(line: str) -> tuple[int, float]:
    status, _, moment = line.partition(" ")
    return int(status), float(moment)


def _mask_file(path: Path, order: Order) -> None:
    """Take secrets out of a file that was fetched; without any, it stays as it is."""
    if not order.environment and not order.secret:
        return
    fresh = path.with_suffix(".new")
    with path.open(encoding="utf-8", errors="replace") as old, fresh.open("w", encoding="utf-8") as new:
        new.writelines(order.mask(line) for line in old)
    fresh.replace(path)


def read_output(files: list[Path]) -> str:
    """The text of fetched files; of a very long one its end."""
    parts = []
    for path in files:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _READ))
            parts.append(file.read().decode("utf-8", "replace"))
    return "\n".join(parts)
