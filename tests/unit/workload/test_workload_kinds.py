"""What kind of load a command line is, and how long it means to run."""

from __future__ import annotations

import pytest

from powervm.errors import MobilityError
from powervm.secret import Password
from powervm.workload import Kind, make_order
from powervm.workload.kinds import explain_status, kind_of, own_timeout, program_of

SEED = "stress-ng --cpu 32 --io 50 --vm 12 --vm-bytes 20G --fork 4 --timeout 30m"


@pytest.mark.parametrize(
    ("command", "kind", "program"),
    [
        (SEED, Kind.STRESS_NG, "stress-ng"),
        ("/usr/bin/stress-ng -c 4 > /dev/null 2>&1", Kind.STRESS_NG, "/usr/bin/stress-ng"),
        ("LC_ALL=C nice -n 5 fio --name=x --output-format=json", Kind.FIO, "fio"),
        ("TMPDIR=/tmp exec fio 'a b.fio' --output-format=json", Kind.FIO, "fio"),
        ("iperf3 -c 192.0.2.9 -J", Kind.IPERF3, "iperf3"),
        ("stress-ng -c 1 | tee log", Kind.COMMAND, ""),
        ("while :; do stress-ng -c 1 -t 1; done", Kind.COMMAND, ""),
        ("stress-ng -c 1\nstress-ng -c 2", Kind.COMMAND, ""),
        ("./my-load.sh --hard", Kind.COMMAND, "./my-load.sh"),
        ("echo 'unfinished", Kind.COMMAND, ""),
    ],
)
def test_kinds(command: str, kind: Kind, program: str) -> None:
    assert (kind_of(command), program_of(command)) == (kind, program)


@pytest.mark.parametrize(
    ("options", "seconds"),
    [
        ("--timeout 30m", 1800),
        ("--timeout=1h", 3600),
        ("-t 1800s", 1800),
        ("-t1800", 1800),
        ("-t 2D", 172800),
        ("--timeou 90", 90),
        ("--timeout 1w", 604800),
        ("-c 4", None),
        ("-t 0", None),
        ("--timeout", None),
        ("--timeout 30x", None),
    ],
)
def test_a_timeout_in_any_unit(options: str, seconds: float | None) -> None:
    assert own_timeout(f"stress-ng --cpu 2 {options}") == seconds


def test_a_load_is_bounded_whatever_it_asks_for() -> None:
    assert make_order("stress-ng -c 1").limit == 4 * 3600
    assert make_order("stress-ng -c 1 --timeout 5h").limit == 5 * 3600 + 600
    assert make_order("stress-ng -c 1 --timeout 5h", limit=60).limit == 60
    for wrong in ("", "  \n", "a\0b"):
        with pytest.raises(MobilityError):
            make_order(wrong)
    with pytest.raises(MobilityError, match="limited to 0 s"):
        make_order("sleep 1", limit=0)


@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [
        (Kind.STRESS_NG, 0, "success"),
        (Kind.STRESS_NG, 1, "wrong option"),
        (Kind.STRESS_NG, 2, "one or more stressors failed"),
        (Kind.STRESS_NG, 3, "lack of a resource"),
        (Kind.STRESS_NG, 4, "not implemented"),
        (Kind.STRESS_NG, 5, "killed by a signal"),
        (Kind.STRESS_NG, 6, "no metrics"),
        (Kind.STRESS_NG, 7, "cannot be trusted"),
        (Kind.STRESS_NG, 137, "SIGKILL"),
        (Kind.COMMAND, 2, "a failure"),
        (Kind.COMMAND, 127, "no such program"),
        (Kind.COMMAND, 250, "a failure"),
    ],
)
def test_every_exit_status_is_explained(kind: Kind, status: int, words: str) -> None:
    assert words in explain_status(kind, status)


def test_secrets_of_an_order_are_shown_nowhere() -> None:
    order = make_order("iperf3 -c h --username u -J", environment={"IPERF3_PASSWORD": Password("Sings-3f9a")})
    assert "Sings" not in f"{order!r} {order.shown} {order.mask('out: Sings-3f9a')}"
    assert order.script().startswith("export IPERF3_PASSWORD=Sings-3f9a\n")
    hidden = make_order("my-load --token=Canary-77 --rate 5", secret=True)
    assert hidden.shown == "my-load (secret)"
    assert hidden.mask("my-load: bad token Canary-77, rate 5") == "my-load: bad token ********, rate 5"
    with pytest.raises(MobilityError, match="no name of a variable"):
        make_order("sleep 1", environment={"A-B": Password("x")})
