"""Disks, memory, network, logs, root commands and the archive of a Virtual I/O Server."""

from __future__ import annotations

import asyncio
import io
import random
import shutil
import subprocess
import tarfile

import pytest
from guest_doubles import Hands, Result
from vios_doubles import Desk

from powervm_sim.vios.lzw import compress

STREAM = 0xD7A884F83D830E6D


@pytest.fixture
def vios(hands: Hands) -> Desk:
    return Desk(hands)


def test_physical_volumes(vios: Desk) -> None:
    assert vios.run("lspv").out == (
        "NAME             PVID                                 VG               STATUS\n"
        "hdisk0           00f8ca1b5c0d1e2f                     rootvg           active\n"
        "hdisk4           none                                 None\n"
        "hdisk10          none                                 None\n"
    )


def test_no_media(vios: Desk) -> None:
    assert vios.run("lsrep").status == 2
    assert vios.run("lsvopt").out.split() == ["VTD", "Media", "Size(mb)"]


@pytest.mark.parametrize(
    ("command", "out"),
    [
        ("hostname", "vios1\n"),
        ("uname", "AIX\n"),
        ("uname -a", "AIX vios1 2 7 000CB04W4C00\n"),
        ("uname -M", "IBM,8408-E8E\n"),
        ("date +%Y-%m-%d", "2026-08-26\n"),
        ("license -accept", ""),
        ("lstcpip -interfaces -fmt :", "en5:10.20.2.1:255.255.0.0:up\n"),
    ],
)
def test_facts(vios: Desk, command: str, out: str) -> None:
    assert vios.run(command) == Result(0, out, "")


def test_the_state_of_the_network_counts_with_time(vios: Desk, hands: Hands) -> None:
    hands.passed = 100
    for command in ("netstat -num -state", "lstcpip -num"):
        lines = vios.run(command).out.splitlines()
        assert lines[2].split() == ["en5", "1500", "10.20", "10.20.2.1", "300", "0", "200", "0", "0"]
        assert lines[1].split()[3] == "98.be.94.aa.bb.cc"


def test_statistics_of_a_shared_adapter_tell_its_role(vios: Desk) -> None:
    text = vios.run("entstat -all ent5").out
    for line in (
        "Device Type: Shared Ethernet Adapter",
        "VLAN Ids :",
        "    ent4: 7 20 21",
        "    State: BACKUP",
        "    High Availability Mode: Auto",
        "    Priority: 2",
        "Switch ID: ETHERNET0",
        "Port VLAN ID:     7",
        "Hardware Address: 98:be:94:aa:bb:cc",
    ):
        assert f"{line}\n" in text
    assert "Client Device Name: ent0\n" in vios.run("entstat -all ent6").out
    assert vios.run("entstat -all vnicserver0").out == vios.run("entstat -all ent6").out
    assert vios.root("entstat -d ent5").out == text
    assert vios.run("entstat -all ent99").status == 2


def test_memory_and_processors_show_the_migrations_that_are_moved(vios: Desk) -> None:
    quiet = vios.run("svmon -G -O unit=MB").out
    assert quiet.splitlines()[3].split()[:2] == ["memory", "8192.00"]
    sample = vios.run("vmstat 1 3").out.splitlines()
    assert len(sample) == 9
    assert vios.seconds == 2
    vios.change(moving=2)
    assert vios.run("svmon -G -O unit=MB").out != quiet
    assert int(vios.run("vmstat").out.splitlines()[-1].split()[14]) > int(sample[-1].split()[14])
    assert vios.root("ps -ef").out.count("migmover") == 2


def test_a_migration_is_traced_and_its_end_is_in_the_error_log(vios: Desk) -> None:
    for phase in ("set-up", "copy", "suspend", "resume", "clean-up", "end"):
        vios.server.migration_phase(phase, "lp7", STREAM, "source")
    trace = vios.root("alog -o -t lpm").out
    assert ",0,C,0x20d9,lpmutil -o isapready\n" in trace
    assert f"migration completed: partition lp7, stream 0x{STREAM:016x}, source\n" in trace
    assert vios.run("cat /home/ios/logs/LPM/lpm.log").out == trace
    assert vios.run("cat /var/adm/lpm/lpm.log").out.count(" vios1 user:info ") == 6
    assert [line.split()[0] for line in vios.run("errlog").out.splitlines()] == ["IDENTIFIER", "3EB09F5A", "9DBCFDEE"]


@pytest.mark.parametrize(("phase", "code"), [("failed", "0x30e2"), ("stopped", "0x30e1")])
def test_a_failed_or_stopped_migration_is_a_permanent_error(vios: Desk, phase: str, code: str) -> None:
    vios.server.migration_phase(phase, "lp7", STREAM, "target")
    assert vios.run("errlog").out.splitlines()[1].split()[2:5] == ["P", "S", "vioslpm0"]
    assert vios.root("errpt -a -J MVR_MIG_FAILED").out.count("LABEL:") == 1
    assert f",0,E,{code}," in vios.root("alog -o -t lpm").out


def test_logs_of_alog(vios: Desk) -> None:
    assert vios.root("alog -L").out == "console\ncfg\nlpm\n"
    assert vios.root("alog -L -t lpm").out.endswith("/home/ios/logs/LPM/lpm.log:5242880:1\n")
    assert vios.root("alog -o -t nonsense").status == 1
    assert "The system is up." in vios.root("alog -o -t console").out


def test_root_commands_may_have_their_folder_in_front(vios: Desk) -> None:
    assert vios.root("/usr/ios/cli/ioscli ioslevel").out == "3.1.4.21\n"
    assert (
        vios.root("/usr/sbin/lsattr -El fscsi0 -a attach").out == "attach switch How this adapter is CONNECTED False\n"
    )
    assert vios.root("/home/padmin/lsattr -El fscsi0").status == 127
    assert vios.root("lsattr -El nothing").err == (
        "lsattr: 0514-519 The following device was not found in the customized\n"
        '\tdevice configuration database:\n\t"nothing"\n'
    )
    assert vios.root("lslpp -l") == Result(1, "", "lslpp: not simulated\n")


def test_commands_of_several_lines_reach_the_root_shell(vios: Desk) -> None:
    assert vios.root("for n in 1 2\ndo echo $n\ndone\nexit 5") == Result(5, "1\n2\n", "")


def test_padmin_removes_and_moves_only_what_is_his(vios: Desk) -> None:
    vios.server.tree.write("/home/padmin/mine", b"x")
    result = vios.run("rm /var/adm/lpm/lpm.log")
    assert result.status == 2
    assert result.err.startswith("rm: 0653-609 Cannot remove /var/adm/lpm/lpm.log.\n")
    assert vios.run("mv /var/adm/lpm/lpm.log mine").err.startswith("mv: 0653-401 Cannot rename ")
    assert vios.run("mv mine /home/ios/x").status == 1
    assert vios.run("rm mine").status == 0
    assert vios.root("rm /var/adm/lpm/lpm.log").status == 0


def unpacked(data: bytes) -> bytes:
    gzip = shutil.which("gzip")
    if gzip is None:
        pytest.skip("skipped: no gzip, which reads files of compress")
    return subprocess.run([gzip, "-dc"], input=data, capture_output=True, check=True, timeout=30).stdout


@pytest.mark.parametrize("size", [0, 1, 2, 255, 600, 5000, 70_000, 400_000])
def test_compressed_data_can_be_unpacked(size: int) -> None:
    numbers = random.Random(size)
    for data in (bytes(size), numbers.randbytes(size), bytes(numbers.choices(b"abcd", k=size))):
        assert unpacked(compress(data)) == data


def test_the_archive_of_snap_holds_what_the_commands_say(vios: Desk) -> None:
    vios.server.migration_phase("end", "lp7", STREAM, "source")
    assert vios.run("snap").status == 0
    data = vios.server.tree.read("/home/padmin/snap.pax.Z")
    with tarfile.open(fileobj=io.BytesIO(unpacked(data))) as archive:
        texts = {entry.name: archive.extractfile(entry).read().decode() for entry in archive}
    assert vios.run("lsmap -all -vnic").out in texts["./svCollect/VIOS.snap"]
    assert "MVR_MIG_COMPLETED" in texts["./general/errpt.out"]
    assert "migration completed" in texts["./lpm/home/ios/logs/LPM/lpm.log"]


def test_the_management_console_reaches_the_root_shell_in_one_command(vios: Desk) -> None:
    text, status = asyncio.run(vios.server.command("oem_setup_env && lsattr -El sys0 -a modelname"))
    assert (text, status) == ("modelname IBM,8408-E8E Machine name False\n", 0)
