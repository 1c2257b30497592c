"""Checks what the entries of a lab file say about each other: names, routes, addresses.

It works on the plain tree, whatever else is wrong with it, so that one reading shows all problems. What has the
wrong type is left to the check of the types.
"""

from __future__ import annotations

from collections.abc import Iterator

from powervm.lab.draft import Draft, KeyPath
from powervm.lab.problems import suggestion

_BY_NAME = ("consoles", "servers", "partitions", "peers", "moves", "pools", "evacuations")


def check_references(draft: Draft) -> None:
    """Note every name that refers to nothing or to two things, and every route or address that is missing."""
    _check_names(draft)
    _check_endpoint_names(draft)
    _check_servers(draft)
    _check_routes(draft)
    needed: dict[tuple[str, str], str] = {}
    _check_moves(draft, needed)
    _check_pools(draft)
    _check_evacuations(draft, needed)
    for pair, what in needed.items():
        _check_route(draft, *pair, what)
    if draft.tree.get("simulated") is None:
        _check_logins(draft)
        if not draft.names:  # keys of another format are checked by its reader
            _check_addresses(draft)
    if not draft.names:  # another format has no names of evacuations
        _check_leased_names(draft)


def _check_names(draft: Draft) -> None:
    paths: list[KeyPath] = [(section, name) for section in _BY_NAME for name in draft.section(section)]
    paths += [("servers", server, "virtual_io_servers", name) for server, name in _virtual_io_servers(draft)]
    for path in paths:
        name = str(path[-1])
        if "/" in name or name != name.strip() or not name.isprintable() or not name:
            draft.problem(path, f"{name!r} cannot be a name.", "Use printable characters without '/'.")


def _check_endpoint_names(draft: Draft) -> None:
    """One name means one machine; only Virtual I/O Servers of two servers may share one."""
    taken: dict[str, KeyPath] = {}
    for section, kind in (("consoles", "a console"), ("partitions", "a partition"), ("peers", "a peer")):
        for name in draft.section(section):
            if name in taken:
                other = ".".join(str(part) for part in taken[name])
                draft.problem((section, name), f"'{name}' is also {other}.", f"Give {kind} a name of its own.")
            taken.setdefault(name, (section, name))
    for server, name in _virtual_io_servers(draft):
        if name in taken:
            path = ("servers", server, "virtual_io_servers", name)
            other = ".".join(str(part) for part in taken[name])
            draft.problem(path, f"'{name}' is also {other}.", "Give a Virtual I/O Server a name of its own.")


def _check_servers(draft: Draft) -> None:
    consoles = draft.section("consoles")
    for server in draft.section("servers"):
        console = draft.section("servers", server).get("console")
        if isinstance(console, str) and console not in consoles:
            wrong = f"no console is called '{console}'."
            draft.problem(("servers", server, "console"), wrong, suggestion(console, consoles))


def _check_routes(draft: Draft) -> None:
    consoles = draft.section("consoles")
    for console in consoles:
        others = [name for name in consoles if name != console]
        for target in draft.section("consoles", console, "routes"):
            path = ("consoles", console, "routes", target)
            if target == console:
                draft.problem(path, "this route leads to the console itself.", "Remove it.")
            elif target not in consoles:
                draft.problem(path, f"no console is called '{target}'.", suggestion(target, others))


def _check_moves(draft: Draft, needed: dict[tuple[str, str], str]) -> None:
    """The names in moves; what routes they need is added to ``needed``."""
    servers, partitions = draft.section("servers"), draft.section("partitions")
    for name in draft.section("moves"):
        move = draft.section("moves", name)
        for key, kind, known in (
            ("partition", "partition", partitions),
            ("from", "server", servers),
            ("to", "server", servers),
        ):
            value = move.get(key)
            if isinstance(value, str) and value not in known:
                draft.problem(("moves", name, key), f"no {kind} is called '{value}'.", suggestion(value, known))
        source, target = move.get("from"), move.get("to")
        if isinstance(source, str) and source == target:
            draft.problem(("moves", name, "to"), f"source and target are both '{source}'.", "Name another server.")
        elif isinstance(source, str) and isinstance(target, str):
            for pair in _console_pairs(draft, source, target):
                needed.setdefault(pair, f"move '{name}'")
        _check_storage(draft, name)


def _check_leased_names(draft: Draft) -> None:
    """What leases are asked for by name: an evacuation's name must not stand for something else, too."""
    for name in draft.section("evacuations"):
        for section, kind in (("moves", "move"), ("pools", "pool"), ("partitions", "partition")):
            if name in draft.section(section):
                cure = "Give the evacuation a name of its own."
                draft.problem(("evacuations", name), f"'{name}' is also a {kind}.", cure)


def _check_evacuations(draft: Draft, needed: dict[tuple[str, str], str]) -> None:
    """The same for evacuations."""
    servers, partitions = draft.section("servers"), draft.section("partitions")
    for name in draft.section("evacuations"):
        entry = draft.section("evacuations", name)
        for key in ("from", "to"):
            server = entry.get(key)
            if isinstance(server, str) and server not in servers:
                wrong = f"no server is called '{server}'."
                draft.problem(("evacuations", name, key), wrong, suggestion(server, servers))
        named = entry.get("partitions")
        for key, known in (("partitions", partitions), ("stays", named if isinstance(named, list) else partitions)):
            for partition in _texts(entry.get(key)):
                if partition not in known:
                    wrong = f"no partition is called '{partition}'" + (" there." if known is named else ".")
                    draft.problem(("evacuations", name, key), wrong, suggestion(partition, _texts([*known])))
        source, target = entry.get("from"), entry.get("to")
        if isinstance(source, str) and source == target:
            draft.problem(("evacuations", name, "to"), f"source and target are both '{source}'.", "Name another one.")
        elif isinstance(source, str) and isinstance(target, str):
            for pair in _console_pairs(draft, source, target):
                needed.setdefault(pair, f"evacuation '{name}'")


def _texts(found: object) -> list[str]:
    return [item for item in found if isinstance(item, str)] if isinstance(found, list) else []


def _check_pools(draft: Draft) -> None:
    moves = draft.section("moves")
    for pool, members in draft.section("pools").items():
        if pool in moves:
            draft.problem(("pools", pool), f"'{pool}' is also a move.", "Give the pool a name of its own.")
        for index, member in enumerate(members if isinstance(members, list) else []):
            path: KeyPath = ("pools", pool, index)
            if isinstance(member, str) and member not in moves:
                draft.problem(path, f"no move is called '{member}'.", suggestion(member, moves))
            elif member in members[:index]:  # type: ignore[index]
                draft.problem(path, f"'{member}' stands here twice.", "Remove one.")


def _check_storage(draft: Draft, move: str) -> None:
    """Virtual I/O Servers that storage is mapped to belong to the server of their side."""
    for side, key in (("target", "to"), ("source", "from")):
        server = draft.section("moves", move).get(key)
        entries = draft.section("moves", move, "storage").get(side)
        if not isinstance(server, str) or not isinstance(entries, list):
            continue
        known = [name for other, name in _virtual_io_servers(draft) if other == server]
        for index, entry in enumerate(entries):
            name = entry.get("server") if isinstance(entry, dict) else None
            if isinstance(name, str) and name not in known:
                path = ("moves", move, "storage", side, index, "server")
                draft.problem(path, f"{server} has no Virtual I/O Server '{name}'.", suggestion(name, known))


def _console_pairs(draft: Draft, source: str, target: str) -> Iterator[tuple[str, str]]:
    """The routes that a move between two servers needs: both ways, as it goes there and back."""
    here, there = (draft.section("servers", server).get("console") for server in (source, target))
    if isinstance(here, str) and isinstance(there, str) and here != there:
        yield here, there
        yield there, here


def _check_route(draft: Draft, here: str, there: str, move: str) -> None:
    consoles = draft.section("consoles")
    if here not in consoles or there not in consoles or there in draft.section("consoles", here, "routes"):
        return
    draft.problem(
        ("consoles", here, "routes"),
        f"the {move} goes there and back between {here} and {there}, and {here} has no route to {there}.",
        f"Add 'routes: {{{there}: ADDRESS}}' with the address of {there} as {here} sees it.",
    )


def _check_addresses(draft: Draft) -> None:
    for section, kind in (("consoles", "console"), ("peers", "peer")):
        for name in draft.section(section):
            if draft.section(section, name).get("host") is None:
                draft.problem((section, name, "host"), f"no address of this {kind} is given.", "Add its host.")


def _check_logins(draft: Draft) -> None:
    """Without credentials a machine can still be used with a password from a keyword: worth a warning only."""
    paths: list[tuple[str, ...]] = [
        (section, name) for section in ("consoles", "partitions", "peers") for name in draft.section(section)
    ]
    paths += [("servers", server, "virtual_io_servers", name) for server, name in _virtual_io_servers(draft)]
    for path in paths:
        entry = draft.section(*path)
        if entry.get("host") is not None and not entry.keys() & {"password", "key_file", "agent"}:
            draft.warn(path, "there is nothing to log in with.", "Give it a password, a key_file or 'agent: true'.")


def _virtual_io_servers(draft: Draft) -> Iterator[tuple[str, str]]:
    """Server and name of each Virtual I/O Server, in either form of the list."""
    for server in draft.section("servers"):
        entries = draft.section("servers", server).get("virtual_io_servers")
        if isinstance(entries, (dict, list)):
            yield from ((server, name) for name in entries if isinstance(name, str))
