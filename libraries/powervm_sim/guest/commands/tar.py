"""``tar``: archives are made and unpacked inside the tree; no name in an archive leads out of it."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from powervm_sim.guest.commands.archives import packed, unpacked
from powervm_sim.guest.commands.kinds import GuestCommand
from powervm_sim.guest.commands.options import UsageError, not_simulated, parse
from powervm_sim.guest.commands.places import base, place
from powervm_sim.guest.nodes import File, Folder, Link, Node
from powervm_sim.guest.tree import Tree, join
from powervm_sim.shell.call import Call
from powervm_sim.shell.files import reason

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

_MOST = 32 * 1024 * 1024
_FAILED = 2
_LONG_NAMES = """
    create extract get list file= gzip xz verbose directory= exclude= preserve-permissions dereference auto-compress
    no-same-owner strip-components=
"""
_LONG = {
    "--create": "-c",
    "--extract": "-x",
    "--get": "-x",
    "--list": "-t",
    "--file": "-f",
    "--gzip": "-z",
    "--xz": "-J",
    "--verbose": "-v",
    "--directory": "-C",
    "--auto-compress": "-a",
    "--dereference": "-h",
}
_USAGE = "Try 'tar --help' or 'tar --usage' for more information."


async def tar(guest: LinuxGuest, call: Call) -> int:
    """``tar -c|-x|-t [-f FILE] [-z|-J|-a] [-v] [-C FOLDER] [-p] [-h] [--exclude NAME] NAME...``."""
    words = list(call.arguments)
    if words and not words[0].startswith("-"):
        words[0] = f"-{words[0]}"
    arguments = replace(call, arguments=_old_style(words))
    given, names = parse(arguments, "cxtf:zJvC:phaO", tuple(_LONG_NAMES.split()), status=_FAILED)
    options = {_LONG.get(name, name): value for name, value in given}
    modes = options.keys() & {"-c", "-x", "-t"}
    if options.keys() & {"-O", "--strip-components"}:
        raise not_simulated(call, min(options.keys() & {"-O", "--strip-components"}))
    if len(modes) != 1:
        text = "You must specify one of the '-Acdtrux', '--delete' or '--test-label' options"
        if modes:
            text = "You may not specify more than one '-Acdtrux', '--delete' or  '--test-label' option"
        raise UsageError(f"tar: {text}\n{_USAGE}", _FAILED)
    folder = place(call, options["-C"]) if "-C" in options else call.variables.get("PWD", "/")
    if not guest.tree.is_dir(folder):
        raise UsageError(f"tar: {options.get('-C')}: Cannot open: No such file or directory", _FAILED)
    if "-c" in modes:
        excluded = [value for name, value in given if name == "--exclude"]
        status = await _Creation(guest, call, options, folder, excluded).run(names)
    else:
        status = await _read(guest, call, options, folder, names)
    if status:
        await call.stderr.write("tar: Exiting with failure status due to previous errors\n")
    return status


def _old_style(words: list[str]) -> list[str]:
    """``-cfz NAME``: the value of ``f`` follows the bunch of letters, wherever the letter stands in it."""
    if not words or words[0].startswith("--") or "f" not in words[0][1:-1]:
        return words
    return [words[0].replace("f", "", 1), "-f", *words[1:]]


class _Creation:
    """Makes one archive."""

    def __init__(
        self, guest: LinuxGuest, call: Call, options: dict[str, str], folder: str, excluded: list[str]
    ) -> None:
        self._tree = guest.tree
        self._call = call
        self._options = options
        self._folder = folder
        self._excluded = excluded
        self._target = options.get("-f", "-")
        self._status = 0

    async def run(self, names: list[str]) -> int:
        """Pack the names; returns the exit status."""
        if not names:
            text = "tar: Cowardly refusing to create an empty archive"
            raise UsageError(f"{text}\n{_USAGE}", _FAILED)
        if any(word.startswith("/") for word in names):
            await self._call.stderr.write("tar: Removing leading `/' from member names\n")
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as archive:
            for word in names:
                await self._one(archive, word)
        await self._store(packed(buffer.getvalue(), self._suffix()))
        return self._status

    def _suffix(self) -> str:
        target = self._target if "-a" in self._options else ""
        if "-z" in self._options or target.endswith("gz"):
            return ".gz"
        return ".xz" if "-J" in self._options or target.endswith("xz") else ""

    async def _one(self, archive: tarfile.TarFile, word: str) -> None:
        top = join(self._folder, word)
        try:
            members = list(self._tree.walk(top))
        except OSError as problem:
            self._status = _FAILED
            await self._call.stderr.write(f"tar: {word}: Cannot stat: {reason(problem)}\n")
            return
        own = place(self._call, self._target)
        listing = self._call.stderr if self._target == "-" else self._call.stdout
        for path, node in members:
            shown = word.lstrip("/").rstrip("/") + path[len(top) :] or "."
            if any(base(shown) == name or shown == name.strip("/") for name in self._excluded):
                continue
            if own == path:
                await self._call.stderr.write(f"tar: {shown}: file is the archive; not dumped\n")
                continue
            _add(archive, shown, node)
            if "-v" in self._options:
                await listing.write(f"{shown}{'/' if isinstance(node, Folder) else ''}\n")

    async def _store(self, data: bytes) -> None:
        if self._target == "-":
            await self._call.stdout.write(data.decode("utf-8", "surrogateescape"))
            return
        try:
            self._tree.write(place(self._call, self._target), data)
        except OSError as problem:
            text = f"tar: {self._target}: Cannot write: {reason(problem)}\ntar: Error is not recoverable: exiting now"
            raise UsageError(text, _FAILED) from None


def _add(archive: tarfile.TarFile, name: str, node: Node) -> None:
    entry = tarfile.TarInfo(name)
    entry.mode, entry.mtime, entry.uname, entry.gname = node.mode, int(node.modified), "root", "root"
    if isinstance(node, Folder):
        entry.type = tarfile.DIRTYPE
    elif isinstance(node, Link):
        entry.type, entry.linkname = tarfile.SYMTYPE, node.target
    elif isinstance(node, File):
        entry.size = node.size
        archive.addfile(entry, io.BytesIO(bytes(node.content)))
        return
    # Files in /proc and /sys say that they are empty; tar believes them.
    archive.addfile(entry)


async def _read(guest: LinuxGuest, call: Call, options: dict[str, str], folder: str, names: list[str]) -> int:
    """List an archive or unpack it."""
    members = list(_members(await _source(guest, call, options.get("-f", "-"))))
    extract, status = "-x" in options, 0
    for member, data in members:
        if names and not _wanted(member.name, names):
            continue
        if not extract or "-v" in options:
            shown = member.name + ("/" if member.isdir() else "")
            await call.stdout.write(_long(member, shown) if not extract and "-v" in options else f"{shown}\n")
        if extract:
            try:
                _extract(guest.tree, folder, member, data)
            except OSError as problem:
                status = _FAILED
                await call.stderr.write(f"tar: {member.name}: Cannot open: {reason(problem)}\n")
    for name in names:
        if not any(_wanted(member.name, [name]) for member, _ in members):
            status = _FAILED
            await call.stderr.write(f"tar: {name}: Not found in archive\n")
    return status


async def _source(guest: LinuxGuest, call: Call, source: str) -> bytes:
    if source == "-":
        return (await call.stdin.read()).encode("utf-8", "surrogateescape")
    try:
        return guest.tree.read(place(call, source))
    except OSError as problem:
        text = f"tar: {source}: Cannot open: {reason(problem)}\ntar: Error is not recoverable: exiting now"
        raise UsageError(text, _FAILED) from None


def _members(data: bytes) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    """The members with their content. Raises UsageError when it is no archive."""
    try:
        with tarfile.open(fileobj=io.BytesIO(unpacked(data)), mode="r:") as archive:
            for member in archive:
                file = archive.extractfile(member) if member.isfile() else None
                yield member, file.read(_MOST) if file is not None else b""
    except (tarfile.TarError, ValueError, EOFError):
        text = "tar: This does not look like a tar archive\ntar: Exiting with failure status due to previous errors"
        raise UsageError(text, _FAILED) from None


def _wanted(name: str, names: Iterable[str]) -> bool:
    return any(name == word.rstrip("/") or name.startswith(word.rstrip("/") + "/") for word in names)


def _long(member: tarfile.TarInfo, shown: str) -> str:
    kind = "d" if member.isdir() else "l" if member.issym() else "-"
    bits = "".join(letter if member.mode & (1 << (8 - at)) else "-" for at, letter in enumerate("rwxrwxrwx"))
    return f"{kind}{bits} {member.uname or 'root'}/{member.gname or 'root'} {member.size:>9} {shown}\n"


def _extract(tree: Tree, folder: str, member: tarfile.TarInfo, data: bytes) -> None:
    """Put a member below the folder; names that lead out of it are refused."""
    parts = [part for part in member.name.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise OSError(1, "Member name contains '..'")
    if not parts:
        return
    path = join(folder, "/".join(parts))
    if member.isdir():
        tree.make_folders(path)
        return
    tree.make_folders(path.rpartition("/")[0] or "/")
    if tree.is_link(path):
        tree.remove(path)
    if member.issym():
        tree.link(path, member.linkname)
    elif member.isfile():
        tree.write(path, data, mode=member.mode & 0o7777)
        tree.node(path).mode = member.mode & 0o7777


COMMANDS: dict[str, GuestCommand] = {"tar": tar}
