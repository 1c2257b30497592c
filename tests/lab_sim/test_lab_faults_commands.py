"""Faults of commands: they fail, hang, are slow, flood, die, or lose their connection, as an SSH client sees it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest
from running_lab import RunningLab, start, until


@pytest.fixture(scope="module")
def lab(tmp_path_factory) -> Iterator[RunningLab]:
    with start(tmp_path_factory.mktemp("faults"), speed=100) as running:
        yield running


@pytest.fixture(autouse=True)
def _no_faults_are_left(request) -> Iterator[None]:
    yield
    if "lab" in request.fixturenames:
        lab = request.getfixturevalue("lab")
        assert lab.run("lab", "lab fault clear --all")[2] == 0


def inject(lab: RunningLab, words: str) -> str:
    out, err, status = lab.run("lab", f"lab fault add {words}")
    assert (err, status) == ("", 0)
    return out.strip()


def fired(lab: RunningLab, rule: str) -> int:
    return len(lab.history("fault", event="fired", rule=rule))


SYSTEMS = "lssyscfg -r sys -F name"


def test_a_command_fails_once_after_two_calls_on_the_stream_of_its_machine(lab: RunningLab):
    rule = inject(
        lab, "kind=command-fails endpoint=hmc1 command=lssyscfg after=2 times=1 code=HSCL3205 text='It is busy.'"
    )
    answers = [lab.run("hmc1", SYSTEMS) for _ in range(4)]
    assert answers[2] == ("HSCL3205 It is busy.\n", "", 1)
    assert {answer[2] for number, answer in enumerate(answers) if number != 2} == {0}
    (event,) = lab.history("fault", event="fired", rule=rule)
    assert (event["endpoint"], event["command"]) == ("hmc1", "lssyscfg")
    assert lab.run("hmc2", SYSTEMS)[2] == 0


def test_status_and_stream_of_a_failure_can_be_chosen(lab: RunningLab):
    inject(lab, "kind=command-fails endpoint=lp1 command=uname text='uname: out of order' status=9")
    assert lab.run("lp1", "uname -r; echo Rc=$?") == ("Rc=9\n", "uname: out of order\n", 0)
    inject(lab, "kind=command-fails endpoint=hmc1 command=lshmc text=oops status=3 stream=stderr")
    assert lab.run("hmc1", "lshmc -v") == ("", "oops\n", 3)


def test_a_pattern_with_a_blank_means_the_whole_command(lab: RunningLab):
    inject(lab, "kind=command-fails endpoint=hmc* command='lssyscfg -r lpar*' text=no")
    assert lab.run("hmc1", "lssyscfg -r lpar -m p9a -F name")[2] == 1
    assert lab.run("hmc1", SYSTEMS)[2] == 0


def test_a_command_fails_in_the_middle_of_a_script_and_behind_ioscli(lab: RunningLab):
    inject(lab, "kind=command-fails endpoint=p9a-vios1 command=ioslevel text=broken status=4")
    assert lab.run("p9a-vios1", "ioscli ioslevel")[1:] == ("broken\n", 4)
    out, _, status = lab.run("hmc1", 'viosvrcmd -m p9a -p p9a-vios1 -c "ioslevel"; echo Rc=$?')
    assert "broken" in out
    assert out.endswith("Rc=1\n")
    assert status == 0


def test_a_hanging_command_goes_on_when_the_rule_is_cleared(lab: RunningLab):
    rule = inject(lab, "kind=command-hangs endpoint=hmc1 command=lssyscfg")
    channel = lab.channel("hmc1")
    channel.exec_command(SYSTEMS)
    until(lambda: fired(lab, rule))
    time.sleep(0.2)
    assert not channel.recv_ready()
    assert not channel.exit_status_ready()
    assert lab.run("lab", f"lab fault clear {rule}") == (f"{rule}\n", "", 0)
    assert b"p9a" in channel.makefile("rb").read()


def test_a_hanging_command_can_come_back_by_itself(lab: RunningLab):
    inject(lab, "kind=command-hangs endpoint=hmc1 command=lssyscfg seconds=40")
    begin = time.monotonic()
    assert lab.run("hmc1", SYSTEMS)[2] == 0
    assert time.monotonic() - begin >= 0.4


def test_a_hanging_command_is_interrupted_on_a_terminal(lab: RunningLab):
    rule = inject(lab, "kind=command-hangs endpoint=hmc1 command=lssyscfg")
    client = lab.connect("hmc1")
    shell = client.invoke_shell()
    shell.settimeout(20)
    shell.send(f"{SYSTEMS}\r")
    until(lambda: fired(lab, rule))
    shell.send("\x03")
    read_until(shell, "^C\r\nhscroot@hmc1:~> ")
    shell.send("echo Rc=$?\r")
    read_until(shell, "Rc=130\r\n")
    client.close()


def read_until(shell: paramiko.Channel, text: str) -> None:
    seen = ""
    while text not in seen:
        seen += shell.recv(4096).decode()


def test_a_slow_command_takes_so_much_longer_as_the_speed_allows(lab: RunningLab):
    inject(lab, "kind=command-slow endpoint=hmc1 command=lshmc seconds=50")
    begin = time.monotonic()
    assert lab.run("hmc1", "lshmc -v")[2] == 0
    assert 0.5 <= time.monotonic() - begin < 5


def test_a_flood_ends_with_its_client_and_memory_stays_bounded(lab: RunningLab):
    inject(lab, "kind=command-floods endpoint=hmc1 command=lslparmigr text='still going'")
    client = lab.connect("hmc1")
    channel = client.get_transport().open_session()
    channel.exec_command("lslparmigr -r lpar -m p9a")
    lines = channel.makefile("rb")
    assert {lines.readline() for _ in range(2000)} == {b"still going\n"}
    before = memory(lab)
    time.sleep(0.5)  # nobody reads: the lab must wait
    assert memory(lab) - before < 8_000
    client.close()
    until(lambda: lab.history("command", endpoint="hmc1", command="lslparmigr -r lpar -m p9a"))
    assert lab.run("hmc1", "lslparmigr -r lpar -m p9a | head -n 1") == ("still going\n", "", 0)


def memory(lab: RunningLab) -> int:
    """Resident kilobytes of the lab."""
    with Path(f"/proc/{lab.process.pid}/status").open(encoding="utf-8") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def test_a_command_dies_before_its_time(lab: RunningLab):
    inject(lab, "kind=command-dies endpoint=lp1 command=sleep seconds=10 status=2 text='sleep: killed'")
    begin = time.monotonic()
    assert lab.run("lp1", "sleep 30") == ("", "sleep: killed\n", 2)
    assert time.monotonic() - begin < 10
    assert lab.run("lp1", "sleep 0.01")[2] == 0, "what ends earlier ends well"


def test_a_load_that_starts_later_dies_with_a_status(lab: RunningLab):
    inject(lab, "kind=command-dies endpoint=lp1 command=stress-ng seconds=5 status=2")
    assert lab.run("lp1", "stress-ng --cpu 1 --timeout 1h; echo Rc=$?")[0].endswith("Rc=2\n")
    assert lab.run("lp1", "nohup stress-ng --cpu 1 --timeout 1h > /tmp/out 2>&1 & wait $!; echo Rc=$?")[0] == "Rc=2\n"
    assert lab.run("lp1", "ps -ef | grep -c '[s]tress-ng'")[0] == "0\n"


def test_the_connection_breaks_while_a_command_runs(lab: RunningLab):
    inject(lab, "kind=session-cut endpoint=lp1 command=sleep seconds=10")
    other = lab.connect("lp1")
    client = lab.connect("lp1")
    channel = client.get_transport().open_session()
    channel.exec_command("sleep 20")
    assert channel.recv_exit_status() == -1
    assert not client.get_transport().is_active()
    assert other.get_transport().is_active()
    other.close()


def test_the_session_is_cut_during_a_migration_that_goes_on(lab: RunningLab):
    lab.wait_for_rmc("hmc1", "p9a", "lp1")
    rule = inject(lab, "kind=session-cut endpoint=hmc1 command='migrlpar -o m*' partition=lp1 at=50")
    client = lab.connect("hmc1")
    channel = client.get_transport().open_session()
    channel.exec_command("migrlpar -o m -m p9a -t p10a -p lp1")
    assert channel.recv_exit_status() == -1
    (event,) = lab.history("fault", event="fired", rule=rule)
    assert (event["partition"], event["phase"]) == ("lp1", "copy")
    assert event["percent"] >= 50
    until(lambda: lab.history("place", partition="lp1", server="p10a"))


def test_a_probability_decides_the_same_way_for_the_same_seed(lab: RunningLab):
    def statuses() -> list[int]:
        inject(lab, "kind=command-fails endpoint=hmc1 command=lshmc text=unlucky probability=0.5 seed=7")
        script = "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do lshmc -v | grep -c unlucky; done"
        out = lab.run("hmc1", script)[0]
        lab.run("lab", "lab fault clear --all")
        return [int(word) for word in out.split()]

    first = statuses()
    assert set(first) == {0, 1}
    assert statuses() == first


def test_a_rule_sleeps_first_and_is_over_later(lab: RunningLab):
    rule = inject(lab, "kind=command-fails endpoint=hmc1 command=lshmc text=no delay=40 duration=60")
    assert lab.run("hmc1", "lshmc -v")[2] == 0
    until(lambda: lab.run("hmc1", "lshmc -v")[2] == 1)
    until(lambda: lab.run("hmc1", "lshmc -v")[2] == 0)
    assert [event["event"] for event in lab.history("fault", rule=rule) if event["event"] != "fired"] == [
        "added",
        "ended",
    ]


def test_a_refused_session_is_a_plain_ssh_error(lab: RunningLab):
    inject(lab, "kind=endpoint-resets endpoint=hmc1 times=1")
    with pytest.raises((paramiko.SSHException, ConnectionError, EOFError)):
        lab.connect("hmc1")
    lab.connect("hmc1").close()
