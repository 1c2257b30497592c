"""Brace expansion: ``{a,b}`` and ``{1..5}`` in the unquoted parts of a word."""

from __future__ import annotations

import re

from powervm_sim.shell.syntax import Literal, Part, Word

MOST = 10_000
"""Words that one word may become."""

_RANGE = re.compile(r"(-?\d+)\.\.(-?\d+)(?:\.\.(-?\d+))?|([A-Za-z])\.\.([A-Za-z])(?:\.\.(-?\d+))?", re.ASCII)


class TooManyWords(Exception):
    """A brace expansion would give more than `MOST` words."""


Atoms = tuple[Part, ...]
"""A word cut so that every unquoted character is a part of its own."""


def expand_braces(word: Word) -> list[Word]:
    """The words that a word stands for; itself alone when it has no braces."""
    if "{" not in word.raw or not any(isinstance(part, Literal) and "{" in part.text for part in word.parts):
        return [word]
    return [Word(_joined(atoms), word.raw) for atoms in _expand(_atoms(word))]


def _atoms(word: Word) -> Atoms:
    atoms: list[Part] = []
    for part in word.parts:
        if isinstance(part, Literal) and not part.quoted:
            atoms.extend(Literal(character) for character in part.text)
        else:
            atoms.append(part)
    return tuple(atoms)


def _joined(atoms: Atoms) -> Atoms:
    parts: list[Part] = []
    for atom in atoms:
        last = parts[-1] if parts else None
        if isinstance(atom, Literal) and isinstance(last, Literal) and not atom.quoted and not last.quoted:
            parts[-1] = Literal(last.text + atom.text)
        else:
            parts.append(atom)
    return tuple(parts)


def _is(atom: Part, text: str) -> bool:
    return isinstance(atom, Literal) and not atom.quoted and atom.text == text


def _expand(atoms: Atoms) -> list[Atoms]:
    for start, atom in enumerate(atoms):
        if not _is(atom, "{"):
            continue
        end = _closing(atoms, start)
        choices = _choices(atoms[start + 1 : end]) if end is not None else None
        if end is None or choices is None:
            continue
        tails = _expand(atoms[end + 1 :])
        if len(tails) * len(choices) > MOST:
            raise TooManyWords
        return [atoms[:start] + choice + tail for choice in choices for tail in tails]
    return [atoms]


def _closing(atoms: Atoms, start: int) -> int | None:
    depth = 0
    for index in range(start, len(atoms)):
        depth += _is(atoms[index], "{") - _is(atoms[index], "}")
        if depth == 0:
            return index
    return None


def _choices(inside: Atoms) -> list[Atoms] | None:
    """What stands between the braces, or None when they are no brace expansion."""
    pieces: list[Atoms] = []
    depth = begin = 0
    for index, atom in enumerate(inside):
        depth += _is(atom, "{") - _is(atom, "}")
        if depth == 0 and _is(atom, ","):
            pieces.append(inside[begin:index])
            begin = index + 1
    if not pieces:
        return _range(inside)
    return [choice for piece in [*pieces, inside[begin:]] for choice in _expand(piece)]


def _range(inside: Atoms) -> list[Atoms] | None:
    if not all(isinstance(atom, Literal) and not atom.quoted for atom in inside):
        return None
    match = _RANGE.fullmatch("".join(atom.text for atom in inside if isinstance(atom, Literal)))
    if match is None:
        return None
    first, last, step, first_letter, last_letter, letter_step = match.groups()
    if first_letter:
        numbers = _numbers(ord(first_letter), ord(last_letter), int(letter_step or 1))
        return [(Literal(chr(number)),) for number in numbers]
    padded = any(re.match(r"-?0\d", text) for text in (first, last))
    width = max(len(first), len(last)) if padded else 0
    return [(Literal(f"{number:0{width}d}"),) for number in _numbers(int(first), int(last), int(step or 1))]


def _numbers(first: int, last: int, step: int) -> range:
    step = abs(step) or 1
    if abs(last - first) // step >= MOST:
        raise TooManyWords
    return range(first, last + 1, step) if last >= first else range(first, last - 1, -step)
