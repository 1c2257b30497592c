"""Records a partition: its own system and its console are asked at the same time, in one round of commands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from functools import partial
from time import monotonic

from powervm.console import PartitionStatus
from powervm.console.answers import NOT_ACTIVATED
from powervm.errors import MobilityError
from powervm.identity.catalogue import Catalogue, Reading
from powervm.identity.readers import Items, Unreadable, polished, read_items
from powervm.identity.record import Item, Snapshot, Unread
from powervm.lab import ServerEntry
from powervm.outcome import LabNote
from powervm.parallel import ask_all
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
    server, status = _locate(session, partition, deadline)
    running = status.state != NOT_ACTIVATED
    console_readings = [reading for reading in catalogue.readings if reading.machine == "console"]
    guest_readings = [reading for reading in catalogue.readings if reading.machine == "partition"] if running else []
    names = {"system": server.system, "partition": status.name}
    questions: dict[str, Callable[[], dict[str, str | MobilityError]]] = {
        reading.name: partial(_ask_console, session, server.console, reading, names, deadline)
        for reading in console_readings
    }
    if guest_readings:
        questions[_MARK] = partial(_ask_guest, session, partition, guest_readings, deadline)
    answers, errors = ask_all(questions, workers=_WORKERS)
    found: dict[str, tuple[str, str]] = {}
    values: Items = {}
    unread: list[Unread] = []
    absent: list[str] = []
    for reading in [*guest_readings, *console_readings]:
        machine, key = (partition, _MARK) if reading.machine == "partition" else (server.console, reading.name)
        try:
            items = _read(reading, errors.get(key) or answers[key][reading.name])
        except MobilityError as error:
            if reading.optional and key not in errors:
                absent.append(reading.name)
            else:
                unread.append(Unread(reading=reading.name, machine=machine, reason=str(error)))
            continue
        values |= items
        found |= dict.fromkeys(items, (machine, reading.name))
    return Snapshot(
        lab=LabNote(name=session.lab.name, kind=session.lab.kind, file=str(session.lab.file)),
        partition=partition,
        server=server.name,
        console=server.console,
        running=running,
        taken=taken,
        duration=monotonic() - begun,
        items=_as_items(values, found),
        unread=unread,
        optional_unread=absent,
    )


def _locate(session: LabSession, partition: str, deadline: Deadline) -> tuple[ServerEntry, PartitionStatus]:
    name = session.lab.partition(partition).partition
    questions = {
        server.name: partial(session.console(server.console).partition, server.system, name, deadline)
        for server in session.lab.servers.values()
    }
    answers, errors = ask_all(questions)
    found = [(server, status) for server, status in answers.items() if status is not None]
    if len(found) == 1:
        return session.lab.server(found[0][0]), found[0][1]
    if found:
        servers = " and ".join(server for server, _ in found)
        raise MobilityError(f"{partition} is on {servers} at once.", remedy="Recover the migration that left it there.")
    for error in errors.values():
        raise error
    raise MobilityError(f"{partition} is on no server of the lab.", remedy="Check its name in the lab file.")


def _ask_console(
    session: LabSession, console: str, reading: Reading, names: dict[str, str], deadline: Deadline
) -> dict[str, str | MobilityError]:
    command = reading.command.format_map({key: shlex.quote(value) for key, value in names.items()})
    return {reading.name: session.console(console).listing(command, deadline)}


def _ask_guest(
    session: LabSession, partition: str, readings: Sequence[Reading], deadline: Deadline
) -> dict[str, str | MobilityError]:
    """All readings in one command line; what one prints ends with its exit status."""
    steps = [
        f"printf '\\n{_MARK}%s\\n' {number}; {{ {reading.command}\n}} 2>&1; printf '\\n{_END}%s\\n' $?"
        for number, reading in enumerate(readings)
    ]
    result = session.partition(partition).run("export LC_ALL=C\n" + "\n".join(steps), deadline)
    return {
        reading.name: answer
        for reading, answer in zip(readings, split_answers(partition, result.stdout, len(readings)), strict=True)
    }


def split_answers(partition: str, output: str, count: int) -> list[str | MobilityError]:
    """The outputs of the single readings, or why there is none."""
    parts = dict(
        re.findall(rf"(?ms)^{_MARK}(\d+)\n(.*?\n{_END}\d+)$", output),
    )
    answers: list[str | MobilityError] = []
    for number in range(count):
        text, mark, status = parts.get(str(number), "").rpartition(f"\n{_END}")
        if not mark:
            answers.append(MobilityError(f"{partition}: the answer is not complete."))
        elif status != "0":
            said = " ".join(text.split())[:200] or "no message"
            answers.append(MobilityError(f"{partition}: {said} (status {status})."))
        else:
            answers.append(text.removesuffix("\n"))
    return answers


def _read(reading: Reading, answer: str | MobilityError) -> Items:
    if isinstance(answer, MobilityError):
        raise answer
    try:
        return read_items(reading, answer)
    except Unreadable as error:
        raise MobilityError(f"{error}.") from None


def _as_items(values: Items, found: dict[str, tuple[str, str]]) -> list[Item]:
    return [
        Item(name=new, machine=found[old][0], reading=found[old][1], value=values[old])
        for old, new in polished(values).items()
    ]
