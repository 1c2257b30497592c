"""``lshwres``: what the hardware of a managed system is and who has which part of it."""

from __future__ import annotations

from powervm_sim import hsc
from powervm_sim.console.login import ConsoleCommand, ConsoleLogin, not_simulated
from powervm_sim.console.options import FILTER, LISTING, Options, Syntax, value
from powervm_sim.console.output import NO_RESULTS
from powervm_sim.console.picking import server_of
from powervm_sim.console.quantity_rows import QUANTITIES
from powervm_sim.console.records import parse_filter
from powervm_sim.console.resource_view import View
from powervm_sim.console.sriov_rows import SRIOV
from powervm_sim.console.switch_rows import SWITCHES
from powervm_sim.console.virtual_rows import VIRTUAL
from powervm_sim.console.vnic_rows import VNICS
from powervm_sim.shell.call import Call

_VIEWS = QUANTITIES | VIRTUAL | SWITCHES | VNICS | SRIOV
_RESOURCES = tuple(dict.fromkeys(resource for resource, _, _ in _VIEWS))
_OTHER_RESOURCES = ("hca", "hea", "sni", "cod", "pool")
_OTHER_SUBTYPES = {
    "virtualio": ("virtualio", "vasi", "hca", "reservedslot", "vtpm", "optical"),
    "io": ("unit", "bus", "iopool", "taggedio"),
    "sriov": (),
}
_DEFAULT_LEVELS = dict.fromkeys(("fc", "scsi", "serial", "vnic"), "lpar")
"""Lists of virtual adapters that have only one level."""

_OTHER_LEVELS = {"virtualio": ("sys",), "proc": ("pool",)}


async def _lshwres(login: ConsoleLogin, options: Options, _call: Call) -> str:
    server = server_of(login, options)
    resource = options["-r"]
    if resource in _OTHER_RESOURCES:
        raise not_simulated(f"lshwres -r {resource}")
    if resource == "mempool":
        text = "The operation failed because the managed system does not support Active Memory Sharing or partition"
        raise hsc.HscError("HSCLA4A0", f"{text} suspend and resume operations.")
    view = _view(resource, options.get("--rsubtype"), options.get("--level"))
    rows = view.select(server, parse_filter(options.get("--filter"), view.known_filters))
    # A wrong name after -F is told even when there is nothing to list.
    text = view.table(login.console.version).render(rows, options.get("-F"), header="--header" in options)
    return text if rows else NO_RESULTS


def _view(resource: str, subtype: str | None, level: str | None) -> View:
    """Raises Refusal: the three do not go together, or this list is not simulated."""
    found = _VIEWS.get((resource, subtype, level or _DEFAULT_LEVELS.get(subtype or "")))
    if found is not None:
        return found
    subtypes = {known for of, known, _ in _VIEWS if of == resource}
    if subtype in _OTHER_SUBTYPES.get(resource, ()):
        raise not_simulated(f"lshwres -r {resource} --rsubtype {subtype}")
    if subtype not in subtypes:
        raise hsc.usage(["--rsubtype"])
    if level in _OTHER_LEVELS.get(resource, ()):
        what = f"-r {resource} --rsubtype {subtype}" if subtype else f"-r {resource}"
        raise not_simulated(f"lshwres {what} --level {level}")
    raise hsc.usage(["--level"])


COMMANDS = (
    ConsoleCommand(
        "lshwres",
        "lshwres -r {io | mem | proc | procpool | sriov | virtualio} [--rsubtype {adapter | eth | fc | logport | "
        "physport | scsi | serial | slot | vnetwork | vnic | vnicbkdev | vswitch}] -m managed-system "
        "[--level {eth | ethc | lpar | roce | slot | sys}] "
        '[--filter "filter-data"] [-F [attribute-names] [--header]] [--help]',
        Syntax(
            value("-r", required=True, choices=(*_RESOURCES, "mempool", *_OTHER_RESOURCES)),
            value("--rsubtype"),
            value("-m", required=True),
            value("--level"),
            FILTER,
            *LISTING,
        ),
        _lshwres,
    ),
)
