"""The restricted shell of a management console with its commands."""

from __future__ import annotations

import asyncio

import pytest
from world_doubles import SmallLab

from powervm_sim.console.authority import user_on
from powervm_sim.console.commands import console_lookup
from powervm_sim.console.files import ConsoleFiles
from powervm_sim.console.login import ConsoleLogin
from powervm_sim.shell.dialect import RESTRICTED_BASH
from powervm_sim.shell.filters import filters
from powervm_sim.shell.pipes import Collector, Text
from powervm_sim.shell.shell import Shell


def run(script: str, user: str = "hscroot") -> tuple[str, str, int]:
    async def scenario() -> tuple[str, str, int]:
        lab = SmallLab()
        console = lab.world.consoles["near"]
        login = ConsoleLogin(lab.world, lab.power, lab.desk, console, user, lab._vios_command)
        home = {"HOME": f"/home/{user}", "PWD": f"/home/{user}", "PATH": "/usr/hmcrbin", "USER": user}
        files = ConsoleFiles(console, user_on(console, user))
        lookup = console_lookup(filters())
        shell = Shell(lookup, RESTRICTED_BASH, session=login, variables=home, files=files)
        out, err = Collector(), Collector()
        status = await lab.clock.until_done(shell.run(script, Text(), out, err))
        return out.text, err.text, status

    return asyncio.run(scenario())


WORKING = [
    ("lssyscfg -r sys -F name | head -1", "s1\n", 0),
    ("for s in `lssyscfg -r sys -F name`; do lssyscfg -r sys -m $s -F state; done", "Operating\n" * 3, 0),
    ('lssyscfg -r sys -F name | while read s; do echo "<$s>"; done', "<s1>\n<s2>\n<old>\n", 0),
    ("x=$(lshmc -V | grep Release | cut -d: -f2); echo $x; echo Rc=$?", "3\nRc=0\n", 0),
    ("lssyscfg -r lpar -m nowhere | fgrep -c HSCL8018", "1\n", 0),
    ("lssyscfg -r sys -m nowhere -F name && echo yes || echo no; echo Rc=$?", None, 0),
    ("lshmc -V 2>&1 | sed -n 's/.*Service Pack: //p'", "1060\n", 0),
    ("whoami; hostname; ls; ls -a", "hscroot\nnear\n.ssh\n", 0),
    ("ls /dump", "migrdbg\n", 0),
    ("type lshmc", "lshmc is /usr/hmcrbin/lshmc\n", 0),
    ("echo mine | tee notes; cat notes", "mine\nmine\n", 0),
]


@pytest.mark.parametrize(("script", "output", "status"), WORKING, ids=[script for script, _, _ in WORKING])
def test_what_scripts_use_works(script, output, status):
    out, err, got = run(script)
    assert (err, got) == ("", status)
    if output is not None:
        assert out == output


REFUSED = [
    ("cd /tmp", "bash: cd: restricted\n", 1),
    ("lssyscfg -r sys > /tmp/x", "bash: /tmp/x: restricted: cannot redirect output\n", 1),
    ("/bin/ls", "bash: /bin/ls: restricted: cannot specify `/' in command names\n", 1),
    ("PATH=/bin", "bash: PATH: readonly variable\n", 1),
    ("frobnicate", "bash: frobnicate: command not found\n", 127),
    ("bash", "bash: bash: command not found\n", 127),
    ("exec ls", "bash: exec: restricted\n", 1),
    ("ls /etc", "ls: cannot open directory '/etc': Permission denied\n", 2),
    ("ls nothing", "ls: cannot access 'nothing': No such file or directory\n", 2),
    ("cat /home/other/.ssh/authorized_keys2", "cat: /home/other/.ssh/authorized_keys2: Permission denied\n", 1),
    ("echo x | tee .ssh/authorized_keys2", "tee: .ssh/authorized_keys2: Permission denied\n", 1),
    ("logout", "bash: logout: not login shell: use `exit'\n", 1),
    (f"ping -c {'9' * 400} near", f"ping: invalid argument: '{'9' * 400}'\n", 1),
    ("uptime -p", "uptime -p: not simulated\n", 1),
]


@pytest.mark.parametrize(("script", "error", "status"), REFUSED, ids=[script[:60] for script, _, _ in REFUSED])
def test_what_a_restricted_shell_refuses(script, error, status):
    _, err, got = run(script)
    assert (err, got) == (error, status)


def test_a_long_list_shows_the_console_as_it_is():
    out, _, _ = run("uptime; who; ls -l /dump")
    assert "load average:" in out
    assert "drwxr-xr-x 2 root root" in out
