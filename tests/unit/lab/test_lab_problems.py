"""Each kind of mistake in a YAML lab file, with the text that a tester reads."""

from __future__ import annotations

import pytest

from powervm.lab import LabFileError, load_lab


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            "port: 2222",
            "port: abc",
            "mylab.yaml:6: consoles.hmc2.port: expected a whole number, got 'abc'. TCP port of the SSH server.",
            id="wrong type",
        ),
        pytest.param(
            "port: 2222",
            "port: 70000",
            "mylab.yaml:6: consoles.hmc2.port: expected at most 65535, got '70000'. TCP port of the SSH server.",
            id="port too high",
        ),
        pytest.param(
            "port: 2222",
            "port: 0",
            "mylab.yaml:6: consoles.hmc2.port: expected at least 1, got '0'. TCP port of the SSH server.",
            id="port too low",
        ),
        pytest.param(
            "user: lpmtest",
            "user: 17",
            "mylab.yaml:7: consoles.hmc2.user: expected a text, got '17'. Put it in quotes.",
            id="number for a text",
        ),
        pytest.param(
            "agent: true, partition",
            "agent: yes, partition",
            "mylab.yaml:20: partitions.lp1.agent: expected true or false, got 'yes'. "
            "Log in with a key of the running SSH agent.",
            id="no boolean",
        ),
        pytest.param(
            "port: 2222",
            "prot: 2222",
            "mylab.yaml:6: consoles.hmc2.prot: this key is not known. Did you mean 'port'?",
            id="unknown key",
        ),
        pytest.param(
            "moves:",
            "move: {}\nmoves:",
            "mylab.yaml:23: move: this key is not known. Did you mean 'moves'?",
            id="unknown key at the top",
        ),
        pytest.param(
            "to: p10b",
            "to: p10x",
            "mylab.yaml:25: moves.crosshmc.to: no server is called 'p10x'. Did you mean 'p10a' or 'p10b'?",
            id="no such server",
        ),
        pytest.param(
            "crosshmc: {partition: lp1",
            "crosshmc: {partition: web9",
            "mylab.yaml:25: moves.crosshmc.partition: no partition is called 'web9'. Known here: lp1.",
            id="no such partition",
        ),
        pytest.param(
            "p10a: {console: hmc1}",
            "p10a: {console: hmc7}",
            "mylab.yaml:15: servers.p10a.console: no console is called 'hmc7'. Did you mean 'hmc1' or 'hmc2'?",
            id="no such console",
        ),
        pytest.param(
            "p10a: {console: hmc1}",
            "p10a: {}",
            "mylab.yaml:15: servers.p10a.console: this key is missing. Name of the console that manages this server.",
            id="server without a console",
        ),
        pytest.param(
            "routes: {hmc2: 198",
            "routes: {hcm2: x, hmc2: 198",
            "mylab.yaml:3: consoles.hmc1.routes.hcm2: no console is called 'hcm2'. Did you mean 'hmc2'?",
            id="route to nowhere",
        ),
        pytest.param(
            ", routes: {hmc2: 198.51.100.11}",
            "",
            "mylab.yaml:3: consoles.hmc1.routes: the move 'crosshmc' goes there and back between hmc1 and hmc2, "
            "and hmc1 "
            "has no route to hmc2. Add 'routes: {hmc2: ADDRESS}' with the address of hmc2 as hmc1 sees it.",
            id="no route there",
        ),
        pytest.param(
            "    routes: {hmc1: {address: 198.51.100.10, user: mover}}\n",
            "",
            "mylab.yaml:4: consoles.hmc2.routes: the move 'crosshmc' goes there and back between hmc2 and hmc1, "
            "and hmc2 "
            "has no route to hmc1. Add 'routes: {hmc1: ADDRESS}' with the address of hmc1 as hmc2 sees it.",
            id="no route back",
        ),
        pytest.param(
            "routes: {hmc1: {address",
            "routes: {hmc2: x, hmc1: {address",
            "mylab.yaml:9: consoles.hmc2.routes.hmc2: this route leads to the console itself. Remove it.",
            id="route to itself",
        ),
        pytest.param(
            "to: p10a}",
            "to: p9a}",
            "mylab.yaml:24: moves.local.to: source and target are both 'p9a'. Name another server.",
            id="source equals target",
        ),
        pytest.param(
            "moves:\n",
            "moves:\n  crosshmc: {partition: lp1, from: p9a, to: p10a}\n",
            "mylab.yaml:26: moves.crosshmc: this name stands here twice; the first is in line 24. Rename or "
            "remove one.",
            id="duplicate key",
        ),
        pytest.param(
            "watcher: {host",
            "lp1: {host",
            "mylab.yaml:22: peers.lp1: 'lp1' is also partitions.lp1. Give a peer a name of its own.",
            id="one name for two machines",
        ),
        pytest.param(
            "p10b-vios2: }",
            "hmc1: }",
            "mylab.yaml:18: servers.p10b.virtual_io_servers.hmc1: 'hmc1' is also consoles.hmc1. "
            "Give a Virtual I/O Server a name of its own.",
            id="a vios called like a console",
        ),
        pytest.param(
            "watcher: {host",
            "a/b: {host",
            "mylab.yaml:22: peers.a/b: 'a/b' cannot be a name. Use printable characters without '/'.",
            id="no name",
        ),
        pytest.param(
            "watcher: {host: 192.0.2.200, agent",
            "watcher: {agent",
            "mylab.yaml:22: peers.watcher.host: no address of this peer is given. Add its host.",
            id="no address",
        ),
        pytest.param(
            "host: 192.0.2.200",
            "host: 192.0.2.200:22",
            "mylab.yaml:22: peers.watcher.host: '192.0.2.200:22' holds a port. Write the port under 'port'.",
            id="port in the address",
        ),
        pytest.param(
            "kind: inactive",
            "kind: live",
            "mylab.yaml:25: moves.crosshmc.kind: expected 'active' or 'inactive', got 'live'. "
            "Active: the partition runs while it moves. Inactive: it is powered off.",
            id="no such kind",
        ),
        pytest.param(
            "poll: 500 ms",
            "poll: soon",
            "mylab.yaml:26: limits.poll: expected a duration, got 'soon'. "
            "Write seconds as a number, or for example '10 min' or '1 h 30 min'.",
            id="no duration",
        ),
        pytest.param(
            "poll: 500 ms",
            "poll: 0",
            "mylab.yaml:26: limits.poll: this duration cannot be 0. Write for example '500 ms'.",
            id="no pause",
        ),
        pytest.param(
            "p10a: {console: hmc1}",
            "p10a: hmc1",
            "mylab.yaml:15: servers.p10a: expected a mapping, got a single value.",
            id="text for a mapping",
        ),
        pytest.param(
            "{vios1: {partition: v1}, p10b-vios2: }",
            "vios1",
            "mylab.yaml:18: servers.p10b.virtual_io_servers: expected a mapping or a list, got a single value. "
            "Its Virtual I/O Servers by name, or a list of names when nothing has to be said about them.",
            id="neither of two forms",
        ),
        pytest.param(
            "routes: {hmc2: 198.51.100.11}",
            "routes: {hmc2: [198.51.100.11]}",
            "mylab.yaml:3: consoles.hmc1.routes.hmc2: expected a text or a mapping, got a list.",
            id="a list for an address",
        ),
        pytest.param(
            "agent: true, partition",
            "agent: true, key_file: mylab.yaml, partition",
            "mylab.yaml:20: partitions.lp1: both key_file and agent are given. "
            "Keep one: a login is one attempt with one method.",
            id="two logins",
        ),
        pytest.param(
            "agent: true, partition",
            "key_file: nokey, partition",
            "mylab.yaml:20: partitions.lp1.key_file: the file nokey cannot be read: No such file or directory. "
            "The path may start with ~ or be relative to the lab file.",
            id="no key file",
        ),
        pytest.param(
            "{env: HMC1_PASSWORD}",
            "{file: nowhere}",
            "mylab.yaml:3: consoles.hmc1.password: the password file nowhere cannot be read: No such file or "
            "directory. "
            "Put the password into it as its only line, and chmod 600.",
            id="no password file",
        ),
        pytest.param(
            "{env: HMC1_PASSWORD}",
            "",
            "mylab.yaml:3: consoles.hmc1.password: this is no way to give a password. "
            "Write {env: NAME}, {file: PATH}, or the password as text.",
            id="no password",
        ),
        pytest.param(
            "{env: HMC1_PASSWORD}",
            "''",
            "mylab.yaml:3: consoles.hmc1.password: the password is empty. "
            "Write {env: NAME}, {file: PATH}, or the password as text.",
            id="empty password",
        ),
        pytest.param(
            "name: night lab",
            "simulated: {speed: 2}",
            "mylab.yaml:1: simulated: exactly one of world and ready_file is needed. "
            "Give world to start a lab for the run, or ready_file to join a running one.",
            id="no simulated lab",
        ),
        pytest.param(
            "from: p9a, to: p10a}",
            "from: p9a, to: p10a, vnic: {slot: 2, adapters: [a], target_adapters: [b], ports: [0], target_ports: [0]}}",
            "mylab.yaml:24: moves.local.vnic.slot: expected at least 3, got '2'. Virtual slot of the vNIC.",
            id="slot",
        ),
        pytest.param(
            "to: p10a}",
            "to: p10a, vnic: {slot: 3, adapters: [a, b], target_adapters: [b], ports: [0], target_ports: [0]}}",
            "mylab.yaml:24: moves.local.vnic: adapters has 2 entries and ports has 1 entry. "
            "Name one port for each adapter, in the same order.",
            id="ports",
        ),
        pytest.param(
            "name: night lab",
            "vnic: {slot: 6}",
            "mylab.yaml:1: vnic: this key is not known here. "
            "It belongs to the move that it is about: moves: NAME: vnic.",
            id="vnic of no move",
        ),
        pytest.param(
            "to: p10a}",
            "to: p10a, storage: {}}",
            "mylab.yaml:24: moves.local.storage: exactly one of mappings and target is needed. "
            "Give mappings (kept or suggested), or a mapping for each adapter under target.",
            id="no mapping",
        ),
        pytest.param(
            "to: p10b, kind: inactive, options: --mpio 2, profile: big}",
            "to: p10b, storage: {target: [{slot: 3, server: vios1}, {slot: 3, server: vios1}]}}",
            "mylab.yaml:25: moves.crosshmc.storage: a slot stands twice in target. Name each adapter once.",
            id="one slot twice",
        ),
        pytest.param(
            "to: p10a}",
            "to: p10a, network: {interface: env6}}",
            "mylab.yaml:24: moves.local.network.peer: this key is missing. "
            "Address that must answer a ping through the interface.",
            id="no peer",
        ),
        pytest.param(
            "to: p10a}",
            "to: p10a, storage: {target: [{slot: 3, server: nobody}]}}",
            "mylab.yaml:24: moves.local.storage.target.0.server: p10a has no Virtual I/O Server 'nobody'. "
            "None is known here.",
            id="server of storage",
        ),
    ],
)
def test_a_mistake(valid, complaints, old, new, expected):
    assert old in valid
    assert complaints(valid.replace(old, new, 1)) == [expected]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"HMC1_PASSWORD": ""}, "the environment variable HMC1_PASSWORD is empty. Export it with the password in it."),
        (
            {"HMC1_PASSWORD": None},
            "the environment variable HMC1_PASSWORD is not set. Export it with the password in it.",
        ),
    ],
)
def test_password_variables(valid, complaints, environment, change, expected):
    environment = {key: value for key, value in {**environment, **change}.items() if value is not None}
    assert complaints(valid, environment=environment) == [f"mylab.yaml:3: consoles.hmc1.password: {expected}"]


def test_an_empty_password_file(valid, complaints, tmp_path):
    (tmp_path / "word").write_text("\n")
    assert complaints(valid.replace("{env: HMC1_PASSWORD}", "{file: word}")) == [
        "mylab.yaml:3: consoles.hmc1.password: the password file word is empty. "
        "Put the password into it as its only line, and chmod 600."
    ]


def test_a_password_in_a_file_that_others_can_read(valid, complaints):
    assert complaints(valid.replace("{env: HMC1_PASSWORD}", "word"), mode=0o644) == [
        "mylab.yaml:3: consoles.hmc1.password: a password stands in a file that others can read. "
        "Run: chmod 600 mylab.yaml"
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "mylab.yaml: a lab file is a mapping of keys. Start with 'consoles:', 'servers:', 'partitions:'."),
        ("- a\n", "mylab.yaml: a lab file is a mapping of keys. Start with 'consoles:', 'servers:', 'partitions:'."),
        (
            "name: a\n  b: c\n",
            "mylab.yaml:2: this is not YAML: mapping values are not allowed here, column 4. "
            "Put a text in quotes when it starts with one of * & ! @ % ` or holds ': ' or ' #'.",
        ),
        (
            "name: !python/object:os.system x\n",
            "mylab.yaml:1: this has a YAML tag (!...) that a lab file does not know. "
            "Put a text in quotes when it starts with one of * & ! @ % ` or holds ': ' or ' #'.",
        ),
        (
            "peers: &all {a: *all}\n",
            "mylab.yaml: this is nested too deeply. Remove the alias that stands inside its own anchor.",
        ),
    ],
)
def test_what_is_no_lab_file(complaints, text, expected):
    assert complaints(text) == [expected]


def test_an_empty_mapping_lacks_everything(complaints):
    assert complaints("{}\n") == [
        "mylab.yaml: consoles: this key is missing. The management consoles by name.",
        "mylab.yaml: servers: this key is missing. The managed systems by name, each with the console that manages it.",
    ]


def test_aliases_that_explode_are_refused(complaints):
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))
    assert "this is too large for a lab file." in complaints(bomb)[0]


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(LabFileError) as caught:
        load_lab(tmp_path / "none.yaml")
    assert str(caught.value) == (
        f"{tmp_path}/none.yaml: there is no such file. Name a lab file, for example variables/simulated.yaml."
    )


def test_a_folder_and_a_binary_file(tmp_path, complaints):
    with pytest.raises(LabFileError, match="this cannot be read: Is a directory"):
        load_lab(tmp_path)
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LabFileError, match="this is not a text file in UTF-8"):
        load_lab(tmp_path / "binary.yaml")


def test_all_problems_are_shown_together(valid, write, environment, tmp_path):
    text = valid.replace("port: 2222", "port: x").replace("to: p10b", "to: p10x").replace("poll: 500 ms", "pol: 1 s")
    with pytest.raises(LabFileError) as caught:
        load_lab(write(text), environment={**environment, "HMC1_PASSWORD": ""})
    assert [(problem.line, problem.key) for problem in caught.value.problems] == [
        (3, "consoles.hmc1.password"),
        (6, "consoles.hmc2.port"),
        (25, "moves.crosshmc.to"),
        (26, "limits.pol"),
    ]
    lines = str(caught.value).splitlines()
    assert lines[0] == f"The lab file {tmp_path}/mylab.yaml has 4 problems:"
    assert lines[1:] == [str(problem) for problem in caught.value.problems]
