"""What must hold for any text."""

from __future__ import annotations

import asyncio
import re
import shlex
from collections.abc import Callable
from typing import TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sim_shell_support import MemoryFiles, run

from powervm_sim.shell.automaton import Automaton
from powervm_sim.shell.filters.awk_syntax import Reader as AwkReader
from powervm_sim.shell.filters.base import ToolError
from powervm_sim.shell.filters.sed_script import ScriptReader
from powervm_sim.shell.parser import parse
from powervm_sim.shell.pipes import Pipe
from powervm_sim.shell.posix import Expression, ExpressionError
from powervm_sim.shell.posix_syntax import Reader, python_source
from powervm_sim.shell.syntax import ShellSyntaxError

QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
SHELL_PIECES = [
    *"abc123 \n\t;&|<>(){}[]$`'\"\\#!*?~=%/:-+.,@^",
    "if ", "then ", "fi", "for x in ", "do ", "done", "while ", "case ", " in ", "esac", "$(", "${", "$((", "))", "&&",
    "||", ";;", "<<E\n", "\nE\n", "[[ ", " ]]", "echo ", "x=", "${x:-", "2>&1", "=~ ",
]  # fmt: skip
scripts = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(SHELL_PIECES), max_size=25).map("".join))
byte_text = st.binary(max_size=40).map(lambda data: data.decode("utf-8", "surrogateescape").replace("\0", ""))

Refusal = TypeVar("Refusal", bound=Exception)


def refusal(action: Callable[[], object], kind: type[Refusal]) -> Refusal | None:
    """The error of this kind, or None when the action succeeded; any other error fails the test."""
    try:
        action()
    except kind as error:
        return error
    return None


@QUICK
@given(scripts)
def test_the_parser_only_ever_says_syntax_error(script: str) -> None:
    error = refusal(lambda: parse(script), ShellSyntaxError)
    assert error is None or (str(error) and error.line >= 1)


@QUICK
@given(scripts)
def test_the_shell_never_fails_on_a_script(script: str) -> None:
    result = run(script, "input line\n", files=MemoryFiles({"/home/tester/a": "content\n"}))
    assert 0 <= result.status <= 255
    if result.status in (2, 127):
        assert result.stderr or result.stdout or "exit" in script or "2>" in script or "&>" in script or ">&" in script


@QUICK
@given(byte_text)
def test_quoting_round_trips(text: str) -> None:
    assert run(f"printf %s {shlex.quote(text)}").stdout == text
    assert run(f'x={shlex.quote(text)}; printf %s "$x"').stdout == text
    assert run(f"cat <<'END_OF_IT'\n{text}\nEND_OF_IT").stdout == text + "\n"


@QUICK
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=30))
def test_what_printf_q_prints_can_be_read_back(text: str) -> None:
    quoted = run(f"printf %q {shlex.quote(text)}").stdout
    assert run(f"printf %s {quoted}").stdout == text


@QUICK
@given(st.lists(byte_text, max_size=20))
def test_pipes_keep_every_character(pieces: list[str]) -> None:
    async def test() -> str:
        pipe = Pipe(capacity=7)

        async def write() -> None:
            for piece in pieces:
                await pipe.write(piece)
            pipe.close_writing()

        writer = asyncio.create_task(write())
        kept = []
        while line := await pipe.readline():
            kept.append(line)
        await writer
        return "".join(kept)

    assert asyncio.run(asyncio.wait_for(test(), 20)) == "".join(pieces)


@QUICK
@given(byte_text)
def test_filters_keep_every_character(text: str) -> None:
    assert run("cat | tee | sed -n p | grep -a '' | head -n 1000 | tail -n +1", text + "\n").stdout == text + "\n"


@QUICK
@given(st.text(alphabet="sypdaicqnNDGHhxbt0123/\\&;{}$,!~+ \nIg.*[]()", max_size=20))
def test_sed_scripts_are_read_or_refused(script: str) -> None:
    error = refusal(lambda: ScriptReader(script, extended=False).read(), ToolError)
    assert error is None or str(error).startswith("-e expression #1, char ")


@QUICK
@given(st.lists(st.sampled_from(["{", "}", "(", ")", "print ", "$1", "x", "1", "+", "++", "=", "~", "/a/", ",", ";",
    "if", "for", "in ", '"s"', "[", "]", "!", "-", "BEGIN", "\n", "length", "<", ">", "?", ":", "getline", "%"]),
    max_size=15).map(" ".join))  # fmt: skip
def test_awk_programs_are_read_or_refused(program: str) -> None:
    error = refusal(lambda: AwkReader(program).program(), ToolError)
    assert error is None or str(error).startswith("cmd. line:")


EXPRESSIONS = st.recursive(
    st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "^", "$", "\\w"]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]}|{pair[1]})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{1,2}"])).map(lambda pair: f"({pair[0]}){pair[1]}"),
    ),
    max_leaves=6,
)


@QUICK
@given(EXPRESSIONS, st.text(alphabet="abc", max_size=8))
def test_the_bounded_matcher_agrees_with_python(source: str, text: str) -> None:
    reader = Reader(source, extended=True, escapes=False)
    node = reader.read()
    expected = re.compile(python_source(node), re.DOTALL).search(text)
    spans = Automaton(node, reader.groups, re.DOTALL).search(text, 0)
    assert (spans is None) == (expected is None)
    if spans is not None and expected is not None:
        assert spans[0][0] == expected.start()


@QUICK
@given(st.text(max_size=15), st.booleans())
def test_expressions_are_read_or_refused(source: str, extended: bool) -> None:
    error = refusal(lambda: Expression(source, extended=extended).search("some text to look at"), ExpressionError)
    assert error is None or str(error)


@QUICK
@given(st.text(alphabet=st.characters(codec="ascii", categories=["L", "N", "P", "S"]), min_size=1, max_size=12))
def test_a_quoted_text_is_found_literally(text: str) -> None:
    assert run(f"grep -cF -e {shlex.quote(text)}", f"x{text}y\n").stdout == "1\n"
    basic = re.sub(r"([\\.*\[\]^$])", r"\\\1", text)
    assert run(f"grep -c -e {shlex.quote(basic)}", f"x{text}y\n").stdout == "1\n"
    assert run(f"awk -v t={shlex.quote(text.replace(chr(92), chr(92) * 2))} 'index($0, t) {{print \"y\"}}'",
               f"x{text}y\n").stdout == "y\n"  # fmt: skip


def test_scripts_from_the_pieces_are_often_valid() -> None:
    """The fuzz tests above would prove little if every script were refused."""
    outcomes: list[bool] = []

    @QUICK
    @given(scripts)
    def count(script: str) -> None:
        outcomes.append(refusal(lambda: parse(script), ShellSyntaxError) is None)

    count()
    assert any(outcomes)
    assert not all(outcomes)
