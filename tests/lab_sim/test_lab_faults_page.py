"""``docs/faults.md`` cannot go stale: every kind and key is on it, and its three forms say the same and are taken."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from robot.utils import timestr_to_secs
from running_lab import ROOT, WORLD, start

from powervm_sim.faults.kinds import RULES
from powervm_sim.faults.reading import misplaced, parse_rule, parse_words
from powervm_sim.faults.rule import Rule
from powervm_sim.world.reading import read_world

PAGE = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
SECTIONS = {
    name: text.partition("\n## ")[0]
    for name, text in (part.split("\n", 1) for part in re.split(r"(?m)^### ", PAGE)[1:])
}
TIMES = ("seconds", "delay", "duration")


def block(kind: str, language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)\n```", SECTIONS[kind], re.DOTALL)
    return str(found)


def from_yaml(kind: str) -> dict[str, Any]:
    (rule,) = yaml.safe_load(block(kind, "yaml"))["faults"]
    return dict(rule)


def from_keyword(kind: str) -> dict[str, str]:
    name, first, *words = re.split(r" {4,}", block(kind, "robotframework"))
    assert name == "Inject Fault"
    data = parse_words([f"kind={first}", *words])
    return {key: f"{timestr_to_secs(value):g}" if key in TIMES else value for key, value in data.items()}


def script(kind: str) -> str:
    prompt, _, line = block(kind, "console").partition(" ")
    alias, login, text = shlex.split(line)
    assert (prompt, alias, login) == ("$", "on", "lab@127.0.1.1")
    return text


def from_shell(kind: str) -> dict[str, str]:
    lab, fault, add, *words = shlex.split(script(kind))
    assert (lab, fault, add) == ("lab", "fault", "add")
    return parse_words(words)


def test_every_kind_has_a_section_and_no_other():
    assert set(SECTIONS) == set(RULES)


@pytest.mark.parametrize("kind", RULES)
def test_the_three_forms_say_the_same_and_fit_the_shipped_world(kind: str):
    rule = parse_rule(from_yaml(kind))
    assert rule.kind == kind
    assert rule == parse_rule(from_keyword(kind)) == parse_rule(from_shell(kind))
    assert list(misplaced(rule, read_world(WORLD).machines())) == []


@pytest.mark.parametrize("kind", RULES)
def test_every_key_of_a_kind_is_named(kind: str):
    text = re.search(r"^Keys: (.*?)\n\n", SECTIONS[kind], re.DOTALL | re.MULTILINE)
    assert text is not None
    named = dict(re.findall(r"`(\w+)`(\*\*)?", text[1]))
    own = set(RULES[kind].model_fields) - set(Rule.model_fields)
    fields = {name: RULES[kind].model_fields[name] for name in own}
    assert [name for name in fields if name not in named] == []
    assert {name for name, bold in named.items() if bold} == {name for name in fields if fields[name].is_required()}


def test_the_keys_that_every_kind_has_are_named():
    table = re.findall(r"(?m)^\| `(\w+)` \|", PAGE)
    assert table == ["id", "after", "times", "delay", "duration", "probability", "seed"]
    assert set(table) == set(Rule.model_fields) - {"kind"}


def test_a_lab_takes_all_of_them(tmp_path: Path):
    with start(tmp_path, speed=100) as lab:
        added = []
        for kind in RULES:
            out, err, status = lab.run("lab", script(kind))
            assert (err, status) == ("", 0)
            added.append(out.strip())
        listed = json.loads(lab.run("lab", "lab fault list --json")[0])
        assert [rule["id"] for rule in listed] == added
        assert [rule["kind"] for rule in listed] == list(RULES)


def test_a_world_file_takes_all_of_them(tmp_path: Path):
    data = yaml.safe_load(WORLD.read_text(encoding="utf-8"))
    data["faults"] = [from_yaml(kind) for kind in RULES]
    file = tmp_path / "world.yaml"
    file.write_text(yaml.safe_dump(data), encoding="utf-8")
    assert [rule.kind for rule in read_world(file).faults] == list(RULES)
    with start(tmp_path, world=file, speed=100) as lab:
        assert len(json.loads(lab.run("lab", "lab fault list --json")[0])) == len(RULES)
