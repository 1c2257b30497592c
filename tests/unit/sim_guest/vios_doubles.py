"""A Virtual I/O Server with a view that a test can change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from guest_doubles import Hands, Result, runner

from powervm_sim.vios.server import VirtualIOServer
from powervm_sim.vios.view import (
    Disk,
    FibreMapping,
    FibrePort,
    NetworkMapping,
    StorageMapping,
    ViosView,
    VirtualTarget,
    VnicMapping,
)

VIEW = ViosView(
    name="vios1",
    partition_id=1,
    type_model="8408-E8E",
    serial="78CB04W",
    level="3.1.4.21",
    storage=(
        StorageMapping(
            "vhost0",
            "U8408.E8E.78CB04W-V1-C21",
            15,
            (
                VirtualTarget("vtscsi0", "0x8100000000000000", "hdisk4", "U78C7.001.KIC2632-P1-C3-T1-L4"),
                VirtualTarget("vtscsi1", "0x8200000000000000", "client_lv", kind="lv"),
            ),
        ),
    ),
    fibre=(
        FibreMapping(
            "vfchost4",
            "U8408.E8E.78CB04W-V1-C165",
            160,
            "lp7",
            port="fcs0",
            port_location="U78C7.001.KIC2632-P1-C3-T1",
            logged_in=True,
            client_device="host1",
            client_location="U8408.E8E.78CB04W-V160-C5",
        ),
    ),
    network=(
        NetworkMapping(
            "ent4",
            "U8408.E8E.78CB04W-V1-C2-T1",
            "ent5",
            "ent1",
            "U78C7.001.KIC2632-P1-C11-T2",
            mac="2ecd31f0a102",
            backing_mac="98be94aabbcc",
            vlan=7,
            additional=(20, 21),
            priority=2,
            role="BACKUP",
        ),
    ),
    ports=(
        FibrePort("fcs0", "U78C7.001.KIC2632-P1-C3-T1", ports=(64, 63), wwpns=(2048, 2046), wwpn="10000090fa1b2c3d"),
        FibrePort("fcs1", "U78C7.001.KIC2632-P1-C3-T2", wwpn="10000090fa1b2c3e"),
        FibrePort("fcs2", "U78C7.001.KIC2632-P1-C4-T1", fabric=False),
        FibrePort("fcs3", "U78C7.001.KIC2632-P1-C4-T2", fabric=False, npiv=False),
    ),
    vnics=(
        VnicMapping(
            "vnicserver0",
            "U8408.E8E.78CB04W-V1-C32897",
            3,
            "tstc1s",
            "ent6",
            "U78CD.001.FZHG310-P1-C1-T1-S1",
            client_os="AIX",
            client_device="ent0",
            client_location="U8408.E8E.78CB04W-V3-C2",
        ),
    ),
    disks=(
        Disk("hdisk0", "U78C7.001.KIC2632-P2-D1", "00f8ca1b5c0d1e2f", "rootvg", "SAS Disk Drive"),
        Disk("hdisk4", "U78C7.001.KIC2632-P1-C3-T1-L4"),
        Disk("hdisk10", "U78C7.001.KIC2632-P1-C3-T1-LA"),
    ),
    address="10.20.2.1",
)


class Desk:
    """A server, its view, and what it asked the world for."""

    def __init__(self, hands: Hands) -> None:
        self.view = VIEW
        self.mapped: list[tuple[str, str]] = []
        self.seconds = 0.0
        self.server = VirtualIOServer(
            lambda: self.view, pause=self._pause, map_port=self._map, snap_seconds=240, clock=hands.clock()
        )
        self._run: Callable[..., Result] = runner(self.server)

    def change(self, **facts: Any) -> None:
        """Make the world look different."""
        self.view = replace(self.view, **facts)

    def run(self, command: str) -> Result:
        """A command of ``padmin``."""
        return self._run(f"ioscli {command}")

    def root(self, command: str) -> Result:
        """A command of ``root``."""
        return self._run("ioscli oem_setup_env", f"{command}\n")

    async def _pause(self, seconds: float) -> None:
        self.seconds += seconds

    def _map(self, adapter: str, port: str) -> None:
        self.mapped.append((adapter, port))
