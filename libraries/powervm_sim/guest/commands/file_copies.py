"""More that changes or compares files: ``ln chown chgrp dd truncate fallocate diff cmp``."""

from __future__ import annotations

import difflib
import errno
import re
from functools import partial
from typing import TYPE_CHECKING

from powervm_sim.guest.commands.kinds import GuestCommand
from powervm_sim.guest.commands.options import UsageError, name_of, not_simulated, parse, quoted
from powervm_sim.guest.commands.places import attempt, each, into, need, place
from powervm_sim.guest.nodes import Computed
from powervm_sim.shell.call import Call
from powervm_sim.shell.files import reason

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

_SIZES = {"": 1, "c": 1, "b": 512, "k": 1024, "K": 1024, "M": 1 << 20, "G": 1 << 30, "kB": 1000, "MB": 10**6}
_CHUNK = 256 * 1024
_LONGEST = 64 * 1024 * 1024
_TURN = 0.01
"""Seconds that a piece to nowhere takes."""
_DEVICES = ("/dev/zero", "/dev/urandom", "/dev/random")


async def link(guest: LinuxGuest, call: Call) -> int:
    """``ln -s [-f] TARGET [NAME]``; links that are not symbolic are not simulated."""
    options, words = parse(call, "sfnvrT", ("symbolic", "force"))
    letters = {name.lstrip("-")[:1] for name, _ in options}
    need(call, words)
    if "s" not in letters:
        raise not_simulated(call, "without -s")
    targets, last = (words[:-1], words[-1]) if len(words) > 1 else (words, ".")

    def one(word: str) -> None:
        shown = (
            into(call, guest.tree, last, word)
            if "n" not in letters or not guest.tree.is_link(place(call, last))
            else last
        )
        path = place(call, shown)
        if "f" in letters and guest.tree.is_link(path):
            guest.tree.remove(path)
        attempt(call, f"failed to create symbolic link '{shown}'", partial(guest.tree.link, path, word))

    return await each(call, targets, one)


async def change_owner(guest: LinuxGuest, call: Call) -> int:
    """``chown [-R] USER[:GROUP] FILE...`` and ``chgrp GROUP FILE...``: names of ``/etc/passwd``, or numbers."""
    options, words = parse(call, "RvhfcHLP", ("recursive", "verbose", "reference="))
    need(call, words, 2)
    deep = any(name in ("-R", "--recursive") for name, _ in options)
    name = name_of(call)
    user, _, group = words[0].partition(":") if name == "chown" else ("", "", words[0])
    uid = _identity(guest, call, "/etc/passwd", user, "user") if user else None
    gid = _identity(guest, call, "/etc/group", group, "group") if group else None

    def one(word: str) -> None:
        path = place(call, word)
        node = attempt(call, f"cannot access '{word}'", partial(guest.tree.node, path))
        nodes = [found for _, found in guest.tree.walk(path)] if deep else [node]
        for found in nodes:
            found.user = found.user if uid is None else uid
            found.group = found.group if gid is None else gid

    return await each(call, words[1:], one)


def _identity(guest: LinuxGuest, call: Call, path: str, name: str, kind: str) -> int:
    for line in guest.tree.read(path).decode("utf-8", "replace").splitlines():
        fields = line.split(":")
        if name == fields[0]:
            return int(fields[2])
    if name.isdigit():
        return int(name)
    raise UsageError(f"{name_of(call)}: invalid {kind}: {quoted(name)}")


def _size(call: Call, text: str) -> int:
    found = re.fullmatch(r"(\d+)([A-Za-z]{0,2})", text, re.ASCII)
    if not found or found[2] not in _SIZES:
        raise UsageError(f"{name_of(call)}: invalid number: {quoted(text)}")
    return int(found[1]) * _SIZES[found[2]]


async def dd(guest: LinuxGuest, call: Call) -> int:
    """``dd if= of= bs= count= skip= seek= conv=notrunc,fsync status=none|noxfer|progress oflag= iflag=``."""
    values = {}
    for word in call.arguments:
        name, equals, value = word.partition("=")
        if not equals or name not in ("if", "of", "bs", "count", "skip", "seek", "conv", "status", "oflag", "iflag"):
            raise UsageError(f"dd: unrecognized operand {quoted(word)}\nTry 'dd --help' for more information.")
        values[name] = value
    if "seek" in values:
        raise not_simulated(call, "seek")
    block = _size(call, values.get("bs", "512"))
    if not 0 < block <= _LONGEST:
        raise UsageError(f"dd: invalid number: {quoted(values.get('bs', ''))}")
    begun = guest.clock.monotonic()
    if values.get("if") in _DEVICES and values.get("of", "/dev/null") == "/dev/null":
        passed = await _streamed(guest, call, values, block)
        await _report(call, values, block, passed, passed, guest.clock.monotonic() - begun, "")
        return 0
    data = await _source(guest, call, values, block)
    written, problem = len(data), ""
    if "of" in values:
        written, problem = _written(guest, call, values, data)
    else:
        await call.stdout.write(data.decode("utf-8", "surrogateescape"))
    await _report(call, values, block, len(data), written, guest.clock.monotonic() - begun, problem)
    return 1 if problem else 0


def _count(values: dict[str, str]) -> int | None:
    return int(values["count"]) if values.get("count", "").isdigit() else None


async def _streamed(guest: LinuxGuest, call: Call, values: dict[str, str], block: int) -> int:
    """Bytes of a device to the output, or to nowhere; without a count it goes on until it is ended."""
    count, passed = _count(values), 0
    while count is None or passed < count * block:
        size = _CHUNK if count is None else min(_CHUNK, count * block - passed)
        if "of" in values:
            await guest.sleep(_TURN)
        else:
            data = bytes(size) if values["if"] == "/dev/zero" else guest.random("urandom").randbytes(size)
            await call.stdout.write(data.decode("utf-8", "surrogateescape"))
        passed += size
    return passed


async def _source(guest: LinuxGuest, call: Call, values: dict[str, str], block: int) -> bytes:
    count = _count(values)
    wanted = _LONGEST + 1 if count is None else count * block
    skip = int(values.get("skip", "0")) * block
    source = values.get("if", "")
    if source in _DEVICES:
        # As much as the disk can take is enough to find it full.
        most = min(wanted, guest.tree.size - guest.tree.occupied + block)
        return bytes(most) if source == "/dev/zero" else guest.random("urandom").randbytes(most)
    if source:
        data = attempt(call, f"failed to open '{source}'", partial(guest.tree.read, place(call, source)))
    else:
        data = (await call.stdin.read()).encode("utf-8", "surrogateescape")
    return data[skip : skip + wanted]


def _written(guest: LinuxGuest, call: Call, values: dict[str, str], data: bytes) -> tuple[int, str]:
    target = values["of"]
    path = place(call, target)
    if path == "/dev/null":
        return len(data), ""
    file = attempt(call, f"failed to open '{target}'", partial(guest.tree.create, path))
    if "notrunc" not in values.get("conv", "") and not isinstance(file, Computed):
        file.truncate(0)
    place_in = 0
    try:
        for start in range(0, len(data), _CHUNK):
            part = data[start : start + _CHUNK]
            file.write(part, place_in)
            place_in += len(part)
    except OSError as failed:
        room = guest.tree.size - guest.tree.occupied
        if failed.errno == errno.ENOSPC and room > 0:
            file.write(data[place_in : place_in + room], place_in)
            place_in += room
        return place_in, f"dd: error writing '{target}': {reason(failed)}\n"
    return place_in, ""


async def _report(
    call: Call, values: dict[str, str], block: int, read: int, written: int, seconds: float, problem: str
) -> None:
    text = problem
    if values.get("status") != "none":
        text += f"{read // block}+{1 if read % block else 0} records in\n"
        text += f"{written // block}+{1 if written % block else 0} records out\n"
        if values.get("status") != "noxfer":
            rate = written / max(seconds, 1e-4) / 1e6
            text += f"{written} bytes copied, {max(seconds, 1e-4):.6g} s, {rate:.1f} MB/s\n"
    if text:
        await call.stderr.write(text)


async def truncate(guest: LinuxGuest, call: Call) -> int:
    """``truncate -s SIZE FILE...`` and ``fallocate -l SIZE FILE``."""
    options, words = parse(call, "s:cl:o:n", ("size=", "length=", "no-create"))
    chosen = {{"--size": "-s", "--length": "-l"}.get(name, name): value for name, value in options}
    size = chosen.get("-s", chosen.get("-l"))
    if size is None:
        raise UsageError(f"{name_of(call)}: you must specify either '--size' or '--reference'")
    need(call, words)
    count = _size(call, size)

    def one(word: str) -> None:
        file = attempt(call, f"cannot open '{word}' for writing", partial(guest.tree.create, place(call, word)))
        attempt(call, f"failed to truncate '{word}' at {count} bytes", partial(file.truncate, count))

    return await each(call, words, one)


async def diff(guest: LinuxGuest, call: Call) -> int:
    """``diff [-q] [-u] [-s] FILE FILE``: 0 the same, 1 different, 2 trouble."""
    options, words = parse(call, "qusbBwNra", ("brief", "unified", "report-identical-files"), status=2)
    letters = {name.lstrip("-")[:1] for name, _ in options}
    if letters & {"B", "N", "a"} or "-r" in dict(options):
        raise not_simulated(call, "these options")
    if len(words) != 2:
        raise UsageError(f"diff: missing operand after '{words[0] if words else 'diff'}'", 2)
    texts = [(await _lines(guest, call, word)) for word in words]
    left, right = texts
    if letters & {"w", "b"}:
        same = [" ".join(line.split()) for line in left] == [" ".join(line.split()) for line in right]
    else:
        same = left == right
    if same:
        if "r" in letters or "s" in letters:
            await call.stdout.write(f"Files {words[0]} and {words[1]} are identical\n")
        return 0
    if "q" in letters or "--brief" in dict(options):
        await call.stdout.write(f"Files {words[0]} and {words[1]} differ\n")
        return 1
    if "u" in letters:
        await call.stdout.write("".join(difflib.unified_diff(left, right, words[0], words[1])))
        return 1
    await call.stdout.write(_normal(left, right))
    return 1


async def _lines(guest: LinuxGuest, call: Call, word: str) -> list[str]:
    if word == "-":
        return (await call.stdin.read()).splitlines(keepends=True)
    try:
        data = guest.tree.read(place(call, word))
    except OSError as problem:
        raise UsageError(f"diff: {word}: {reason(problem)}", 2) from None
    return data.decode("utf-8", "surrogateescape").splitlines(keepends=True)


def _normal(left: list[str], right: list[str]) -> str:
    text = ""
    for kind, a, b, c, d in difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        letter = {"replace": "c", "delete": "d", "insert": "a"}[kind]
        one = _range(a, b) if kind != "insert" else str(a)
        two = _range(c, d) if kind != "delete" else str(c)
        text += f"{one}{letter}{two}\n"
        text += "".join(f"< {line}" for line in left[a:b])
        text += "---\n" if kind == "replace" else ""
        text += "".join(f"> {line}" for line in right[c:d])
    return text


def _range(start: int, end: int) -> str:
    return str(end) if end - start == 1 else f"{start + 1},{end}"


async def cmp(guest: LinuxGuest, call: Call) -> int:
    """``cmp [-s] FILE FILE``."""
    options, words = parse(call, "sbl", ("quiet", "silent"), status=2)
    if len(words) != 2:
        raise UsageError(f"cmp: missing operand after '{words[0] if words else 'cmp'}'", 2)
    left, right = (attempt(call, word, partial(guest.tree.read, place(call, word))) for word in words)
    if left == right:
        return 0
    if not options:
        at = next((at for at, (one, two) in enumerate(zip(left, right, strict=False)) if one != two), None)
        if at is None:
            shorter = words[0] if len(left) < len(right) else words[1]
            await call.stderr.write(f"cmp: EOF on {shorter} after byte {min(len(left), len(right))}\n")
        else:
            line = left[:at].count(b"\n") + 1
            await call.stdout.write(f"{words[0]} {words[1]} differ: byte {at + 1}, line {line}\n")
    return 1


COMMANDS: dict[str, GuestCommand] = {
    "ln": link,
    "chown": change_owner,
    "chgrp": change_owner,
    "dd": dd,
    "truncate": truncate,
    "fallocate": truncate,
    "diff": diff,
    "cmp": cmp,
}
