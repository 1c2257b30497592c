"""What a YAML lab file says arrives in the model."""

from __future__ import annotations

from pathlib import Path

import pytest

from powervm.errors import MobilityError
from powervm.lab import Lab, MoveKind, Repair, Route, WorkloadEntry, load_lab
from powervm.secret import Password
from powervm.ssh import HostKeyMode


@pytest.fixture
def lab(valid, write, environment) -> Lab:
    return load_lab(write(valid), environment=environment)


def test_everything_has_its_place(lab, tmp_path):
    assert (lab.name, lab.kind, lab.file, lab.warnings) == ("night lab", "hardware", tmp_path / "mylab.yaml", ())
    assert lab.endpoint_names() == ("hmc1", "hmc2", "p9a/vios1", "p10b/vios1", "p10b-vios2", "lp1", "watcher")
    assert lab.servers["p9a"].system == "Server-9009-22A-SN78A1B20"
    assert lab.servers["p10a"].system == "p10a"
    assert lab.servers["p10b"].virtual_io_servers["vios1"].partition == "v1"
    assert lab.partitions["lp1"].partition == "lp1-prod"
    assert lab.console_of("p10b").name == "hmc2"
    assert lab.console_of("Server-9009-22A-SN78A1B20").name == "hmc1"
    assert lab.repair == {Repair.RMC, Repair.SERVICES}
    assert (lab.limits.migration, lab.limits.poll, lab.limits.settle, lab.limits.rmc) == (5400.0, 0.5, 0.0, 600.0)


def test_endpoints_are_what_ssh_needs(lab, tmp_path):
    hmc2 = lab.endpoint("hmc2")
    assert (hmc2.name, hmc2.host, hmc2.port, hmc2.connect_timeout) == ("hmc2", "192.0.2.11", 2222, 20.0)
    assert (hmc2.login.user, hmc2.login.key_file, hmc2.login.agent) == ("lpmtest", None, False)
    assert hmc2.login.password.reveal() == "second-word"
    assert (hmc2.host_keys.mode, hmc2.host_keys.pinned) == (HostKeyMode.ACCEPT_NEW, ())
    assert hmc2.host_keys.file == tmp_path / "mylab.known_hosts"
    assert lab.endpoint("hmc1").login.user == "hscroot"
    assert lab.endpoint("lp1").login.user == "root"
    assert lab.endpoint("lp1").login.agent


def test_a_vios_is_found_by_its_own_name_and_by_that_of_its_server(lab):
    assert lab.endpoint("p9a/vios1").login.user == "padmin"
    assert lab.entry("p10b/p10b-vios2") is lab.entry("p10b-vios2")
    assert lab.virtual_io_server_endpoints("p9a") == ("p9a/vios1",)
    assert lab.virtual_io_server_endpoints("p10b") == ()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("hmcl", "mylab.yaml: no endpoint is called 'hmcl'. Did you mean 'hmc1' or 'hmc2'?"),
        ("vios1", "mylab.yaml: 'vios1' is the name of 2 Virtual I/O Servers. Write p9a/vios1 or p10b/vios1."),
        ("p10b-vios2", "mylab.yaml: no address of the Virtual I/O Server p10b-vios2 is known. Add its host."),
    ],
)
def test_an_endpoint_that_cannot_be_had(lab, name, text):
    with pytest.raises(MobilityError) as caught:
        lab.endpoint(name)
    assert str(caught.value) == text


def test_unknown_names_are_answered_with_the_nearest(lab):
    with pytest.raises(MobilityError, match=r"^mylab.yaml: no move is called 'croshmc'\. Did you mean 'crosshmc'\?$"):
        lab.move("croshmc")
    with pytest.raises(MobilityError, match=r"^mylab.yaml: no server is called 'x'\. Known here: p9a, p10a, p10b\.$"):
        lab.console_of("x")
    with pytest.raises(MobilityError, match=r"no partition is called 'lp'"):
        lab.partition("lp")


def test_routes(lab):
    assert lab.route("hmc1", "hmc2") == Route("198.51.100.11", "lpmtest")
    assert lab.route("hmc2", "hmc1") == Route("198.51.100.10", "mover")
    with pytest.raises(MobilityError, match=r"^mylab.yaml: hmc1 has no route to hmc1\. Add 'routes: {hmc1: ADDRESS}'"):
        lab.route("hmc1", "hmc1")


def test_moves_and_the_way_back(lab):
    move = lab.move("crosshmc")
    assert (move.partition, move.source, move.target, move.kind) == ("lp1", "p9a", "p10b", MoveKind.INACTIVE)
    assert (move.options, move.profile) == ("--mpio 2", "big")
    assert lab.move("local").profile is None
    back = move.back()
    assert (back.name, back.source, back.target, back.kind) == ("crosshmc-back", "p10b", "p9a", MoveKind.INACTIVE)
    assert back.back() == move
    assert lab.crosses_consoles(move)
    assert not lab.crosses_consoles(lab.move("local"))


@pytest.mark.parametrize("name", ["hmc1", "p9a/vios1", "lp1", "watcher"])
def test_a_password_from_a_keyword_is_the_only_login(lab, name):
    login = lab.with_password(name, Password("from-keyword")).endpoint(name).login
    assert (login.password.reveal(), login.key_file, login.agent) == ("from-keyword", None, False)
    assert lab.endpoint(name).login.password is None or lab.endpoint(name).login.password.reveal() != "from-keyword"


def test_a_login_may_be_left_to_a_keyword(valid, write, environment):
    lab = load_lab(write(valid.replace("agent: true, partition", "partition")), environment=environment)
    assert [warning.key for warning in lab.warnings] == ["partitions.lp1"]
    with pytest.raises(MobilityError) as caught:
        lab.endpoint("lp1")
    assert str(caught.value) == (
        "mylab.yaml: there is nothing to log in to lp1 with. Give it a password, a key_file or 'agent: true'."
    )


def test_credentials_in_all_forms(write, valid, environment, tmp_path):
    (tmp_path / "word").write_text("from file \n")
    (tmp_path / "key").write_text("key")
    text = valid.replace("{env: HMC1_PASSWORD}", "{file: word}").replace("{env: HMC2_PASSWORD}", "0123")
    text = text.replace("agent: true, partition", "key_file: key, passphrase: {env: VIOS_PASSWORD}, partition")
    lab = load_lab(write(text), environment=environment)
    assert lab.endpoint("hmc1").login.password.reveal() == "from file "
    assert lab.endpoint("hmc2").login.password.reveal() == "0123"
    assert lab.endpoint("lp1").login.key_file == tmp_path / "key"
    assert lab.endpoint("lp1").login.passphrase.reveal() == "third-word"
    assert [str(warning).split("/")[-1] for warning in lab.warnings] == [
        "mylab.yaml:8: consoles.hmc2.password: a password stands in the file. Take it from {env: NAME} or {file: PATH}."
    ]


def test_names_and_texts_are_not_turned_into_something_else(write, valid, environment):
    text = valid.replace("user: lpmtest", "user: no").replace("profile: small", "profile: 1:30")
    lab = load_lab(write(text), environment=environment)
    assert lab.endpoint("hmc2").login.user == "no"
    assert lab.partitions["lp1"].profile == "1:30"


def test_merge_keys_share_what_machines_have_in_common(write, environment):
    text = """\
consoles:
  hmc1: &hmc {host: 192.0.2.10, user: lpmtest, password: {env: HMC1_PASSWORD}}
  hmc2: {<<: *hmc, host: 192.0.2.11}
  hmc3: {<<: *hmc, host: 192.0.2.12}
servers: {p9a: {console: hmc3}}
"""
    lab = load_lab(write(text), environment=environment)
    assert [lab.endpoint(name).host[-2:] for name in ("hmc1", "hmc2", "hmc3")] == ["10", "11", "12"]
    assert {lab.endpoint(name).login.user for name in lab.consoles} == {"lpmtest"}


def test_unchecked_host_keys_are_warned_about(write, valid, environment):
    lab = load_lab(write(f"host_keys: off\nknown_hosts: keys/here\n{valid}"), environment=environment)
    assert lab.endpoint("hmc1").host_keys.mode is HostKeyMode.OFF
    assert lab.host_keys.file.name == "here"
    assert [warning.key for warning in lab.warnings] == ["host_keys"]


def test_the_rest_of_the_settings(write, valid, environment):
    text = valid + (
        "repair: [mover_service]\niterations: 3\nworkload: {command: stress-ng --cpu 4}\n"
        "logs: {os_files: [/var/log/boot.log], vios_commands: [lsmap -all]}\n"
    )
    lab = load_lab(write(text), environment=environment)
    assert lab.repair == {Repair.MOVER_SERVICE}
    assert (lab.iterations, lab.workload) == (3, WorkloadEntry(command="stress-ng --cpu 4"))
    assert (lab.logs.os_files, lab.logs.vios_commands, lab.logs.os_commands) == (
        ("/var/log/boot.log",),
        ("lsmap -all",),
        (),
    )


def test_the_devices_of_a_move_change_sides_on_the_way_back(write, valid, environment):
    vnic = "vnic: {slot: 6, adapters: [A, B], ports: [0, 1], target_adapters: [C], target_ports: [2]}"
    network = "network: {interface: env6, address: 198.51.100.7/24, peer: 198.51.100.1, outage: 2 s}"
    storage = "storage: {target: [{slot: 3, server: v2, port: fcs1}], source: [{slot: 3, server: vios1}]}"
    text = valid.replace("p10a: {console: hmc1}", "p10a: {console: hmc1, virtual_io_servers: [v2]}")
    text = text.replace("to: p10a}", f"to: p10a, {vnic}, {network}, {storage}}}")
    move = load_lab(write(text), environment=environment).move("local")
    back = move.back()
    assert (move.vnic.slot, move.vnic.capacity, move.vnic.ports) == (6, 2.0, (0, 1))
    assert (back.vnic.adapters, back.vnic.ports) == (("C",), (2,))
    assert (back.vnic.target_adapters, back.vnic.target_ports) == (("A", "B"), (0, 1))
    assert (move.storage.target[0].port, back.storage.target[0].server) == ("fcs1", "vios1")
    assert back.back() == move
    assert back.network == move.network
    assert (move.network.interval, move.network.outage) == (0.2, 2.0)


def test_a_relative_lab_file_resolves_beside_itself(valid, write, environment, tmp_path, monkeypatch):
    write(valid)
    monkeypatch.chdir(tmp_path.parent)
    lab = load_lab(f"{tmp_path.name}/mylab.yaml", environment=environment)
    assert lab.file == Path(tmp_path.name, "mylab.yaml")
    assert lab.host_keys.file == tmp_path / "mylab.known_hosts"
