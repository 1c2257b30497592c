"""What can be made to go wrong in a partition, and hooks of drmgr."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from guest_doubles import HYBRID_SOURCE, HYBRID_TARGET, STREAM, Hands, Result, limited, make_real_guest, move, run_in

from powervm_sim.guest.linux import LinuxGuest

Run = Callable[..., Result]


def in_loop(work: Callable[[], Awaitable[Any]]) -> Any:
    return asyncio.run(limited(work()))


def test_kernel_lines_of_a_level(guest: LinuxGuest, run: Run) -> None:
    guest.trouble.kernel_line("watchdog: BUG: soft lockup - CPU#3 stuck for 22s!", "emerg")
    guest.trouble.kernel_line("Buffer I/O error on dev dm-0", 3)
    assert run("dmesg -t -l emerg").out == "watchdog: BUG: soft lockup - CPU#3 stuck for 22s!\n"
    assert run("dmesg -t -l 3 | tail -n 1").out == "Buffer I/O error on dev dm-0\n"
    with pytest.raises(ValueError, match="loud"):
        guest.trouble.kernel_line("x", "loud")


def test_a_path_that_fails_is_not_reinstated_by_a_move(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("powervm_sim.guest.devices.PATH_RETURN", 0.01)

    async def work() -> None:
        guest = make_real_guest(HYBRID_SOURCE)
        guest.trouble.fail_path("sda")
        guest.start_migration(STREAM, 19)
        guest.suspend()
        guest.resume(HYBRID_TARGET)
        guest.end_migration(0)
        await asyncio.sleep(0.05)
        assert "sda 8:0  failed faulty running" in (await run_in(guest.shell(), "multipath -ll")).out
        assert "Reinstating" not in (await run_in(guest.shell(), "dmesg")).out
        guest.trouble.restore_path("0:0:0:0")
        assert "sda 8:0  active ready running" in (await run_in(guest.shell(), "multipath -ll")).out

    in_loop(work)


def test_a_link_that_fails_stays_down_over_a_move(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("powervm_sim.guest.devices.LINK_RETURN", 0.01)

    async def work() -> None:
        guest = make_real_guest(HYBRID_SOURCE)
        guest.trouble.fail_link("env3")
        guest.start_migration(STREAM, 19)
        guest.suspend()
        guest.resume(HYBRID_TARGET)
        guest.end_migration(0)
        await asyncio.sleep(0.05)
        assert (await run_in(guest.shell(), "cat /sys/class/net/env3/operstate")).out == "down\n"
        guest.trouble.restore_link("env3")
        assert (await run_in(guest.shell(), "cat /sys/class/net/env3/operstate")).out == "up\n"
        with pytest.raises(LookupError):
            guest.trouble.fail_link("env9")

    in_loop(work)


def test_a_full_disk(guest: LinuxGuest, run: Run) -> None:
    guest.trouble.limit_disk(0)
    assert run("echo x > /tmp/x").err == "bash: line 1: write error: No space left on device\n"
    assert run("df / | tail -n 1").out.split()[3:5] == ["0", "100%"]
    full = run("dd if=/dev/zero of=/tmp/y bs=1k count=8")
    assert (full.status, full.err.splitlines()[0]) == (1, "dd: error writing '/tmp/y': No space left on device")
    guest.trouble.limit_disk(4096)
    assert run("printf x > /tmp/x; cat /tmp/x").out == "x"
    guest.trouble.limit_disk(None)
    assert run("df / | tail -n 1").out.split()[4] != "100%"


def test_a_hook_that_says_no_vetoes_the_check(guest: LinuxGuest, run: Run) -> None:
    script = r"printf '#!/bin/sh\necho not now: $PHASE $ACTION $DRC_TYPE\nexit 3\n' > /etc/drmgr.d/pmig/10-app; "
    assert run(script + "chmod +x /etc/drmgr.d/pmig/10-app").status == 0
    assert guest.check_migration(STREAM, 19) == 3
    log = run("cat /var/log/drmgr").out.splitlines()
    assert log[3].startswith("Running hook '/etc/drmgr.d/pmig/10-app' for phase check (PID=")
    assert log[4] == "hook '/etc/drmgr.d/pmig/10-app' exited with status 3"
    assert "for phase undocheck" in log[5]
    assert guest.hooks.veto == "not now: check migrate pmig\n"
    assert run("rm /etc/drmgr.d/pmig/10-app").status == 0
    assert guest.check_migration(STREAM, 19) == 0


def test_hooks_run_around_a_move(guest: LinuxGuest, hands: Hands, run: Run) -> None:
    hook = r"printf 'echo $PHASE $(date +%%Y) >> /tmp/stamps\n' > /etc/drmgr.d/pmig/stamp; "
    run(hook + "chmod 755 /etc/drmgr.d/pmig/stamp; echo text > /etc/drmgr.d/pmig/not-executable")
    move(guest, hands)
    assert [line.split()[0] for line in run("cat /tmp/stamps").out.splitlines()] == ["pre", "post"]


def test_a_hook_that_hangs_is_ended(guest: LinuxGuest, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("powervm_sim.guest.hooks.LIMIT", 0.1)
    run("echo 'sleep 600' > /etc/drmgr.d/pmig/slow; chmod 755 /etc/drmgr.d/pmig/slow")
    assert guest.check_migration(STREAM, 19) == 124


def test_a_device_gives_as_much_as_it_is_asked_for(run: Run) -> None:
    assert run("dd if=/dev/zero bs=1M count=80 2>/dev/null | wc -c").out == "83886080\n"
    nowhere = run("dd if=/dev/zero of=/dev/null bs=64k count=8")
    assert (nowhere.status, nowhere.out) == (0, "")
    assert nowhere.err.startswith("8+0 records in\n8+0 records out\n524288 bytes copied, ")
    endless = run("timeout 0.2 dd if=/dev/urandom of=/dev/null bs=1M")
    assert endless.status == 124
