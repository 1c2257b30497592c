"""The other side of a migration: the console of ``--ip`` and ``-u``, the system of ``-t``, and who may use them."""

from __future__ import annotations

from powervm_sim import hsc
from powervm_sim.console import authority
from powervm_sim.console.login import ConsoleLogin
from powervm_sim.console.options import Options
from powervm_sim.migration.target import find_remote, find_target
from powervm_sim.migration.wishes import Remote
from powervm_sim.world.model import Server


def remote_of(login: ConsoleLogin, options: Options, command: str) -> Remote | None:
    """The console of ``--ip``, or None without it.

    Raises:
        HscError: It cannot be reached, does not trust this one, or its user may not run the command there (HSCLA318).
    """
    address = options.get("--ip")
    if address is None:
        return None
    remote = find_remote(login.world, login.console, login.user, address, options.get("-u"))
    try:
        authority.check(authority.user_on(remote.console, remote.user), command, options)
    except hsc.HscError as error:
        raise hsc.far_side(error) from error
    return remote


def target_of(login: ConsoleLogin, options: Options, remote: Remote | None) -> Server:
    """The system of ``-t``. Raises HscError: nobody manages it, or it is outside of the user's resource role."""
    target = find_target(login.world, login.console, options["-t"], remote)
    if remote is None:
        login.server(target.name)
    elif not authority.user_on(remote.console, remote.user).may_see(target.name):
        raise hsc.far_side(authority.no_authority())
    return target
