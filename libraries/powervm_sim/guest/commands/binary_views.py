"""Bytes made visible: ``od``, ``xxd`` and ``hexdump``."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from powervm_sim.guest.commands.kinds import GuestCommand
from powervm_sim.guest.commands.options import UsageError, name_of, not_simulated, parse
from powervm_sim.guest.commands.places import attempt, place
from powervm_sim.shell.call import Call

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

_LINE = 16
_ESCAPES = {0: "\\0", 7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r"}


async def _data(guest: LinuxGuest, call: Call, names: list[str]) -> bytes:
    data = b""
    for name in names or ["-"]:
        if name == "-":
            data += (await call.stdin.read()).encode("utf-8", "surrogateescape")
        else:
            data += attempt(call, name, partial(guest.tree.read, place(call, name)))
    return data


def _count(call: Call, text: str) -> int:
    try:
        return int(text, 16) if text.lower().startswith("0x") else int(text)
    except ValueError:
        raise UsageError(f"{name_of(call)}: invalid number '{text}'") from None


async def od(guest: LinuxGuest, call: Call) -> int:
    """``od [-A d|o|x|n] [-t xN|uN|dN|oN|c|a] [-N COUNT] [-j SKIP] [-v] [--endian=big|little]``, ``-x -c -b -d``."""
    long = ("address-radix=", "format=", "read-bytes=", "skip-bytes=", "output-duplicates", "endian=", "width=")
    given, names = parse(call, "A:t:N:j:vxcbdw:", long)
    options = {_OD_LONG.get(name, name): value for name, value in given}
    if options.keys() & {"-w"}:
        raise not_simulated(call, "-w")
    short = {"-x": "x2", "-c": "c", "-b": "o1", "-d": "u2"}
    form = options.get("-t") or next((short[name] for name, _ in given if name in short), "o2")
    found = re.fullmatch(r"([xudo])([1248]?)|(c)", form.rstrip("z"))
    if not found:
        if form[:1] in "af":
            raise not_simulated(call, f"-t {form}")
        raise UsageError(f"od: invalid character '{form[:1]}' in type string '{form}'")
    data = await _data(guest, call, names)
    data = data[_count(call, options.get("-j", "0")) :]
    if "-N" in options:
        data = data[: _count(call, options["-N"])]
    radix = options.get("-A", "o")
    if radix not in "doxn" or len(radix) != 1:
        raise UsageError(f"od: invalid output address radix '{radix}'; it must be one character from [doxn]")
    order = options.get("--endian", "little")
    show = partial(_od_line, kind=found[1] or "c", size=int(found[2] or 4), big=order == "big")
    await call.stdout.write(_dumped(data, radix, show, squeeze="-v" not in options))
    return 0


_OD_LONG = {"--address-radix": "-A", "--format": "-t", "--read-bytes": "-N", "--skip-bytes": "-j", "--width": "-w"}
_OD_LONG |= {"--output-duplicates": "-v"}


def _od_line(data: bytes, *, kind: str, size: int, big: bool) -> str:
    if kind == "c":
        shown = (_ESCAPES.get(byte) or (chr(byte) if 32 <= byte < 127 else f"{byte:03o}") for byte in data)
        return "".join(f"{text:>4}" for text in shown)
    width = {
        "x": 2 * size,
        "o": {1: 3, 2: 6, 4: 11, 8: 22}[size],
        "u": {1: 3, 2: 5, 4: 10, 8: 20}[size],
        "d": {1: 4, 2: 6, 4: 11, 8: 20}[size],
    }[kind]
    text = ""
    for start in range(0, len(data), size):
        part = data[start : start + size].ljust(size, b"\0")
        value = int.from_bytes(part, "big" if big else "little", signed=kind == "d")
        digits = f"{value:0{width}{kind}}" if kind in "xo" else f"{value:>{width}d}"
        text += f" {digits}"
    return text


def _dumped(data: bytes, radix: str, show: Callable[[bytes], str], *, squeeze: bool) -> str:
    def address(number: int) -> str:
        return {"o": f"{number:07o}", "d": f"{number:07d}", "x": f"{number:06x}", "n": ""}[radix]

    lines: list[str] = []
    before, starred = b"", False
    for start in range(0, len(data), _LINE):
        part = data[start : start + _LINE]
        if squeeze and part == before and start + _LINE < len(data):
            if not starred:
                lines.append("*\n")
            starred = True
            continue
        starred, before = False, part
        lines.append(f"{address(start)}{show(part)}\n")
    if radix != "n":
        lines.append(f"{address(len(data))}\n")
    return "".join(lines)


async def xxd(guest: LinuxGuest, call: Call) -> int:
    """``xxd [-p] [-l LENGTH] [-s SKIP] [-u] [FILE]``."""
    options, names = parse(call, "pl:s:urc:g:bieE", ("plain",))
    chosen = dict(options)
    refused = chosen.keys() & {"-r", "-c", "-g", "-b", "-i", "-e", "-E"}
    if refused or len(names) > 1:
        raise not_simulated(call, min(refused) if refused else names[1])
    data = await _data(guest, call, names)
    data = data[_count(call, chosen.get("-s", "0")) :]
    if "-l" in chosen:
        data = data[: _count(call, chosen["-l"])]
    form = "X" if "-u" in chosen else "x"
    if chosen.keys() & {"-p", "--plain"}:
        digits = "".join(f"{byte:02{form}}" for byte in data)
        await call.stdout.write("".join(digits[start : start + 60] + "\n" for start in range(0, len(digits), 60)))
        return 0
    for start in range(0, len(data), _LINE):
        part = data[start : start + _LINE]
        pairs = " ".join("".join(f"{byte:02{form}}" for byte in part[at : at + 2]) for at in range(0, len(part), 2))
        await call.stdout.write(f"{start:08x}: {pairs:<39}  {_printable(part)}\n")
    return 0


def _printable(data: bytes) -> str:
    return "".join(chr(byte) if 32 <= byte < 127 else "." for byte in data)


async def hexdump(guest: LinuxGuest, call: Call) -> int:
    """``hexdump``, ``-C``, ``-x``, ``-n LENGTH``, ``-s SKIP``, ``-v``, and ``-e`` with one format."""
    options, names = parse(call, "Cxn:s:ve:bcdo")
    chosen = dict(options)
    refused = chosen.keys() & {"-b", "-c", "-d", "-o"}
    if refused:
        raise not_simulated(call, min(refused))
    data = await _data(guest, call, names)
    data = data[_count(call, chosen.get("-s", "0")) :]
    if "-n" in chosen:
        data = data[: _count(call, chosen["-n"])]
    if "-e" in chosen:
        await call.stdout.write(_formatted(call, data, chosen["-e"]))
        return 0
    if "-C" in chosen:
        text = ""
        for start in range(0, len(data), _LINE):
            part = data[start : start + _LINE]
            halves = (" ".join(f"{byte:02x}" for byte in half) for half in (part[:8], part[8:]))
            left, right = halves
            text += f"{start:08x}  {left:<23}  {right:<23}  |{_printable(part)}|\n"
        await call.stdout.write(text + (f"{len(data):08x}\n" if data else ""))
        return 0
    text = ""
    for start in range(0, len(data), _LINE):
        part = data[start : start + _LINE]
        text += f"{start:07x}{_od_line(part, kind='x', size=2, big=False)}\n"
    await call.stdout.write(text + (f"{len(data):07x}\n" if data else ""))
    return 0


def _formatted(call: Call, data: bytes, form: str) -> str:
    found = re.fullmatch(r"\s*(?:(\d+)?/([124]))?\s*\"([^\"%]*%0?\d*[xud][^\"%]*)\"\s*", form)
    if not found:
        raise not_simulated(call, f"-e {form}")
    size, pattern = int(found[2] or 1), found[3].replace("\\n", "\n").replace("%u", "%d")
    return "".join(
        pattern % int.from_bytes(data[start : start + size], "little") for start in range(0, len(data), size)
    )


async def strings(guest: LinuxGuest, call: Call) -> int:
    """``strings [-n LENGTH] FILE``."""
    options, names = parse(call, "n:a")
    least = _count(call, dict(options).get("-n", "4"))
    text = (await _data(guest, call, names)).decode("latin-1")
    for run in re.findall(rf"[\t -~]{{{max(1, least)},}}", text):
        await call.stdout.write(f"{run}\n")
    return 0


COMMANDS: dict[str, GuestCommand] = {"od": od, "xxd": xxd, "hexdump": hexdump, "strings": strings}
