"""Picks servers and partitions by ``-m``, ``-p``, ``--id`` and filters, as all console commands do."""

from __future__ import annotations

from powervm_sim.console.login import ConsoleLogin
from powervm_sim.console.options import Options
from powervm_sim.world.model import Placement, Server
from powervm_sim.world.state import find_placement, placement_named

Filters = dict[str, tuple[str, ...]]

BY_PARTITION = ("lpar_names", "lpar_ids")


def server_of(login: ConsoleLogin, options: Options) -> Server:
    """The system of ``-m``. Raises Refusal: it is missing, HSCL8018, HSCL0238."""
    options.need("-m")
    login.server(options["-m"])
    return login.world.operating_server(login.console, options["-m"])


def placement_of(server: Server, options: Options, *, name: str = "-p") -> Placement:
    """The partition of ``-p`` (or ``-n``) or ``--id``. Raises Refusal: none or both, HSCL8012, HSCL8011."""
    if options.need_one(name, "--id") == "--id":
        return find_placement(server, number=options["--id"])
    return placement_named(server, options[name])


def filtered(server: Server, filters: Filters) -> list[Placement]:
    """The partitions of a system that pass the filters, by id. Raises HscError for names and ids that are unknown."""
    found = [place for _, place in sorted(server.placements.items())]
    if "lpar_names" in filters:
        wanted = [placement_named(server, name) for name in filters["lpar_names"]]
        found = [place for place in found if place in wanted]
    if "lpar_ids" in filters:
        wanted = [find_placement(server, number=number) for number in filters["lpar_ids"]]
        found = [place for place in found if place in wanted]
    return found
