"""``lsmemopt``: how near the memory and the processors of partitions are to each other."""

from __future__ import annotations

from powervm_sim import hsc
from powervm_sim.console.login import ConsoleCommand, ConsoleLogin, not_simulated
from powervm_sim.console.options import FILTER, LISTING, Options, Syntax, value
from powervm_sim.console.output import Row, table_of
from powervm_sim.console.picking import BY_PARTITION, filtered, server_of
from powervm_sim.console.records import parse_filter
from powervm_sim.shell.call import Call
from powervm_sim.world.model import Placement, Server
from powervm_sim.world.state import World

_NO_MEMORY = "none"


async def _lsmemopt(login: ConsoleLogin, options: Options, _call: Call) -> str:
    server = server_of(login, options)
    if options.get("-r") == "resgroup":
        raise hsc.HscError("HSCLCA00", "The managed system does not support multiple resource groups.")
    if not server.affinity_scores:
        raise hsc.HscError("HSCLA012", "The managed system does not support affinity scores.")
    if "-o" not in options:
        raise not_simulated("lsmemopt without -o")
    predicted = options["-o"] == "calcscore"
    if options.get("-r") == "sys":
        options.only("-m", "-o", "-r", "-F", "--header")
        rows = [_system_row(login.world, server, predicted=predicted)]
    else:
        filters = parse_filter(options.get("--filter"), BY_PARTITION)
        rows = [_row(login.world, place, predicted=predicted) for place in filtered(server, filters)]
    return table_of(rows).render(rows, options.get("-F"), header="--header" in options)


def _row(world: World, placement: Placement, *, predicted: bool) -> Row:
    score = score_of(world, placement)
    row = {
        "lpar_name": placement.name,
        "lpar_id": str(placement.lpar_id),
        "curr_lpar_score": _NO_MEMORY if score is None else str(score),
    }
    if predicted:
        row["predicted_lpar_score"] = _NO_MEMORY if score is None else str(max(score, 99))
    return row


def _system_row(world: World, server: Server, *, predicted: bool) -> Row:
    scores = [score for place in server.placements.values() if (score := score_of(world, place)) is not None]
    mean = sum(scores) // len(scores) if scores else 100
    row = {"curr_sys_score": str(mean)}
    return row | {"predicted_sys_score": str(max(mean, 99))} if predicted else row


def score_of(world: World, placement: Placement) -> int | None:
    """The score from 0 to 100; None for a partition that holds no memory. It changes with the system."""
    if not placement.powered:
        return None
    return world.random(f"affinity/{placement.server.name}/{placement.name}").randint(80, 100)


COMMANDS = (
    ConsoleCommand(
        "lsmemopt",
        "lsmemopt -m managed-system -o {currscore | calcscore} [-r {lpar | sys | resgroup}] [--gid {all | group-ID}] "
        '[--filter "filter-data"] [-F [attribute-names] [--header]] [--help]',
        Syntax(
            value("-m", required=True),
            value("-o", choices=("currscore", "calcscore")),
            value("-r", choices=("lpar", "sys", "resgroup")),
            value("--gid"),
            FILTER,
            *LISTING,
        ),
        _lsmemopt,
    ),
)
