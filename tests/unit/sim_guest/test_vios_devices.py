"""``lsdev``, ``lsmap`` and ``lsnports`` of a Virtual I/O Server, and what changes its devices."""

from __future__ import annotations

import pytest
from guest_doubles import Hands, Result
from vios_doubles import VIEW, Desk


@pytest.fixture
def vios(hands: Hands) -> Desk:
    return Desk(hands)


VNIC = """\
Name          Physloc                            ClntID ClntName       ClntOS
------------- ---------------------------------- ------ -------------- -------
vnicserver0   U8408.E8E.78CB04W-V1-C32897             3 tstc1s         AIX

Backing device:ent6
Status:Available
Physloc:U78CD.001.FZHG310-P1-C1-T1-S1
Client device name:ent0
Client device physloc:U8408.E8E.78CB04W-V3-C2
"""


@pytest.mark.parametrize(
    ("command", "out"),
    [
        ("lsmap -all -vnic", VNIC),
        ("lsmap -all -vnic -cpid 3", VNIC),
        ("lsmap -vadapter vnicserver0 -vnic", VNIC),
        ("lsmap -all -vnic -cpid 4", ""),
        ("lsmap -plc U8408.E8E.78CB04W-V1-C32897 -vnic", VNIC),
        (
            "lsmap -npiv -all -fmt , -field physloc name fc clntid vfcclientdrc",
            "U8408.E8E.78CB04W-V1-C165,vfchost4,fcs0,160,U8408.E8E.78CB04W-V160-C5\n",
        ),
        ("lsmap -all -vnic -fmt :: -field NAME clientdev", "vnicserver0::ent0\n"),
        ("lsmap -all -type lv -fmt : -field svsa vtd backing", "vhost0:vtscsi1:client_lv\n"),
        ("lsmap -all -type optical tape", ""),
        (
            "lsmap -all -field svsa vtd backing",
            "SVSA                  vhost0\nVTD                   vtscsi0\nBacking device        hdisk4\n"
            "VTD                   vtscsi1\nBacking device        client_lv\n",
        ),
        ("lsdev -dev vfchost4 -field name status", "name             status\nvfchost4         Available\n"),
        ("lsdev -type disk -fmt : -field physloc name", "U78C7.001.KIC2632-P2-D1:hdisk0\n"
         "U78C7.001.KIC2632-P1-C3-T1-L4:hdisk4\nU78C7.001.KIC2632-P1-C3-T1-LA:hdisk10\n"),
        ("lsdev -dev fscsi0 -parent", "parent\n\nfcs0\n"),
        ("lsdev -dev vhost0 -child -fmt : -field name", "vtscsi0\nvtscsi1\n"),
        ("lsdev -plc U78C7.001.KIC2632-P1-C3-T2 -fmt : -field name", "fcs1\n"),
        ("lsdev -dev vioslpm0 -range cfg_msp_lpm_ops", "1...8 (+1)\n"),
        ("lsdev -dev hdisk4 -attr reserve_policy", "value\n\nno_reserve\n"),
        (
            "lsdev -dev fcs0 -vpd",
            "  fcs0             U78C7.001.KIC2632-P1-C3-T1  PCIe3 2-Port 16Gb FC Adapter (df1000e21410f103)\n\n"
            "        Network Address.............10000090FA1B2C3D\n"
            "        Device Specific.(Z8)........20000090FA1B2C3D\n"
            "        Hardware Location Code......U78C7.001.KIC2632-P1-C3-T1\n\n",
        ),
        (
            "lsdev -dev vnicserver0 -slot",
            "# Slot                       Description       Device(s)\n"
            "U8408.E8E.78CB04W-V1-C32897  Virtual I/O Slot  vnicserver0\n",
        ),
        ("lsnports -fmt :", "fcs0:U78C7.001.KIC2632-P1-C3-T1:1:64:63:2048:2046\n"
         "fcs1:U78C7.001.KIC2632-P1-C3-T2:1:64:64:2048:2048\nfcs2:U78C7.001.KIC2632-P1-C4-T1:0:64:64:2048:2048\n"),
    ],
)  # fmt: skip
def test_listings_follow_the_world(vios: Desk, command: str, out: str) -> None:
    assert vios.run(command) == Result(0, out, "")


def test_the_name_of_a_vnic_server_is_five_lines_above_its_client_device(vios: Desk) -> None:
    lines = vios.run("lsmap -all -vnic").out.splitlines()
    [index] = [number for number, line in enumerate(lines) if line.startswith("Client device name")]
    assert lines[index - 5].split()[0] == "vnicserver0"


def test_virtual_devices_and_slots(vios: Desk) -> None:
    names = [line.split()[0] for line in vios.run("lsdev -virtual").out.splitlines()[1:]]
    assert names == ["ent4", "vasi0", "vfchost4", "vhost0", "vioslpm0", "vnicserver0", "vsa0", "vtscsi0", "vtscsi1"]
    slots = vios.run("lsdev -slots").out
    assert "U78C7.001.KIC2632-P1-C3      PCI-E capable, Rev 3 slot with 8x lanes  fcs0 fcs1\n" in slots
    assert "U8408.E8E.78CB04W-V1-C2      Virtual I/O Slot                         ent4\n" in slots


@pytest.mark.parametrize(
    ("command", "status", "err"),
    [
        ("lsmap -all -hwreset", 1, "Invalid option flag -hwreset\n\nUsage: lsmap"),
        ("lsmap -all -net -npiv", 1, "Usage: lsmap"),
        ("lsmap -all -vadapter vhost0", 1, "Usage: lsmap"),
        ("lsmap -all -npiv -type disk", 1, "Usage: lsmap"),
        ("lsmap -all -type floppy", 1, "Invalid device type floppy"),
        ("lsmap -all -npiv -field vtd", 1, "Invalid field name vtd"),
        ("lsmap -all -field", 1, "Option flag -field requires a value."),
        ("lsmap -all -fmt", 1, "Option flag -fmt requires a value."),
        ("lsmap -cpid x", 1, "Invalid client partition ID x"),
        ("lsmap -plc U1.2.3", 10, 'There is no device at the physical location "U1.2.3".'),
        ("lsmap -vadapter vhost9", 2, 'Device "vhost9" is not found.'),
        ("lsdev -plc U1.2.3", 10, 'There is no device at the physical location "U1.2.3".'),
        ("lsdev -type cups", 1, "Invalid device type cups"),
        ("lsdev -state asleep", 1, "Invalid state asleep"),
        ("lsdev -field colour", 1, "Invalid field name colour"),
        ("lsdev -dev hdisk0 -attr colour", 2, 'Attribute "colour" is not found.'),
        ("lsdev -slots -virtual", 1, "The slots flag cannot be combined with others."),
        ("lsdev -dev fcs0 -attr -vpd", 1, "Usage: lsdev"),
        ("lsdev hdisk0", 1, "Usage: lsdev"),
        ("chdev -dev nothing -attr a=1", 2, 'Device "nothing" is not found.'),
        ("chdev -dev vioslpm0 -attr concurrency_lvl=6", 1, "Method error (/usr/lib/methods/chggen):\n        0514-018"),
        ("chdev -dev vioslpm0 -attr max_vasi_ops=4", 3, 'Attribute "max_vasi_ops" cannot be changed by a user.'),
        ("chdev -dev vioslpm0 -attr colour=4", 2, 'Attribute "colour" is not found.'),
        ("chdev -dev vioslpm0 -attr concurrency_lvl", 1, "Usage: chdev"),
        ("rmdev -dev vfchost4 -ucfg", 4, "Method error (/usr/lib/methods/ucfgdevice):\n        0514-062"),
        ("rmdev -dev vioslpm0 -ucfg", 4, "Method error"),
        ("rmdev -dev hdisk10", 1, "rmdev: without -ucfg: not simulated"),
        ("vfcmap -vadapter vfchost4 -fcp fcs2", 4, 'The port "fcs2" or its switch cannot do NPIV.'),
        ("vfcmap -vadapter vfchost4 -fcp fcs9", 2, 'Device "fcs9" is not found.'),
        ("vfcmap -vadapter vfchost9 -fcp fcs1", 2, 'Device "vfchost9" is not found.'),
        ("vfcmap -vadapter vfchost4", 1, "Usage: vfcmap"),
        ("mkvdev -sea ent0", 1, "mkvdev: not simulated"),
    ],
)
def test_refusals(vios: Desk, command: str, status: int, err: str) -> None:
    result = vios.run(command)
    assert (result.status, result.out) == (status, "")
    assert result.err.startswith(err)
    assert vios.mapped == []


def test_a_client_that_is_off_has_no_names(vios: Desk) -> None:
    [vnic] = VIEW.vnics
    vios.change(vnics=(type(vnic)(**{**vars(vnic), "client_device": ""}),))
    assert vios.run("lsmap -all -vnic").out.splitlines()[-2:] == ["Client device name:", "Client device physloc:"]


def test_a_changed_attribute_stays_changed_for_everybody(vios: Desk) -> None:
    assert vios.run("chdev -dev vioslpm0 -attr concurrency_lvl=4 tcp_port_low=40000") == Result(
        0, "vioslpm0 changed\n", ""
    )
    assert vios.run("lsdev -dev vioslpm0 -attr concurrency_lvl").out == "value\n\n4\n"
    assert vios.root("lsattr -El vioslpm0 -a tcp_port_low").out == "tcp_port_low 40000 TCP lowest ephemeral port True\n"
    assert "CS " in vios.root("alog -o -t cfg").out


def test_an_unconfigured_device_is_defined_until_it_is_configured(vios: Desk) -> None:
    assert vios.run("rmdev -dev hdisk10 -ucfg") == Result(0, "hdisk10 Defined\n", "")
    assert vios.run("lsdev -state Defined -fmt : -field name status").out == "hdisk10:Defined\n"
    assert vios.root("lsdev -Cl hdisk10").out.startswith("hdisk10    Defined ")
    assert vios.run("cfgdev -dev hdisk10").status == 0
    assert vios.run("lsdev -state Defined -fmt : -field name").out == ""


def test_an_adapter_is_mapped_to_another_port_and_to_none(vios: Desk) -> None:
    assert vios.run("vfcmap -vadapter vfchost4 -fcp fcs1") == Result(0, "vfchost4 changed\n", "")
    assert vios.run("vfcmap -vadapter vfchost4 -fcp").status == 0
    assert vios.mapped == [("vfchost4", "fcs1"), ("vfchost4", "")]
