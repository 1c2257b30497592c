"""What the shells print on standard error, literally, and the status that goes with it."""

from __future__ import annotations

import pytest
from sim_shell_support import MemoryFiles, run

from powervm_sim.shell.dialect import BASH, RESTRICTED_BASH, RESTRICTED_KSH

UNEXPECTED = "bash: -c: line 1: syntax error near unexpected token "

BASH_MESSAGES = [
    ("foo", 127, "bash: line 1: foo: command not found\n"),
    ("echo )", 2, UNEXPECTED + "`)'\nbash: -c: line 1: `echo )'\n"),
    ("| a", 2, UNEXPECTED + "`|'\nbash: -c: line 1: `| a'\n"),
    ("a | | b", 2, UNEXPECTED + "`|'\nbash: -c: line 1: `a | | b'\n"),
    ("&& a", 2, UNEXPECTED + "`&&'\nbash: -c: line 1: `&& a'\n"),
    ("for x in a; done", 2, UNEXPECTED + "`done'\nbash: -c: line 1: `for x in a; done'\n"),
    ("echo a > ", 2, UNEXPECTED + "`newline'\nbash: -c: line 1: `echo a > '\n"),
    ("if ; then", 2, UNEXPECTED + "`;'\nbash: -c: line 1: `if ; then'\n"),
    ("if true", 2, "bash: -c: line 2: syntax error: unexpected end of file\n"),
    ("a &&", 2, "bash: -c: line 2: syntax error: unexpected end of file\n"),
    ('echo "abc', 2, "bash: -c: line 1: unexpected EOF while looking for matching `\"'\n"),
    ("echo $(ls", 2, "bash: -c: line 2: unexpected EOF while looking for matching `)'\n"),
    ("echo `ls", 2, "bash: -c: line 1: unexpected EOF while looking for matching ``'\n"),
    ("echo ${a b}; echo next", 1, "bash: line 1: ${a b}: bad substitution\n"),
    ("echo $((1+)); echo n", 1, 'bash: line 1: 1+: syntax error: operand expected (error token is "+")\n'),
    ("echo $((1/0)); echo n", 1, 'bash: line 1: 1/0: division by 0 (error token is "0")\n'),
    ("set -u; echo $nope; echo n", 127, "bash: line 1: nope: unbound variable\n"),
    ("echo ${x:?gone}; echo n", 127, "bash: line 1: x: gone\n"),
    ("/nope/x", 127, "bash: line 1: /nope/x: No such file or directory\n"),
    ("/home", 126, "bash: line 1: /home: Is a directory\n"),
    ("cd /nope", 1, "bash: line 1: cd: /nope: No such file or directory\n"),
    ("exit abc", 2, "bash: line 1: exit: abc: numeric argument required\n"),
    ("export 1a=b", 1, "bash: line 1: export: `1a=b': not a valid identifier\n"),
    ("[ 1 -eq a ]", 2, "bash: line 1: [: a: integer expression expected\n"),
    ("[ a = b", 2, "bash: line 1: [: missing `]'\n"),
    ("test a b", 2, "bash: line 1: test: a: unary operator expected\n"),
    ("cat < nope", 1, "bash: line 1: nope: No such file or directory\n"),
    ("echo a >&9", 1, "bash: line 1: 9: Bad file descriptor\n"),
    ("wait 999", 127, "bash: line 1: wait: pid 999 is not a child of this shell\n"),
    ("\n\nfoo", 127, "bash: line 3: foo: command not found\n"),
]


@pytest.mark.parametrize(("script", "status", "stderr"), BASH_MESSAGES)
def test_bash(script: str, status: int, stderr: str) -> None:
    result = run(script, dialect=BASH, files=MemoryFiles())
    assert (result.status, result.stderr, result.stdout) == (status, stderr, "")


NOT_SIMULATED = [
    "trap x ERR",
    "alias a=b",
    "select x in a; do :; done",
    "for ((i=0;i<3;i++)); do :; done",
    "a=(1 2)",
    "a[0]=1",
    "coproc cat",
    "[ -o errexit ]",
    "grep -r x",
    "sed 'w f'",
    "awk 'BEGIN{system(1)}'",
    "awk 'BEGIN{while (getline x) y}'",
    "awk 'function f(a) {}'",
    "awk '{print > \"f\"}'",
    "xargs -P2 echo",
    "sort -m",
    "read -a x",
]


@pytest.mark.parametrize("script", NOT_SIMULATED)
def test_what_is_not_simulated_is_refused_loudly(script: str) -> None:
    result = run(script, dialect=BASH, files=MemoryFiles())
    assert result.status != 0
    assert "not simulated" in result.stderr
    assert result.stdout == ""


def test_unsupported_syntax_is_never_silent() -> None:
    for script in ("cat <(echo a)", "echo ${!x}", "echo ${x[0]}", "echo ${x@Q}", "case a in a) echo;& esac"):
        result = run(script)
        assert result.status != 0, script
        assert result.stderr, script


RESTRICTED = [
    ("cd /", "bash: cd: restricted\n"),
    ("cd", "bash: cd: restricted\n"),
    ("echo a >/dev/null", "bash: /dev/null: restricted: cannot redirect output\n"),
    ("echo a > file", "bash: file: restricted: cannot redirect output\n"),
    ("echo a >> file", "bash: file: restricted: cannot redirect output\n"),
    ("echo a 2>file", "bash: file: restricted: cannot redirect output\n"),
    ("echo a &> file", "bash: file: restricted: cannot redirect output\n"),
    ("echo a >& file", "bash: file: restricted: cannot redirect output\n"),
    ("{ echo a; } > file", "bash: file: restricted: cannot redirect output\n"),
    ("/bin/ls", "bash: /bin/ls: restricted: cannot specify `/' in command names\n"),
    ("./x", "bash: ./x: restricted: cannot specify `/' in command names\n"),
    ("command /bin/ls", "bash: /bin/ls: restricted: cannot specify `/' in command names\n"),
    ("PATH=/tmp", "bash: PATH: readonly variable\n"),
    ("SHELL=/bin/sh", "bash: SHELL: readonly variable\n"),
    ("export PATH=/tmp", "bash: PATH: readonly variable\n"),
    ("unset PATH", "bash: unset: PATH: cannot unset: readonly variable\n"),
    ("exec cat", "bash: exec: restricted\n"),
    (". /etc/profile", "bash: .: /etc/profile: restricted\n"),
]


@pytest.mark.parametrize(("script", "stderr"), RESTRICTED)
def test_restricted_bash(script: str, stderr: str) -> None:
    files = MemoryFiles()
    result = run(script, dialect=RESTRICTED_BASH, files=files)
    assert (result.status, result.stderr, result.stdout) == (1, stderr, "")
    assert files.contents == {}


def test_restricted_bash_goes_on_after_a_refusal_and_keeps_its_tools() -> None:
    script = "cd /; echo $?; echo a 2>&1 | sed s/a/b/; for i in 1 2; do echo $i; done | grep -v 1"
    result = run(script, dialect=RESTRICTED_BASH)
    assert result.stdout == "1\nb\n2\n"
    assert run("foo; echo Rc=$?", dialect=RESTRICTED_BASH).stderr == "bash: foo: command not found\n"
    for name in ("bash -c ls", "sh", "env"):
        assert run(name, dialect=RESTRICTED_BASH).status == 127


REFUSED = "0403-019 The operation is not allowed in a restricted shell."

KSH = [
    ("ioslevel", 127, "rksh: ioslevel:  not found.\n"),
    ("cd /", 1, f"rksh: cd:  {REFUSED}\n"),
    ("echo a > f", 1, f"rksh: f:  {REFUSED}\n"),
    ("/usr/bin/ls", 1, f"rksh: /usr/bin/ls:  {REFUSED}\n"),
    ("PATH=x", 1, f"rksh: PATH:  {REFUSED}\n"),
    ("echo )", 2, "rksh: 0403-057 Syntax error at line 1 : `)' is not expected.\n"),
]


@pytest.mark.parametrize(("script", "status", "stderr"), KSH)
def test_restricted_ksh(script: str, status: int, stderr: str) -> None:
    result = run(script, dialect=RESTRICTED_KSH)
    assert (result.status, result.stderr, result.stdout) == (status, stderr, "")


def test_ksh_runs_the_last_part_of_a_pipeline_itself() -> None:
    assert run("echo a | read x; echo $x", dialect=RESTRICTED_KSH).stdout == "a\n"
    assert run("echo a | read x; echo $x", dialect=BASH).stdout == "\n"
    assert run("echo {a,b}", dialect=RESTRICTED_KSH).stdout == "{a,b}\n"


def test_lines_before_a_syntax_error_have_their_effect() -> None:
    result = run("echo a\necho b\n)\necho c")
    assert (result.stdout, result.status) == ("a\nb\n", 2)
    assert result.stderr.startswith("bash: -c: line 3: syntax error near unexpected token `)'")


def test_an_array_is_refused_by_name_and_not_called_a_mistake() -> None:
    assert run("echo ${names[1]}").stderr == "bash: line 1: ${names[1]}: arrays: not simulated\n"
    assert run("echo ${!names[@]}").stderr == "bash: line 1: ${!names[@]}: arrays: not simulated\n"
    assert run("echo ${a[}").stderr == "bash: line 1: ${a[}: bad substitution\n"
