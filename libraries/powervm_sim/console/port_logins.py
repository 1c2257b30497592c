"""``lsnportlogin`` and ``chnportlogin``: world wide port names of virtual fibre channel adapters in the fabric."""

from __future__ import annotations

from collections.abc import Iterator

from powervm_sim import hsc
from powervm_sim.console.login import ConsoleCommand, ConsoleLogin
from powervm_sim.console.options import FILTER, LISTING, Options, Syntax, value
from powervm_sim.console.output import Row, Table
from powervm_sim.console.picking import BY_PARTITION, filtered, placement_of, server_of
from powervm_sim.console.records import parse_filter
from powervm_sim.shell.call import Call
from powervm_sim.world.model import Placement, Storage

_TABLE = Table("lpar_name lpar_id slot_num wwpn wwpn_status logged_in wwpn_status_reason", hidden="profile_name")


async def _lsnportlogin(login: ConsoleLogin, options: Options, _call: Call) -> str:
    server = server_of(login, options)
    if options.need_one("--filter", "-w") == "-w":
        wanted = options["-w"].lower().split(",")
        places = [place for _, place in sorted(server.placements.items())]
        rows = [row for place in places for row in _rows(place) if row["wwpn"] in wanted]
    else:
        filters = parse_filter(options["--filter"], (*BY_PARTITION, "profile_names"))
        names = filters.get("profile_names")
        rows = [
            row | {"profile_name": place.partition.current_profile or place.partition.default_profile}
            for place in filtered(server, filters)
            if names is None or any(name in names for name in place.partition.profiles)
            for row in _rows(place)
        ]
    return _TABLE.render(rows, options.get("-F"), header="--header" in options)


def _rows(placement: Placement) -> Iterator[Row]:
    for adapter in _adapters(placement):
        for number, wwpn in enumerate(adapter.wwpns):
            by_client = placement.running and number == 0
            by_host = wwpn in placement.partition.zoned
            yield {
                "lpar_name": placement.name,
                "lpar_id": str(placement.lpar_id),
                "slot_num": str(adapter.slot),
                "wwpn": wwpn,
                "wwpn_status": "1" if by_client or by_host else "0",
                "logged_in": "client" if by_client else "vios" if by_host else "none",
                "wwpn_status_reason": "null",
            }


def _adapters(placement: Placement) -> list[Storage]:
    return [adapter for adapter in placement.storage if adapter.kind == "fc"]


async def _chnportlogin(login: ConsoleLogin, options: Options, _call: Call) -> str:
    """Log in those names that the client does not use itself, so that they can be zoned; or log them out again."""
    placement = placement_of(server_of(login, options), options)
    names = {row["wwpn"] for row in _rows(placement) if row["logged_in"] != "client"}
    if "-w" in options:
        wanted = set(options["-w"].lower().split(","))
        if not wanted <= {wwpn for adapter in _adapters(placement) for wwpn in adapter.wwpns}:
            raise hsc.invalid_value("-w", options["-w"])
        names &= wanted
    if not _adapters(placement):
        text = f"The partition {placement.name} has no virtual fibre channel client adapters."
        raise hsc.HscError("HSCLAF6A", text)
    if options["-o"] == "logout":
        placement.partition.zoned -= names
        return ""
    hosts = {adapter.host_id for adapter in _adapters(placement)}
    for number in sorted(hosts):
        host = placement.server.placements.get(number)
        if host is None or host.rmc_state != "active":
            raise hsc.no_dlpar(host.name if host is not None else str(number))
    placement.partition.zoned |= names
    return ""


COMMANDS = (
    ConsoleCommand(
        "lsnportlogin",
        'lsnportlogin -m managed-system {--filter "filter-data" | -w "WWPNs"} [-F [attribute-names] [--header]] '
        "[--help]",
        Syntax(value("-m", required=True), value("-w"), FILTER, *LISTING),
        _lsnportlogin,
    ),
    ConsoleCommand(
        "chnportlogin",
        'chnportlogin -o {login | logout} -m managed-system {-p partition-name | --id partition-ID} [-w "WWPNs"] '
        "[--help]",
        Syntax(
            value("-o", required=True, choices=("login", "logout")),
            value("-m", required=True),
            *(value(name) for name in ("-p", "--id", "-w")),
        ),
        _chnportlogin,
        latency="change",
    ),
)
