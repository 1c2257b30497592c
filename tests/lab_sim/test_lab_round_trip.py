"""A running partition moves between two consoles and back, as clients see it."""

from __future__ import annotations

import re
import socket
import threading
import time
from itertools import pairwise

from running_lab import changed_world, start, until

LPARCFG = "cat /proc/powerpc/lparcfg | grep -E '^(serial_number|system_type|partition_id)='"


def exchange_keys(lab) -> None:
    for console, other, address in (("hmc1", "hmc2", "10.20.0.2"), ("hmc2", "hmc1", "10.20.0.1")):
        command = f"mkauthkeys --ip {address} -u hscroot --passwd {lab.password(other)}"
        assert lab.run(console, command) == ("", "", 0)


def move(lab, console: str, source: str, target: str, address: str) -> None:
    lab.wait_for_rmc(console, source, "lp2")
    assert lab.run(console, f"migrlpar -o m -m {source} -t {target} -p lp2 --ip {address} -u hscroot") == ("", "", 0)


def test_there_and_back_between_two_consoles(lab):
    exchange_keys(lab)
    boot_id, before = lab.run("lp2", "cat /proc/sys/kernel/random/boot_id")[0], lab.run("lp2", LPARCFG)[0]
    assert "78A1B20" in before
    move(lab, "hmc1", "p9a", "p10b", "10.20.0.2")
    assert lab.run("hmc1", "lssyscfg -r lpar -m p9a --filter lpar_names=lp2")[2] == 1
    assert lab.run("hmc2", "lssyscfg -r lpar -m p10b --filter lpar_names=lp2 -F state")[0] == "Running\n"
    assert lab.run("lp2", "cat /proc/sys/kernel/random/boot_id")[0] == boot_id
    assert "78E1F60" in lab.run("lp2", LPARCFG)[0]
    assert "mobility: calling ibm,suspend-me on CPU" in lab.run("lp2", "dmesg")[0]
    move(lab, "hmc2", "p10b", "p9a", "10.20.0.1")
    assert lab.run("lp2", LPARCFG)[0] == before
    places = [(event["event"], event["server"]) for event in lab.history("place", partition="lp2")]
    assert places == [("arrived", "p10b"), ("arrived", "p9a")]
    assert "MVR_MIG_COMPLETED" in lab.run("p9a-vios1", "ioscli errlog -ls")[0]


def test_a_partition_answers_nothing_while_it_is_suspended(tmp_path):
    world = changed_world(tmp_path, {"blackout": {"minimum": 1200, "maximum": 1200}})
    with start(tmp_path, world=world, speed=60) as lab:
        shell = lab.channel("lp1")
        shell.exec_command("while true; do date +%s.%N; sleep 0.02; done")
        arrived: list[float] = []
        printed: list[float] = []
        new_connections: list[float] = []

        def read() -> None:
            rest = ""
            while data := shell.recv(4096):
                *lines, rest = (rest + data.decode()).split("\n")
                printed.extend(map(float, lines))
                arrived.extend(time.monotonic() for _ in lines)

        def connect() -> None:
            while not lab.history("phase", partition="lp1", phase="suspend"):
                time.sleep(0.05)
            begin = time.monotonic()
            lab.connect("lp1").close()
            new_connections.append(time.monotonic() - begin)

        threads = [threading.Thread(target=work, daemon=True) for work in (read, connect)]
        for thread in threads:
            thread.start()
        assert lab.run("hmc1", "migrlpar -o m -m p9a -t p10a -p lp1") == ("", "", 0)
        threads[1].join(20)
        shell.close()
        threads[0].join(20)
        (blackout,) = lab.history("blackout", partition="lp1")
        inside, outside = largest_gaps(printed), largest_gaps(arrived)
        assert 1200 <= blackout["milliseconds"] < 1500
        assert -1 <= inside[0] - blackout["milliseconds"] < 500, "no process ran, by the partition's own clock"
        assert -500 < outside[0] - blackout["milliseconds"] < 1000, "nothing came through"
        assert inside[1] < 900, "there is one gap only"
        assert new_connections[0] > 0.2, "a new connection is accepted and waits"


def largest_gaps(times: list[float]) -> list[float]:
    """The two largest differences, in milliseconds."""
    return sorted(((later - earlier) * 1000 for earlier, later in pairwise(times)), reverse=True)[:2]


def test_a_cut_session_does_not_end_the_migration(lab):
    lab.wait_for_rmc("hmc1", "p9a", "lp1")
    client = lab.connect("hmc1")
    client.get_transport().open_session().exec_command("migrlpar -o m -m p9a -t p10a -p lp1")
    there = "lssyscfg -r lpar -m p9a --filter lpar_names=lp1 -F state"
    until(lambda: "Migrating" in lab.run("hmc1", there)[0])
    client.close()
    until(lambda: lab.run("hmc1", there)[2] == 1)
    lab.wait_for_rmc("hmc1", "p10a", "lp1")
    assert lab.run("hmc1", "migrlpar -o m -m p10a -t p9a -p lp1") == ("", "", 0)


def test_stop_ends_the_blocked_command_with_an_error(lab):
    lab.wait_for_rmc("hmc2", "p10b", "lp4")
    channel = lab.channel("hmc2")
    channel.exec_command("migrlpar -o m -m p10b -t p11a -p lp4")
    states = "lslparmigr -r lpar -m p10b --filter lpar_names=lp4 -F migration_state"
    until(lambda: "Starting" in lab.run("hmc2", states)[0])
    assert lab.run("hmc2", "migrlpar -o s -m p10b -p lp4") == ("", "", 0)
    text = channel.makefile("rb").read().decode()
    assert channel.recv_exit_status() == 1
    assert re.match(r"Errors:\nHSCLA2CF ", text)
    assert lab.run("hmc2", "lssyscfg -r lpar -m p10b --filter lpar_names=lp4 -F state")[0] == "Running\n"


def test_a_failed_migration_is_recovered(tmp_path):
    fault = {"kind": "migration-breaks", "phase": "copy", "at": 50, "leave": "failed", "times": 1}
    with start(tmp_path, world=changed_world(tmp_path, {"faults": [fault]}), speed=100) as lab:
        text, _, status = lab.run("hmc1", "migrlpar -o m -m p9a -t p10a -p lp1")
        assert status == 1
        assert re.findall("HSCL....", text) == ["HSCLA2CF", "HSCL365C"]
        state = "lslparmigr -r lpar -m p9a --filter lpar_names=lp1 -F migration_state"
        assert lab.run("hmc1", state)[0] == "Migration Failed\n"
        assert lab.run("hmc1", "migrlpar -o r -m p9a -p lp1") == ("", "", 0)
        assert lab.run("hmc1", state)[0] == "Not Migrating\n"
        assert lab.run("hmc1", "migrlpar -o r -m p9a -p lp1")[2] == 1
        assert "Kernel migration returned 5" in lab.run("lp1", "cat /var/log/drmgr")[0]


def test_a_partition_is_switched_on_and_reached(lab):
    entry = lab.endpoints["lp3"]
    with socket.socket() as probe:
        assert probe.connect_ex((entry["address"], entry["port"])) != 0
    assert lab.run("hmc1", "chsysstate -r lpar -m p8a -n lp3 -o on") == ("", "", 0)
    lab.wait_for_rmc("hmc1", "p8a", "lp3")
    assert lab.run("lp3", "hostname") == ("lp3\n", "", 0)
