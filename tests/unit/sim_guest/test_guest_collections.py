"""Support data: ``sos report``, ``supportconfig`` and ``ctsnap`` leave archives that hold what the system shows."""

from __future__ import annotations

import asyncio
import hashlib
import io
import re
import tarfile
from collections.abc import Awaitable, Callable
from typing import Any

from guest_doubles import Result, limited, make_real_guest, run_in, runner

from powervm_sim.guest.linux import LinuxGuest


def in_loop(work: Callable[[], Awaitable[Any]]) -> Any:
    return asyncio.run(limited(work()))


def collected(script: str, **spec: Any) -> tuple[LinuxGuest, Result]:
    async def work() -> tuple[LinuxGuest, Result]:
        guest = make_real_guest(**spec)
        return guest, await run_in(guest.shell(), script)

    found: tuple[LinuxGuest, Result] = in_loop(work)
    return found


def members(data: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        files = [member for member in archive if member.isfile()]
        return {member.name.partition("/")[2]: (archive.extractfile(member) or io.BytesIO()).read() for member in files}


def test_a_sos_report_ends_with_the_place_of_its_archive() -> None:
    script = (
        "mkdir /var/tmp/out; sos report --batch --tmp-dir /var/tmp/out --label L --case-id 7 -o powerpc,kernel,logs"
    )
    guest, result = collected(script)
    assert result.status == 0
    found = re.search(
        r"\n\nYour sos report has been generated and saved in:\n\t"
        r"(/var/tmp/out/sosreport-lp7-L-7-\d{4}-\d\d-\d\d-[a-z]{7}"
        r"\.tar\.xz)\n\n Size\t[\d.]+[KM]?i?B\n Owner\troot\n sha256\t([0-9a-f]{64})\n\n"
        r"Please send this file to your support representative\.\n",
        result.out,
    )
    assert found is not None
    data = guest.tree.read(found[1])
    assert hashlib.sha256(data).hexdigest() == found[2]
    assert guest.tree.read(f"{found[1]}.sha256").decode() == f"{found[2]}\n"
    content = members(data)
    assert content["proc/powerpc/lparcfg"].startswith(b"lparcfg 1.9\nserial_number=IBM,0278A1B20\n")
    assert b"ctrmc" in content["sos_commands/powerpc/lssrc_-a"]
    assert b"Linux version" in content["sos_commands/kernel/dmesg"]
    assert "sos_commands/rpm/rpm_-qa" not in content


def test_older_sos_words_its_end_differently_and_asks_without_batch() -> None:
    _, result = collected('yes "" | sosreport -o date', distribution="rhel8")
    assert result.status == 0
    assert "Press ENTER to continue, or CTRL-C to quit." in result.out
    assert "\nYour sosreport has been generated and saved in:\n\t/var/tmp/sosreport-lp7-" in result.out


def test_sos_refuses_what_it_cannot_do() -> None:
    assert collected("sos report --batch --tmp-dir /nowhere")[1].status == 1
    assert collected("sos report --batch -o nonsense")[1].status == 1
    assert collected("sos collect")[1] == Result(1, "", "sos: collect: not simulated\n")
    assert collected("sosreport --batch", distribution="sles15")[1].status == 127


def test_a_full_disk_leaves_no_archive() -> None:
    async def work() -> tuple[Result, list[str]]:
        guest = make_real_guest()
        guest.trouble.limit_disk(100)
        return await run_in(guest.shell(), "sos report --batch -o date"), guest.tree.list("/var/tmp")

    result, left = in_loop(work)
    assert (result.status, left) == (1, [])
    assert "No space left on device" in result.err


def test_supportconfig_ends_with_the_place_of_its_archive() -> None:
    guest, result = collected("supportconfig -R /tmp", distribution="sles15")
    found = re.search(
        r"\n==\[ DONE \]={67}\n  Log file tar ball: (/tmp/scc_lp7_\d{6}_\d{4}\.txz)\n  Log file size:     \d+[KM]\n"
        r"  Log file md5sum:   ([0-9a-f]{32})\n={77}\n",
        result.out,
    )
    assert (result.status, found is not None) == (0, True)
    assert found is not None
    data = guest.tree.read(found[1])
    assert hashlib.md5(data).hexdigest() == found[2]
    assert guest.tree.read(f"{found[1]}.md5").decode().startswith(found[2])
    assert "lpar/lparstat_-i" in members(data)
    assert collected("supportconfig")[1].status == 127


def test_a_second_supportconfig_is_refused() -> None:
    async def work() -> Result:
        guest = make_real_guest(distribution="sles15")
        script = "supportconfig -Q > /dev/null & sleep 0; supportconfig; echo $?; wait $!; echo $?"
        return await run_in(guest.shell(), script)

    result = in_loop(work)
    assert result.out == "10\n0\n"
    assert re.fullmatch(r"Error: A supportconfig instance is already running, PID \d+\n", result.err)


def test_ctsnap_leaves_rsct_data() -> None:
    guest, result = collected("/opt/rsct/bin/ctsnap -x runrpttr")
    assert re.fullmatch(r"/tmp/ctsupt/ctsnap\.lp7\.\d{10}\.tar\.gz\n", result.out)
    assert b"IBM.DRM" in members(guest.tree.read(result.out.strip()))["lssrc_-a"]


def test_ctsnap_is_found_without_its_folder() -> None:
    assert collected("ctsnap -x runrpttr; command -v ctsnap")[1].out.endswith("/usr/sbin/ctsnap\n")


def test_the_logs_of_the_platform_and_of_the_agent_are_there_and_are_collected() -> None:
    guest, result = collected("servicelog --dump; cd /var/log; [ -f platform ] && [ -f rtas_errd.log ]")
    assert result == Result(0, "", "")
    trace = "/var/ct/IW/log/mc/IBM.DRM/trace"
    before = guest.tree.read(trace)
    guest.append_drmgr(b"drmgr: -m -c pmig\n")
    assert guest.tree.read(trace).startswith(before)
    assert b"drmgr: -m -c pmig" in guest.tree.read(trace)[len(before) :]
    assert runner(guest)("servicelog --query=id=1").status == 1


def test_a_report_holds_what_the_plugin_for_power_collects() -> None:
    guest, result = collected("sos report --batch -o powerpc")
    found = members(guest.tree.read(result.out.split()[result.out.split().index("in:") + 1]))
    assert {"var/ct/IBM.DRM.stderr", "var/ct/IW/log/mc/IBM.DRM/trace"} <= found.keys()
    assert {"sos_commands/powerpc/servicelog_--dump", "sos_commands/powerpc/ctsnap_-x_runrpttr"} <= found.keys()
