"""Everything that can be typed on a console."""

from __future__ import annotations

from powervm_sim.console import (
    affinity,
    chhwres,
    chsyscfg,
    chsysstate,
    debug_data,
    events,
    further_lists,
    lshmc,
    lshwres,
    lslparmigr,
    lssyscfg,
    migrlpar,
    mkauthkeys,
    mksyscfg,
    monhmc,
    port_logins,
    rmc_commands,
    vterm,
)
from powervm_sim.console.host import HOST_COMMANDS
from powervm_sim.shell.call import Call, Command, Lookup

_FAMILIES = (
    chhwres,
    affinity,
    chsyscfg,
    chsysstate,
    debug_data,
    events,
    further_lists,
    lshmc,
    lshwres,
    lslparmigr,
    lssyscfg,
    migrlpar,
    mkauthkeys,
    mksyscfg,
    monhmc,
    port_logins,
    rmc_commands,
    vterm,
)

CONSOLE_COMMANDS: dict[str, Command] = {
    command.name: command.as_command() for family in _FAMILIES for command in family.COMMANDS
}
"""The simulated commands."""

_OTHER_NAMES = """
bkconsdata bkprofdata chcod chhmc chhmcfs chhmcusr chlabelvios chlparutil chmigrdbg chsvcevent chsysattn chsyspwd
chusrtca cpysysplan defsysplan deploysysplan expdata getfile getupgfiles hmcshutdown lsaccfg lscod lsdump lshmcfs
lshmcldap lsled lslock lslogon lsmediadev lsmemdev lsnodeid lssysplan lsupdhmc lsusrtca lsvet lsviosbk man mkhmcusr
mkprofdata mksysplan mkviosbk optmem ps rmhmcusr rmlock rmprofdata rmsysplan rmviosbk rrstartlpar rsthwres rstprofdata
rstupgdata rstviosbk saveupgdata sendfile startdump termtask uname updhmc updlic
"""

NOT_SIMULATED = frozenset(_OTHER_NAMES.split())
"""Commands that a real console has and this one has not."""

_FILTER_NAMES = "grep fgrep egrep sed cut head tail sort uniq wc tr awk cat tee xargs seq date"
_FILTERS = frozenset(_FILTER_NAMES.split())


def console_lookup(filters: dict[str, Command]) -> Lookup:
    """Finds the commands of a console.

    Args:
        filters: The text filters of the shell; a console has some of them.
    """
    allowed = {name: command for name, command in filters.items() if name in _FILTERS}

    def lookup(name: str) -> Command | None:
        found = CONSOLE_COMMANDS.get(name) or HOST_COMMANDS.get(name) or allowed.get(name)
        return found or (_refuse if name in NOT_SIMULATED else None)

    return lookup


async def _refuse(call: Call) -> int:
    await call.stdout.write(f"{call.name}: not simulated\n")
    return 1
