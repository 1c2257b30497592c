"""op-test files, as they are."""

from __future__ import annotations

import pytest

from powervm.lab import MoveKind, WorkloadEntry, load_lab
from powervm.ssh import HostKeyMode

TWO_CONSOLES = "target_hmc_ip=192.0.2.11\ntarget_hmc_username=other\ntarget_hmc_password=target-word\n"
VNIC = (
    "lpar_vios=v1, v2\nremote_lpar_vios=r1,r2\nslot_num=6\nbandwidth=4.5\nadapters= A1 , A2 \ntarget_adapters=B1\n"
    "ports=0,1\ntarget_ports=2\ninterface=env6\ninterface_ip=198.51.100.7\nnetmask=24\npeer_ip=198.51.100.1\n"
)


@pytest.fixture
def load(write):
    return lambda text, mode=0o600: load_lab(write(text, "lab.conf", mode))


def test_one_console(optest, load):
    lab = load(optest)
    assert (lab.name, lab.kind, tuple(lab.consoles), tuple(lab.servers)) == (
        "lab",
        "hardware",
        ("hmc",),
        ("blue", "green"),
    )
    move = lab.move("local")
    assert (move.partition, move.source, move.target, move.kind) == ("web1", "blue", "green", MoveKind.ACTIVE)
    assert lab.endpoint("hmc").login.password.reveal() == "console-word"
    assert (lab.endpoint("web1").login.user, lab.endpoint("web1").port) == ("root", 22)


def test_the_address_of_a_second_console_makes_it_two(optest, load):
    lab = load(optest + TWO_CONSOLES)
    assert tuple(lab.consoles) == ("hmc", "target-hmc")
    assert lab.crosses_consoles(lab.move("crosshmc"))
    assert lab.console_of("green").name == "target-hmc"
    assert lab.route("hmc", "target-hmc").address == "192.0.2.11"
    assert lab.route("hmc", "target-hmc").user == "other"
    assert lab.route("target-hmc", "hmc").address == "192.0.2.10"


def test_addresses_may_have_a_port(optest, load):
    text = optest.replace("hmc_ip=192.0.2.10", "hmc_ip=127.0.10.1:10022")
    text = text.replace("host_ip=192.0.2.101", "host_ip=[2001:db8::7]:10023")
    lab = load(text + TWO_CONSOLES.replace("192.0.2.11", "2001:db8::1"))
    assert (lab.endpoint("hmc").host, lab.endpoint("hmc").port) == ("127.0.10.1", 10022)
    assert (lab.endpoint("web1").host, lab.endpoint("web1").port) == ("2001:db8::7", 10023)
    assert (lab.endpoint("target-hmc").host, lab.endpoint("target-hmc").port) == ("2001:db8::1", 22)
    assert lab.route("target-hmc", "hmc").address == "127.0.10.1"


def test_an_address_of_this_computer_makes_no_simulated_lab(optest, load):
    text = optest.replace("192.0.2.10", "127.0.10.1").replace("192.0.2.101", "127.0.30.1:10022")
    assert load(text).kind == "hardware"


def test_virtual_io_servers(optest, load):
    text = (
        optest + "lpar_vios= v1 ,v2,\nvios_ip=192.0.2.21\nvios_username=admin\nvios_password=w\nremote_lpar_vios=v1\n"
    )
    lab = load(text)
    assert lab.endpoint_names() == ("hmc", "blue/v1", "v2", "green/v1", "web1")
    assert lab.endpoint("blue/v1").login.user == "admin"
    assert lab.virtual_io_server_endpoints("blue") == ("blue/v1",)
    assert lab.virtual_io_server_endpoints("green") == ()


@pytest.mark.parametrize("word", ["False", "0", "no", ""])
def test_false_means_false(optest, load, word):
    assert load(f"{optest}inactive_lpm={word}\n").move("local").kind is MoveKind.ACTIVE


def test_the_profile_is_for_activation_and_not_for_the_migration(optest, load):
    lab = load(f"{optest}inactive_lpm=True\nlpar_prof=default_profile\n")
    move = lab.move("local")
    assert (move.kind, move.profile) == (MoveKind.INACTIVE, None)
    assert lab.partition(move.partition).profile == "default_profile"


def test_settings(optest, load, tmp_path):
    lab = load(
        optest + "options=--migsriov 1 -w 5\nlpm_timeout=600\niterations=2\nstressng_command=stress-ng --cpu 4 -t 5m\n"
        "os_file_logs=/a, /b\nos_cmd_logs=ls -l\nvios_logs=x\nhmc_logs=y\ncheck_ssh_keys=True\nknown_hosts_file=keys\n"
    )
    assert lab.move("local").options == "--migsriov 1 -w 5"
    assert (lab.limits.migration, lab.iterations) == (600.0, 2)
    assert lab.workload == WorkloadEntry(command="stress-ng --cpu 4 -t 5m")
    assert lab.logs.os_files == ("/a", "/b")
    assert (lab.logs.os_commands, lab.logs.vios_commands, lab.logs.console_commands) == (("ls -l",), ("x",), ("y",))
    assert (lab.host_keys.mode, lab.host_keys.file) == (HostKeyMode.STRICT, tmp_path / "keys")


def test_a_vnic_is_taken_over(optest, load):
    move = load(optest + VNIC).move("local")
    vnic, network = move.vnic, move.network
    assert (vnic.slot, vnic.capacity) == (6, 4.5)
    assert (network.interface, network.address, network.peer) == ("env6", "198.51.100.7/24", "198.51.100.1")
    assert (vnic.adapters, vnic.ports, vnic.target_adapters, vnic.target_ports) == (("A1", "A2"), (0, 1), ("B1",), (2,))


def test_keys_are_read_in_any_case_and_percent_signs_as_they_are(optest, load):
    lab = load(optest.replace("hmc_password=console-word", "HMC_Password: 50%(x)s %d # ;"))
    assert lab.endpoint("hmc").login.password.reveal() == "50%(x)s %d # ;"


def test_placeholders_load(optest, load):
    assert load(optest.replace("192.0.2.10\n", "9.x.x.x\n")).endpoint("hmc").host == "9.x.x.x"


def test_the_section_counts_when_the_ending_says_nothing(optest, write):
    assert load_lab(write(optest, "lab.txt")).moves.keys() == {"local"}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "hmc_usrname=x",
            "lab.conf:12: hmc_usrname: this key is not known and has no effect. Did you mean 'hmc_username'?",
        ),
        ("machine_state=SLEEPY", None),
        (
            "bandwidth=2",
            "lab.conf:12: bandwidth: this key has no effect without slot_num. Add slot_num, or remove it.",
        ),
        (
            "vios_ip=192.0.2.21",
            "lab.conf:12: vios_ip: this address has no effect, because lpar_vios is not given. "
            "Add lpar_vios with the names on the console.",
        ),
        ("bmc_ip=1\nbmc_password=x\nhost_cmd_timeout=36000\nsriov=1\nsuffix=a", ""),
    ],
)
def test_warnings(optest, load, tmp_path, line, expected):
    text = optest.replace("machine_state=OS\n", "") if line.startswith("machine") else optest
    *warnings, about_passwords = (str(w).replace(f"{tmp_path}/", "") for w in load(f"{text}{line}\n").warnings)
    assert about_passwords == "lab.conf: passwords stand here. A YAML lab file can take them from elsewhere."
    if expected is None:
        expected = (
            "lab.conf:11: machine_state: 'SLEEPY' is none that op-test knows for this purpose. "
            "Known: UNKNOWN, UNKNOWN_BAD, OFF, PETITBOOT, PETITBOOT_SHELL, OS."
        )
    assert warnings == ([expected] if expected else [])


def test_passwords_that_others_can_read_are_accepted_with_a_louder_warning(optest, load, tmp_path):
    file = tmp_path / "lab.conf"
    assert [str(warning) for warning in load(optest, 0o644).warnings] == [
        f"{file}: others can read the passwords that stand in this file. Run: chmod 600 {file}"
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "hmc_ip=192.0.2.10\n",
            "",
            ["lab.conf: hmc_ip: this key is missing or empty. It is the address of the source's console."],
        ),
        (
            "hmc_password=console-word",
            "hmc_password=",
            ["lab.conf:7: hmc_password: this key is missing or empty. It is the password there."],
        ),
        (
            "lpar_name=web1\n",
            "",
            ["lab.conf: lpar_name: this key is missing or empty. It is the partition that moves."],
        ),
        (
            "target_system_name=green",
            "target_system_name=blue",
            ["lab.conf:9: target_system_name: source and target are both 'blue'. Name another server."],
        ),
        (
            "machine_state=OS",
            "target_hmc_ip=192.0.2.11",
            ["lab.conf: target_hmc_password: this key is missing or empty. It is the password there."],
        ),
        (
            "hmc_ip=192.0.2.10",
            "hmc_ip=192.0.2.10:ssh",
            ["lab.conf:5: hmc_ip: expected a whole number, got 'ssh'. TCP port of the SSH server."],
        ),
        (
            "machine_state=OS",
            "lpm_timeout=long",
            [
                "lab.conf:11: lpm_timeout: expected a duration, got 'long'. "
                "Write seconds as a number, or for example '10 min' or '1 h 30 min'."
            ],
        ),
        (
            "machine_state=OS",
            "inactive_lpm=maybe",
            ["lab.conf:11: inactive_lpm: expected true or false, got 'maybe'. Write True or False."],
        ),
        (
            "machine_state=OS",
            "hmc_ip=192.0.2.99",
            [
                "lab.conf:11: hmc_ip: this key stands here twice; the first is in line 5. Remove one: op-test "
                "would take the last."
            ],
        ),
        (
            "hmc_password=console-word",
            "  hmc_password=console-word",
            [
                "lab.conf: hmc_password: this key is missing or empty. It is the password there.",
                "lab.conf:6: hmc_username: the line after it is indented, so it belongs to this value. Do not "
                "indent keys.",
            ],
        ),
        ("[op-test]", "[optest]", ["lab.conf: there is no section [op-test]. Start the file with [op-test]."]),
        ("[op-test]\n", "", ["lab.conf:1: this line is neither a section nor a key with a value. Write key=value."]),
        (
            "machine_state=OS",
            "console-word",
            ["lab.conf:11: this line is neither a section nor a key with a value. Write key=value."],
        ),
        (
            "machine_state=OS",
            "lpar_vios=web1",
            ["lab.conf:11: lpar_vios: 'web1' is also partitions.web1. Give a Virtual I/O Server a name of its own."],
        ),
    ],
)
def test_a_mistake(optest, complaints, old, new, expected):
    assert old in optest
    assert complaints(optest.replace(old, new, 1), "lab.conf") == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("slot_num=6", "slot_num=2", "lab.conf:14: slot_num: expected at least 3, got '2'. Virtual slot of the vNIC."),
        (
            "lpar_vios=v1, v2\nremote",
            "remote",
            "lab.conf: lpar_vios: this key is missing; slot_num asks for it. "
            "It is the list: Virtual I/O Servers of the source; the first is the one at vios_ip.",
        ),
        (
            "lpar_vios=v1, v2",
            "lpar_vios=v1",
            "lab.conf:16: adapters: 2 adapters need as many Virtual I/O Servers, and lpar_vios names 1. "
            "Name more in lpar_vios, or fewer adapters.",
        ),
        (
            "ports=0,1",
            "ports=0",
            "lab.conf:14: slot_num: adapters has 2 entries and ports has 1 entry. "
            "Name one port for each adapter, in the same order.",
        ),
        (
            "peer_ip=198.51.100.1\n",
            "",
            "lab.conf: peer_ip: this key is missing; slot_num asks for it. It is the address that must answer a ping "
            "through it.",
        ),
        (
            "target_ports=2",
            "target_ports=two",
            "lab.conf:19: target_ports: expected a whole number, got 'two'. Physical port of each adapter on "
            "the target.",
        ),
    ],
)
def test_a_mistake_about_the_vnic(optest, complaints, old, new, expected):
    assert old in VNIC
    assert complaints(optest + VNIC.replace(old, new, 1), "lab.conf") == [expected]
