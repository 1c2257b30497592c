"""What the lines of a kernel log mean."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from powervm.kernel_log import LEVELS, Line, RuleClass, group_events, judge, load_rules, read_journal, read_ring
from powervm.kernel_log.rules import RuleError, built_in_rules
from unit.kernel_log.corpus import TODAY, Score, cases, found, lines_of, score, verdict_of

ERR, WARN, INFO = (LEVELS.index(name) for name in ("err", "warn", "info"))


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["what"])
def test_the_corpus(case: dict[str, Any]) -> None:
    verdict = verdict_of(case)
    assert found(verdict, RuleClass.ERROR) == case["errors"]
    assert found(verdict, RuleClass.NOTEWORTHY) == case["noteworthy"]
    assert verdict.lines == len(case["lines"])


def test_no_error_of_the_corpus_is_missed_and_none_is_invented() -> None:
    assert score() == Score(precision=1.0, recall=1.0)


def test_a_report_of_many_lines_is_one_event_and_complete() -> None:
    (case,) = [case for case in cases() if "oops" in case["what"]]
    (event,) = group_events(lines_of(case))
    assert len(event.lines) == len(case["lines"])
    assert event.level == 0


def test_the_same_report_twice_is_two_events() -> None:
    line = "watchdog: CPU 5 Hard LOCKUP"
    assert len(group_events([Line(1, 0, line), Line(1.1, 0, line)])) == 2


def test_a_report_is_over_after_a_pause() -> None:
    first, later = Line(1, ERR, "EEH: Frozen PHB#1-PE#0 detected"), Line(60, ERR, "EEH: Frozen PHB#2-PE#0 detected")
    assert len(group_events([first, later])) == 2


@pytest.mark.parametrize("rule", built_in_rules(), ids=lambda rule: rule.id)
def test_no_built_in_rule_has_expired(rule: Any) -> None:
    assert rule.expires is None or rule.expires >= date.today(), f"look at {rule.id} again: {rule.source}"


def test_every_built_in_rule_has_an_id_of_its_own() -> None:
    ids = [rule.id for rule in built_in_rules()]
    assert len(ids) == len(set(ids))


KNOWN = {"id": "known", "class": "known-issue", "pattern": "foo: broke", "expires": TODAY, "reason": "bug 1"}


def test_a_rule_of_ones_own_comes_first_and_expires() -> None:
    lines = [Line(1, ERR, "foo: broke")]
    rules = load_rules([KNOWN])
    assert judge(lines, rules, today=TODAY).clean
    assert judge(lines, rules, today=TODAY).counts["known-issue"] == 1
    assert not judge(lines, rules, today=TODAY + timedelta(days=1)).clean


@pytest.mark.parametrize(
    ("kernel", "clean"),
    [("5.14.0-503.11.1.el9_5", True), ("5.14.0-70", True), ("6.4.0-150600", False), ("", False)],
)
def test_a_rule_for_some_kernels(kernel: str, clean: bool) -> None:
    rules = load_rules([{**KNOWN, "kernels": ">=5.14, <6.4"}])
    assert judge([Line(1, ERR, "foo: broke")], rules, kernel=kernel, today=TODAY).clean is clean


@pytest.mark.parametrize(("firmware", "clean"), [("FW1060.10 (MH1060_064)", True), ("FW1060.20 (MH1060_101)", False)])
def test_a_rule_for_some_firmware(firmware: str, clean: bool) -> None:
    rules = load_rules([{**KNOWN, "firmware": "<1060.20"}])
    assert judge([Line(1, ERR, "foo: broke")], rules, firmware=firmware, today=TODAY).clean is clean


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ({"pattern": "("}, "Rule 1 for the kernel log (known), pattern: Value error, it is no regular expression"),
        ({"expires": None}, "a known issue needs 'expires'"),
        ({"levels": ["loud"]}, "loud is no level; levels are emerg"),
        ({"kernels": "5.14"}, "a range looks like"),
        ({"class": "fine"}, "Rule 1 for the kernel log (known), class: "),
        ({"patern": "x"}, "Rule 1 for the kernel log (known), patern: "),
    ],
)
def test_a_wrong_rule_says_what_is_wrong(damage: dict[str, Any], said: str) -> None:
    with pytest.raises(RuleError) as error:
        load_rules([{**KNOWN, **damage}])
    assert said in str(error.value)


def test_the_first_error_is_the_sentence() -> None:
    lines = [Line(1, INFO, "a"), Line(2, WARN, "odd"), Line(3, ERR, "broke"), Line(4, ERR, "again")]
    verdict = judge(lines, load_rules(), today=TODAY)
    assert verdict.sentence() == "the kernel logged an error (2 in all): broke [an error that no rule is about]"
    assert [line.text for line in verdict.of(RuleClass.ERROR)[0].before] == ["a", "odd"]
    assert judge(lines[:1], load_rules(), today=TODAY).sentence() == "the kernel log is clean (1 lines)."
    lost = judge(lines[:1], load_rules(), today=TODAY, lost="rotated")
    assert (lost.clean, lost.sentence()) == (False, "lines of the kernel log may be lost: rotated")


def test_lines_of_the_journal() -> None:
    output = (
        '{"__CURSOR":"s=1;i=2","__MONOTONIC_TIMESTAMP":"172839112","PRIORITY":"3","MESSAGE":"two\\nlines"}\n'
        '{"__CURSOR":"s=1;i=3","__MONOTONIC_TIMESTAMP":"172839113","PRIORITY":"6","MESSAGE":[98,121,116,101,115]}\n'
        "-- cursor: s=1;i=3\n"
    )
    assert [(line.time, line.level, line.text, line.cursor) for line in read_journal(output)] == [
        (172.839112, 3, "two", "s=1;i=2"),
        (172.839112, 3, "lines", "s=1;i=2"),
        (172.839113, 6, "bytes", "s=1;i=3"),
    ]


def test_an_entry_that_cannot_be_read_is_no_silence() -> None:
    (line,) = read_journal('{"__CURSOR":"s=1;i=2","MESSAGE":"cut of\n')
    assert (line.level, "cannot be read" in line.text) == (ERR, True)


def test_lines_of_the_ring_buffer() -> None:
    output = "<6>[    0.000000] Linux version\n<11>[   12.345678][    T1] user err\n  goes on\n"
    assert [(line.time, line.level, line.text) for line in read_ring(output)] == [
        (0.0, 6, "Linux version"),
        (12.345678, 3, "user err"),
        (12.345678, 3, "  goes on"),
    ]
