"""``chhwres``: changes of resources, also of partitions that run (dynamic partitioning, DLPAR)."""

from __future__ import annotations

from collections.abc import Callable

from powervm_sim import hsc
from powervm_sim.console.change import Change
from powervm_sim.console.change_adapter import change_adapter, change_physical_port, change_slot
from powervm_sim.console.change_logport import change_logical_port
from powervm_sim.console.change_network import change_ethernet, change_switch
from powervm_sim.console.change_quantity import change_memory, change_pool, change_processors
from powervm_sim.console.change_storage import change_storage
from powervm_sim.console.change_vnic import change_backing, change_vnic
from powervm_sim.console.login import ConsoleCommand, ConsoleLogin, not_simulated
from powervm_sim.console.options import Options, Syntax, flag, value
from powervm_sim.console.picking import server_of
from powervm_sim.shell.call import Call

_WORK: dict[tuple[str, str | None], tuple[tuple[str, ...], Callable[[Change], None]]] = {
    ("mem", None): (("a", "r", "m", "s"), change_memory),
    ("proc", None): (("a", "r", "m", "s"), change_processors),
    ("procpool", None): (("s",), change_pool),
    ("io", "slot"): (("a", "r", "m"), change_slot),
    ("virtualio", "eth"): (("a", "r", "s"), change_ethernet),
    ("virtualio", "scsi"): (("a", "r"), change_storage),
    ("virtualio", "fc"): (("a", "r"), change_storage),
    ("virtualio", "vnic"): (("a", "r", "s", "d", "e"), change_vnic),
    ("virtualio", "vnicbkdev"): (("s", "act"), change_backing),
    ("virtualio", "vswitch"): (("a", "r", "s"), change_switch),
    ("sriov", "adapter"): (("a", "r", "s"), change_adapter),
    ("sriov", "physport"): (("s",), change_physical_port),
    ("sriov", "logport"): (("a", "r", "s"), change_logical_port),
}
"""By ``-r`` and ``--rsubtype``: the possible operations, and what carries them out."""

_RESOURCES = tuple(dict.fromkeys(resource for resource, _ in _WORK))
_OTHER_RESOURCES = ("mempool", "hca", "hea", "sni", "taggedio")
_OTHER_SUBTYPES = {"virtualio": ("serial", "vasi", "slot", "reservedslot", "vnetwork", "optical"), "io": ("taggedio",)}
_OTHER_OPERATIONS = ("rec", "so")

_EVERYWHERE = ("-r", "--rsubtype", "-m", "-o", "-p", "--id", "-w", "-d", "--force", "--5250cpwpercent")
_MOVE = ("-t", "--tid")
_ADAPTER = ("-s", "-a")
_FURTHER: dict[str, tuple[str, ...]] = {
    "mem": ("-q", "-a", *_MOVE),
    "proc": ("--procs", "--procunits", "-a", *_MOVE),
    "procpool": ("--poolname", "--poolid", "-a"),
    "slot": ("-l", *_MOVE),
    "vnicbkdev": (*_ADAPTER, "--logport"),
    "vswitch": ("--vswitch", "-a"),
    "adapter": ("-a",),
    "physport": ("-a",),
    "logport": ("-a",),
}
"""The options of resources and subtypes beside those that all have; the others have `_ADAPTER`."""


async def _chhwres(login: ConsoleLogin, options: Options, _call: Call) -> str:
    server = server_of(login, options)
    resource, subtype = options["-r"], options.get("--rsubtype")
    if resource in _OTHER_RESOURCES:
        raise not_simulated(f"chhwres -r {resource}")
    if subtype in _OTHER_SUBTYPES.get(resource, ()):
        raise not_simulated(f"chhwres -r {resource} --rsubtype {subtype}")
    if options["-o"] in _OTHER_OPERATIONS:
        raise not_simulated(f"chhwres -r {resource} -o {options['-o']}")
    change = Change(login, server, options)
    if subtype is None:
        subtype = "slot" if resource == "io" else change.kind_in_slot() if resource == "virtualio" else None
    found = _WORK.get((resource, subtype))
    if found is None:
        raise hsc.usage(["--rsubtype"])
    operations, work = found
    if options["-o"] not in operations:
        raise hsc.usage(["-o"])
    options.only(*_EVERYWHERE, *_FURTHER.get(subtype or resource, _ADAPTER))
    for name in ("--force", "--5250cpwpercent"):
        if name in options:
            raise not_simulated(f"chhwres {name}")
    work(change)
    return ""


COMMANDS = (
    ConsoleCommand(
        "chhwres",
        "chhwres -r {io | mem | proc | procpool | sriov | virtualio} [--rsubtype {adapter | eth | fc | logport | "
        "physport | scsi | slot | vnic | vnicbkdev | vswitch}] -m managed-system -o {a | act | d | e | m | r | s} "
        "[{-p partition-name | --id partition-ID}] [{-t target-partition-name | --tid target-partition-ID}] "
        "[-s virtual-slot-number | -l DRC-index] [--logport logical-port-ID] [--vswitch virtual-switch] "
        "[{--poolname pool-name | --poolid pool-ID}] [-q quantity] [--procs quantity] [--procunits quantity] "
        '[-a "attributes"] [-w wait-time] [-d detail-level] [--help]',
        Syntax(
            value("-r", required=True, choices=(*_RESOURCES, *_OTHER_RESOURCES)),
            value("--rsubtype"),
            value("-m", required=True),
            value("-o", required=True, choices=("a", "r", "m", "s", "act", "d", "e", *_OTHER_OPERATIONS)),
            value("-p"),
            value("--id"),
            value("-t"),
            value("--tid"),
            value("-s", number=True),
            value("-l"),
            value("--logport"),
            value("--vswitch"),
            value("--poolname"),
            value("--poolid", number=True),
            value("-q", number=True),
            value("--procs", number=True),
            value("--procunits"),
            value("--5250cpwpercent"),
            value("-a"),
            value("-w", number=True),
            value("-d", number=True),
            flag("--force"),
        ),
        _chhwres,
        latency="change",
    ),
)
