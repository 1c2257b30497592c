"""Records a partition: its own system and its console are asked at the same time, in one round of commands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import partial
from time import monotonic

from powervm.console import ConsoleCommandFailed
from powervm.console.answers import NOT_ACTIVATED
from powervm.console.console import NO_SUCH_PARTITION
from powervm.errors import MobilityError
from powervm.identity.catalogue import Catalogue, Reading
from powervm.identity.readers import Items, Unreadable, polished, read_items
from powervm.identity.record import Item, Snapshot, Unread
from powervm.lab import ServerEntry
from powervm.outcome import LabNote
from powervm.parallel import ask_all
from powervm.records import read_records
from powervm.session import LabSession
from powervm.waiting import Deadline

_WORKERS = 12
_MARK = "==> "
_END = "==> status "


def take(session: LabSession, partition: str, catalogue: Catalogue, deadline: Deadline) -> Snapshot:
    """Record a partition wherever in the lab it is.

    First its server is looked up, every server being asked once at the same time; then everything else is asked in
    one round: one command line in the partition, and the console's commands next to each other on its one connection.
    A partition that is powered off is not asked itself.

    Args:
        session: The opened lab.
        partition: Its name in the lab file.
        catalogue: What is to be read.
        deadline: For all of it.

    Raises:
        MobilityError: No server of the lab has the partition, or it cannot be found out which one.
    """
    begun, taken = monotonic(), datetime.now(timezone.utc)
    place = _locate(session, partition, deadline)
    readings = [reading for reading in catalogue.readings if reading.machine == "console" or place.running]
    sorted_out = _SortedOut()
    for reading, answer in _ask(session, place, readings, deadline):
        machine = partition if reading.machine == "partition" else place.server.console
        sorted_out.add(reading, machine, answer)
    return Snapshot(
        lab=LabNote(name=session.lab.name, kind=session.lab.kind, file=str(session.lab.file)),
        partition=partition,
        server=place.server.name,
        console=place.server.console,
        running=place.running,
        taken=taken,
        duration=monotonic() - begun,
        items=sorted_out.items(),
        unread=sorted_out.unread,
        optional_unread=sorted_out.absent,
    )


Answer = str | MobilityError
"""What a command printed, or why that is not known."""

_PLACE = "lssyscfg -r lpar -m {system} --filter lpar_names={partition}"
"""How every server is asked for the partition; a reading with the same command takes the same answer."""


@dataclass(frozen=True)
class _Place:
    """Where the partition is, and what its console said about it."""

    name: str
    server: ServerEntry
    on_console: str
    row: str

    @property
    def running(self) -> bool:
        return read_records(self.row)[0].get("state") != NOT_ACTIVATED


def _locate(session: LabSession, partition: str, deadline: Deadline) -> _Place:
    name = session.lab.partition(partition).partition
    servers = session.lab.servers
    answers, errors = ask_all({key: partial(_listed, session, servers[key], name, deadline) for key in servers})
    found = [_Place(partition, servers[key], name, row) for key, row in answers.items() if read_records(row)]
    if len(found) == 1:
        return found[0]
    if found:
        where = " and ".join(place.server.name for place in found)
        raise MobilityError(f"{partition} is on {where} at once.", remedy="Recover the migration that left it there.")
    for error in errors.values():
        raise error
    raise MobilityError(f"{partition} is on no server of the lab.", remedy="Check its name in the lab file.")


def _listed(session: LabSession, server: ServerEntry, name: str, deadline: Deadline) -> str:
    """The partition's row on a server; nothing when it is not there."""
    try:
        return session.console(server.console).listing(_command(_PLACE, server.system, name), deadline)
    except ConsoleCommandFailed as failure:
        if NO_SUCH_PARTITION in failure.codes:
            return ""
        raise


def _command(command: str, system: str, partition: str) -> str:
    return command.format_map({"system": shlex.quote(system), "partition": shlex.quote(partition)})


def _ask(
    session: LabSession, place: _Place, readings: Sequence[Reading], deadline: Deadline
) -> Iterator[tuple[Reading, Answer]]:
    """Each reading with its answer."""
    inside = [reading for reading in readings if reading.machine == "partition"]
    console = session.console(place.server.console)

    def listed(command: str) -> list[Answer]:
        return [console.listing(command, deadline)]

    questions: dict[str, Callable[[], list[Answer]]] = {
        reading.name: partial(listed, _command(reading.command, place.server.system, place.on_console))
        for reading in readings
        if reading.machine == "console" and reading.command != _PLACE
    }
    if inside:
        questions[_MARK] = partial(_ask_guest, session, place.name, inside, deadline)
    answers, errors = ask_all(questions, workers=_WORKERS)
    for reading in readings:
        if reading.command == _PLACE:
            yield reading, place.row
        elif reading.machine == "console":
            yield reading, errors.get(reading.name) or answers[reading.name][0]
        else:
            yield reading, errors.get(_MARK) or answers[_MARK][inside.index(reading)]


def _ask_guest(session: LabSession, partition: str, readings: Sequence[Reading], deadline: Deadline) -> list[Answer]:
    """All readings in one command line; what one prints ends with its exit status."""
    steps = [
        f"printf '\\n{_MARK}%s\\n' {number}; {{ {reading.command}\n}} 2>/dev/null; printf '\\n{_END}%s\\n' $?"
        for number, reading in enumerate(readings)
    ]
    result = session.partition(partition).run("export LC_ALL=C\n" + "\n".join(steps), deadline)
    return split_answers(partition, result.stdout, len(readings))


def split_answers(partition: str, output: str, count: int) -> list[Answer]:
    """The outputs of the single readings, or why there is none."""
    parts = dict(
        re.findall(rf"(?ms)^{_MARK}(\d+)\n(.*?\n{_END}\d+)$", output),
    )
    answers: list[Answer] = []
    for number in range(count):
        text, mark, status = parts.get(str(number), "").rpartition(f"\n{_END}")
        if not mark:
            answers.append(MobilityError(f"{partition}: the answer is not complete."))
        elif status != "0":
            said = " ".join(text.split())[:200]
            answers.append(_NoAnswer(f"{partition}: the command ended with status {status}. {said}".strip()))
        else:
            answers.append(text.removesuffix("\n"))
    return answers


class _NoAnswer(MobilityError):
    """The machine answers, and this command failed on it."""


class _SortedOut:
    """Answers as items, and what there is none of."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[Reading, str, str]] = {}
        self.unread: list[Unread] = []
        self.absent: list[str] = []

    def add(self, reading: Reading, machine: str, answer: Answer) -> None:
        """One reading. A failed command is no trouble when the reading is optional; a machine that is away is."""
        try:
            for name, value in _read(reading, answer).items():
                self._found[name] = reading, machine, value
        except (ConsoleCommandFailed, _NoAnswer) as error:
            if reading.optional:
                self.absent.append(reading.name)
            else:
                self.unread.append(Unread(reading=reading.name, machine=machine, reason=str(error)))
        except MobilityError as error:
            self.unread.append(Unread(reading=reading.name, machine=machine, reason=str(error)))

    def items(self) -> list[Item]:
        """All items, under names that can be compared."""
        names = polished({name: value for name, (_, _, value) in self._found.items()})
        return [
            Item(name=new, machine=self._found[old][1], reading=self._found[old][0].name, value=self._found[old][2])
            for old, new in names.items()
        ]


def _read(reading: Reading, answer: Answer) -> Items:
    if isinstance(answer, MobilityError):
        raise answer
    try:
        return read_items(reading, answer)
    except Unreadable as error:
        raise _NoAnswer(f"{error}.") from None
