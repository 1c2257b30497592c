"""Makes rules from plain data: of the world file, of the control endpoint's words, of YAML or JSON."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase

import yaml
from pydantic import ValidationError

from powervm_sim.faults.kinds import RULES
from powervm_sim.faults.rule import Rule

_CONTROL = "control"
_WORDS = {"console": "console", "vios": "Virtual I/O Server", "partition": "partition"}
_MOST_RULES = 1000


class RuleError(ValueError):
    """A rule cannot be used; the message tells what to change."""


def parse_rule(data: object) -> Rule:
    """The rule that some plain data (keys and values; numbers may be texts) describes.

    Raises:
        RuleError: The kind or a key is unknown, a value is bad, or a key is missing.
    """
    if not isinstance(data, Mapping):
        raise RuleError("expected keys and values, such as kind: endpoint-down")
    kind = data.get("kind")
    if kind is None:
        raise RuleError(f"the key kind is missing; known kinds: {', '.join(RULES)}")
    model = RULES.get(str(kind))
    if model is None:
        raise RuleError(f"no kind of fault is called {kind}; {nearest(str(kind), RULES)}")
    try:
        return model.model_validate(dict(data))
    except ValidationError as error:
        raise RuleError("; ".join(_problems(str(kind), model, error))) from None


def parse_words(words: Iterable[str]) -> dict[str, str]:
    """``key=value`` words as plain data. Raises RuleError."""
    data: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise RuleError(f"expected KEY=VALUE, not {word}")
        if name in data:
            raise RuleError(f"the key {name} is there twice")
        data[name] = value
    return data


def parse_document(text: str) -> list[object]:
    """The rules of a YAML or JSON text: one, or a list of them. Raises RuleError."""
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise RuleError(f"this is no YAML: {' '.join(str(error).split())}") from None
    except RecursionError:
        raise RuleError("this is nested too deeply") from None
    rules = data if isinstance(data, list) else [data]
    if len(rules) > _MOST_RULES:
        raise RuleError(f"more than {_MOST_RULES} rules at once")
    return rules


def misplaced(rule: Rule, machines: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Keys of a rule that name no machine that there is, or one of the wrong kind, and what is wrong.

    Args:
        machines: Kind (``console``, ``vios``, ``partition``, ``control``) of every endpoint by name.
    """
    for key, kinds in rule.needs.items():
        pattern = getattr(rule, key)
        if pattern is None or pattern == "*":
            continue
        found = [name for name in machines if fnmatchcase(name, pattern) and machines[name] != _CONTROL]
        wanted = [name for name, kind in machines.items() if kind in kinds]
        words = " or ".join(_WORDS[kind] for kind in _WORDS if kind in kinds)
        if not found:
            yield key, f"no {words} is called {pattern}; {nearest(pattern, wanted)}"
        elif not set(found) & set(wanted):
            yield key, f"{found[0]} is a {_WORDS[machines[found[0]]]}; {rule.kind} is for a {words}"


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint: the nearest known name, or all of them when none is near."""
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1)
    return f"did you mean {near[0]}?" if near else f"known: {', '.join(names) or 'none'}"


def _problems(kind: str, model: type[Rule], error: ValidationError) -> Iterator[str]:
    for detail in error.errors(include_input=False, include_url=False):
        key = ".".join(str(part) for part in detail["loc"])
        if detail["type"] == "extra_forbidden":
            yield f"{kind} has no key {key}; {nearest(key, model.model_fields)}"
        elif detail["type"] == "missing":
            yield f"{kind} needs the key {key}"
        else:
            text = detail["msg"].removeprefix("Value error, ")
            yield f"{key}: {text}" if key else text
