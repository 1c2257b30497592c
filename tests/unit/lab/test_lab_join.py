"""A lab file meets a running simulated lab."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from powervm.errors import MobilityError
from powervm.lab import Lab, ReadyError, load_lab, load_ready

SIMULATED = """\
simulated: {ready_file: ready.json}
consoles: {hmc1: , hmc2: {user: hscpe}}
servers:
  p9a: {console: hmc1, virtual_io_servers: [vios1]}
  p10b: {console: hmc2, virtual_io_servers: [vios1, p10b-vios2]}
partitions: {lp1: , lp2: {password: {env: LP2}}}
"""


@pytest.fixture
def ready(tmp_path) -> dict[str, Any]:
    """What a running lab prints; its password files hold 'word of' and the name."""

    def endpoint(name: str, kind: str, number: int, user: str) -> dict[str, Any]:
        word = tmp_path / name.replace("/", "-")
        word.write_text(f"word of {name}\n")
        return {
            "name": name,
            "kind": kind,
            "address": f"127.0.10.{number}",
            "port": 10022,
            "user": user,
            "password_file": str(word),
            "key_file": str(tmp_path / "client_key"),
            "host_keys": [f"ssh-ed25519 {name}"],
        }

    return {
        "format": "powervm-sim-ready/1",
        "world": "two-consoles",
        "speed": 20.0,
        "pid": 1,
        "state_dir": str(tmp_path),
        "known_hosts": str(tmp_path / "known_hosts"),
        "endpoints": [
            endpoint("hmc1", "console", 1, "hscroot"),
            endpoint("hmc2", "console", 2, "hscroot"),
            endpoint("p9a/vios1", "vios", 3, "padmin"),
            endpoint("p10b/vios1", "vios", 4, "padmin"),
            endpoint("p10b-vios2", "vios", 5, "padmin"),
            endpoint("lp1", "partition", 6, "root"),
            endpoint("lp2", "partition", 7, "root"),
        ],
    }


@pytest.fixture
def lab(write) -> Lab:
    return load_lab(write(SIMULATED), environment={"LP2": "stated word"})


def test_a_simulated_lab_says_so_and_has_no_addresses_yet(lab, tmp_path):
    assert (lab.kind, lab.simulated.ready_file, lab.warnings) == ("simulated", tmp_path / "ready.json", ())
    with pytest.raises(MobilityError) as caught:
        lab.endpoint("hmc1")
    assert str(caught.value) == (
        "mylab.yaml: no address of the console hmc1 is known. The simulated lab is not running yet: use the lab first."
    )


def test_joining_gives_addresses_credentials_and_host_keys(lab, ready, tmp_path):
    joined = lab.join(ready)
    hmc1 = joined.endpoint("hmc1")
    assert (hmc1.host, hmc1.port, hmc1.login.user) == ("127.0.10.1", 10022, "hscroot")
    assert (hmc1.login.password.reveal(), hmc1.login.key_file) == ("word of hmc1", None)
    assert (hmc1.host_keys.file, hmc1.host_keys.pinned) == (tmp_path / "known_hosts", ("ssh-ed25519 hmc1",))
    assert joined.endpoint("p10b/vios1").login.password.reveal() == "word of p10b/vios1"
    assert joined.endpoint("p10b-vios2").host == "127.0.10.5"
    lp1 = joined.endpoint("lp1").login
    assert (lp1.password, lp1.key_file) == (None, tmp_path / "client_key")
    assert lab.consoles["hmc1"].access.host is None


def test_what_the_lab_file_states_wins(lab, ready):
    joined = lab.join(ready)
    assert joined.endpoint("hmc2").login.user == "hscpe"
    lp2 = joined.endpoint("lp2").login
    assert (lp2.password.reveal(), lp2.key_file) == ("stated word", None)


def test_without_a_password_file_a_console_gets_the_key(lab, ready, tmp_path):
    del ready["endpoints"][0]["password_file"]
    assert lab.join(ready).endpoint("hmc1").login.key_file == tmp_path / "client_key"


def test_a_machine_that_the_running_lab_lacks(lab, ready):
    ready["endpoints"].pop()
    with pytest.raises(ReadyError) as caught:
        lab.join(ready)
    assert str(caught.value) == (
        "The running simulated lab 'two-consoles' has no partition called 'lp2'. Did you mean 'lp1'? "
        "The lab file and the world have to name the same machines."
    )


def test_a_name_of_another_kind_does_not_count(lab, ready):
    ready["endpoints"][0]["kind"] = "peer"
    with pytest.raises(ReadyError, match="has no console called 'hmc1'"):
        lab.join(ready)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            {"format": "powervm-sim-ready/9"},
            "The ready document has the format 'powervm-sim-ready/9', and 'powervm-sim-ready/1' is needed.",
        ),
        ({"known_hosts": None}, "The ready document is damaged at known_hosts: Input should be a valid string."),
        ({"endpoints": [{"name": "hmc1"}]}, "The ready document is damaged at endpoints.0.kind: Field required."),
    ],
)
def test_a_ready_document_of_another_shape(lab, ready, change, text):
    with pytest.raises(ReadyError) as caught:
        lab.join({**ready, **change})
    assert str(caught.value) == f"{text} Use the simulated lab that came with this library."


def test_a_password_file_that_is_gone(lab, ready, tmp_path):
    (tmp_path / "hmc1").unlink()
    with pytest.raises(ReadyError) as caught:
        lab.join(ready)
    assert str(caught.value) == (
        f"Simulated lab, hmc1: the password file {tmp_path}/hmc1 cannot be read: No such file or directory. "
        "Start the simulated lab again."
    )


def test_real_machines_are_not_joined(valid, write, environment, ready):
    with pytest.raises(ReadyError, match=r"^mylab\.yaml describes real machines\. Add a section 'simulated:' to it\.$"):
        load_lab(write(valid), environment=environment).join(ready)


def test_the_ready_file(ready, tmp_path, lab):
    file = tmp_path / "ready.json"
    file.write_text(json.dumps(ready))
    assert lab.join(load_ready(file)).endpoint("hmc1").port == 10022


@pytest.mark.parametrize(
    ("content", "text"),
    [(None, "cannot be read: No such file or directory."), ("{", "is not JSON."), ("[]", "holds no ready document.")],
)
def test_a_bad_ready_file(tmp_path, content, text):
    file = Path(tmp_path, "ready.json")
    if content is not None:
        file.write_text(content)
    with pytest.raises(ReadyError) as caught:
        load_ready(file)
    assert str(caught.value).startswith(f"The ready file {file} {text} Start the simulated lab with --ready-file")
