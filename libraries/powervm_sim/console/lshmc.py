"""``lshmc``: the level of the console."""

from __future__ import annotations

from powervm_sim.console.login import ConsoleCommand, ConsoleLogin, not_simulated
from powervm_sim.console.options import LISTING, Options, Syntax, flag
from powervm_sim.shell.call import Call
from powervm_sim.world.model import Console

_KNOWN = ("-n", "-r", "-b", "-l", "-L", "-h", "-e")


async def _lshmc(login: ConsoleLogin, options: Options, _call: Call) -> str:
    for name in _KNOWN:
        if name in options:
            raise not_simulated(f"lshmc {name}")
    if options.need_one("-V", "-v") == "-V":
        return version(login.console)
    return vital_product_data(login.console)


def version(console: Console) -> str:
    """``lshmc -V``: quotes, leading blanks and line breaks belong to it."""
    lines = [
        f'"version= Version: {console.version}',
        f" Release: {console.release}",
        f" Service Pack: {console.service_pack}",
        f"HMC Build level {console.build}",
        *console.fixes,
        f'","base_version=V{console.version}R{console.release}',
        '"',
    ]
    return "\n".join(lines) + "\n"


def vital_product_data(console: Console) -> str:
    """``lshmc -v``."""
    level = f"V{console.version}R{console.release} {console.service_pack}.0"
    lines = [
        '"vpd=*FC ????????',
        "*VC 20.0",
        "*FC ????????",
        "*DS Hardware Management Console",
        f"*TM {console.type_model}",
        f"*SE {console.serial}",
        "*MN IBM",
        "*PN Unknown",
        "*OS Embedded Operating Systems",
        f"*NA {console.address}",
        "*FC ????????",
        "*DS Platform Firmware",
        f"*RM {level}",
        '"',
    ]
    return "\n".join(lines) + "\n"


COMMANDS = (
    ConsoleCommand(
        "lshmc",
        "lshmc {-V | -v} [--help]",
        Syntax(flag("-V"), flag("-v"), *(flag(name) for name in _KNOWN), *LISTING),
        _lshmc,
    ),
)
