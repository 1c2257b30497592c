"""The format of ``compress`` (files that end in ``.Z``)."""

from __future__ import annotations

_MAGIC = b"\x1f\x9d"
_BITS = 16
_BLOCK_MODE = 0x80
_FIRST_BITS = 9
_FIRST_FREE = 257


def compress(data: bytes) -> bytes:
    """The data as ``compress`` would store it; ``uncompress`` and gzip read it."""
    packer = _Packer()
    table = {bytes((number,)): number for number in range(256)}
    free = _FIRST_FREE
    known = b""
    for position in range(len(data)):
        longer = known + data[position : position + 1]
        if longer in table:
            known = longer
            continue
        packer.add(table[known], free)
        if free < 1 << _BITS:
            table[longer] = free
            free += 1
        known = data[position : position + 1]
    if known:
        packer.add(table[known], free)
    return _MAGIC + bytes((_BLOCK_MODE | _BITS,)) + packer.finish()


class _Packer:
    """Codes of growing width, lowest bit first. Eight codes of one width are a group; a change of width fills it up."""

    def __init__(self) -> None:
        self._bits = _FIRST_BITS
        self._group = 0
        self._used = 0
        self._out = bytearray()

    def add(self, code: int, free: int) -> None:
        """One more code, when ``free`` is the next entry of the table."""
        self._group |= code << self._used
        self._used += self._bits
        if self._used == self._bits * 8:
            self._flush(self._bits)
        if free > (1 << self._bits) - 1 and self._bits < _BITS:
            if self._used:
                self._flush(self._bits)
            self._bits += 1

    def finish(self) -> bytes:
        """Everything."""
        self._flush((self._used + 7) // 8)
        return bytes(self._out)

    def _flush(self, length: int) -> None:
        self._out += self._group.to_bytes(length, "little")
        self._group = self._used = 0
