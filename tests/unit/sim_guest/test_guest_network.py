"""Interfaces, bonds and hybrid network virtualisation of a partition, at rest and during a move."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from guest_doubles import (
    BACKUP,
    HYBRID_SOURCE,
    HYBRID_TARGET,
    PORT,
    SOURCE,
    STREAM,
    Hands,
    Result,
    limited,
    make_real_guest,
    run_in,
)

from powervm_sim.guest.linux import LinuxGuest
from powervm_sim.guest.spec import GuestSpec

Run = Callable[..., Result]

BEFORE = """Ethernet Channel Bonding Driver: v5.14.0-503.11.1.el9_5.ppc64le

Bonding Mode: fault-tolerance (active-backup) (fail_over_mac follow)
Primary Slave: enP16389p1s0 (primary_reselect always)
Currently Active Slave: enP16389p1s0
MII Status: up
MII Polling Interval (ms): 100
Up Delay (ms): 0
Down Delay (ms): 0
Peer Notification Delay (ms): 0

Slave Interface: enP16389p1s0
MII Status: up
Speed: 10000 Mbps
Duplex: full
Link Failure Count: 0
Permanent HW addr: 02:05:a1:b2:00:01
Slave queue ID: 0

Slave Interface: env3
MII Status: up
Speed: Unknown
Duplex: Unknown
"""


def in_loop(work: Callable[[], Awaitable[Any]]) -> Any:
    return asyncio.run(limited(work()))


async def out(guest: LinuxGuest, script: str) -> str:
    return (await run_in(guest.shell(), script)).out


def test_the_bond_of_a_migratable_port_in_all_moments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("powervm_sim.guest.devices.LINK_RETURN", 0.05)
    file = "cat /proc/net/bonding/bonda1b2c3d4"

    async def work() -> None:
        guest = make_real_guest(HYBRID_SOURCE)
        assert (await out(guest, file)).startswith(BEFORE)
        assert guest.remove_port(PORT) == 0
        during = await out(guest, file)
        assert "enP16389p1s0" not in during
        assert "Primary Slave: None\nCurrently Active Slave: env3\nMII Status: up\n" in during
        assert await out(guest, "cat /sys/class/net/bonda1b2c3d4/bonding/active_slave") == "env3\n"
        assert await out(guest, "ls /sys/class/net") == "bonda1b2c3d4\nenv2\nenv3\nlo\n"
        guest.start_migration(STREAM, 19)
        guest.suspend()
        guest.resume(HYBRID_TARGET)
        reset = await out(guest, file)
        assert "Currently Active Slave: None\nMII Status: down\n" in reset
        assert "Slave Interface: env3\nMII Status: down\n" in reset
        assert await out(guest, "cat /sys/class/net/env3/operstate") == "down\n"
        assert guest.add_port(PORT) == 0
        await asyncio.sleep(0.1)
        guest.end_migration(0)
        after = await out(guest, file)
        assert "Currently Active Slave: enP16389p1s0\nMII Status: up\n" in after
        backup = after.partition("Slave Interface: env3\n")[2]
        assert backup.startswith("MII Status: up\nSpeed: Unknown\nDuplex: Unknown\nLink Failure Count: 1\n")

    in_loop(work)


def test_hcnmgr_logs_as_its_script_does(hands: Hands) -> None:
    guest = LinuxGuest(GuestSpec(host_name="lp7"), hands.firmware(), seed=1, clock=hands.clock())
    guest.boot(HYBRID_SOURCE)
    hands.passed = 150
    assert guest.remove_port(PORT) == 0
    lines = guest.tree.read("/var/log/hcnmgr").decode().splitlines()
    start = lines.index("[DEBUG]:hcnrmdev enter")
    unique = lines[start + 8].split("(")[1].split(")")[0]
    assert lines[start - 1 :] == [
        "=======================08-26-2026 10:14:31============================",
        "[DEBUG]:hcnrmdev enter",
        "[INFO]:hcnrmdev DRC_INDEX=20004005 HCN_ID=a1b2c3d4",
        "[INFO]: LPAR is running OS rhel with network service NetworkManager",
        "[DEBUG]:rmdev: enter 20004005 a1b2c3d4",
        "[DEBUG]:get_dev_hcn: enter /proc/device-tree/pci@800000020004005/ethernet@0",
        "[DEBUG]:HCNID a1b2c3d4 devname enP16389p1s0 mode primary",
        "[DEBUG]:found enP16389p1s0 with DRC_INDEX 20004005 with HCNID a1b2c3d4",
        "[INFO]:rmdev: delete bonda1b2c3d4-enP16389p1s0 connection",
        f"Connection 'bonda1b2c3d4-enP16389p1s0' ({unique}) successfully deleted.",
        "[DEBUG]:rmdev: exit",
        "[DEBUG]:log connection and device status to /var/log/hcnmgr",
    ]


def test_a_port_without_backup_cannot_go() -> None:
    async def work() -> None:
        guest = make_real_guest(HYBRID_SOURCE)
        guest.network.release(guest.network.of(BACKUP))
        assert guest.remove_port(PORT) == 16
        assert "[ERROR]:qrydev:error code 16, " in await out(guest, "tail -n 1 /var/log/hcnmgr")
        refused = await run_in(guest.shell(), "hcnqrydev DRC_INDEX=20004005 HCN_ID=a1b2c3d4")
        assert refused.status == 1
        assert await out(guest, "hcnversion") == "hcnmgr (features: vnic wicked)\n"
        assert await out(guest, "hcnmgr -s && ip -br link show master bonda1b2c3d4 | wc -l") == "2\n"

    in_loop(work)


def test_kernel_lines_of_a_move_with_a_vnic_and_two_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LINK_RETURN", "PATH_RETURN"):
        monkeypatch.setattr(f"powervm_sim.guest.devices.{name}", 0.02)

    async def work() -> None:
        guest = make_real_guest(HYBRID_SOURCE)
        guest.start_migration(STREAM, 19)
        guest.suspend()
        start = guest.kernel_log.last
        guest.resume(HYBRID_TARGET)
        assert "sda 8:0  failed faulty running" in await out(guest, "multipath -ll")
        await asyncio.sleep(0.1)
        guest.end_migration(0)
        lines = [(record.level.name, record.text) for record in guest.kernel_log if record.sequence > start]
        texts = [text for _, text in lines]
        order = [
            "ibmvnic 30000003: Migrated, re-enabling adapter",
            "ibmvnic 30000003: Partner initialized",
            "ibmvfc 30000004: Partition migrated, Re-enabling adapter",
            "mobility: ignoring add operation for /ibm,platform-facilities",
            "ibmvfc 30000004: Partner initialization complete",
            "sd 0:0:0:0: Power-on or device reset occurred",
            "device-mapper: multipath: 253:0: Failing path 8:0.",
            "mobility: waiting for memory transfer to complete...",
        ]
        assert [text for text in texts if text in order] == order
        assert ("WARN", "device-mapper: multipath: 253:0: Reinstating path 8:0.") in lines
        assert ("INFO", "ibmvnic 30000003: Partner protocol version is 256") in lines
        assert any(level == "WARN" and "send_subcrq_indirect failed" in text for level, text in lines)
        assert "active ready running" in (await out(guest, "multipath -ll")).splitlines()[3]
        assert await out(guest, "cat /sys/class/fc_host/host0/port_name") == "0xc050760000000011\n"

    in_loop(work)


def test_addresses_and_links_change(run: Run) -> None:
    script = "ip addr add 10.1.1.1/24 dev env2; ip -br addr show env2; ip addr add 10.1.1.1/24 dev env2"
    assert run(script) == Result(
        2, "env2             UP             10.0.0.77/24 10.1.1.1/24 \n", "RTNETLINK answers: File exists\n"
    )
    assert run("ip addr del 10.1.1.1/24 dev env2; ip -4 -o addr show env2").out == (
        "2: env2    inet 10.0.0.77/24 brd 10.0.0.255 scope global env2"
        "\\       valid_lft forever preferred_lft forever\n"
    )
    assert run("ip addr del 10.9.9.9/24 dev env2").err == "RTNETLINK answers: Cannot assign requested address\n"
    assert run("ip addr flush env2; ip addr add 10.0.0.78/24 dev env2; hostname -I").out == "10.0.0.78 \n"
    assert run("ip link set env2 down; ip -br link show env2").out.split()[1] == "DOWN"
    assert run("cat /sys/class/net/env2/carrier").err == "cat: /sys/class/net/env2/carrier: Invalid argument\n"
    assert run("ip route").out == ""
    assert run("ip link set dev env2 up mtu 9000; cat /sys/class/net/env2/mtu").out == "9000\n"
    assert run("ip addr add 10.1.1.1/24 dev env9") == Result(1, "", 'Cannot find device "env9"\n')
    assert run("ip addr add 10.1.1.1.1/24 dev env2").status == 1
    assert run("ip nonsense") == Result(1, "", 'Object "nonsense" is unknown, try "ip help".\n')


def test_records_of_interfaces_and_routes(run: Run) -> None:
    record = json.loads(run("ip -j -s link show dev env2").out)[0]
    assert record["operstate"] == "UP"
    assert record["stats64"]["tx"]["carrier_errors"] == 0
    address = json.loads(run("ip -j addr show env2").out)[0]["addr_info"][0]
    assert address.items() >= {"family": "inet", "local": "10.0.0.77", "prefixlen": 24, "scope": "global"}.items()
    assert json.loads(run("ip -j route").out)[0]["dst"] == "default"
    assert run("ip route get 10.0.0.5").out.startswith("10.0.0.5 dev env2 src 10.0.0.77 ")
    assert run("ip route del default; ip route get 192.0.2.1").err == "RTNETLINK answers: Network is unreachable\n"


def test_location_codes_follow_the_move(guest: LinuxGuest, hands: Hands, run: Run) -> None:
    before = run("lsdevinfo -c -q name=env2").out
    assert before.startswith(
        'device: name="env2" uniquetype="adapter/vdevice/IBM,l-lan" class="adapter" subclass="vdevice" '
        'type="IBM,l-lan" prefix="eth" driver="ibmveth" status=1 physloc="U9009.22A.78A1B20-V7-C2-T1"'
    )
    guest.start_migration(STREAM, 19)
    guest.suspend()
    guest.resume(HYBRID_TARGET)
    assert 'physloc="U9080.HEX.78C3D40-V19-C2-T1"' in run("lsdevinfo -c -q name=env2").out


def test_after_a_restart_there_is_what_the_hardware_has(guest: LinuxGuest, run: Run) -> None:
    guest.stop()
    guest.boot(HYBRID_SOURCE)
    assert run("ls /sys/class/fc_host /sys/class/net").out.split() == [
        *("/sys/class/fc_host:", "host0", "host1"),
        *("/sys/class/net:", "bonda1b2c3d4", "enP16389p1s0", "env2", "env3", "lo"),
    ]
    guest.stop()
    guest.boot(SOURCE)
    assert run("ls /sys/class/fc_host /sys/class/net; ls /proc/net/bonding").out.split() == [
        *("/sys/class/fc_host:", "host1", "/sys/class/net:", "env2", "lo"),
    ]


def test_a_vnic_fails_over_when_it_is_told_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("powervm_sim.guest.devices.LINK_RETURN", 0.02)

    async def work() -> None:
        guest = make_real_guest(HYBRID_SOURCE)
        script = "echo 1 > /sys/devices/vio/30000003/failover; cat /sys/class/net/env3/operstate"
        assert await out(guest, script) == "down\n"
        await asyncio.sleep(0.05)
        assert await out(guest, "cat /sys/class/net/env3/operstate") == "up\n"
        assert "ibmvnic 30000003: Backing device failover detected" in await out(guest, "dmesg")

    in_loop(work)
