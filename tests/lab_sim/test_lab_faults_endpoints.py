"""Faults of whole machines: off, refusing, resetting, frozen, locked; files, trust, RMC, movers."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import paramiko
import pytest
from running_lab import RunningLab, start, until

VALIDATE = "migrlpar -o v -m p9a -t p10a -p lp1"


@pytest.fixture(scope="module")
def lab(tmp_path_factory) -> Iterator[RunningLab]:
    with start(tmp_path_factory.mktemp("faults"), speed=100) as running:
        yield running


@pytest.fixture(autouse=True)
def _no_faults_are_left(lab: RunningLab) -> Iterator[None]:
    yield
    assert lab.run("lab", "lab fault clear --all")[2] == 0


def inject(lab: RunningLab, words: str) -> str:
    out, err, status = lab.run("lab", f"lab fault add {words}")
    assert (err, status) == ("", 0)
    return out.strip()


def clear(lab: RunningLab, rule: str) -> None:
    assert lab.run("lab", f"lab fault clear {rule}") == (f"{rule}\n", "", 0)


def tcp(lab: RunningLab, name: str, limit: float = 0.4) -> str:
    """How a new connection is met: by the banner, silence, a refusal, or a reset."""
    entry = lab.endpoints[name]
    try:
        with socket.create_connection((entry["address"], entry["port"]), limit) as connection:
            connection.sendall(b"SSH-2.0-test\r\n")
            return "banner" if connection.recv(100) else "closed"
    except ConnectionRefusedError:
        return "refused"
    except ConnectionResetError:
        return "reset"
    except TimeoutError:
        return "silence"


def connects(lab: RunningLab, name: str, limit: float = 0.4) -> bool:
    entry = lab.endpoints[name]
    try:
        socket.create_connection((entry["address"], entry["port"]), limit).close()
    except OSError:
        return False
    return True


def test_a_machine_that_is_off_gives_no_answer_and_comes_back(lab: RunningLab):
    assert lab.run("p9a-vios1", "ioscli ioslevel")[2] == 0
    rule = inject(lab, "kind=endpoint-down endpoint=p9a-vios1")
    until(lambda: not lab.channel_is_open("p9a-vios1"))
    assert tcp(lab, "p9a-vios1") == "silence"
    assert not connects(lab, "p9a-vios1"), "not even the kernel answers"
    assert "HSCLA246" in lab.run("hmc1", VALIDATE)[0], "its RMC connection is gone, too"
    clear(lab, rule)
    until(lambda: tcp(lab, "p9a-vios1") == "banner")
    lab.forget("p9a-vios1")
    assert lab.run("p9a-vios1", "ioscli ioslevel")[2] == 0


def test_a_console_that_is_off_is_not_reached_by_the_other_one(lab: RunningLab):
    inject(lab, "kind=endpoint-down endpoint=hmc2")
    command = f"mkauthkeys --ip 10.20.0.2 -u hscroot --passwd {lab.password('hmc2')}"
    assert lab.run("hmc1", command)[2] == 1
    lab.run("lab", "lab fault clear --all")
    assert lab.run("hmc1", command)[2] == 0


def test_an_endpoint_that_refuses_keeps_the_connections_it_has(lab: RunningLab):
    assert lab.run("lp2", "hostname")[0] == "lp2\n"
    rule = inject(lab, "kind=endpoint-refuses endpoint=lp2")
    assert tcp(lab, "lp2") == "refused"
    assert lab.run("lp2", "hostname")[0] == "lp2\n"
    clear(lab, rule)
    until(lambda: tcp(lab, "lp2") == "banner")


def test_new_connections_are_reset_as_often_as_stated(lab: RunningLab):
    inject(lab, "kind=endpoint-resets endpoint=hmc1 after=1 times=2")
    assert [tcp(lab, "hmc1") for _ in range(4)] == ["banner", "reset", "reset", "banner"]


def test_a_frozen_endpoint_accepts_and_says_nothing(lab: RunningLab):
    lab.run("lp2", "hostname")
    rule = inject(lab, "kind=endpoint-frozen endpoint=lp2")
    assert tcp(lab, "lp2") == "silence"
    assert connects(lab, "lp2")
    answers: list[str] = []
    asking = threading.Thread(target=lambda: answers.append(lab.run("lp2", "hostname")[0]), daemon=True)
    asking.start()
    asking.join(0.3)
    assert answers == []
    clear(lab, rule)
    asking.join(10)
    assert answers == ["lp2\n"]


def test_an_endpoint_is_back_after_the_stated_time(lab: RunningLab):
    begin = time.monotonic()
    inject(lab, "kind=endpoint-refuses endpoint=lp2 duration=50")
    assert tcp(lab, "lp2") == "refused"
    until(lambda: tcp(lab, "lp2") == "banner")
    assert time.monotonic() - begin >= 0.5


def test_a_locked_account_refuses_the_right_password_and_says_why(lab: RunningLab):
    rule = inject(lab, "kind=account-locked endpoint=hmc1")
    with pytest.raises(paramiko.AuthenticationException):
        lab.connect("hmc1", password=lab.password("hmc1"))
    assert lab.history("login", endpoint="hmc1", result="refused")[-1]["locked"] is True
    clear(lab, rule)
    lab.connect("hmc1", password=lab.password("hmc1")).close()


def test_lost_trust_is_found_and_mended_with_mkauthkeys(lab: RunningLab):
    give = f"mkauthkeys --ip 10.20.0.2 -u hscroot --passwd {lab.password('hmc2')}"
    test = "mkauthkeys --ip 10.20.0.2 -u hscroot --test"
    assert lab.run("hmc1", give)[2] == 0
    assert lab.run("hmc1", test)[2] == 0
    inject(lab, "kind=trust-lost endpoint=hmc1")
    assert lab.run("hmc1", test)[0].startswith("HSCL3653 ")
    assert lab.run("hmc1", give)[2] == 0
    assert lab.run("hmc1", test)[2] == 0


def test_trust_comes_back_when_the_rule_is_cleared(lab: RunningLab):
    give = f"mkauthkeys --ip 10.20.0.2 -u hscroot --passwd {lab.password('hmc2')}"
    test = "mkauthkeys --ip 10.20.0.2 -u hscroot --test"
    lab.run("hmc1", give)
    rule = inject(lab, "kind=trust-lost endpoint=hmc1 other=hmc2")
    assert lab.run("hmc1", test)[2] == 1
    clear(lab, rule)
    assert lab.run("hmc1", test)[2] == 0


def test_rmc_stays_down_whatever_is_repaired_until_the_rule_ends(lab: RunningLab):
    lab.wait_for_rmc("hmc1", "p9a", "lp1")
    rule = inject(lab, "kind=rmc-down endpoint=lp1")
    repair = "for option in -z -A -p; do /opt/rsct/bin/rmcctrl $option || exit 1; done"
    assert lab.run("lp1", repair)[2] == 0
    time.sleep(0.7)
    assert lab.run("hmc1", "lssyscfg -r lpar -m p9a --filter lpar_names=lp1 -F rmc_state")[0] == "inactive\n"
    assert "HSCLA246" in lab.run("hmc1", VALIDATE)[0]
    clear(lab, rule)
    lab.wait_for_rmc("hmc1", "p9a", "lp1")


def test_rmc_of_a_virtual_io_server_is_down_for_a_while(lab: RunningLab):
    inject(lab, "kind=rmc-down endpoint=p9a-vios2 duration=60")
    command = 'viosvrcmd -m p9a -p p9a-vios2 -c "ioslevel"'
    assert "HSCL2957" in lab.run("hmc1", command)[0]
    until(lambda: lab.run("hmc1", command)[2] == 0)


def test_movers_that_are_off_are_switched_on_again_by_chsyscfg(lab: RunningLab):
    lab.wait_for_rmc("hmc1", "p9a", "lp1")
    inject(lab, "kind=mover-off endpoint=p10a-vios*")
    assert lab.run("hmc1", "lssyscfg -r lpar -m p10a --filter lpar_names=p10a-vios1 -F msp")[0] == "0\n"
    assert "HSCLAF10" in lab.run("hmc1", VALIDATE)[0]
    assert lab.run("hmc1", "chsyscfg -r lpar -m p10a -i lpar_id=1,msp=1") == ("", "", 0)
    assert lab.run("hmc1", VALIDATE) == ("", "", 0)


@pytest.mark.parametrize(
    ("name", "write"), [("lp1", "echo text > /tmp/new"), ("p9a-vios1", "ioscli snap")], ids=["partition", "vios"]
)
def test_a_full_disk_takes_nothing_and_has_room_again_later(lab: RunningLab, name: str, write: str):
    rule = inject(lab, f"kind=disk-full endpoint={name}")
    out, err, status = lab.run(name, write)
    assert status != 0
    assert "space" in out + err
    clear(lab, rule)
    assert lab.run(name, write)[2] == 0


def test_a_fault_begins_with_a_command_somewhere_else(lab: RunningLab):
    rule = inject(lab, "kind=endpoint-refuses endpoint=lp2 command=lshmc times=1")
    assert tcp(lab, "lp2") == "banner"
    lab.run("hmc1", "lshmc -v")
    assert tcp(lab, "lp2") == "refused"
    clear(lab, rule)


def test_the_control_endpoint_is_beyond_all_faults(lab: RunningLab):
    for kind in ("endpoint-resets", "endpoint-refuses", "endpoint-frozen", "endpoint-down"):
        inject(lab, f"kind={kind} endpoint=*")
    inject(lab, "kind=command-fails endpoint=* text=no")
    lab.connect("lab").close()
    assert lab.run("lab", "lab fault list")[0].count("\n") == 5
