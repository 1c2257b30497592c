"""``migrlpar -o set``: settings of managed systems and of mover service partitions."""

from __future__ import annotations

from collections.abc import Mapping

from powervm_sim import hsc
from powervm_sim.console.login import ConsoleLogin
from powervm_sim.console.options import Options, is_number
from powervm_sim.console.picking import placement_of, server_of
from powervm_sim.console.records import refuse_unknown
from powervm_sim.world.mobility import most_concurrent
from powervm_sim.world.model import Placement, Server

_SYSTEM = {"inactive_prof_policy": ("prof", "config"), "allow_inactive_source_storage_vios": ("0", "1")}
_MOVER = ("num_active_migrations_configured", "concurr_migration_perf_level")
_LEVELS = range(1, 6)


def change_settings(login: ConsoleLogin, options: Options, data: Mapping[str, str]) -> None:
    """Change what the record says, all of it or nothing. Raises Refusal: an attribute or value that cannot be."""
    options.need("-r")
    if not data:
        raise hsc.bad_record()
    if options["-r"] == "sys":
        options.only("-o", "-m", "-r", "-f", "-i")
        _change_systems(login, options, data)
        return
    options.only("-o", "-m", "-r", "-p", "--id", "-f", "-i")
    options.need("-m")
    _change_mover(placement_of(server_of(login, options), options), data)


def _change_systems(login: ConsoleLogin, options: Options, data: Mapping[str, str]) -> None:
    refuse_unknown(data, _SYSTEM)
    for name, text in data.items():
        if text not in _SYSTEM[name]:
            raise hsc.invalid_value(name, text)
    servers = [server_of(login, options)] if "-m" in options else login.servers()
    for server in servers:
        _change_system(server, data)


def _change_system(server: Server, data: Mapping[str, str]) -> None:
    if "inactive_prof_policy" in data:
        server.mobility.inactive_policy = data["inactive_prof_policy"]
    if "allow_inactive_source_storage_vios" in data:
        server.mobility.inactive_source_storage = data["allow_inactive_source_storage_vios"] == "1"


def _change_mover(placement: Placement, data: Mapping[str, str]) -> None:
    refuse_unknown(data, _MOVER)
    vios = placement.partition.vios
    if vios is None or not placement.partition.msp:
        text = f"The partition {placement.name} is not a mover service partition."
        raise hsc.HscError("HSCLAF57", text)
    limits = {_MOVER[0]: range(1, most_concurrent(vios.level) + 1), _MOVER[1]: _LEVELS}
    for name, text in data.items():
        if not (is_number(text) and int(text) in limits[name]):
            raise hsc.invalid_value(name, text)
    vios.mover.concurrent = int(data.get(_MOVER[0], vios.mover.concurrent))
    vios.mover.level = int(data.get(_MOVER[1], vios.mover.level))
