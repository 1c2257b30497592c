"""The simulated Virtual I/O Server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from guest_doubles import START, Hands, Result, limited, run_in, runner

from powervm_sim.shell.pipes import Text
from powervm_sim.vios.server import VirtualIOServer
from powervm_sim.vios.view import (
    FibreMapping,
    FibrePort,
    NetworkMapping,
    StorageMapping,
    ViosView,
    VirtualTarget,
)

Run = Callable[..., Result]

VIEW = ViosView(
    name="vios1",
    partition_id=8,
    type_model="8233-E8B",
    serial="100121P",
    level="3.1.4.21",
    storage=(
        StorageMapping(
            "vhost18",
            "U8233.E8B.100121P-V8-C21",
            15,
            (VirtualTarget("isotopes13_dsk1", "0x8100000000000000", "isotopes13_lv1"),),
        ),
        StorageMapping("vhost19", "U8233.E8B.100121P-V8-C22", 16),
    ),
    fibre=(
        FibreMapping(
            "vfchost4",
            "U9119.FHA.44337FA-V2-C165",
            160,
            "WASUAT",
            "AIX",
            port="fcs1",
            port_location="U5803.001.91800ZL-P2-C3-T2",
            logged_in=True,
            client_device="fcs0",
            client_location="U9119.FHA.44337FA-V160-C5",
        ),
        FibreMapping("vfchost5", "U9119.FHA.44337FA-V2-C166", 161, "other"),
    ),
    network=(
        NetworkMapping("ent4", "U8408.E8E.78CB04W-V1-C2-T1", "ent5", "ent1", "U78C7.001.KIC2632-P1-C11-T2"),
        NetworkMapping("ent9", "U8408.E8E.78CB04W-V1-C3-T1"),
    ),
    ports=(FibrePort("fcs1", "U5803.001.91800ZL-P2-C3-T2", ports=(64, 63), wwpns=(2048, 2046)),),
)

STORAGE = """\
SVSA            Physloc                                      Client Partition ID
--------------- -------------------------------------------- ------------------
vhost18         U8233.E8B.100121P-V8-C21                     0x0000000f

VTD                   isotopes13_dsk1
Status                Available
LUN                   0x8100000000000000
Backing device        isotopes13_lv1
Physloc
Mirrored              N/A

SVSA            Physloc                                      Client Partition ID
--------------- -------------------------------------------- ------------------
vhost19         U8233.E8B.100121P-V8-C22                     0x00000010

VTD                   NO VIRTUAL TARGET DEVICE FOUND
"""

FIBRE = """\
Name          Physloc                            ClntID ClntName       ClntOS
------------- ---------------------------------- ------ -------------- -------
vfchost4      U9119.FHA.44337FA-V2-C165             160 WASUAT         AIX

Status:LOGGED_IN
FC name:fcs1                    FC loc code:U5803.001.91800ZL-P2-C3-T2
Ports logged in:1
Flags:a<LOGGED_IN,STRIP_MERGE>
VFC client name:fcs0            VFC client DRC:U9119.FHA.44337FA-V160-C5
"""

NETWORK = """\
SVEA   Physloc
------ --------------------------------------------
ent4   U8408.E8E.78CB04W-V1-C2-T1

SEA                   ent5
Backing device        ent1
Status                Available
Physloc               U78C7.001.KIC2632-P1-C11-T2

SVEA   Physloc
------ --------------------------------------------
ent9   U8408.E8E.78CB04W-V1-C3-T1

SEA                   NO SHARED ETHERNET ADAPTER FOUND
"""

ATTRIBUTES = """\
attribute       value description                                                 user_settable

cfg_msp_lpm_ops 8     Configured number of concurrent LPM operations for this MSP True
concurrency_lvl 3     Concurrency level                                           True
lpm_msnap_succ  1     Create mini-snap for successful migrations                  True
max_lpm_vasi    1     Maximum number of VASI adapters used for LPM operations     False
max_vasi_ops    8     Maximum number of concurrent LPM operations per VASI        False
tcp_port_high   0     TCP highest ephemeral port                                  True
tcp_port_low    0     TCP lowest ephemeral port                                   True
"""

LEVELS = "_kdb_buildinfo unix_64 Aug 25 2020 10:46:09 2035A_71c\n"


class Wait:
    """Counts the seconds that something took."""

    def __init__(self) -> None:
        self.seconds = 0.0

    async def __call__(self, seconds: float) -> None:
        self.seconds += seconds


@pytest.fixture
def wait() -> Wait:
    return Wait()


@pytest.fixture
def server(hands: Hands, wait: Wait) -> VirtualIOServer:
    return VirtualIOServer(lambda: VIEW, pause=wait, snap_seconds=240, clock=hands.clock())


@pytest.fixture
def vios(server: VirtualIOServer) -> Run:
    return runner(server)


def test_an_exec_channel_needs_the_prefix(vios: Run) -> None:
    assert vios("ioslevel") == Result(127, "", "rksh: ioslevel:  not found.\n")
    assert vios("ioscli ioslevel") == Result(0, "3.1.4.21\n", "")


def test_short_names_on_exec_can_be_switched_on(hands: Hands, wait: Wait) -> None:
    server = VirtualIOServer(lambda: VIEW, pause=wait, short_names=True, clock=hands.clock())
    assert runner(server)("ioslevel").out == "3.1.4.21\n"


class FakeTerminal:
    """A terminal on which fixed lines are typed."""

    columns, rows = 80, 24

    def __init__(self, *lines: str) -> None:
        self._lines = list(lines)
        self.prompts: list[str] = []

    async def ask(self, prompt: str, *, echo: bool = True) -> str:
        self.prompts.append(prompt)
        if not self._lines:
            raise EOFError
        return self._lines.pop(0)

    def feeds(self, stdin: Any) -> bool:
        return isinstance(stdin, Text)

    async def interruptible(self, work: Any) -> Any:
        return await work


def on_terminal(server: VirtualIOServer, terminal: Any, script: str) -> Result:
    result: Result = asyncio.run(limited(run_in(server.shell(None, terminal), script)))
    return result


def test_a_terminal_does_not(server: VirtualIOServer) -> None:
    assert on_terminal(server, FakeTerminal(), "ioslevel").out == "3.1.4.21\n"


def test_root_shell_on_a_terminal(server: VirtualIOServer) -> None:
    terminal = FakeTerminal("oslevel", "exit 3", "oslevel")
    result = on_terminal(server, terminal, "oem_setup_env; ioslevel")
    assert result.out == "7.2.0.0\n3.1.4.21\n"
    assert terminal.prompts == ["# ", "# "]


@pytest.mark.parametrize(
    ("script", "out"),
    [
        ("lsmap -all", STORAGE),
        ("lsmap -vadapter vfchost4 -npiv", FIBRE),
        ("lsmap -cpid 160 -npiv", FIBRE),
        ("lsmap -all -net", NETWORK),
        (
            "lsmap -all -fmt :",
            "vhost18:U8233.E8B.100121P-V8-C21:0x0000000f:isotopes13_dsk1:Available:0x8100000000000000:"
            "isotopes13_lv1::N/A\n"
            "vhost19:U8233.E8B.100121P-V8-C22:0x00000010:NO VIRTUAL TARGET DEVICE FOUND\n",
        ),
        ("lsmap -all -npiv -fmt , -field name clntid status", "vfchost4,160,LOGGED_IN\nvfchost5,161,NOT_LOGGED_IN\n"),
        ("lsdev -dev vioslpm0 -attr", ATTRIBUTES),
        ("lsdev -dev vioslpm0 -attr cfg_msp_lpm_ops", "value\n\n8\n"),
        (
            "lsdev -dev vhost18",
            "name             status      description\nvhost18          Available   Virtual SCSI Server Adapter\n",
        ),
        (
            "lsnports",
            "name             physloc                        fabric tports aports swwpns  awwpns\n"
            "fcs1             U5803.001.91800ZL-P2-C3-T2          1     64     63   2048    2046\n",
        ),
        ("cat /proc/version", LEVELS),
        ("ls /home", "ios\npadmin\n"),
    ],
)
def test_listings(vios: Run, server: VirtualIOServer, script: str, out: str) -> None:
    assert vios(f"ioscli {script}") == Result(0, out, "")
    assert asyncio.run(limited(server.command(script))) == (out, 0), "the management console's way"


def test_an_idle_fibre_adapter(vios: Run) -> None:
    text = vios("ioscli lsmap -all -npiv").out
    assert text.startswith(FIBRE)
    lines = text.splitlines()[-5:]
    assert lines[0] == "Status:NOT_LOGGED_IN"
    assert lines[2:4] == ["Ports logged in:0", "Flags:1<NOT_MAPPED,NOT_CONNECTED>"]


@pytest.mark.parametrize(
    ("script", "status", "err"),
    [
        ("ioscli lsmap -all -wrong", 1, "Invalid option flag -wrong\n\nUsage: lsmap"),
        ("ioscli lsmap", 1, "Usage: lsmap"),
        ("ioscli lsmap -vadapter vhost7", 2, 'Device "vhost7" is not found.\n'),
        ("ioscli lsmap -all -fmt : -field nonsense", 1, "Invalid field name nonsense\n"),
        ("ioscli ioslevel now", 1, "Usage: ioslevel\n"),
        ("ioscli lsdev -dev nothing -attr", 2, 'Device "nothing" is not found.\n'),
        ("ioscli cat /nothing", 2, "cat: 0652-050 Cannot open /nothing.\n"),
        ("ioscli lsvg", 1, "lsvg: not simulated\n"),
        ("ioscli nonsense", 127, "rksh: nonsense:  not found.\n"),
        ("ioscli mv snap.pax.Z x", 1, "mv: 0653-401 Cannot rename snap.pax.Z to x:\n"),
        ("ioscli errlog -seq 1", 1, "Usage: errlog"),
        ("echo text > file", 1, "rksh: file:  0403-019"),
        ("cd /tmp", 1, "rksh: cd:  0403-019"),
        ("/usr/ios/cli/ioscli ioslevel", 1, "rksh: /usr/ios/cli/ioscli:  0403-019"),
    ],
)
def test_refusals(vios: Run, script: str, status: int, err: str) -> None:
    result = vios(script)
    assert (result.status, result.out) == (status, "")
    assert result.err.startswith(err)


def test_a_failed_command_gives_the_console_its_errors(server: VirtualIOServer) -> None:
    assert asyncio.run(limited(server.command("lsvg"))) == ("lsvg: not simulated\n", 1)


def test_no_fibre_ports(hands: Hands, wait: Wait) -> None:
    bare = ViosView("vios1", 1, "9009-22A", "78A1B20", "4.1.0.10")
    run = runner(VirtualIOServer(lambda: bare, pause=wait, clock=hands.clock()))
    assert run("ioscli lsnports").status == 62
    assert run("ioscli lsmap -all") == Result(0, "", "")
    assert run("ioscli ioslevel").out == "4.1.0.10\n"


def test_error_log(server: VirtualIOServer, hands: Hands, vios: Run) -> None:
    hands.passed = 239
    server.migration_phase("end", "lp1", 0xD7A884F83D830E6D, "source")
    assert vios("ioscli errlog").out == (
        "IDENTIFIER TIMESTAMP  T C RESOURCE_NAME  DESCRIPTION\n"
        "3EB09F5A   0826101626 I S vioslpm0       Migration completed successfully\n"
        "9DBCFDEE   0826101226 T O errdemon       ERROR LOGGING TURNED ON\n"
    )
    assert vios("ioscli errlog | grep MVR").status == 1
    text = vios("ioscli errlog -ls -seq 2").out
    assert "LABEL:          MVR_MIG_COMPLETED\nIDENTIFIER:     3EB09F5A\n" in text
    assert "Node Id:         vios1\nClass:           S\nType:            INFO\n" in text
    assert vios("ioscli errlog -ls").out.count("LABEL:") == 2
    hands.passed += 3 * 86400
    assert vios("ioscli errlog -rm 1; ioscli errlog") == Result(0, "", "")


def test_snap_is_slow_and_leaves_its_archive(server: VirtualIOServer, wait: Wait, vios: Run) -> None:
    result = vios("ioscli snap")
    assert result.status == 0
    assert result.out.splitlines()[-1].endswith("/home/padmin/snap.pax.Z")
    assert wait.seconds == pytest.approx(240)
    assert server.tree.read("/home/padmin/snap.pax.Z").startswith(b"\x1f\x9d")
    assert vios("ioscli mv snap.pax.Z 26_08_2026_snap.pax.Z; ioscli ls").out == "26_08_2026_snap.pax.Z\n"
    assert vios("ioscli mv snap.pax.Z other").status == 1


def test_snap_with_a_full_file_system(server: VirtualIOServer, vios: Run) -> None:
    server.tree.write("/home/padmin/big", bytes(server.tree.size - server.tree.used - 1000))
    result = vios("ioscli snap")
    assert result.status == 1
    assert "not enough space" in result.err


def test_commands_as_root(server: VirtualIOServer, vios: Run) -> None:
    server.trace("lpmutil[12910610]: HMCL 1421298000.465123,0,C,0x20d9,lpmutil -o isapready")
    assert vios('echo "alog -o -t lpm" | ioscli oem_setup_env').out == (
        "lpmutil[12910610]: HMCL 1421298000.465123,0,C,0x20d9,lpmutil -o isapready\n"
    )
    assert vios('echo "lsattr -El vioslpm0" | ioscli oem_setup_env').out.splitlines()[0] == (
        "cfg_msp_lpm_ops 8 Configured number of concurrent LPM operations for this MSP True"
    )
    result = vios("printf 'nonsense\\necho hi\\nfalse\\n' | ioscli oem_setup_env")
    assert result == Result(1, "hi\n", "ksh: nonsense:  not found.\n")
    assert vios("ioscli alog -o -t lpm").status == 127


def test_the_view_is_made_anew_for_each_command(hands: Hands, wait: Wait) -> None:
    levels = iter(("3.1.4.21", "4.1.0.10"))
    server = VirtualIOServer(
        lambda: ViosView("v", 1, "9009-22A", "78A1B20", next(levels)), pause=wait, clock=hands.clock()
    )
    assert runner(server)("ioscli ioslevel; ioscli ioslevel").out == "3.1.4.21\n4.1.0.10\n"


def test_times_are_those_of_the_clock(server: VirtualIOServer) -> None:
    assert [entry.time for entry in server.error_log] == [START]


def test_print_feeds_a_root_shell_as_echo_does(vios: Run) -> None:
    assert vios("print 'echo hi' | ioscli oem_setup_env") == Result(0, "hi\n", "")
    assert vios("print -n a; print -- -n; print -r 'x\\\\y'").out == "a-n\nx\\\\y\n"
