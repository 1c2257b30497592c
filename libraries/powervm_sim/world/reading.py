"""Reads a world file; everything that is wrong with it is told at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from powervm_sim.faults.reading import misplaced
from powervm_sim.world.device_checks import device_problems
from powervm_sim.world.file import WorldFile
from powervm_sim.world.generations import GENERATIONS
from powervm_sim.world.generator import expand
from powervm_sim.world.yaml_positions import Document, KeyPath


class WorldFileError(Exception):
    """A world file cannot be used; the message has one line for each problem."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def read_world(path: str | Path) -> WorldFile:
    """The world that a YAML file describes.

    Raises:
        WorldFileError: It is missing, no YAML, or describes no sound world.
    """
    path = Path(path)
    document = _document(path)
    problems = [(key_path, "this key is there twice") for key_path in document.duplicates]
    world = None
    try:
        world = WorldFile.model_validate(_expanded(path, document))
    except ValidationError as error:
        problems += _model_problems(error)
    if world is not None:
        problems += _reference_problems(world)
    if problems or world is None:
        raise WorldFileError(_worded(path, document, problems))
    return world


def _document(path: Path) -> Document:
    try:
        document = Document(path)
    except OSError as error:
        raise WorldFileError([f"{path}: cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise WorldFileError([f"{path}: is no UTF-8 text"]) from error
    except yaml.YAMLError as error:
        raise WorldFileError([f"{path}: is no YAML: {' '.join(str(error).split())}"]) from error
    if not isinstance(document.data, dict):
        raise WorldFileError([f"{path}: expected a mapping with the keys {', '.join(WorldFile.model_fields)}"])
    return document


def _expanded(path: Path, document: Document) -> dict[str, Any]:
    try:
        return expand(document.data)
    except ValidationError as error:
        raise WorldFileError(_worded(path, document, _model_problems(error, ("generate",)))) from error


def _worded(path: Path, document: Document, problems: list[tuple[KeyPath, str]]) -> Iterator[str]:
    for key_path, text in problems:
        line = document.line_of(key_path)
        place = f"{path}:{line}" if line else str(path)
        yield f"{place}: {'.'.join(str(part) for part in key_path)}: {text}"


def _model_problems(error: ValidationError, above: KeyPath = ()) -> list[tuple[KeyPath, str]]:
    problems: list[tuple[KeyPath, str]] = []
    for detail in error.errors(include_input=False, include_url=False):
        key_path = (*above, *(part for part in detail["loc"] if part != "[key]"))
        text = detail["msg"].removeprefix("Value error, ")
        if detail["type"] == "extra_forbidden":
            text = _unknown_key(key_path)
        elif detail["type"] == "missing":
            text = "this key is missing"
        problems.append((key_path, text))
    return problems


def _unknown_key(key_path: KeyPath) -> str:
    known = _known_keys(key_path[:-1])
    near = difflib.get_close_matches(str(key_path[-1]), known, n=1)
    hint = f"; did you mean {near[0]}?" if near else f"; known here: {', '.join(known)}"
    return f"unknown key{hint}"


def _known_keys(key_path: KeyPath) -> list[str]:
    """The field names of the model at a key path (a name below a dictionary, or an index, leads to its values)."""
    models: list[type[BaseModel]] = [WorldFile]
    for part in key_path:
        fields = [model.model_fields[part] for model in models if part in model.model_fields]
        if fields:
            models = [model for field in fields for model in _models_in(field.annotation)]
    return sorted({name for model in models for name in model.model_fields})


def _models_in(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in getattr(annotation, "__args__", ()) for model in _models_in(part)]


def _reference_problems(world: WorldFile) -> list[tuple[KeyPath, str]]:
    return [
        *_dangling(world),
        *_bad_console_parts(world),
        *_repeated_names(world),
        *_repeated_addresses(world),
        *_repeated_ids(world),
        *_bad_modes(world),
        *_bad_blackout(world),
        *device_problems(world),
        *_bad_faults(world),
    ]


def _dangling(world: WorldFile) -> Iterator[tuple[KeyPath, str]]:
    for name, server in world.servers.items():
        if server.console not in world.consoles:
            yield ("servers", name, "console"), _refers("console", server.console, world.consoles)
    for name, partition in world.partitions.items():
        host = world.servers.get(partition.server)
        if host is None:
            yield ("partitions", name, "server"), _refers("server", partition.server, world.servers)
            continue
        for index, adapter in enumerate(partition.storage):
            if adapter.server not in host.virtual_io_servers:
                text = _refers("Virtual I/O Server of its server", adapter.server, host.virtual_io_servers)
                yield ("partitions", name, "storage", index, "server"), text


def _bad_console_parts(world: WorldFile) -> Iterator[tuple[KeyPath, str]]:
    for name, console in world.consoles.items():
        own = [system for system, server in world.servers.items() if server.console == name]
        for user, entry in console.users.items():
            if user == console.user:
                yield ("consoles", name, "users", user), "this is the console's first user already"
            for index, system in enumerate(entry.systems or ()):
                if system not in own:
                    yield ("consoles", name, "users", user, "systems", index), _refers("server here", system, own)
        for index, event in enumerate(console.service_events):
            if event.system not in own:
                yield ("consoles", name, "service_events", index, "system"), _refers("server here", event.system, own)


def _refers(kind: str, name: str, known: Iterable[str]) -> str:
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(names) or 'none'}"
    return f"no {kind} is called {name}; {hint}"


def _endpoints(world: WorldFile) -> Iterator[tuple[KeyPath, str, str]]:
    """Key path, endpoint name and address of everything that is served."""
    yield ("control",), "lab", world.control.serve
    for name, console in world.consoles.items():
        yield ("consoles", name), name, console.serve
    for system, server in world.servers.items():
        for name, vios in server.virtual_io_servers.items():
            yield ("servers", system, "virtual_io_servers", name), name, vios.serve
    for name, partition in world.partitions.items():
        yield ("partitions", name), name, partition.serve


def _repeated_names(world: WorldFile) -> Iterator[tuple[KeyPath, str]]:
    seen: dict[str, KeyPath] = {}
    for key_path, name, _ in _endpoints(world):
        if name in seen:
            yield key_path, f"the name {name} is taken by {'.'.join(map(str, seen[name]))}"
        seen.setdefault(name, key_path)


def _repeated_addresses(world: WorldFile) -> Iterator[tuple[KeyPath, str]]:
    seen: dict[str, str] = {}
    for key_path, name, address in _endpoints(world):
        if address in seen:
            yield (*key_path, "serve"), f"{address} is the address of {seen[address]} already"
        seen.setdefault(address, name)


def _repeated_ids(world: WorldFile) -> Iterator[tuple[KeyPath, str]]:
    taken: dict[tuple[str, int], str] = {}
    for system, server in world.servers.items():
        for name, vios in server.virtual_io_servers.items():
            key_path: KeyPath = ("servers", system, "virtual_io_servers", name, "id")
            yield from _take(taken, (system, vios.id), name, key_path)
    for name, partition in world.partitions.items():
        yield from _take(taken, (partition.server, partition.id), name, ("partitions", name, "id"))


def _take(
    taken: dict[tuple[str, int], str], key: tuple[str, int], name: str, key_path: KeyPath
) -> Iterator[tuple[KeyPath, str]]:
    if key in taken:
        yield key_path, f"the id {key[1]} is taken on {key[0]} by {taken[key]}"
    taken.setdefault(key, name)


def _bad_modes(world: WorldFile) -> Iterator[tuple[KeyPath, str]]:
    for name, partition in world.partitions.items():
        server = world.servers.get(partition.server)
        if server is None:
            continue
        generation = GENERATIONS[server.generation]
        if not generation.supports(partition.compat_mode):
            known = ", ".join(("default", *generation.modes))
            yield ("partitions", name, "compat_mode"), f"{partition.server} offers {known}"


def _bad_blackout(world: WorldFile) -> Iterator[tuple[KeyPath, str]]:
    if world.blackout.minimum > world.blackout.maximum:
        yield ("blackout", "minimum"), f"is above the maximum of {world.blackout.maximum:g}"


def _bad_faults(world: WorldFile) -> Iterator[tuple[KeyPath, str]]:
    machines = world.machines()
    ids: set[str] = set()
    for index, rule in enumerate(world.faults):
        for key, text in misplaced(rule, machines):
            yield ("faults", index, key), text
        if rule.id in ids:
            yield ("faults", index, "id"), f"the id {rule.id} is taken by another rule"
        ids.add(rule.id or "")
