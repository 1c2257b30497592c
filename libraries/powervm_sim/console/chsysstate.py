"""``chsysstate``: switching partitions and managed systems on and off."""

from __future__ import annotations

from powervm_sim import hsc
from powervm_sim.console.login import ConsoleCommand, ConsoleLogin, not_simulated
from powervm_sim.console.options import Options, Syntax, flag, value
from powervm_sim.console.picking import server_of
from powervm_sim.shell.call import Call
from powervm_sim.world.model import Placement, Server
from powervm_sim.world.state import find_placement, placement_named
from powervm_sim.world.system_power import SystemPower

_SYSTEM_OPERATIONS = ("on", "off", "rebuild", "recover", "onstandby")
_OTHER_SYSTEM_OPERATIONS = ("onsysprof", "onstartpolicy", "spfailover", "chkey")
_LPAR_OPERATIONS = ("on", "shutdown", "osshutdown", "dumprestart")
_OTHER = (
    "unlock",
    "chkey",
    "retrydump",
    "iopreset",
    "remotedston",
    "remotedstoff",
    "oplink",
    "opsafe",
    "consoleservice",
)


async def _chsysstate(login: ConsoleLogin, options: Options, _call: Call) -> str:
    if options["-r"] == "sys":
        _system(login, options)
    else:
        _partitions(login, options)
    return ""


def _partitions(login: ConsoleLogin, options: Options) -> None:
    operation = options["-o"]
    if operation in _OTHER:
        raise not_simulated(f"chsysstate -r lpar -o {operation}")
    if operation not in _LPAR_OPERATIONS:
        raise hsc.usage(["-o"])
    if operation == "on":
        options.only("-r", "-m", "-o", "-n", "--id", "-f", "-b")
    elif operation == "dumprestart":
        options.only("-r", "-m", "-o", "-n", "--id")
    else:
        options.only("-r", "-m", "-o", "-n", "--id", "--immed", "--restart")
    if "--restart" in options and operation == "shutdown" and "--immed" not in options:
        raise hsc.usage(["--immed"])
    boot_mode = options.get("-b")
    if boot_mode in ("dd", "ds"):
        raise not_simulated(f"chsysstate -b {boot_mode}")
    for placement in _picked(server_of(login, options), options):
        if operation == "on":
            login.power.activate(placement, options.get("-f"), boot_mode)
        else:
            _switch_off(login, placement, operation, options)


def _switch_off(login: ConsoleLogin, placement: Placement, operation: str, options: Options) -> None:
    """A shutdown is delayed unless it is immediate; one through the operating system always is orderly."""
    orderly = operation == "osshutdown"
    dump = operation == "dumprestart"
    if dump and not placement.running:
        raise hsc.wrong_state()
    login.power.shut_down(
        placement,
        orderly=orderly,
        restart="--restart" in options or dump,
        slow=not ("--immed" in options or dump),
    )


def _picked(server: Server, options: Options) -> list[Placement]:
    given = options.need_one("-n", "--id")
    if given == "--id":
        return [find_placement(server, number=number) for number in options["--id"].split(",")]
    return [placement_named(server, name) for name in options["-n"].split(",")]


def _system(login: ConsoleLogin, options: Options) -> None:
    operation = options["-o"]
    if operation in _OTHER_SYSTEM_OPERATIONS:
        raise not_simulated(f"chsysstate -r sys -o {operation}")
    if operation not in _SYSTEM_OPERATIONS:
        raise hsc.usage(["-o"])
    options.only("-r", "-m", "-o", "--immed", "--restart")
    if "--restart" in options:
        raise not_simulated("chsysstate -r sys --restart")
    if "--immed" in options and operation != "off":
        raise hsc.usage(["--immed"])
    server = login.server(options["-m"])
    if server.state == "No Connection":
        raise hsc.no_connection()
    power = SystemPower(login.world)
    if operation in ("on", "onstandby"):
        power.switch_on(server, standby=operation == "onstandby")
    elif operation == "off":
        power.switch_off(server)
    elif operation == "recover":
        power.recover(server)
    else:
        power.rebuild(server)


_USAGE = """chsysstate -r {lpar | sys} -m managed-system
  -o {on | shutdown | osshutdown | dumprestart | off | onstandby | rebuild | recover}
  [{-n partition-name | --id partition-ID}] [-f profile-name] [-b {norm | sms | of | dd | ds}]
  [--immed] [--restart] [--help]"""

COMMANDS = (
    ConsoleCommand(
        "chsysstate",
        _USAGE,
        Syntax(
            value("-r", required=True, choices=("lpar", "sys")),
            value("-o", required=True),
            value("-m", required=True),
            *(value(name) for name in ("-n", "--id", "-f")),
            value("-b", choices=("norm", "sms", "of", "dd", "ds")),
            *(flag(name) for name in ("--immed", "--restart")),
        ),
        _chsysstate,
        latency="power",
    ),
)
