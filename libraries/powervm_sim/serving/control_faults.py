"""``lab fault``: puts rules into force, lists them, takes them back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pydantic_core import PydanticUndefined

from powervm_sim.faults.kinds import RULES
from powervm_sim.faults.reading import RuleError, misplaced, parse_document, parse_rule, parse_words
from powervm_sim.faults.rule import Rule
from powervm_sim.serving.control_words import ControlError, Flags
from powervm_sim.shell.call import Call
from powervm_sim.world.state import World

FAULT_USAGE = """       lab fault add KEY=VALUE...           one rule; prints its id
       lab fault add [-] < FILE             the same from YAML or JSON: one rule, or a list of them
       lab fault add --help                 all kinds and their keys
       lab fault list [--json]
       lab fault clear {ID | --all}
"""
_COMMON_KEYS = """Every kind has these keys, too:
  id=NAME               what the rule is called; it gets a number without it
  after=N               so many occasions pass unharmed first
  times=N               so often at most
  delay=SECONDS         the rule sleeps first
  duration=SECONDS      the rule is over so long later
  probability=0.0-1.0   of each occasion
  seed=N                decides together with probability
Seconds are divided by the speed of the lab. Names may have * and ?.
"""


async def change_faults(world: World, words: Sequence[str], call: Call) -> str:
    """Carry out one command. Raises ControlError."""
    verb, *rest = words or [""]
    if verb in ("--help", "help"):
        return f"usage:\n{FAULT_USAGE}"
    try:
        if verb == "add":
            return await _add(world, rest, call)
        if verb == "list":
            return _list(world, rest)
        if verb == "clear":
            return _clear(world, rest)
    except RuleError as error:
        raise ControlError(f"fault {verb}: {error}") from None
    raise ControlError(f"fault: expected add, list or clear, not {verb or 'nothing'}\nusage:\n{FAULT_USAGE}")


async def _add(world: World, words: Sequence[str], call: Call) -> str:
    if list(words) == ["--help"]:
        return kinds_text()
    data: list[object] = [parse_words(words)] if words and list(words) != ["-"] else await _typed(call)
    rules = [parse_rule(entry) for entry in data]
    machines = _machines(world)
    problems = [f"{key}: {text}" for rule in rules for key, text in misplaced(rule, machines)]
    if problems:
        raise RuleError("; ".join(problems))
    added: list[str] = []
    try:
        added += (world.faults.add(rule).id for rule in rules)
    except RuleError:
        for name in added:
            world.faults.clear(name)
        raise
    return "".join(f"{name}\n" for name in added)


async def _typed(call: Call) -> list[object]:
    text = await call.stdin.read()
    if not text.strip():
        raise RuleError("expected KEY=VALUE words, or YAML on the standard input; see lab fault add --help")
    return parse_document(text)


def _list(world: World, words: Sequence[str]) -> str:
    flags = Flags("fault list", words, ("--json",))
    rules = [armed.as_dict() for armed in world.faults]
    if "--json" in flags:
        return json.dumps(rules, indent=1) + "\n"
    return "".join(" ".join(f"{name}={json.dumps(value)}" for name, value in rule.items()) + "\n" for rule in rules)


def _clear(world: World, words: Sequence[str]) -> str:
    flags = Flags("fault clear", words, ("--all",), most=1)
    if bool(flags.rest) == ("--all" in flags):
        raise ControlError("fault clear: expected the id of one rule, or --all")
    return "".join(f"{name}\n" for name in world.faults.clear(flags.rest[0] if flags.rest else None))


def _machines(world: World) -> dict[str, str]:
    partitions = {name: "vios" if entry.is_vios else "partition" for name, entry in world.partitions.items()}
    return {**dict.fromkeys(world.consoles, "console"), **partitions, "lab": "control"}


def kinds_text() -> str:
    """All kinds with what each is about and its keys; those in brackets need not be there."""
    lines: list[str] = []
    for kind, model in RULES.items():
        lines += [f"kind={kind}", f"  {(model.__doc__ or '').splitlines()[0].replace('``', '')}"]
        keys = [_key(name, model) for name in model.model_fields if name != "kind" and name not in Rule.model_fields]
        lines.append(f"  keys: {' '.join(keys) or 'none of its own'}")
    return "\n".join(lines) + f"\n{_COMMON_KEYS}"


def _key(name: str, model: type[Rule]) -> str:
    field: Any = model.model_fields[name]
    if field.is_required():
        return name
    shown = field.default not in (None, "", PydanticUndefined)
    return f"[{name}={field.default}]" if shown else f"[{name}]"
