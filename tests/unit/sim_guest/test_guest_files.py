"""Commands on files, in the words of the GNU tools."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from guest_doubles import Result

from powervm_sim.guest.linux import LinuxGuest

Run = Callable[..., Result]


@pytest.mark.parametrize(
    ("script", "status", "out", "err"),
    [
        ("mkdir d; touch d/a d/b; ls d", 0, "a\nb\n", ""),
        ("mkdir -p x/y/z; find x -type d", 0, "x\nx/y\nx/y/z\n", ""),
        ("mkdir x; mkdir x", 1, "", "mkdir: cannot create directory \u2018x\u2019: File exists\n"),
        ("mkdir no/such", 1, "", "mkdir: cannot create directory \u2018no/such\u2019: No such file or directory\n"),
        ("echo one > f; cp f g; echo two >> g; sha256sum < /dev/null | cut -c1-8; ls", 0, "e3b0c442\nf\ng\n", ""),
        ("printf abc | md5sum", 0, "900150983cd24fb0d6963f7d28e17f72  -\n", ""),
        ("echo x > f; mv f g; ls", 0, "g\n", ""),
        ("touch f g; cp f g h", 1, "", "cp: target 'h' is not a directory\n"),
        ("touch f; cp f f", 1, "", "cp: 'f' and 'f' are the same file\n"),
        ("mv f g", 1, "", "mv: cannot stat 'f': No such file or directory\n"),
        ("mkdir d; cp d e", 1, "", "cp: -r not specified; omitting directory 'd'\n"),
        ("mkdir -p d/s; echo x > d/s/f; cp -r d e; find e -type f", 0, "e/s/f\n", ""),
        ("mkdir d; cp -r d d/inside", 1, "", "cp: cannot copy a directory, 'd', into itself, 'd/inside'\n"),
        ("rm nothing", 1, "", "rm: cannot remove 'nothing': No such file or directory\n"),
        ("rm -f nothing", 0, "", ""),
        ("mkdir -p d/e; rm d", 1, "", "rm: cannot remove 'd': Is a directory\n"),
        ("mkdir -p d/e; touch d/e/f; rm -r d; ls", 0, "", ""),
        ("mkdir d; touch d/f; rmdir d", 1, "", "rmdir: failed to remove 'd': Directory not empty\n"),
        ("ls nothing", 2, "", "ls: cannot access 'nothing': No such file or directory\n"),
        ("printf 12345 > f; stat -c '%s %a %F' f", 0, "5 644 regular file\n", ""),
        ("printf 12345 > f; chmod 600 f; stat -c %A f", 0, "-rw-------\n", ""),
        (
            "readlink /etc/os-release; readlink -f /etc/os-release",
            0,
            "../usr/lib/os-release\n/usr/lib/os-release\n",
            "",
        ),
        ("readlink /etc/hosts", 1, "", ""),
        ("mktemp -d | cut -c1-9", 0, "/tmp/tmp.\n", ""),
        ("f=$(mktemp /var/tmp/x.XXXXXX) && test -f $f && stat -c %a $f", 0, "600\n", ""),
        ("[ -f /var/log/drmgr ] && echo yes || echo 'File does not exist'", 0, "File does not exist\n", ""),
        ("[ -x /opt/rsct/bin/rmcctrl ] && echo yes", 0, "yes\n", ""),
        ("which uname", 0, "/usr/bin/uname\n", ""),
        ("echo x > /sys/kernel/mobility/migration", 1, "", None),
        ("cat /sys/kernel/mobility/api_version", 0, "1\n", ""),
        ("cat /sys/kernel/mobility/migration", 1, "", "cat: /sys/kernel/mobility/migration: Permission denied\n"),
        ("echo gone > /dev/null; cat /dev/null", 0, "", ""),
        ("df -h / | head -n 1", 0, "Filesystem                  Size     Used     Avail Use% Mounted on\n", ""),
    ],
)
def test_scripts(run: Run, script: str, status: int, out: str, err: str | None) -> None:
    result = run(f"cd /srv; {script}")
    assert result[:2] == (status, out)
    assert err is None or result.err == err


def test_a_very_deep_tree_can_be_listed_copied_and_removed(guest: LinuxGuest, run: Run) -> None:
    guest.tree.make_folders("/srv" + "/d" * 1500)
    assert run("ls -R /srv | grep -c :").out == "1501\n"
    assert run("cp -r /srv/d /srv/e; rm -rf /srv/d; find /srv | wc -l").out.strip() == "1501"


def test_recursive_listing(run: Run) -> None:
    assert run("cd /srv; mkdir -p b/c a; touch b/f; ls -R").out == ".:\na\nb\n\n./a:\n\n./b:\nc\nf\n\n./b/c:\n"


def test_long_listing(run: Run) -> None:
    text = run("cd /srv; printf 12345 > f; mkdir d; ls -l").out
    assert text == (
        "total 8\ndrwxr-xr-x. 2 root root 4096 Aug 26 10:12 d\n-rw-r--r--. 1 root root    5 Aug 26 10:12 f\n"
    )


def test_the_collection_of_an_old_test_suite_runs(run: Run) -> None:
    """How log files are copied aside, fetched and removed by a suite that is widely used."""
    script = "mkdir -p files; [ -f {0} ] && {{ cp {0} files/{1}; }} || echo 'File does not exist'; ls files"
    assert run(script.format("/etc/hosts", "etc-hosts.log")).out == "etc-hosts.log\n"
    assert run("rm -rf files; ls").out == ""
    assert run(script.format("/nothing", "x")).out == "File does not exist\n"
    assert run("mkdir -p commands; dmesg > commands/dmesg.log; test -s commands/dmesg.log").status == 0


def test_a_full_file_system_stops_writers_and_not_the_system(guest: LinuxGuest, run: Run) -> None:
    guest.tree.write("/var/tmp/big", bytes(guest.tree.size - guest.tree.used))
    full = run("echo more > /var/tmp/more; echo $?")
    assert full.out == "1\n"
    assert full.err.endswith("write error: No space left on device\n")
    assert run("cp /etc/hosts /srv").err == "cp: cannot create regular file '/srv/hosts': No space left on device\n"
    guest.check_migration(1, 2)
    assert run("tail -n 1 /var/log/messages").status == 0
    assert guest.tree.used <= guest.tree.size
