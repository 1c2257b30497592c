"""The small tools that scripts of this field use on a partition."""

from __future__ import annotations

import asyncio
import io
import tarfile
from collections.abc import Callable

import pytest
from guest_doubles import TARGET, Hands, Result, limited, make_guest, make_real_guest, run_in, runner

from powervm_sim.guest.linux import LinuxGuest

Run = Callable[..., Result]


def test_bytes_of_the_device_tree(run: Run) -> None:
    number = "/proc/device-tree/ibm,partition-no"
    assert run(f"xxd -p {number}").out == "00000007\n"
    assert run(f"od -An -tx1 {number}").out == " 00 00 00 07\n"
    assert run(f"od -An -tu4 --endian=big {number}").out == "          7\n"
    assert run(f"hexdump -C {number}").out.splitlines()[0].startswith("00000000  00 00 00 07 ")
    assert run(f"hexdump -e '4/1 \"%02x\"' {number}").out == "00000007"
    assert run("tr -d '\\0' < /proc/device-tree/system-id").out == "IBM,0278A1B20"
    assert run("od -c /proc/device-tree/model").out == (
        "0000000   I   B   M   ,   9   0   0   9   -   2   2   A  \\0\n0000015\n"
    )


def test_archives_go_round(run: Run) -> None:
    make = "cd /tmp; mkdir -p a/b; echo hi > a/b/c; ln -sf b a/l; tar czf t.tgz a; "
    assert run(make + "tar tzf t.tgz").out == "a/\na/b/\na/b/c\na/l\n"
    assert run(make + "mkdir o; tar -xzf t.tgz -C o; cat o/a/l/c; readlink o/a/l").out == "hi\nb\n"
    assert run(make + "tar cf - a | tar xOf -").status == 1
    assert run("cd /tmp; tar cf x.tar /etc/hosts").err == "tar: Removing leading `/' from member names\n"
    assert run("tar xf /tmp/none.tar").status == 2
    assert (
        run("cd /tmp; echo text > z; gzip -k z; zcat z.gz; xz z; ls z*; xz -dc z.xz").out == "text\nz.gz\nz.xz\ntext\n"
    )
    assert run("cd /tmp; echo text > q; gunzip q").err == "gunzip: q: unknown suffix -- ignored\n"


def test_no_name_in_an_archive_leads_out_of_its_folder(guest: LinuxGuest, run: Run) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name in ("../../etc/evil", "/etc/absolute"):
            entry = tarfile.TarInfo(name)
            entry.size = 1
            archive.addfile(entry, io.BytesIO(b"x"))
    guest.tree.write("/tmp/evil.tar", buffer.getvalue())
    assert run("mkdir /tmp/o; tar -xf /tmp/evil.tar -C /tmp/o").status == 2
    assert run("ls /etc/evil /etc/absolute 2>/dev/null; cat /tmp/o/etc/absolute").out == "x"


def test_find_tests_and_acts(run: Run) -> None:
    run("mkdir -p /tmp/f/g; echo abc > /tmp/f/one.log; touch /tmp/f/g/two.log /tmp/f/three")
    assert run("find /tmp/f -name '*.log' | sort").out == "/tmp/f/g/two.log\n/tmp/f/one.log\n"
    assert run("find /tmp/f -type f ! -name '*.log' -o -name g").out == "/tmp/f/g\n/tmp/f/three\n"
    assert run("find /tmp/f -size +3c -type f").out == "/tmp/f/one.log\n"
    assert run("find /tmp/f -name one.log -exec cat {} \\;").out == "abc\n"
    assert run("find /tmp/f -empty -type f -mmin -5 -delete; find /tmp/f -type f").out == "/tmp/f/one.log\n"
    assert run("find /tmp/f -nonsense") == Result(1, "", "find: unknown predicate `-nonsense'\n")
    assert run("find /proc/device-tree/ -name model").out == "/proc/device-tree/model\n"


def test_sums_and_differences(run: Run) -> None:
    run("cd /tmp; echo a > x; echo b > y; md5sum x y > s; sha256sum x > t")
    assert run("cd /tmp; md5sum -c s; echo c > y; md5sum -c s") == Result(
        1, "x: OK\ny: OK\nx: OK\ny: FAILED\n", "md5sum: WARNING: 1 computed checksum did NOT match\n"
    )
    assert run("diff /tmp/x /tmp/y") == Result(1, "1c1\n< a\n---\n> c\n", "")
    assert run("diff -q /tmp/x /tmp/x").status == 0
    assert run("diff /tmp/x /tmp/none").status == 2


def test_modes_and_owners(run: Run) -> None:
    run("touch /tmp/m; chmod 640 /tmp/m")
    assert run("chmod u+x,g-r,o=w /tmp/m; stat -c '%a %A' /tmp/m").out == "702 -rwx----w-\n"
    assert run("chmod +x /tmp/m; stat -c %a /tmp/m").out == "713\n"
    assert run("chmod what /tmp/m").status == 1
    assert run("chown sshd:root /tmp/m; stat -c '%u %g' /tmp/m").out == "74 0\n"
    assert run("chown nobody-else /tmp/m").err == "chown: invalid user: \u2018nobody-else\u2019\n"


def test_threads_of_cores(run: Run) -> None:
    assert run("ppc64_cpu --smt=2; ppc64_cpu --smt; nproc; lscpu | grep -i on-line").out == (
        "SMT=2\n16\nOn-line CPU(s) list: 0-1,8-9,16-17,24-25,32-33,40-41,48-49,56-57\n"
    )
    assert run("grep -c ^processor /proc/cpuinfo; cat /sys/devices/system/cpu/online | cut -c1-5").out == "16\n0-1,8\n"
    assert run("ppc64_cpu --smt=off; ppc64_cpu --smt; ppc64_cpu --smt -n").out == "SMT is off\nSMT=1\n"
    assert run("ppc64_cpu --smt=9") == Result(255, "", "SMT=9 is not valid\n")


def test_statistics_of_the_partition(run: Run) -> None:
    lines = run("lparstat").out.splitlines()
    assert lines[1:3] == [
        "System Configuration",
        "type=Shared mode=Uncapped smt=8 lcpu=64 mem=62781440 kB cpus=40 ent=4.00 ",
    ]
    assert lines[4].split()[:4] == ["%user", "%sys", "%wait", "%idle"]
    assert run("lparstat 0 1 2").status == 1


def test_kernel_parameters(guest: LinuxGuest, hands: Hands, run: Run) -> None:
    assert run("sysctl -n kernel.nmi_wd_lpm_factor").out == "200\n"
    assert run("sysctl -w kernel.nmi_wd_lpm_factor=300; cat /proc/sys/kernel/nmi_wd_lpm_factor").out.endswith(
        "= 300\n300\n"
    )
    assert run("sysctl no.such").status == 255
    guest.start_migration(1, 2)
    guest.suspend()
    guest.resume(TARGET)
    guest.end_migration(0)
    assert "watchdog: Set the NMI watchdog timeout factor to 300%" in run("dmesg").out


def test_firewall_rules_decide_about_rmc(hands: Hands) -> None:
    guest = make_guest(hands)
    run = runner(guest)
    assert run("firewall-cmd --state") == Result(252, "", "not running\n")
    run("systemctl start firewalld")
    assert run("firewall-cmd --state; firewall-cmd --query-port=657/tcp").out == "running\nyes\n"
    assert guest.rmc_ready
    assert run("firewall-cmd --remove-port=657/tcp").out == "success\n"
    assert not guest.rmc_ready
    run("systemctl stop firewalld")
    assert guest.rmc_ready


def test_units_fail_and_are_masked(run: Run) -> None:
    assert run("pkill -9 chronyd; systemctl is-active chronyd").out == "failed\n"
    status = run("systemctl status chronyd")
    assert status.status == 3
    assert "     Active: failed (Result: signal) since " in status.out
    assert run("systemctl is-system-running").out == "degraded\n"
    assert run("systemctl list-units --failed --no-legend --plain").out.split()[0] == "chronyd.service"
    assert run("systemctl restart chronyd; systemctl is-active chronyd").out == "active\n"
    assert run("systemctl mask crond; systemctl restart crond").err.endswith(
        "Failed to restart crond.service: Unit crond.service is masked.\n"
    )
    assert run("systemctl show -p ActiveState,SubState sshd").out == "ActiveState=active\nSubState=running\n"


def test_packages(run: Run) -> None:
    assert run("rpm -q src no-such sos").status == 1
    assert run("rpm -qi sos | head -n 2").out == "Name        : sos\nVersion     : 4.8.0\n"
    assert run("rpm -V sos") == Result(0, "", "")
    assert run("rpm -qf /usr/sbin/lparstat").out == "powerpc-utils-1.3.11-4.el9.ppc64le\n"
    assert run("yum install -y sos").out.startswith("Package sos-4.8.0-1.el9.noarch is already installed.\n")
    assert run("yum install -y fantasy").status == 1
    assert run("zypper in sos").status == 127


@pytest.mark.parametrize("name", ["top", "curl", "python3", "nmcli", "perl", "tcpdump", "iperf3"])
def test_known_programs_that_are_not_there_say_so(run: Run, name: str) -> None:
    assert run(f"{name} --anything") == Result(1, "", f"{name}: not simulated\n")


def test_ps_formats() -> None:
    async def work() -> tuple[str, str, str]:
        guest = make_real_guest()
        shell = guest.shell()
        full = (await run_in(shell, "ps -ef | grep '[s]shd -D'")).out
        user = (await run_in(guest.shell(), "ps aux | head -n 1")).out
        chosen = (await run_in(guest.shell(), "ps -eo pid,ppid,stat,comm --sort=-pid --no-headers | tail -n 1")).out
        return full, user, chosen

    full, user, chosen = asyncio.run(limited(work()))
    assert full.split()[-2:] == ["/usr/sbin/sshd", "-D"]
    assert user == "USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n"
    assert chosen.split() == ["1", "0", "S", "systemd"]


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("grep -P a /etc/hosts", "grep: -P: not simulated"),
        ("find /etc -newermt 2026-01-01", "find: -newermt: not simulated"),
        ("sed -i.bak s/a/b/ /etc/hosts", "sed: -iSUFFIX: not simulated"),
        ("base64 /etc/hosts", "base64: not simulated"),
        ("mkfifo p", "mkfifo: not simulated"),
        ("hash ls", "bash: line 1: hash: not simulated"),
    ],
)
def test_what_real_tools_know_is_not_called_unknown(run: Run, script: str, said: str) -> None:
    result = run(script)
    assert result.status != 0
    assert result.err.splitlines()[0] == said
