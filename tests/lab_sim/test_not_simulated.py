"""What the lab cannot do is told loudly, on the stream of the real machine: never an empty success."""

from __future__ import annotations

import pytest

from powervm_sim.console.commands import CONSOLE_COMMANDS
from powervm_sim.console.commands import NOT_SIMULATED as CONSOLE_MISSING
from powervm_sim.guest.commands.unsimulated import NOT_SIMULATED as PARTITION_MISSING
from powervm_sim.shell.builtin import BUILTINS, UTILITIES
from powervm_sim.vios.commands.catalogue import IOSCLI
from powervm_sim.vios.commands.unsimulated import NOT_SIMULATED as VIOS_MISSING
from powervm_sim.vios.commands.unsimulated import ROOT_NOT_SIMULATED
from support import fidelity_code as code
from support.fidelity import read, words

NONSENSE = ("frobnicate", "lssyscfgg", "Lshmc", "migrlpar.exe")
SHELL_WORDS = {*BUILTINS, *UTILITIES, "time"}


ON_OTHER_SYSTEMS = frozenset({"supportconfig", "zypper", "wicked"})
"""A Red Hat system does not have them at all."""


def told(names: list[str]) -> str:
    return "".join(f"{name}: not simulated\n" for name in names)


def one_after_another(lab, machine: str, scripts: list[str]) -> tuple[str, str]:
    """Output and error output of many commands; the statuses that are not 1 are part of the output."""
    ends = "|| [ $? = 1 ] || echo no other status than 1"
    out, err, _ = lab.run(machine, "\n".join(f"{script} && echo went on {ends}" for script in scripts))
    return out, err


def test_a_console_tells_so_on_standard_output(lab):
    missing = sorted(CONSOLE_MISSING - SHELL_WORDS)
    assert missing
    assert one_after_another(lab, "hmc1", [f"{name} -x" for name in missing]) == (told(missing), "")


def test_a_partition_tells_so_on_standard_error(lab):
    missing = sorted(PARTITION_MISSING - SHELL_WORDS - set(code.partition_commands()) - set(code.tools()))
    missing = [name for name in missing if name not in ON_OTHER_SYSTEMS]
    assert missing
    assert one_after_another(lab, "lp1", [f"{name} -x" for name in missing]) == ("", told(missing))


def test_a_virtual_io_server_tells_so_on_standard_error(lab):
    missing = sorted(VIOS_MISSING - set(IOSCLI))
    assert missing
    assert one_after_another(lab, "p9a-vios1", [f"ioscli {name} -x" for name in missing]) == ("", told(missing))
    missing = sorted(ROOT_NOT_SIMULATED - SHELL_WORDS - set(code.vios_root_commands()))
    scripts = [f'echo "{name} -x" | ioscli oem_setup_env' for name in missing]
    assert one_after_another(lab, "p9a-vios1", scripts) == ("", told(missing))


@pytest.mark.parametrize(
    ("machine", "before", "words_of_the_shell"),
    [
        ("hmc1", "", "bash: {}: command not found\n"),
        ("lp1", "", "bash: line 1: {}: command not found\n"),
        ("p9a-vios1", "", "rksh: {}:  not found.\n"),
        ("p9a-vios1", "ioscli ", "rksh: {}:  not found.\n"),
        ("lab", "", "bash: {}: command not found\n"),
    ],
)
def test_nonsense_is_unknown_to_every_shell(lab, machine, before, words_of_the_shell):
    for name in NONSENSE:
        assert lab.run(machine, f"{before}{name}") == ("", words_of_the_shell.format(name), 127)


def test_a_script_ends_where_something_is_not_simulated(lab):
    for machine, name in (("hmc1", "lscod"), ("lp1", "dnf"), ("p9a-vios1", "ioscli viosbr")):
        out, _, status = lab.run(machine, f"{name} && echo went on || echo stopped")
        assert out.splitlines()[-1] == "stopped"
        assert status == 0


@pytest.mark.parametrize("name", CONSOLE_COMMANDS)
def test_an_unknown_option_of_a_console_command_is_refused(lab, name):
    for option in ("--no-such-option", "-Q", "nonsense"):
        out, err, status = lab.run("hmc1", f"{name} {option}")
        assert (err, status) == ("", 1)
        assert option in out or "parameter" in out


def test_an_unknown_option_of_any_other_command_is_refused(lab):
    commands = {f"ioscli {name}": "p9a-vios1" for name in IOSCLI if name != "oem_setup_env"}
    commands |= {name: "lp1" for name in code.partition_commands() if name not in TAKE_EVERYTHING}
    commands |= {name: "lp1" for name in code.tools() if name not in TAKE_EVERYTHING}
    for command, machine in commands.items():
        out, err, status = lab.run(machine, f"{command} --no-such-option </dev/null")
        assert status != 0, f"{command} took an option that there is not: {out!r}"
        assert err or out, f"{command} failed without a word"


TAKE_EVERYTHING = frozenset({"true", "false", "yes", "echo", "test", "hcnversion"})
"""By their nature: real ones do too, or say nothing."""


def test_options_that_are_listed_as_refused_are(lab):
    for name, entry in read("partition")["commands"].items():
        for option in words(entry.get("refused")):
            out, err, status = lab.run("lp1", f"{name} {ARGUMENTS.get(name, '')} {option} x </dev/null")
            assert "not simulated" in err, f"{name} {option}: {out!r} {err!r}"
            assert status != 0


ARGUMENTS = {"lparstat": "-i", "lsrsrc": "", "rpm": "-q", "shutdown": "", "journalctl": ""}
