"""A file tree in memory: what commands, redirections and SFTP of a simulated system see, and nothing else.

Paths are absolute texts with ``/``; ``..`` at the top stays at the top and links are followed inside the tree,
so no path can name a file of the machine that runs the simulator. Content and number of files are bounded.
Every function raises `OSError` with the errno that the real system would give.
"""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from functools import partial
from sys import intern

from powervm_sim.guest.nodes import Computed, File, Folder, Link, Node, Readable, failure
from powervm_sim.guest.shared_files import SharedFiles

_MAXIMUM_NAME = 255  # bytes
_WIDEST = 4  # bytes of one character
_MAXIMUM_PATH = 4096
_MAXIMUM_LINKS = 40
_MOST_WAITING = 1000
_MOST_REMEMBERED = 100


def join(folder: str, path: str) -> str:
    """The path as seen from the folder: absolute, without ``.``, ``//`` and a slash at the end; ``..`` is kept."""
    words = (path if path.startswith("/") else f"{folder}/{path}").split("/")
    return "/" + "/".join(word for word in words if word not in ("", "."))


class Tree:
    """The tree.

    Args:
        size: The most bytes that all regular files together may have.
        nodes: The most files and folders.
        now: The clock for modification times, in seconds since the epoch.
    """

    def __init__(
        self, *, size: int = 64 * 1024 * 1024, nodes: int = 20_000, now: Callable[[], float] = time.time
    ) -> None:
        self.size = size
        self._used = 0
        self._filled = 0
        self._free_nodes = nodes
        self._clock = now
        self._root = Folder(mode=0o755, modified=now())
        self._waiting: list[tuple[float, Callable[[], None]]] = []
        self._seen = False
        self._instant: float | None = None
        self._found: dict[str, Node | None] = {}
        self._reserving = self._reserve  # one object for all files

    # --- only when somebody looks ----------------------------------------------------------------------------

    def later(self, change: Callable[[], None]) -> None:
        """Change something, but not before somebody looks at the tree: most trees of a large lab are never seen.

        Nobody can tell the difference: changes happen in order and leave the times of now.
        """
        if self._seen:
            change()
            return
        self._waiting.append((self._clock(), change))
        if len(self._waiting) > _MOST_WAITING:
            self.settle()

    def settle(self) -> None:
        """Carry out what was left for later."""
        self._seen = True
        waiting, self._waiting = self._waiting, []
        try:
            for self._instant, change in waiting:
                change()
        finally:
            self._instant = None

    @property
    def root(self) -> Folder:
        """The folder ``/``."""
        if not self._seen:
            self.settle()
        return self._root

    @property
    def used(self) -> int:
        """The bytes that all regular files have."""
        if not self._seen:
            self.settle()
        return self._used

    def limit_free(self, free: int | None) -> None:
        """Leave so many bytes free from now on, as on a disk that somebody else has filled; None takes that back."""
        self._filled = 0 if free is None else max(0, self.size - self.used - free)

    @property
    def occupied(self) -> int:
        """Bytes that are not free: the files, and what `limit_free` pretends."""
        return self.used + self._filled

    # --- looking ---------------------------------------------------------------------------------------------

    def resolve(self, path: str, *, follow: bool = True) -> tuple[str, Node | None]:
        """The real path of ``path`` and what is there.

        The last part may be missing (the node is then None); every folder before it must exist.

        Args:
            path: An absolute path.
            follow: Whether a link at the very end is followed, too.
        """
        names, _, node = self._follow(path, follow=follow)
        return "/" + "/".join(names), node

    def _place(self, path: str, *, follow: bool = True) -> tuple[Folder, str, Node | None]:
        """The folder that ``path`` leads into, the name there (empty for ``/``), and what has it; see `resolve`."""
        names, above, node = self._follow(path, follow=follow)
        return (above[-1], names[-1], node) if names else (self._root, "", node)

    def _follow(self, path: str, *, follow: bool) -> tuple[list[str], list[Folder], Node | None]:
        """The names of the real path, the folder that each of them stands in, and what is at its end."""
        if len(path) > _MAXIMUM_PATH:
            raise failure(errno.ENAMETOOLONG, path[:80])
        todo = _parts(path)[::-1]
        names: list[str] = []
        above: list[Folder] = []
        node: Node | None = self.root
        links = 0
        while todo:
            name = todo.pop()
            if not isinstance(node, Folder):
                raise failure(errno.ENOENT if node is None else errno.ENOTDIR, path)
            if name == "..":
                if above:
                    node = above.pop()
                    names.pop()
                continue
            entry = node.entries.get(name)
            if isinstance(entry, Link) and (todo or follow):
                links += 1
                if links > _MAXIMUM_LINKS:
                    raise failure(errno.ELOOP, path)
                todo += _parts(entry.target)[::-1]
                if entry.target.startswith("/"):
                    node, above, names = self._root, [], []
                continue
            above.append(node)
            names.append(name)
            node = entry
        return names, above, node

    def node(self, path: str, *, follow: bool = True) -> Node:
        """What is at the path. Raises FileNotFoundError, NotADirectoryError, ELOOP."""
        # A slash at the end follows a link, whatever was asked for.
        found = self._follow(path, follow=follow or path.endswith("/"))[2]
        if found is None or (path.endswith("/") and not isinstance(found, Folder)):
            raise failure(errno.ENOENT if found is None else errno.ENOTDIR, path)
        return found

    def find(self, path: str) -> Node | None:
        """What is at the path, links followed; None when there is nothing.

        It is remembered until something is added, removed or moved: shells look for the same programs all the time.
        """
        try:
            return self._found[path]
        except KeyError:
            pass
        try:
            found = self._follow(path, follow=True)[2]
        except OSError:
            found = None
        if len(self._found) < _MOST_REMEMBERED:
            self._found[path] = found
        return found

    def folder(self, path: str) -> Folder:
        """The folder at the path. Raises NotADirectoryError when it is something else."""
        found = self.node(path)
        if not isinstance(found, Folder):
            raise failure(errno.ENOTDIR, path)
        return found

    def file(self, path: str) -> Readable:
        """The file at the path. Raises IsADirectoryError for a folder."""
        found = self.node(path)
        if not isinstance(found, Readable):
            raise failure(errno.EISDIR, path)
        return found

    def exists(self, path: str) -> bool:
        """Something is there (a link that leads nowhere is nothing)."""
        return self.find(path) is not None

    def is_dir(self, path: str) -> bool:
        """A folder is there."""
        return isinstance(self.find(path), Folder)

    def is_link(self, path: str) -> bool:
        """A symbolic link is there, wherever it leads."""
        try:
            return isinstance(self._follow(path, follow=False)[2], Link)
        except OSError:
            return False

    def list(self, path: str) -> list[str]:
        """The sorted names in the folder."""
        return sorted(self.folder(path).entries)

    def read(self, path: str) -> bytes:
        """The content of the file."""
        try:
            return self.file(path).read()
        except PermissionError as problem:
            raise failure(errno.EACCES, path) from problem

    def walk(self, path: str) -> Iterator[tuple[str, Node]]:
        """The path itself and everything below it, folders before what is in them; links are not followed."""
        todo = [(path, self.node(path, follow=False))]
        while todo:
            place, node = todo.pop()
            yield place, node
            if isinstance(node, Folder):
                below = sorted(node.entries.items(), reverse=True)
                todo.extend((f"{place.rstrip('/')}/{name}", entry) for name, entry in below)

    # --- changing --------------------------------------------------------------------------------------------

    def write(self, path: str, data: bytes, *, append: bool = False, mode: int = 0o644) -> None:
        """Make or overwrite the file (or add to its end)."""
        file = self.create(path, mode=mode)
        if not append:
            file.truncate(0)
        file.write(data, file.size)
        file.modified = self._now()

    def create(self, path: str, *, mode: int = 0o644, exclusive: bool = False) -> Readable:
        """The file at the path; an empty new one when there is none.

        Raises:
            FileExistsError: ``exclusive`` was asked for and something is there.
        """
        folder, name, node = self._place(path)
        if node is None:
            node = File(mode=mode, modified=self._now(), reserve=self._reserving)
            self._put(folder, name, node)
        elif exclusive:
            raise failure(errno.EEXIST, path)
        if not isinstance(node, Readable):
            raise failure(errno.EISDIR, path)
        return node

    def add_files(self, path: str, files: Mapping[str, bytes], *, mode: int = 0o644) -> None:
        """Put files into a folder, which is made when it is not there; what has one of the names already stays.

        The contents are shared with whoever else has them until somebody writes to such a file.
        """
        self.make_folders(path)
        folder = self.folder(path)
        make = partial(self._shared, mode, self._now())
        size = sum(map(len, files.values()))
        if not folder.entries and len(files) <= self._free_nodes and size <= self.size - self.occupied:
            folder.entries = SharedFiles(files, make)
            folder.modified = self._now()
            self._free_nodes -= len(files)
            self._reserve(size)
            self._found.clear()
            return
        for name, content in files.items():
            if name not in folder.entries:
                self._put(folder, name, make(content))
                self._reserve(len(content))

    def _shared(self, mode: int, modified: float, content: bytes) -> File:
        return File(mode=mode, modified=modified, reserve=self._reserving, content=content)

    def computed(
        self,
        path: str,
        produce: Callable[[], str | bytes] | None,
        *,
        mode: int = 0o444,
        accept: Callable[[bytes], None] | None = None,
    ) -> None:
        """Put a computed file there, with the folders that it needs."""

        try:
            folder, name, _ = self._place(path)
        except FileNotFoundError:
            self.make_folders(path.rpartition("/")[0])
            folder, name, _ = self._place(path)
        node = Computed(mode=mode, modified=self._now(), produce=produce, accept=accept)
        self._put(folder, name, node)

    def link(self, path: str, target: str) -> None:
        """Make a symbolic link."""
        folder, name, node = self._place(path, follow=False)
        if node is not None:
            raise failure(errno.EEXIST, path)
        self._put(folder, name, Link(mode=0o777, modified=self._now(), target=target))

    def make_folder(self, path: str, *, mode: int = 0o755) -> None:
        """Make one folder. Raises FileExistsError, FileNotFoundError."""
        folder, name, node = self._place(path, follow=False)
        if node is not None:
            raise failure(errno.EEXIST, path)
        self._put(folder, name, Folder(mode=mode, modified=self._now()))

    def make_folders(self, path: str, *, mode: int = 0o755) -> None:
        """Make the folder and those above it, as far as they are missing."""
        if len(path) > _MAXIMUM_PATH:
            raise failure(errno.ENAMETOOLONG, path[:80])
        made, folder = "", self.root
        for name in _parts(path):
            made = f"{made}/{name}"
            entry = folder.entries.get(name)
            if entry is None and name != "..":
                entry = Folder(mode=mode, modified=self._now())
                self._put(folder, name, entry)
            if not isinstance(entry, Folder):  # a link, or "..", or what is in the way
                if not self.is_dir(made):
                    self.make_folder(made, mode=mode)
                entry = self.folder(made)
            folder = entry

    def remove(self, path: str) -> None:
        """Remove a file or a link. Raises IsADirectoryError for a folder."""
        real, node = self.resolve(path, follow=False)
        if node is None:
            raise failure(errno.ENOENT, path)
        if isinstance(node, Folder):
            raise failure(errno.EISDIR, path)
        self._detach(real)

    def remove_folder(self, path: str) -> None:
        """Remove an empty folder."""
        real, node = self.resolve(path, follow=False)
        if node is None:
            raise failure(errno.ENOENT, path)
        if not isinstance(node, Folder):
            raise failure(errno.ENOTDIR, path)
        if node.entries or real == "/":
            raise failure(errno.ENOTEMPTY if node.entries else errno.EBUSY, path)
        self._detach(real)

    def rename(self, old: str, new: str) -> None:
        """Move a file or folder; a file at the new place is replaced, as POSIX has it."""
        source, node = self.resolve(old, follow=False)
        target, present = self.resolve(new, follow=False)
        if node is None:
            raise failure(errno.ENOENT, old)
        if node is self.root:
            raise failure(errno.EBUSY, old)
        if f"{target}/".startswith(f"{source}/"):
            if target == source:
                return
            raise failure(errno.EINVAL, new)
        if present is not None:
            self._make_room(target, present, for_folder=isinstance(node, Folder))
        parent, _, name = target.rpartition("/")
        entries = self._named(self.folder(parent or "/"), name)
        parent, _, old_name = source.rpartition("/")
        del self.folder(parent or "/").entries[old_name]
        entries[name] = node

    def _make_room(self, path: str, present: Node, *, for_folder: bool) -> None:
        if isinstance(present, Folder) and not for_folder:
            raise failure(errno.EISDIR, path)
        if for_folder:
            self.remove_folder(path)
        else:
            self.remove(path)

    def _put(self, folder: Folder, name: str, node: Node) -> None:
        entries = self._named(folder, name)
        if name not in entries:
            if self._free_nodes < 1:
                raise failure(errno.ENOSPC, name)
            self._free_nodes -= 1
        entries[intern(name)] = node  # hundreds of trees have the same names

    def _named(self, folder: Folder, name: str) -> MutableMapping[str, Node]:
        """The entries of the folder, once it is sure that the name may stand there."""
        if len(name) * _WIDEST > _MAXIMUM_NAME and len(name.encode("utf-8", "surrogateescape")) > _MAXIMUM_NAME:
            raise failure(errno.ENAMETOOLONG, name[:80])
        if not name or "\0" in name:
            raise failure(errno.EINVAL, name)
        folder.modified = self._now()
        self._found.clear()
        return folder.entries

    def _detach(self, real: str) -> None:
        parent, _, name = real.rpartition("/")
        self._found.clear()
        node = self.folder(parent or "/").entries.pop(name)
        self._free_nodes += 1
        if isinstance(node, File):
            self._reserve(-node.size)
            node.linked = False

    def _reserve(self, change: int) -> None:
        if change > 0 and self._used + self._filled + change > self.size:
            raise OSError(errno.ENOSPC, "No space left on device")
        self._used += change

    def _now(self) -> float:
        return self._clock() if self._instant is None else self._instant


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part not in ("", ".")]
