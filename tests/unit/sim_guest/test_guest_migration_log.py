"""What a migration leaves in the kernel log, the journal, the syslog file and drmgr's own log."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from guest_doubles import SOURCE, STREAM, TARGET, Hands, Result, make_guest, move, runner

from powervm_sim.guest.kernel_log import Level
from powervm_sim.guest.linux import LinuxGuest

Run = Callable[..., Result]


def mobility_lines(guest: LinuxGuest, after: int) -> list[tuple[int, str]]:
    return [(int(record.level), record.text) for record in guest.kernel_log if record.sequence >= after]


def next_sequence(guest: LinuxGuest) -> int:
    return [record.sequence for record in guest.kernel_log][-1] + 1


def test_kernel_lines_of_a_good_move(guest: LinuxGuest, hands: Hands) -> None:
    start = next_sequence(guest)
    move(guest, hands)
    lines = mobility_lines(guest, start)
    cpu = lines[1][1].rpartition(" ")[2]
    assert cpu.isdigit()
    assert lines == [
        (6, "watchdog: Set the NMI watchdog timeout factor to 200%"),
        (6, f"mobility: calling ibm,suspend-me on CPU {cpu}"),
        (6, f"mobility: CPU {cpu} waking all threads"),
        (6, "ibmvscsi 30000003: Re-enabling adapter!"),
        (6, "ibmvfc 30000004: Partition migrated, Re-enabling adapter"),
        (5, "mobility: ignoring remove operation for /ibm,platform-facilities/ibm,compression-v1:2415"),
        (5, "mobility: ignoring add operation for /ibm,platform-facilities"),
        (6, "ibmvscsi 30000003: partner initialization complete"),
        (6, "ibmvscsi 30000003: host srp version: 16.a, host partition vios2 (2), OS 3, max io 262144"),
        (6, "ibmvscsi 30000003: Client reserve enabled"),
        (6, "ibmvscsi 30000003: sent SRP login"),
        (6, "ibmvscsi 30000003: SRP_LOGIN succeeded"),
        (6, "ibmvfc 30000004: Partner initialization complete"),
        (
            6,
            "ibmvfc 30000004: Host partition: vios2, device: vfchost3 U78D2.001.WZS00AB-P1-C8-T1 "
            "U9080.HEX.78C3D40-V19-C4 max sectors 2048",
        ),
        (4, "sd 0:0:1:0: Power-on or device reset occurred"),
        (4, "sd 1:0:0:0: Power-on or device reset occurred"),
        (6, "mobility: waiting for memory transfer to complete..."),
        (6, "mobility: memory transfer completed."),
        (6, "watchdog: Set the NMI watchdog timeout factor to 0%"),
    ]


def test_drmgr_log_of_a_check_and_a_move(guest: LinuxGuest, hands: Hands, run: Run) -> None:
    assert guest.check_migration(STREAM, 19) == 0
    hands.passed = 159
    move(guest, hands)
    assert run("cat /var/log/drmgr").out == (
        "\n########## Aug 26 10:12:01 2026 ##########\n"
        "drmgr: -m -c pmig -p check -s 0xd7a884f83d830e6d -t 19 -n -d 1 5 \n"
        "########## Aug 26 10:12:01 2026 ##########\n"
        "\n########## Aug 26 10:14:40 2026 ##########\n"
        "drmgr: -m -c pmig -p pre -s 0xd7a884f83d830e6d -t 19 -n -d 1 5 \n"
        "Initiating migration via /sys/kernel/mobility/migration with 0xd7a884f83d830e6d\n"
        "\n"
        "Kernel migration returned 0\n"
        "########## Aug 26 10:16:06 2026 ##########\n"
    )


def test_journal_short_form(guest: LinuxGuest, hands: Hands, run: Run) -> None:
    guest.check_migration(STREAM, 19)
    cursor = run("journalctl -n 1 --show-cursor").out.splitlines()[-1].removeprefix("-- cursor: ")
    hands.passed = 159
    move(guest, hands)
    lines = run(f"journalctl --after-cursor='{cursor}' --no-pager").out.splitlines()
    pid = lines[0].split("[")[1].split("]")[0]
    assert (
        lines[0] == f"Aug 26 10:14:40 lp7 drmgr[{pid}]: drmgr: -m -c pmig -p pre -s 0xd7a884f83d830e6d -t 19 -n -d 1 5"
    )
    assert lines[1] == "Aug 26 10:16:00 lp7 kernel: watchdog: Set the NMI watchdog timeout factor to 200%"
    assert lines[-1] == f"Aug 26 10:16:06 lp7 drmgr[{pid}]: drmgr: migration rc 0"
    messages = run("tail -n 2 /var/log/messages").out.splitlines()
    assert messages == lines[-2:]


@pytest.mark.parametrize(
    ("suspended", "expected"),
    [
        (False, [(3, "mobility: unexpected H_VASI_STATE result 2")]),
        (
            True,
            [
                (6, "watchdog: Set the NMI watchdog timeout factor to 200%"),
                (6, "mobility: calling ibm,suspend-me on CPU {cpu}"),
                (3, "mobility: ibm,suspend-me error: 9000"),
                (6, "mobility: CPU {cpu} waking all threads"),
                (5, "mobility: Partition suspend attempt 1 of 5 error: -5"),
                (5, "mobility: VASI state 2 after failed suspend"),
                (6, "watchdog: Set the NMI watchdog timeout factor to 0%"),
            ],
        ),
    ],
)
def test_a_stopped_move(guest: LinuxGuest, run: Run, suspended: bool, expected: list[tuple[int, str]]) -> None:
    start = next_sequence(guest)
    guest.start_migration(STREAM, 19)
    cpu = guest.migration.move.cpu if guest.migration.move else -1
    if suspended:
        guest.suspend()
        guest.resume(SOURCE)
    guest.end_migration(5)
    assert mobility_lines(guest, start) == [(level, text.format(cpu=cpu)) for level, text in expected]
    assert "Write to migration file failed with rc: -1\nKernel migration returned 5\n" in run("cat /var/log/drmgr").out
    assert run("journalctl -n 1 -o cat").out == "drmgr: migration rc 5\n"
    assert run("cat /proc/device-tree/system-id").out == "IBM,0278A1B20\0"
    assert guest.check_migration(STREAM, 19) == 0


def test_a_second_drmgr_does_not_get_the_lock(guest: LinuxGuest, run: Run) -> None:
    guest.start_migration(STREAM, 19)
    before = run("cat /var/log/drmgr").out
    assert guest.check_migration(STREAM + 1, 20) == 255
    assert run("cat /var/log/drmgr").out == before


def test_the_power_may_go_during_a_move(guest: LinuxGuest) -> None:
    guest.start_migration(STREAM, 19)
    guest.suspend()
    guest.stop()
    guest.resume(TARGET)
    guest.end_migration(5)
    assert guest.awake.is_set()
    guest.boot(TARGET)
    start = next_sequence(guest)
    guest.suspend()
    guest.resume(TARGET)
    guest.end_migration(0)
    assert mobility_lines(guest, start) == []
    assert guest.check_migration(STREAM, 19) == 0


def test_drmgr_log_is_rotated_at_one_mebibyte(guest: LinuxGuest, run: Run) -> None:
    guest.tree.write("/var/log/drmgr", b"x" * (1024 * 1024 + 1))
    guest.check_migration(STREAM, 19)
    assert run("stat -c %s /var/log/drmgr.0").out == "1048577\n"
    assert run("wc -l < /var/log/drmgr").out.strip() == "4"


def test_dmesg_forms(guest: LinuxGuest, hands: Hands, run: Run) -> None:
    run("dmesg -C")
    assert run("dmesg") == Result(0, "", "")
    assert run("dmesg -T -l 0,1,2,3 | grep .") == Result(1, "", "")
    hands.passed = 12.345678
    guest.kernel_log.write("sd 0:0:1:0: rejecting I/O to offline device", Level.ERR)
    guest.kernel_log.write("sd 0:0:1:0: Power-on or device reset occurred", Level.WARN)
    line = "sd 0:0:1:0: rejecting I/O to offline device\n"
    assert run("dmesg -l err").out == f"[   12.345678] {line}"
    assert run("dmesg -l 3").out == f"[   12.345678] {line}"
    assert run("dmesg -T --level=emerg,alert,crit,err").out == f"[Wed Aug 26 10:12:13 2026] {line}"
    assert run("dmesg -x -l 4").out == "kern  :warn  : [   12.345678] sd 0:0:1:0: Power-on or device reset occurred\n"
    assert run("dmesg -r -l 3").out == f"<3>[   12.345678] {line}"
    assert run("dmesg -l x") == Result(1, "", "dmesg: unknown level 'x'\n")
    hands.passed = 60
    guest.kernel_log.write("later")
    assert run("dmesg --since '2026-08-26 10:13:00' -t").out == "later\n"
    assert run("dmesg --since nonsense").status == 1


def test_clearing_the_ring_does_not_touch_the_journal(run: Run) -> None:
    before = run("journalctl -k | wc -l").out
    assert run("dmesg -C; dmesg | wc -l").out.strip() == "0"
    assert run("journalctl -k | wc -l").out == before


def test_journal_selection(guest: LinuxGuest, hands: Hands, run: Run) -> None:
    hands.passed = 7.5
    guest.kernel_log.write("bad", Level.ERR)
    guest.kernel_log.write("good", Level.INFO)
    assert run("journalctl -k -p 3 -n 1").out == "Aug 26 10:12:08 lp7 kernel: bad\n"
    assert run("journalctl -k -p err..err -n 1 -o cat").out == "bad\n"
    assert run("journalctl -k -n 1 -o short-monotonic").out == "[    7.500000] lp7 kernel: good\n"
    entry = json.loads(run("journalctl -k -n 1 -o json").out)
    assert (entry["PRIORITY"], entry["SYSLOG_IDENTIFIER"], entry["MESSAGE"]) == ("6", "kernel", "good")
    assert entry["__MONOTONIC_TIMESTAMP"] == "7500000"
    assert entry["_BOOT_ID"] == run("cat /proc/sys/kernel/random/boot_id").out.strip().replace("-", "")
    assert run("journalctl -p nonsense").status == 1
    assert run("journalctl -m") == Result(1, "", "journalctl: -m: not simulated\n")


def test_cursors(guest: LinuxGuest, run: Run) -> None:
    shown = run("journalctl -k -n 1 --show-cursor").out.splitlines()
    cursor = shown[-1].removeprefix("-- cursor: ")
    assert shown[-1].startswith("-- cursor: s=")
    assert [part.split("=")[0] for part in cursor.split(";")] == list("sibmtx")
    assert run(f"journalctl -k --after-cursor='{cursor}'").out == "-- No entries --\n"
    assert run(f"journalctl -k -q --after-cursor='{cursor}'").out == ""
    guest.kernel_log.write("new")
    assert run(f"journalctl -k -o cat --after-cursor='{cursor}'").out == "new\n"
    assert run("cd /tmp; journalctl -k -n 1 -o cat --cursor-file=place; ls").out == "new\nplace\n"
    assert run("journalctl -k --cursor-file=/tmp/place").out == "-- No entries --\n"
    assert run("journalctl --after-cursor=nonsense") == Result(1, "", "Failed to seek to cursor: Invalid argument\n")


def test_the_journal_tells_boots_apart(guest: LinuxGuest, run: Run) -> None:
    first = guest.boot_id.replace("-", "")
    count = int(run("journalctl -k | wc -l").out)
    guest.stop()
    guest.boot(TARGET)
    assert int(run("journalctl -k | wc -l").out) == count
    assert int(run("journalctl -k -b -1 -q | wc -l").out) == count
    assert run(f"journalctl -b {first} | head -n 1").out.endswith("Mon Sep 30 11:54:44 EDT 2024\n")
    assert run("journalctl | grep -c '^-- Boot '").out == "1\n"


def test_messages_file_is_only_there_with_rsyslog(hands: Hands) -> None:
    guest = make_guest(hands, distribution="sles15")
    guest.check_migration(STREAM, 19)
    run = runner(guest)
    assert run("test -e /var/log/messages").status == 1
    assert run("journalctl -t drmgr -o cat").out == (
        "drmgr: -m -c pmig -p check -s 0xd7a884f83d830e6d -t 19 -n -d 1 5\n"
    )


def test_json_is_written_as_systemd_writes_it(guest: LinuxGuest, run: Run) -> None:
    guest.kernel_log.write("bad", Level.ERR)
    assert run('journalctl -k -n 1 -o json | grep -c \'"PRIORITY":"3","SYSLOG\'').out == "1\n"
    pretty = run("journalctl -k -n 1 -o json-pretty").out.splitlines()
    assert pretty[0] == "{"
    assert '\t"PRIORITY" : "3",' in pretty


def test_a_cursor_file_is_a_line(run: Run) -> None:
    cursor = run("journalctl -k -n 1 --show-cursor").out.splitlines()[-1].removeprefix("-- cursor: ")
    assert run("journalctl -k --cursor-file=c > /dev/null; cat c").out == f"{cursor}\n"
    assert run("journalctl -k --cursor-file=c").out == "-- No entries --\n"


@pytest.mark.parametrize("option", ["--disk-usage", "--vacuum-time=1s", "--rotate", "--flush", "-F", "-N"])
def test_what_the_real_journalctl_knows_is_not_called_unknown(run: Run, option: str) -> None:
    result = run(f"journalctl {option} PRIORITY" if option == "-F" else f"journalctl {option}")
    assert result == Result(1, "", f"journalctl: {option.partition('=')[0]}: not simulated\n")
