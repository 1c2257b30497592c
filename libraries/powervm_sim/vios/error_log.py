"""The error log of a simulated Virtual I/O Server (``errlog``, which is ``errpt`` of AIX)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

HEADER = "IDENTIFIER TIMESTAMP  T C RESOURCE_NAME  DESCRIPTION\n"
_TYPES = {"I": "INFO", "P": "PERM", "T": "TEMP", "U": "UNKN"}
_MOST = 2000


@dataclass(frozen=True)
class ErrorKind:
    """A kind of entry.

    Attributes:
        identifier: Eight hexadecimal digits.
        type: ``I`` information, ``P`` permanent, ``T`` temporary, ``U`` unknown.
        origin: ``H`` hardware, ``S`` software, ``O`` operator.
    """

    identifier: str
    label: str
    type: str
    origin: str
    description: str


MIGRATION_COMPLETED = ErrorKind("3EB09F5A", "MVR_MIG_COMPLETED", "I", "S", "Migration completed successfully")
MIGRATION_FAILED = ErrorKind("8E1A4C90", "MVR_MIG_FAILED", "P", "S", "Migration ended with an error")
LOGGING_STARTED = ErrorKind("9DBCFDEE", "ERRLOG_ON", "T", "O", "ERROR LOGGING TURNED ON")


@dataclass(frozen=True)
class ErrorEntry:
    """An entry; ``time`` is in seconds since the epoch."""

    sequence: int
    time: float
    kind: ErrorKind
    resource: str

    def row(self) -> str:
        """A line of ``errlog``."""
        when = datetime.fromtimestamp(self.time).astimezone()
        kind = self.kind
        return (
            f"{kind.identifier}   {when:%m%d%H%M%y} {kind.type} {kind.origin} {self.resource:<14} {kind.description}\n"
        )

    def report(self, node: str, machine: str) -> str:
        """The entry as ``errlog -ls`` shows it."""
        when = datetime.fromtimestamp(self.time).astimezone()
        return (
            f"{'-' * 75}\n"
            f"LABEL:          {self.kind.label}\n"
            f"IDENTIFIER:     {self.kind.identifier}\n\n"
            f"Date/Time:       {when:%a %b %d %H:%M:%S %Z %Y}\n"
            f"Sequence Number: {self.sequence}\n"
            f"Machine Id:      {machine}\n"
            f"Node Id:         {node}\n"
            f"Class:           {self.kind.origin}\n"
            f"Type:            {_TYPES[self.kind.type]}\n"
            "WPAR:            Global\n"
            f"Resource Name:   {self.resource}\n\n"
            f"Description\n{self.kind.description}\n\n"
        )


class ErrorLog:
    """The entries, oldest first; the oldest go when there are too many."""

    def __init__(self) -> None:
        self._entries: deque[ErrorEntry] = deque(maxlen=_MOST)
        self._next = 1

    def __iter__(self) -> Iterator[ErrorEntry]:
        return iter(list(self._entries))

    def add(self, kind: ErrorKind, resource: str, time: float) -> ErrorEntry:
        """Add an entry."""
        entry = ErrorEntry(self._next, time, kind, resource)
        self._next += 1
        self._entries.append(entry)
        return entry

    def remove_before(self, time: float) -> None:
        """Remove what is older (``errlog -rm DAYS``)."""
        self._entries = deque((entry for entry in self._entries if entry.time >= time), maxlen=_MOST)
