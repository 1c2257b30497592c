"""Virtual I/O Servers over SSH: what they show follows from the world, and what is changed on them changes it."""

from __future__ import annotations

import re
import shutil
import subprocess

import paramiko
import pytest
from running_lab import until
from test_lab_logins import Screen


def ioscli(lab, name: str, command: str) -> str:
    out, err, status = lab.run(name, f"ioscli {command}")
    assert (err, status) == ("", 0)
    return out


def test_a_vnic_is_seen_alike_by_console_and_virtual_io_server(lab):
    out = lab.run("hmc1", "lshwres -r virtualio --rsubtype vnic --level lpar -m p9a -F lpar_name,slot_num,mac_addr")[0]
    name, slot, mac = out.splitlines()[0].split(",")
    text = ioscli(lab, "p9a-vios1", "lsmap -all -vnic")
    assert re.search(rf"^vnicserver0 .* {name} +Linux$", text, re.MULTILINE)
    assert text.endswith(f"Client device name:env{slot}\nClient device physloc:U9009.22A.78A1B20-V9-C{slot}\n")
    device = re.search(r"^Backing device:(ent\d+)$", text, re.MULTILINE)[1]
    mac = ":".join(mac[index : index + 2] for index in range(0, 12, 2)).lower()
    assert f"Hardware Address: {mac}\n" in ioscli(lab, "p9a-vios1", f"entstat -all {device}")


def test_one_of_two_shared_adapters_bridges(lab):
    first, second = (ioscli(lab, f"p10a-vios{number}", "entstat -all ent8") for number in (1, 2))
    assert "    State: PRIMARY\n" in first
    assert "    State: BACKUP\n" in second
    assert ioscli(lab, "p10a-vios1", "lsmap -all -net -fmt : -field sea backing") == "ent8:ent0\nent9:ent1\n"


def test_a_port_that_an_adapter_is_mapped_to_is_changed_in_the_world(lab):
    def port() -> str:
        return ioscli(lab, "p9a-vios2", "lsmap -vadapter vfchost1 -npiv -fmt : -field fc status ports")

    free = ioscli(lab, "p9a-vios2", "lsnports -fmt :").splitlines()
    assert port() == "fcs0:LOGGED_IN:1\n"
    assert lab.run("hmc1", 'viosvrcmd -m p9a -p p9a-vios2 -c "vfcmap -vadapter vfchost1 -fcp fcs1"')[2] == 0
    assert port() == "fcs1:LOGGED_IN:1\n"
    after = ioscli(lab, "p9a-vios2", "lsnports -fmt :").splitlines()
    changes = [int(new.split(":")[4]) - int(old.split(":")[4]) for old, new in zip(free, after, strict=True)]
    assert changes == [1, -1]
    ioscli(lab, "p9a-vios2", "vfcmap -vadapter vfchost1 -fcp")
    assert port() == ":NOT_LOGGED_IN:0\n"
    ioscli(lab, "p9a-vios2", "vfcmap -vadapter vfchost1 -fcp fcs0")


def test_the_limit_of_a_mover_is_the_same_for_the_console(lab):
    query = "lslparmigr -r msp -m p9a -F name,num_active_migrations_configured,concurr_migration_perf_level"
    ioscli(lab, "p9a-vios2", "chdev -dev vioslpm0 -attr cfg_msp_lpm_ops=4 concurrency_lvl=2")
    assert "p9a-vios2,4,2\n" in lab.run("hmc1", query)[0]
    assert ioscli(lab, "p9a-vios2", "lsdev -dev vioslpm0 -attr cfg_msp_lpm_ops") == "value\n\n4\n"
    ioscli(lab, "p9a-vios2", "chdev -dev vioslpm0 -attr cfg_msp_lpm_ops=8 concurrency_lvl=3")
    assert "p9a-vios2,8,3\n" in lab.run("hmc1", query)[0]


def test_migrations_and_stopped_migrations_are_in_the_logs_of_their_movers(lab):
    assert lab.run("hmc1", "migrlpar -o m -m p9a -t p10a -p lp2") == ("", "", 0)
    for name in ("p9a-vios1", "p10a-vios1"):
        entries = ioscli(lab, name, "errlog").splitlines()
        assert entries[1].startswith("3EB09F5A ")
        assert entries[1].endswith(" I S vioslpm0       Migration completed successfully")
        trace = lab.run(name, 'echo "alog -o -t lpm" | ioscli oem_setup_env')[0]
        assert len(set(re.findall(r"partition lp2, stream (0x[0-9a-f]{16})", trace))) == 1
    assert "lp2" not in ioscli(lab, "p9a-vios1", "lsmap -all")
    assert "VTD                   lp2_rootvg\n" in ioscli(lab, "p10a-vios1", "lsmap -all")

    with lab.channel("hmc1") as channel:
        channel.exec_command("migrlpar -o m -m p9a -t p10a -p lp5")
        until(lambda: "Migration" in lab.run("hmc1", "lslparmigr -r lpar -m p9a --filter lpar_names=lp5")[0])
        lab.run("hmc1", "migrlpar -o s -m p9a -p lp5")
        channel.recv_exit_status()
    entries = ioscli(lab, "p9a-vios1", "errlog")
    assert entries.count(" P S vioslpm0 ") == len(lab.history("phase", partition="lp5", phase="stopped"))


def test_the_archive_of_snap_is_fetched_and_replaced(lab, tmp_path):
    assert "snap.pax.Z" in ioscli(lab, "p10a-vios2", "snap")
    assert lab.run("p10a-vios2", "ioscli mv snap.pax.Z first.pax.Z") == ("", "", 0)
    out, err, status = lab.run("p10a-vios2", "ioscli mv snap.pax.Z second.pax.Z")
    assert (out, status) == ("", 1)
    assert err.startswith("mv: 0653-401 Cannot rename snap.pax.Z")
    ioscli(lab, "p10a-vios2", "snap")
    assert ioscli(lab, "p10a-vios2", "ls") == "first.pax.Z\nsnap.pax.Z\n"
    with lab.connect("p10a-vios2") as client, client.open_sftp() as files:
        files.get("snap.pax.Z", str(tmp_path / "snap.Z"))
    if shutil.which("gzip") is None:
        pytest.skip("skipped: no gzip, which reads files of compress")
    subprocess.run(["gzip", "-t", str(tmp_path / "snap.Z")], check=True, timeout=30)


def test_a_terminal_has_short_names_and_its_own_size(lab):
    screen = Screen(lab, "p10a-vios1")
    screen.wait("$ ")
    screen.send("ioslevel\r")
    assert screen.wait("$ ") == "ioslevel\r\n4.1.0.10\r\n$ "
    screen.send("stty size\r")
    assert "\r\n30 100\r\n" in screen.wait("$ ")
    channel: paramiko.Channel = screen._channel
    channel.resize_pty(132, 50)
    screen.send("stty size\r")
    assert "\r\n50 132\r\n" in screen.wait("$ ")
    screen.send("exit\r")
    assert screen.status() == 0
