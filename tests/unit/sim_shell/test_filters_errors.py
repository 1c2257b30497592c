"""Wrong use of the filters: the GNU wording on standard error, the GNU status."""

from __future__ import annotations

import pytest
from sim_shell_support import MemoryFiles, run

GREP_USAGE = "Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.\n"

WRONG = [
    ("grep", 2, GREP_USAGE),
    ("grep -Z x", 2, "grep: invalid option -- 'Z'\n" + GREP_USAGE),
    ("grep --foo", 2, "grep: unrecognized option '--foo'\n" + GREP_USAGE),
    ("grep -A x a", 2, "grep: x: invalid context length argument\n"),
    ("grep -m x a", 2, "grep: invalid max count\n"),
    ("grep '\\(' f", 2, "grep: Unmatched ( or \\(\n"),
    ("grep -E '(' f", 2, "grep: Unmatched ( or \\(\n"),
    ("grep '[a' f", 2, "grep: Unmatched [, [^, [:, [., or [=\n"),
    ("grep x nope", 2, "grep: nope: No such file or directory\n"),
    ("grep x /etc", 2, "grep: /etc: Is a directory\n"),
    ("cat nope", 1, "cat: nope: No such file or directory\n"),
    ("cat /etc", 1, "cat: /etc: Is a directory\n"),
    ("cat -Z", 1, "cat: invalid option -- 'Z'\nTry 'cat --help' for more information.\n"),
    (
        "cut",
        1,
        "cut: you must specify a list of bytes, characters, or fields\nTry 'cut --help' for more information.\n",
    ),
    ("cut -f0", 1, "cut: fields are numbered from 1\nTry 'cut --help' for more information.\n"),
    ("cut -f3-1", 1, "cut: invalid decreasing range\nTry 'cut --help' for more information.\n"),
    ("cut -f1 -dab", 1, "cut: the delimiter must be a single character\nTry 'cut --help' for more information.\n"),
    ("cut -f", 1, "cut: option requires an argument -- 'f'\nTry 'cut --help' for more information.\n"),
    ("tr", 1, "tr: missing operand\nTry 'tr --help' for more information.\n"),
    (
        "tr a",
        1,
        "tr: missing operand after 'a'\nTwo strings must be given when translating.\n"
        "Try 'tr --help' for more information.\n",
    ),
    ("tr z-a b", 1, "tr: range-endpoints of 'z-a' are in reverse collating sequence order\n"),
    ("tr '[:foo:]' a", 1, "tr: invalid character class 'foo'\n"),
    ("sed k", 1, "sed: -e expression #1, char 1: unknown command: `k'\n"),
    ("sed s/a", 1, "sed: -e expression #1, char 3: unterminated `s' command\n"),
    ("sed 's/\\(a/b/'", 1, "sed: -e expression #1, char 8: Unmatched ( or \\(\n"),
    ("sed /a", 1, "sed: -e expression #1, char 2: unterminated address regex\n"),
    ("sed s/a/b/k", 1, "sed: -e expression #1, char 7: unknown option to `s'\n"),
    ("sed 's/a/\\1/'", 1, "sed: -e expression #1, char 7: invalid reference \\1 on `s' command's RHS\n"),
    ("sed '{p'", 1, "sed: -e expression #1, char 0: unmatched `{'\n"),
    ("sed p}", 1, "sed: -e expression #1, char 2: unexpected `}'\n"),
    ("sed y/ab/c/", 1, "sed: -e expression #1, char 7: strings for `y' command are different lengths\n"),
    ("sed p nope", 2, "sed: can't read nope: No such file or directory\n"),
    ("head -n x", 1, "head: invalid number of lines: 'x'\n"),
    ("tail -n x", 1, "tail: invalid number of lines: 'x'\n"),
    ("sort -k 0", 2, "sort: field number is zero: invalid field specification '0'\n"),
    ("sort -t ab", 2, "sort: multi-character tab 'ab'\n"),
    ("uniq a b c", 1, "uniq: extra operand 'c'\nTry 'uniq --help' for more information.\n"),
    ("wc -l nope", 1, "wc: nope: No such file or directory\n"),
    ("seq", 1, "seq: missing operand\nTry 'seq --help' for more information.\n"),
    ("seq x", 1, "seq: invalid floating point argument: 'x'\nTry 'seq --help' for more information.\n"),
    ("basename", 1, "basename: missing operand\nTry 'basename --help' for more information.\n"),
    ("date foo", 1, "date: invalid date 'foo'\n"),
    ("date -s now", 1, "date: cannot set date: Operation not permitted\n"),
    ("timeout x y", 125, "timeout: invalid time interval 'x'\nTry 'timeout --help' for more information.\n"),
    ("sleep x", 1, "sleep: invalid time interval 'x'\nTry 'sleep --help' for more information.\n"),
    ("awk 'BEGIN{print 1/0}'", 2, "awk: cmd. line:1: fatal: division by zero attempted\n"),
    ("awk '{print'", 2, "awk: cmd. line:1: syntax error near `end of file'\n"),
    ("tee /nope/x <<< a >/dev/null", 1, "tee: /nope/x: No such file or directory\n"),
]


@pytest.mark.parametrize(("script", "status", "stderr"), WRONG, ids=[case[0] for case in WRONG])
def test_wrong_use(script: str, status: int, stderr: str) -> None:
    result = run(script, "input\n", files=MemoryFiles({"/home/tester/f": "a\n"}))
    assert (result.status, result.stderr) == (status, stderr)


def test_without_a_file_tree_every_file_is_missing() -> None:
    for script in (
        "cat /etc/passwd",
        "grep root /etc/passwd",
        "sed p /etc/passwd",
        "wc /etc/passwd",
        "cat < /etc/passwd",
    ):
        result = run(script)
        assert (result.status != 0, result.stdout) == (True, ""), script
        assert "No such file or directory" in result.stderr
