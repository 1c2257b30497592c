"""Shell patterns: the same answers as a regular expression gives, in a time that no pattern can stretch."""

from __future__ import annotations

import asyncio
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sim_shell_support import Bench, run

from powervm_sim.shell import patterns

PIECES = ["*", "?", "a", "b", "[ab]", "[!a]", "\\*"]
some_patterns = st.lists(st.sampled_from(PIECES), min_size=1, max_size=7).map("".join)
some_texts = st.text(alphabet="ab*c", max_size=9)
QUICK = settings(max_examples=200, deadline=None, derandomize=True)


def expression(pattern: str) -> re.Pattern[str]:
    """The pattern as an ordinary regular expression."""
    words = {"*": ".*", "?": ".", "[!a]": "[^a]"}
    return re.compile("".join(words.get(piece, piece) for piece in re.findall(r"\[.*?\]|\\.|.", pattern)), re.DOTALL)


@QUICK
@given(some_patterns, some_texts)
def test_whole_beginnings_and_ends_are_those_of_a_regular_expression(pattern: str, text: str) -> None:
    wanted = expression(pattern)
    lengths = range(len(text) + 1)
    assert patterns.matches(pattern, text) == (wanted.fullmatch(text) is not None)
    assert list(patterns.prefixes(pattern, text)) == [n for n in lengths if wanted.fullmatch(text, 0, n)]
    assert list(patterns.suffixes(pattern, text)) == [n for n in reversed(lengths) if wanted.fullmatch(text, n)]


@QUICK
@given(some_patterns.filter(lambda pattern: pattern.strip("*")), some_texts, st.booleans())
def test_the_first_longest_piece_is_replaced(pattern: str, text: str, everywhere: bool) -> None:
    wanted = expression(pattern).sub("R", text, count=0 if everywhere else 1)
    assert patterns.replaced(pattern, text, "R", everywhere=everywhere) == wanted


@pytest.mark.parametrize(
    ("script", "stdout"),
    [
        ("case $x in *a*a*a*a*a*a*a*a*a*a*b) echo yes;; *) echo no;; esac", "no\n"),
        ("[[ $x == *a*a*a*a*a*a*b ]]; echo $?", "1\n"),
        ("y=${x//a*a*a*a*a*b/}; echo ${#y}", "20000\n"),
        ("y=${x##*a*a*a*b}; echo ${#y}", "20000\n"),
        ("y=${x%%b*a*a*a}; echo ${#y}", "20000\n"),
        ("y=${x%a*a*a*a}; echo ${#y}", "19996\n"),
        ("y=${x//a/bb}; echo ${#y}", "40000\n"),
    ],
)
def test_no_pattern_takes_for_ever(script: str, stdout: str) -> None:
    begin = time.process_time()
    text = "a" * 20_000
    assert run(f"x={text}; {script}").stdout == stdout
    assert time.process_time() - begin < 5


def test_a_pattern_beyond_all_measure_is_refused() -> None:
    assert "a pattern longer than 4096" in run(f"x=a; case $x in {'?' * 5000}) ;; esac").stderr


def test_a_star_alone_replaces_the_text_once() -> None:
    assert run("x=abc; echo ${x//*/y} ${x/*/z}").stdout == "y z\n"


@pytest.mark.parametrize(
    "kept", [{f"v{number}": "" for number in range(10_000)}, {"big": "x" * 32 * 1024 * 1024}], ids=["many", "much"]
)
def test_a_shell_keeps_only_so_much_in_variables(kept: dict[str, str]) -> None:
    async def work() -> tuple[str, str]:
        bench = Bench()
        bench.shell.variables.update(kept)
        refused = await bench.run("x=$(printf 'a%.0s' {1..5000})")
        changed = await bench.run("PWD=/; echo $PWD")
        return refused.stderr, changed.stdout

    told, seen = asyncio.run(work())
    assert "more than a shell may keep in variables" in told
    assert seen == "/\n"
