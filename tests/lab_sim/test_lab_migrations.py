"""Migrations as a client sees them over SSH: what is typed and quoted there, and what the other machines show of it."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from collections.abc import Iterator

import pytest
from running_lab import RunningLab, changed_world, start, until

QUICK = {"latency": {"listing": 0, "change": 0, "diagnosis": 0}}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    folder = tmp_path_factory.mktemp("migrations")
    with start(folder, world=changed_world(folder, {**QUICK, "servers.p10a.migrations": 1}), speed=400) as running:
        yield running


def ready(lab: RunningLab, server: str, *names: str) -> None:
    for name in names:
        lab.wait_for_rmc("hmc1", server, name)


def field(lab: RunningLab, server: str, name: str, attribute: str) -> str:
    return lab.run("hmc1", f"lssyscfg -r lpar -m {server} --filter lpar_names={name} -F {attribute}")[0].strip()


QUOTED = [
    r'-i "\"virtual_fc_mappings=3//1/51/fcs1,4//2//fcs0\",dest_lpar_id=55"',
    r'-i "virtual_fc_mappings=\"3//1/51/fcs1,4//2//fcs0\",dest_lpar_id=55"',
    r"""-i '"virtual_fc_mappings=3//1/51/fcs1,4//2//fcs0",dest_lpar_id=55'""",
]


@pytest.mark.parametrize("data", QUOTED)
def test_input_data_arrives_in_every_form_of_quoting(lab: RunningLab, data: str):
    ready(lab, "p9a", "lp1")
    assert lab.run("hmc1", f"migrlpar -o m -m p9a -t p10a -p lp1 {data}") == ("", "", 0)
    assert field(lab, "p10a", "lp1", "lpar_id") == "55"
    rows = "lshwres -r virtualio --rsubtype fc --level lpar -m p10a --filter lpar_names=lp1"
    fields = "slot_num,remote_lpar_id,remote_slot_num"
    assert lab.run("hmc1", f"{rows} -F {fields}")[0] == "3,1,51\n4,2,31\n"
    ready(lab, "p10a", "lp1")
    assert lab.run("hmc1", "migrlpar -o m -m p10a -t p9a -p lp1 -i dest_lpar_id=7") == ("", "", 0)


def test_input_data_may_be_a_file_that_was_copied_to_the_console(lab: RunningLab):
    ready(lab, "p9a", "lp1")
    with lab.connect("hmc1") as client, client.open_sftp() as sftp, sftp.open("wishes.txt", "w") as file:
        file.write("dest_lpar_id=77\nsource_msp_id=2\n")
    assert lab.run("hmc1", "migrlpar -o m -m p9a -t p10a -p lp1 -f wishes.txt") == ("", "", 0)
    assert field(lab, "p10a", "lp1", "lpar_id") == "77"
    ready(lab, "p10a", "lp1")
    assert lab.run("hmc1", "migrlpar -o m -m p10a -t p9a -p lp1 -i dest_lpar_id=7") == ("", "", 0)
    missing = "migrlpar: nothing.txt: No such file or directory\n"
    assert lab.run("hmc1", "migrlpar -o v -m p9a -t p10a -p lp1 -f nothing.txt") == (missing, "", 1)


@pytest.mark.skipif(shutil.which("ssh") is None, reason="no ssh client")
def test_the_stock_client_takes_one_level_of_quotes_away(lab: RunningLab):
    ready(lab, "p9a", "lp1")
    ssh = shlex.join(["ssh", *lab.ssh_options("hmc1"), lab.login("hmc1")])
    mapped = r"migrlpar -o v -m p9a -t p10a -p lp1 -n fresh -i \"\\\"virtual_fc_mappings=3//1,4//1\\\"\""
    results = [
        subprocess.run(["sh", "-c", f'{ssh} "{mapped} {end}"'], capture_output=True, text=True, timeout=60)
        for end in ("--mpio 1", "--mpio 2 -v")
    ]
    assert [(result.returncode, result.stderr) for result in results] == [(1, ""), (0, "")]
    refused, allowed = (result.stdout for result in results)
    assert refused.startswith("Errors:\nHSCLA340 ")
    assert allowed.startswith("Warnings:\nHSCLA340 ")


def test_those_that_wait_are_seen_on_a_second_connection(lab: RunningLab):
    ready(lab, "p9a", "lp1", "lp2")
    with lab.channel("hmc1") as channel:
        channel.exec_command("migrlpar -o m -m p9a -t p10a -p lp1,lp2")
        states = "lslparmigr -r lpar -m p9a -F name,migration_state"
        until(lambda: "Migration Waiting" in lab.run("hmc1", states)[0])
        counted = lab.run("hmc1", "lslparmigr -r sys -m p10a -F num_active_migrations_in_progress")[0]
        assert counted in ("1\n", "0\n")
        assert channel.recv_exit_status() == 0
        assert channel.recv(4096) == b""
    assert {field(lab, "p10a", name, "name") for name in ("lp1", "lp2")} == {"lp1", "lp2"}
    ready(lab, "p10a", "lp1", "lp2")
    assert lab.run("hmc1", "migrlpar -o m -m p10a -t p9a -p lp1,lp2") == ("", "", 0)


def test_a_migratable_port_leaves_its_bond_and_a_new_one_joins_it(lab: RunningLab):
    ready(lab, "p9a", "lp6")
    members = "grep '^Slave Interface' /proc/net/bonding/bond*"
    before = lab.run("lp6", members)[0]
    assert lab.run("hmc1", "migrlpar -o m -m p9a -t p10a -p lp6")[2] == 1
    assert lab.run("hmc1", "migrlpar -o m -m p9a -t p10a -p lp6 --migsriov 1") == ("", "", 0)
    after = lab.run("lp6", members)[0]
    assert len(before.splitlines()) == len(after.splitlines()) == 2
    log = lab.run("lp6", "grep ' enter$' /var/log/hcnmgr")[0].splitlines()
    assert log == ["[DEBUG]:hcnqrydev enter", "[DEBUG]:hcnrmdev enter", "[DEBUG]:hcncfgdrc enter"]
    port = "lshwres -r sriov --rsubtype logport --level eth -m p10a --filter lpar_names=lp6 -F migratable,phys_port_id"
    assert lab.run("hmc1", port) == ("1,0\n", "", 0)


def test_settings_of_a_mover_are_seen_on_the_server_itself(lab: RunningLab):
    data = "num_active_migrations_configured=4,concurr_migration_perf_level=2"
    assert lab.run("hmc1", f"migrlpar -o set -m p9a -r lpar -p p9a-vios2 -i {data}") == ("", "", 0)
    out = lab.run("p9a-vios2", "ioscli lsdev -dev vioslpm0 -attr")[0]
    lines = [" ".join(line.split()[:2]) for line in out.splitlines()]
    assert "cfg_msp_lpm_ops 4" in lines
    assert "concurrency_lvl 2" in lines


def test_a_load_makes_the_rest_after_the_resume_long(lab: RunningLab):
    ready(lab, "p9a", "lp5")
    load = "nohup stress-ng --vm 8 --vm-bytes 3G --vm-keep --timeout 10m >/dev/null 2>&1 &"
    assert lab.run("lp5", load)[2] == 0
    until(lambda: "stress-ng" in lab.run("lp5", "ps -e")[0])
    assert lab.run("hmc1", "migrlpar -o m -m p9a -t p10a -p lp5") == ("", "", 0)
    events = {event["phase"]: event["clock"] for event in lab.history("phase", partition="lp5")}
    # Real seconds at this speed; without a load it is a fifth of that.
    assert events["clean-up"] - events["resume"] > 0.015
    lines = lab.run("lp5", "dmesg | grep 'memory transfer'")[0].splitlines()
    assert [line.split("] ")[1] for line in lines] == [
        "mobility: waiting for memory transfer to complete...",
        "mobility: memory transfer completed.",
    ]
