"""Compressed files in the tree: ``gzip gunzip zcat xz unxz xzcat``."""

from __future__ import annotations

import gzip
import lzma
import zlib
from functools import partial
from typing import TYPE_CHECKING

from powervm_sim.guest.commands.kinds import GuestCommand
from powervm_sim.guest.commands.options import UsageError, name_of, not_simulated, parse
from powervm_sim.guest.commands.places import attempt, base, place
from powervm_sim.shell.call import Call

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

_MOST = 32 * 1024 * 1024


def unpacked(data: bytes) -> bytes:
    """The content of compressed bytes; others are returned as they are. Raises ValueError when it is damaged."""
    try:
        if data[:2] == b"\x1f\x8b":
            engine = zlib.decompressobj(31)
            text = engine.decompress(data, _MOST)
            finished = engine.eof
        elif data[:6] == b"\xfd7zXZ\0":
            xz = lzma.LZMADecompressor(memlimit=128 * 1024 * 1024)
            text = xz.decompress(data, _MOST)
            finished = xz.eof
        else:
            return data
    except (zlib.error, lzma.LZMAError) as problem:
        raise ValueError(str(problem)) from None
    if not finished:
        raise ValueError("unexpected end of file" if len(text) < _MOST else "too large: not simulated")
    return text


def packed(data: bytes, suffix: str) -> bytes:
    """The bytes compressed: ``.gz``, ``.xz``, or as they are without a suffix."""
    if suffix == ".xz":
        return lzma.compress(data, preset=0)
    return gzip.compress(data, 1, mtime=0) if suffix == ".gz" else data


async def compress(guest: LinuxGuest, call: Call) -> int:
    """``gzip gunzip zcat xz unxz xzcat`` with ``-d -c -k -f -q -v -1`` ... ``-9 -t -T N``."""
    name = name_of(call)
    long = ("decompress", "stdout", "to-stdout", "keep", "force", "test", "quiet", "best", "fast", "threads=")
    options, names = parse(call, "dckfqvtn123456789e0T:lrS:z", long)
    letters = {option[2:3] if option.startswith("--") else option[1] for option, _ in options}
    if letters & {"l", "r", "S"}:
        raise not_simulated(call, f"-{min(letters & {'l', 'r', 'S'})}")
    cat = name in ("zcat", "xzcat")
    back = cat or name.startswith("un") or name == "gunzip" or bool(letters & {"d", "t"})
    to_stdout = cat or bool(letters & {"c", "s"})
    suffix = ".xz" if "xz" in name else ".gz"
    if not names or names == ["-"]:
        data = (await call.stdin.read()).encode("utf-8", "surrogateescape")
        result = _turned(call, "stdin", data, suffix, back=back)
        await call.stdout.write(result.decode("utf-8", "surrogateescape"))
        return 0
    status = 0
    for word in names:
        try:
            await _one(guest, call, word, suffix, letters, back=back, to_stdout=to_stdout)
        except UsageError as problem:
            status = problem.status
            await call.stderr.write(f"{problem}\n")
    return status


async def _one(
    guest: LinuxGuest, call: Call, word: str, suffix: str, letters: set[str], *, back: bool, to_stdout: bool
) -> None:
    name, tree, path = name_of(call), guest.tree, place(call, word)
    if back and not word.endswith(suffix) and not to_stdout and tree.exists(path + suffix):
        word, path = word + suffix, path + suffix
    data = attempt(call, word, partial(tree.read, path))
    if back and not to_stdout and "t" not in letters and not word.endswith(suffix):
        raise UsageError(f"{name}: {word}: unknown suffix -- ignored", 2)
    result = _turned(call, word, data, suffix, back=back)
    if "t" in letters:
        return
    if to_stdout:
        await call.stdout.write(result.decode("utf-8", "surrogateescape"))
        return
    goal = path[: -len(suffix)] if back else path + suffix
    if tree.exists(goal) and "f" not in letters:
        raise UsageError(f"{name}: {base(goal)} already exists; not overwritten", 2)
    attempt(call, base(goal), lambda: tree.write(goal, result, mode=tree.node(path).mode))
    if "k" not in letters:
        tree.remove(path)


def _turned(call: Call, word: str, data: bytes, suffix: str, *, back: bool) -> bytes:
    if not back:
        return packed(data, suffix)
    magic = b"\xfd7zXZ\0" if suffix == ".xz" else b"\x1f\x8b"
    if not data.startswith(magic):
        what = "File format not recognized" if suffix == ".xz" else "not in gzip format"
        raise UsageError(f"\n{name_of(call)}: {word}: {what}".lstrip("\n"))
    try:
        return unpacked(data)
    except ValueError as problem:
        raise UsageError(f"{name_of(call)}: {word}: {problem}") from None


COMMANDS: dict[str, GuestCommand] = dict.fromkeys(("gzip", "gunzip", "zcat", "xz", "unxz", "xzcat"), compress)
