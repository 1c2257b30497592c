"""``migrlpar``: its options, each one seen by what it changes."""

from __future__ import annotations

import shlex
from typing import Any

import pytest
from migration_support import CHECK, MOVE, codes, hosts, refused, run
from world_doubles import SmallLab

from powervm_sim.shell.call import Call


def test_warnings_are_shown_with_v_only_and_leave_the_status_alone():
    lab = SmallLab()
    assert run(lab, CHECK) == ("", 0)
    text, status = run(lab, f"{CHECK} -v")
    assert (status, text.splitlines()[0], codes(text)) == (0, "Warnings:", ["HSCLA295"])
    assert run(lab, f"{CHECK} -v -n fresh") == ("", 0)


def test_an_open_terminal_is_a_warning():
    lab = SmallLab()
    lab.world.partitions["lp1"].terminal_open = True  # type: ignore[attr-defined]
    text, status = run(lab, f"{CHECK} -v -n fresh")
    assert (status, codes(text)) == (0, ["HSCLA291"])


def test_the_profile_of_n_holds_what_was_migrated_and_the_last_one_stays():
    lab = SmallLab()
    run(lab, f"{MOVE} -n fresh")
    answer = run(lab, "lssyscfg -r prof -m s2 --filter lpar_names=lp1 -F name")[0].split()
    assert sorted(answer) == ["default_profile", "fresh"]
    assert lab.world.partitions["lp1"].profiles["fresh"].memory.desired == 8192


@pytest.mark.parametrize("name", ["bad,name", "a=b", '"q"', "", "a/b", "n" * 60])
def test_what_can_be_no_name_of_a_profile_is_refused_before_anything_is_looked_at(name: str):
    lab = SmallLab()
    text, status = run(lab, f"{MOVE} -n {shlex.quote(name)}")
    assert (status, "invalid value are -n." in text) == (1, True)
    assert lab.world.home(lab.world.partitions["lp1"]).server.name == "s1"


NO_FC = {f"servers.s2.virtual_io_servers.s2-vios{number}.storage": ["scsi"] for number in (1, 2)}


def test_a_refused_adapter_has_a_detail_block_for_each_server():
    text, status = run(SmallLab(NO_FC), CHECK)
    lines = text.splitlines()
    assert status == 1
    assert lines[0] == "Errors:"
    assert lines[1].startswith("HSCLA319 The migrating partition's virtual fibre channel client adapter 3 cannot be")
    assert lines[2] == "Details:"
    assert lines[3].startswith("HSCLA356 The RMC command issued to partition s2-vios1 failed.")
    assert lines[4].startswith("HSCLA29A The RMC command issued to partition s2-vios1 failed.")
    assert "The OS command return code is: 83 " in lines[4]
    assert lines[5] == "VIOS_DETAILED_ERROR"
    assert lines[6].startswith("Client Target WWPNs: 50050763")
    assert lines[7:10] == [
        "There are no FC adapters",
        "Returning from npiv_dest_adapter rc=83",
        "End Detailed Message.",
    ]
    assert text.count("VIOS_DETAILED_ERROR") == 2
    assert text.endswith("\nEnd Detailed Message.\n")


def test_the_detail_block_goes_with_nodetails_and_its_inner_text_with_level_0():
    lab = SmallLab(NO_FC)
    assert refused(lab, f"{CHECK} --nodetails") == ["HSCLA319"]
    text, _ = run(lab, f"{CHECK} -d 0")
    assert "HSCLA29A" in text
    assert "VIOS_DETAILED_ERROR" not in text
    assert "-d 5 " in run(lab, f"{CHECK} -d 5")[0]


def test_a_port_in_another_fabric_gives_return_code_69():
    other = {"fcs0": {"fabric": "elsewhere"}}
    ports = {f"servers.s2.virtual_io_servers.s2-vios{number}.fc_ports": other for number in (1, 2)}
    text, status = run(SmallLab(ports), CHECK)
    assert (status, codes(text)) == (1, ["HSCLA319", *["HSCLA356", "HSCLA29A"] * 2])
    assert "The OS command return code is: 69 " in text
    assert (
        "\nfscsi0 is not zoned to the same target ports as the source for this client\nrc = 69 MIG_LACK_RESOURCE\n"
        in text
    )


def test_full_ports_host_nobody():
    full = {"fcs0": {"fabric": "fabric1", "ports": 1}}
    lab = SmallLab({f"servers.s2.virtual_io_servers.s2-vios{number}.fc_ports": full for number in (1, 2)})
    assert run(lab, MOVE) == ("", 0)
    other = {**lab_partition("lp9", 9, "127.0.30.9"), "storage": [fc(3, "s1-vios1", 33), fc(4, "s1-vios2", 33)]}
    changes = {f"servers.s2.virtual_io_servers.s2-vios{number}.fc_ports": full for number in (1, 2)}
    lab = SmallLab({**changes, "partitions.lp9": other})
    assert run(lab, "migrlpar -o m -m s1 -t s2 -p lp9") == ("", 0)
    assert refused(lab, CHECK)[0] == "HSCLA319"


def lab_partition(name: str, number: int, serve: str, **more: Any) -> dict[str, Any]:
    entry = {"serve": serve, "address": f"10.0.1.{number}", "server": "s1", "id": number, "distribution": "rhel9"}
    return entry | {"memory": 4096} | more


def fc(slot: int, server: str, remote: int) -> dict[str, Any]:
    return {"slot": slot, "kind": "fc", "server": server, "remote_slot": remote}


def test_multipath_is_kept_or_refused_or_given_up():
    storage = [fc(3, "s1-vios1", 31), fc(4, "s1-vios2", 31)]
    lab = SmallLab({"partitions.lp1.storage": storage})
    both_on_one = '-i "\\"virtual_fc_mappings=3//1,4//1\\""'
    assert refused(lab, f"{CHECK} {both_on_one}") == ["HSCLA340"]
    text, status = run(lab, f"{CHECK} {both_on_one} --mpio 2 -v -n fresh")
    assert (status, codes(text)) == (0, ["HSCLA340"])
    assert run(lab, f"{MOVE} {both_on_one} --mpio 2") == ("", 0)
    assert [host for _, host, *_ in hosts(lab.lp1)] == ["s2-vios1", "s2-vios1"]


def test_validation_takes_longer_with_portdisk_and_may_not_take_longer_than_w():
    def seconds(arguments: str) -> float:
        lab = SmallLab()
        run(lab, f"{CHECK} {arguments}")
        return lab.clock.time

    assert seconds("--npivval portdisk") > seconds("--npivval port")
    lab = SmallLab({"durations": {"validation": 90}})
    assert refused(lab, f"{CHECK} -w 1") == ["HSCLAF40"]
    assert lab.clock.time == pytest.approx(60, abs=1)
    assert run(lab, f"{CHECK} -w 2") == ("", 0)


def test_a_uuid_that_is_taken_is_refused_or_replaced():
    lab = SmallLab()
    partition = lab.world.partitions["lp1"]
    partition.uuid = lab.world.partitions["s2-vios2"].uuid
    assert refused(lab, CHECK) == ["HSCLAF0D"]
    assert run(lab, f"{MOVE} --uuid 2") == ("", 0)
    assert partition.uuid != lab.world.partitions["s2-vios2"].uuid


def test_affinity_needs_systems_that_know_scores():
    lab = SmallLab()
    assert refused(lab, "migrlpar -o v -m s1 -t old -p off --affinity") == ["HSCLA012"]
    assert run(lab, f"{CHECK} --affinity") == ("", 0)
    tight = SmallLab({"servers.s2.memory": 16384 + 10240})
    text, status = run(tight, f"{CHECK} --affinity -v -n fresh")
    assert (status, codes(text)) == (0, ["HSCLAF56"])


def test_steps_are_printed_and_say_that_their_form_is_not_real():
    text, status = run(SmallLab(), f"{MOVE} --steps 1")
    lines = text.splitlines()
    assert status == 0
    assert all(line.startswith("[simulated format] ") for line in lines)
    assert [line.rsplit(": ")[-1] for line in lines] == [
        *("validation", "set-up", "copy", "suspend", "resume", "clean-up", "end")
    ]
    assert run(SmallLab(), f"{MOVE} --steps 0") == ("", 0)
    detailed = run(SmallLab(), f"{MOVE} --steps 2")[0]
    assert "copy (bytes 0+0, movers s1-vios1 and s2-vios1)\n" in detailed


REFUSED_OPTIONS = [
    f"{CHECK} --force",
    f"{CHECK} -r sys",
    f"{CHECK} -w soon",
    f"{CHECK} -d 6",
    f"{CHECK} -w \u00b2",
    f"{CHECK} -w {'9' * 5000}",
    f"{CHECK} --mpio 3",
    f"{CHECK} --redundantmsps 3",
    f"{CHECK} --npivval disk",
    f"{CHECK} --id 7",
    f"{CHECK} --all",
    f"{CHECK} -i a=b -f data",
    "migrlpar -o v -m s1 -t s2 -p lp1,lp1",
    "migrlpar -o s -m s1 -p lp1 --ip 10.0.0.2",
]


@pytest.mark.parametrize("command", REFUSED_OPTIONS)
def test_options_that_cannot_be_are_refused(command: str):
    text, status = run(SmallLab(), command)
    assert status == 1
    assert text.startswith("The command entered is either missing a required parameter or")


def test_a_console_without_files_says_so():
    text, status = run(SmallLab(), f"{CHECK} -f data.txt")
    assert (text, status) == ("migrlpar: data.txt: No such file or directory\n", 1)


class OneFile:
    """A folder with one file."""

    async def open_read(self, path: str) -> Any:
        if path != "/home/hscroot/data.txt":
            raise FileNotFoundError(path)
        return self

    async def read(self) -> str:
        return "dest_lpar_id=44\nsource_msp_id=2\n"


def test_input_data_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch):
    made = Call.__init__

    def with_files(call: Call, *arguments: Any) -> None:
        made(call, *arguments)
        call.files = OneFile()  # type: ignore[assignment]
        call.variables["PWD"] = "/home/hscroot"

    monkeypatch.setattr(Call, "__init__", with_files)
    lab = SmallLab()
    assert run(lab, f"{MOVE} -f data.txt") == ("", 0)
    assert lab.lp1.lpar_id == 44
    assert run(lab, "migrlpar -o v -m s2 -t s1 -p lp1 -f other.txt")[1] == 1
