"""``tail -f`` and ``tail -F``: what is added to files is shown until somebody ends it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from powervm_sim.shell.call import Call
from powervm_sim.shell.files import reason, resolve
from powervm_sim.shell.pipes import gather_input

_POLL = 0.1


@dataclass
class _Followed:
    """A file: how many characters of it were shown, and how many bytes it had then."""

    name: str
    path: str
    shown: int = 0
    size: int = -1


async def follow(call: Call, names: Sequence[str], *, first: Callable[[str], str], titled: bool, again: bool) -> int:
    """Show the ends of files and then what is added.

    Args:
        first: Gives the part of a content that is shown at once.
        titled: The name stands above each part.
        again: A file that is not there yet, or no longer, is waited for (``-F``).

    Returns:
        1 when there is no file to follow; otherwise it does not return.
    """
    files = [_Followed(name, resolve(name, call.variables)) for name in names]
    last: _Followed | None = None
    for file in list(files):
        text = await _text(call, file)
        if text is None:
            if not again:
                files.remove(file)
            continue
        await _show(call, file, first(text), titled=titled, above=last is not None)
        last = file
    if not files:
        await call.stderr.write(f"{call.name}: no files remaining\n")
        return 1
    while True:
        await asyncio.sleep(_POLL)
        for file in files:
            added = await _added(call, file, again=again)
            if added:
                await _show(call, file, added, titled=titled and file is not last, above=True)
                last = file


async def _show(call: Call, file: _Followed, text: str, *, titled: bool, above: bool) -> None:
    head = f"==> {file.name} <==\n" if titled else ""
    await call.stdout.write(("\n" if head and above else "") + head + text)


async def _text(call: Call, file: _Followed) -> str | None:
    """All of the file; None when it cannot be read, which is told."""
    try:
        if call.files is None:
            raise FileNotFoundError
        status = await call.files.status(file.path)
        text = "".join(await gather_input(await call.files.open_read(file.path)))
    except OSError as error:
        await call.stderr.write(f"{call.name}: cannot open '{file.name}' for reading: {reason(error)}\n")
        return None
    file.shown, file.size = len(text), status.size if status is not None else 0
    return text


async def _added(call: Call, file: _Followed, *, again: bool) -> str:
    """What was added since the last look."""
    status = await call.files.status(file.path) if call.files is not None else None
    if status is None:
        if again and file.size >= 0:
            file.shown, file.size = 0, -1
            await call.stderr.write(f"{call.name}: '{file.name}' has become inaccessible: No such file or directory\n")
        return ""
    if status.size == file.size:
        return ""
    if 0 <= status.size < file.size:
        file.shown = 0
        await call.stderr.write(f"{call.name}: {file.name}: file truncated\n")
    elif file.size < 0:
        await call.stderr.write(f"{call.name}: '{file.name}' has appeared;  following new file\n")
    before = file.shown
    text = await _text(call, file)
    return "" if text is None else text[before:]
