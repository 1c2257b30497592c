"""``chsysstate``: switching partitions on and off."""

from __future__ import annotations

from powervm_sim import hsc
from powervm_sim.console.login import ConsoleCommand, ConsoleLogin, not_simulated
from powervm_sim.console.options import Options, Syntax, flag, value
from powervm_sim.console.picking import placement_of, server_of
from powervm_sim.shell.call import Call

_SYSTEM_OPERATIONS = ("on", "off", "recover", "onstandby", "onsysprof")
_LPAR_OPERATIONS = ("on", "shutdown", "osshutdown")
_OTHER = ("dumprestart", "unlock", "chkey", "retrydump", "iopreset", "remotedston", "remotedstoff", "oplink")


async def _chsysstate(login: ConsoleLogin, options: Options, _call: Call) -> str:
    operation = options["-o"]
    if options["-r"] == "sys":
        return _system(login, options)
    if operation in _OTHER:
        raise not_simulated(f"chsysstate -r lpar -o {operation}")
    if operation not in _LPAR_OPERATIONS:
        raise hsc.usage(["-o"])
    placement = placement_of(server_of(login, options), options, name="-n")
    if placement.partition.is_vios:
        raise not_simulated("chsysstate for a Virtual I/O Server")
    if operation == "on":
        options.only("-r", "-m", "-o", "-n", "--id", "-f", "-b")
        if options.get("-b") not in (None, "norm"):
            raise not_simulated("chsysstate -b")
        login.power.activate(placement, options.get("-f"))
        return ""
    options.only("-r", "-m", "-o", "-n", "--id", "--immed", "--restart")
    login.power.shut_down(placement, orderly=operation == "osshutdown", restart="--restart" in options)
    return ""


def _system(login: ConsoleLogin, options: Options) -> str:
    options.only("-r", "-m", "-o")
    options.need("-m")
    if options["-o"] in _SYSTEM_OPERATIONS:
        raise not_simulated(f"chsysstate -r sys -o {options['-o']}")
    if options["-o"] != "rebuild":
        raise hsc.usage(["-o"])
    login.world.operating_server(login.console, options["-m"])
    return ""  # what is shown here is never stale, so there is nothing to refresh


COMMANDS = (
    ConsoleCommand(
        "chsysstate",
        "chsysstate -r {lpar | sys} -m managed-system {-n partition-name | --id partition-ID} "
        "-o {on [-f profile-name] | shutdown | osshutdown | rebuild} [--immed] [--restart] [--help]",
        Syntax(
            value("-r", required=True, choices=("lpar", "sys")),
            value("-o", required=True),
            value("-m", required=True),
            *(value(name) for name in ("-n", "--id", "-f")),
            value("-b", choices=("norm", "sms", "of", "dd", "ds")),
            *(flag(name) for name in ("--immed", "--restart")),
        ),
        _chsysstate,
        latency="change",
    ),
)
