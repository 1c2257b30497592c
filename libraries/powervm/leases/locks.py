"""Locks in a folder that all runs on this computer share; the kernel releases those of a process that dies.

A lock is a file with ``flock``. Its content is of no use to anybody, so that no file of another user is ever written
to. Who has it stands in a note: one file of each holder, which is locked by its writer as long as it is true.
"""

from __future__ import annotations

import fcntl
import json
import os
import pwd
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from powervm.errors import MobilityError

FOLDER_VARIABLE = "MOBILITY_LEASES"
"""Environment variable with another folder."""
DEFAULT_FOLDER = Path("/var/tmp/partition-mobility-leases")  # noqa: S108 - all users meet there; see `LockFolder`
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_LONGEST_NOTE = 100_000
_LONGEST_TEXT = 200
_ATTEMPTS = 1000
_OLD = 86_400.0


class LocksUnusable(MobilityError):
    """The folder of the locks, or a file in it, is not what it has to be."""


@dataclass(frozen=True)
class Holder:
    """Somebody who has locks.

    Attributes:
        pid: The process.
        user: Whose it is.
        suite: What it runs.
        since: Local date and time.
    """

    pid: int
    user: str
    suite: str
    since: str

    def __str__(self) -> str:
        suite = f", {self.suite}" if self.suite else ""
        return f"process {self.pid} of {self.user}{suite}, since {self.since}"


class Lock:
    """A lock that is held until `release`, or until the process ends."""

    def __init__(self, path: Path, descriptor: int, *, exclusive: bool) -> None:
        self.path = path
        self.exclusive = exclusive
        self._descriptor: int | None = descriptor

    def make_exclusive(self) -> bool:
        """Have it alone from now on; False when others share it or nobody can tell, and then it may be lost."""
        if not self.exclusive and self._descriptor is not None:
            with suppress(OSError):  # whoever asks has more to do than this, such as putting other things back
                self.exclusive = _flock(self._descriptor, exclusive=True)
        return self.exclusive

    def release(self) -> None:
        """Give it back; the last one takes the file away. Releasing twice does nothing."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is None:
            return
        try:
            with suppress(OSError):  # others share it, or it is another user's file, which stays for the next time
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if _is_at(descriptor, self.path):
                    self.path.unlink()
        finally:
            os.close(descriptor)


class LockFolder:
    """The folder. Every user of this computer may make files in it, and only its owner may take one away.

    Args:
        path: By default the environment variable ``MOBILITY_LEASES``, else a folder below ``/var/tmp``, which unlike
            ``TMPDIR`` is the same for all users.
    """

    def __init__(self, path: Path | None = None) -> None:
        stated = os.environ.get(FOLDER_VARIABLE)
        self.path = path or (Path(stated).expanduser().resolve() if stated else DEFAULT_FOLDER)
        self._ready = False

    def try_lock(self, name: str, *, exclusive: bool = True) -> Lock | None:
        """Take a lock; None when somebody has it in a way that does not go together with this one.

        Raises:
            LocksUnusable: The folder or the file cannot be used.
        """
        self._prepare()
        path = self.path / f"{name}.lock"
        for _ in range(_ATTEMPTS):
            descriptor = self._open(path)
            if not _flock(descriptor, exclusive=exclusive):
                os.close(descriptor)
                return None
            if _is_at(descriptor, path):  # else the one who had it has taken the file away meanwhile
                return Lock(path, descriptor, exclusive=exclusive)
            os.close(descriptor)
        raise LocksUnusable(f"{path}: the file is made and removed again and again.", remedy="See who does that.")

    def holders(self, name: str) -> list[Holder]:
        """Who has a lock, as far as they have said so; notes of processes that have died are cleared away."""
        return [holder for holder, names in self._notes() if name in names]

    def note(self, suite: str) -> Note:
        """A new note of this process, which says nothing yet."""
        self._prepare()
        return Note(self.path, suite)

    def _notes(self) -> Iterator[tuple[Holder, frozenset[str]]]:
        with suppress(OSError):
            for path in sorted(self.path.glob("holder-*.json")):
                with suppress(OSError, ValueError, KeyError, TypeError), _opened(path) as descriptor:
                    if _flock(descriptor, exclusive=True):  # its writer has died
                        path.unlink()
                    else:
                        yield _read_note(os.read(descriptor, _LONGEST_NOTE))

    def _open(self, path: Path) -> int:
        try:
            while True:
                try:
                    descriptor = os.open(path, _OPEN)
                    break
                except FileNotFoundError:
                    with suppress(FileExistsError):
                        descriptor = _make(path)
                        break
        except OSError as error:
            reason = "it is a link" if path.is_symlink() else error.strerror or str(error)
            raise LocksUnusable(f"{path}: this lock cannot be used: {reason}.", remedy="Remove it.") from error
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise LocksUnusable(f"{path}: this lock is no file.", remedy="Remove it.")
        return descriptor

    def _prepare(self) -> None:
        if self._ready:
            return
        remedy = f"Have it removed, or name another one in the environment variable {FOLDER_VARIABLE}."
        try:
            with suppress(FileExistsError):
                self.path.mkdir()
                self.path.chmod(0o1777)
            found = self.path.lstat()
        except OSError as error:
            text = f"{self.path}: the folder of the leases cannot be made: {error.strerror or error}."
            raise LocksUnusable(text, remedy=remedy) from error
        if not stat.S_ISDIR(found.st_mode):
            raise LocksUnusable(f"{self.path}: the leases need a folder here, and this is none.", remedy=remedy)
        if found.st_mode & stat.S_IWOTH and not found.st_mode & stat.S_ISVTX:
            text = f"{self.path}: everybody may remove the leases of others here."
            raise LocksUnusable(text, remedy=f"Run: chmod +t {self.path}")
        if not os.access(self.path, os.W_OK | os.X_OK):
            raise LocksUnusable(f"{self.path}: this user may not make leases here.", remedy=remedy)
        self._ready = True
        self._sweep()

    def _sweep(self) -> None:
        """Take away what killed processes have left a day ago or longer."""
        for path in self.path.glob("*.lock"):
            with suppress(OSError):
                found = path.lstat()
                if stat.S_ISREG(found.st_mode) and time.time() - found.st_mtime > _OLD:
                    with _opened(path) as descriptor:
                        if _flock(descriptor, exclusive=True) and _is_at(descriptor, path):
                            path.unlink()


class Note:
    """What this process says that it has; a file of its own, which is locked while it is true."""

    def __init__(self, folder: Path, suite: str) -> None:
        self._since = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M:%S")
        self._suite = suite
        number = next(number for number in range(_ATTEMPTS) if not _note_path(folder, number).exists())
        self._path = _note_path(folder, number)
        self._descriptor: int | None = os.open(
            self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644
        )
        os.fchmod(self._descriptor, 0o644)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def write(self, names: Iterable[str]) -> None:
        """Say that these locks are held."""
        if self._descriptor is None:
            return
        holder = {"pid": os.getpid(), "user": _user(), "suite": self._suite, "since": self._since}
        text = json.dumps({**holder, "holds": sorted(names)}).encode()
        os.pwrite(self._descriptor, text, 0)
        os.ftruncate(self._descriptor, len(text))

    def remove(self) -> None:
        """Take it away; the second time nothing happens."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            with suppress(OSError):
                self._path.unlink()
            os.close(descriptor)


def _note_path(folder: Path, number: int) -> Path:
    return folder / f"holder-{os.getpid()}-{number}.json"


def _make(path: Path) -> int:
    descriptor = os.open(path, _OPEN | os.O_CREAT | os.O_EXCL, 0o444)
    os.fchmod(descriptor, 0o444)  # whatever the umask: other users have to open it
    return descriptor


def _flock(descriptor: int, *, exclusive: bool) -> bool:
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_at(descriptor: int, path: Path) -> bool:
    """The open file is the one that has this name now."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.lstat())
    except FileNotFoundError:
        return False


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    descriptor = os.open(path, _OPEN)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _read_note(data: bytes) -> tuple[Holder, frozenset[str]]:
    """What a note says. Other users write it, so it is not believed to be short or printable."""
    note = json.loads(data)
    holder = Holder(int(note["pid"]), _plain(note["user"]), _plain(note["suite"]), _plain(note["since"]))
    return holder, frozenset(map(str, note["holds"]))


def _plain(value: Any) -> str:
    return "".join(letter for letter in str(value)[:_LONGEST_TEXT] if letter.isprintable())


def _user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # as in a container
        return f"user {os.getuid()}"
