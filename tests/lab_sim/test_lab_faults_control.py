"""The control endpoint: rules from a shell, what is refused, and the state of the world."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import yaml
from running_lab import RunningLab, changed_world, start


@pytest.fixture(scope="module")
def lab(tmp_path_factory) -> Iterator[RunningLab]:
    folder = tmp_path_factory.mktemp("control")
    rule = {"kind": "command-fails", "endpoint": "hmc1", "command": "lslic", "text": "no", "id": "stated"}
    with start(folder, world=changed_world(folder, {"faults": [rule]}), speed=100) as running:
        yield running


def test_a_rule_of_the_world_file_is_in_force_from_the_start(lab: RunningLab):
    (rule,) = json.loads(lab.run("lab", "lab fault list --json")[0])
    assert rule == {
        "kind": "command-fails",
        "id": "stated",
        "endpoint": "hmc1",
        "command": "lslic",
        "text": "no",
        "matched": 0,
        "fired": 0,
    }


def test_rules_come_as_words_or_as_yaml_or_json(lab: RunningLab):
    rule = {"kind": "command-slow", "endpoint": "hmc1", "seconds": 5}
    first = lab.run("lab", "lab fault add kind=command-slow endpoint=hmc1 seconds=5")
    second = lab.run("lab", "lab fault add", yaml.safe_dump(rule))
    third = lab.run("lab", "lab fault add -", json.dumps([rule, {**rule, "id": "mine"}]))
    assert [(err, status) for _, err, status in (first, second, third)] == [("", 0)] * 3
    ids = (first[0] + second[0] + third[0]).split()
    assert len(set(ids)) == 4
    assert ids[-1] == "mine"
    listed = {entry.pop("id"): entry for entry in json.loads(lab.run("lab", "lab fault list --json")[0])}
    expected = {**rule, "matched": 0, "fired": 0}
    assert all(listed[name] == expected for name in ids)
    plain = lab.run("lab", "lab fault list")[0]
    assert 'id="mine" kind="command-slow" endpoint="hmc1" seconds=5.0 matched=0 fired=0\n' in plain
    for name in ids:
        assert lab.run("lab", f"lab fault clear {name}") == (f"{name}\n", "", 0)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("fault add kind=comand-fails", "no kind of fault is called comand-fails; did you mean command-fails?"),
        ("fault add kind=command-slow endpoint=hmc1 secnds=5", "has no key secnds; did you mean seconds?"),
        ("fault add kind=command-slow endpoint=hmc1", "command-slow needs the key seconds"),
        ("fault add kind=command-slow endpoint=hmc7 seconds=5", "endpoint: no console or"),
        ("fault add kind=command-slow endpoint=hmc11 seconds=5", "did you mean hmc1?"),
        ("fault add kind=command-slow endpoint=lab seconds=5", "is called lab"),
        ("fault add kind=mover-off endpoint=hmc1", "hmc1 is a console; mover-off is for a Virtual I/O Server"),
        ("fault add kind=command-slow endpoint=hmc1 seconds=soon", "seconds: Input should be a valid number"),
        ("fault add kind=command-slow kind=command-fails", "the key kind is there twice"),
        ("fault add command-slow", "expected KEY=VALUE, not command-slow"),
        ("fault add endpoint=hmc1", "the key kind is missing; known kinds: command-fails"),
        ("fault add kind=migration-breaks phase=set-up at=50", "at is a percentage of the copy"),
        ("fault add kind=rmc-down endpoint=lp1 times=2", "after and times need something that happens"),
        ("fault add kind=rmc-down endpoint=lp1 partition=lp1", "partition needs phase or at"),
        ("fault add kind=mover-off endpoint=p9a-vios1 id=stated", "the id stated is taken by another rule"),
        ("fault add kind=mover-off endpoint=p9a-vios1 id=f1", "ids such as f1 are given to rules"),
        ("fault add", "expected KEY=VALUE words, or YAML on the standard input"),
        ("fault clear f99", "no rule in force is called f99; known: stated"),
        ("fault clear", "expected the id of one rule, or --all"),
        ("fault clear --all f1", "expected the id of one rule, or --all"),
        ("fault list --jsn", "unexpected --jsn; known options: --json"),
        ("fault", "expected add, list or clear, not nothing"),
        ("history --kind", "--kind needs a value"),
        ("state extra", "unexpected extra; known options: --json"),
        ("nonsense", "no command is called nonsense"),
        ("", "a command is missing"),
    ],
)
def test_what_is_wrong_is_said_on_standard_error_with_status_2(lab: RunningLab, words: str, message: str):
    out, err, status = lab.run("lab", f"lab {words}")
    assert (out, status) == ("", 2)
    assert err.startswith("lab: ")
    assert message in err


def test_nothing_is_added_when_one_of_several_rules_is_wrong(lab: RunningLab):
    before = lab.run("lab", "lab fault list")[0]
    rules = [{"kind": "rmc-down", "endpoint": "lp1"}, {"kind": "rmc-down", "endpoint": "hmc1"}]
    assert lab.run("lab", "lab fault add", json.dumps(rules))[2] == 2
    for text in ("- {kind: [}", "[" * 20_000, "just words", "- 7"):
        out, err, status = lab.run("lab", "lab fault add", text)
        assert (out, status) == ("", 2)
        assert err.startswith("lab: fault add: ")
    rule = {"kind": "rmc-down", "endpoint": "lp1", "id": "twice"}
    assert lab.run("lab", "lab fault add", json.dumps([rule, rule]))[2] == 2
    assert lab.run("lab", "lab fault list")[0] == before


def test_help_names_every_kind_and_key(lab: RunningLab):
    text, err, status = lab.run("lab", "lab fault add --help")
    assert (err, status) == ("", 0)
    assert "kind=command-fails\n  A command does nothing but fail.\n  keys: endpoint [command=*] text" in text
    assert "probability=0.0-1.0" in text
    assert lab.run("lab", "lab --help")[0].startswith("usage: lab history [--json] [--kind KIND]\n")


def test_history_of_one_kind(lab: RunningLab):
    lab.run("hmc1", "lssyscfg -r sys -F name")
    events = json.loads(lab.run("lab", "lab history --json --kind command")[0])
    assert {event["kind"] for event in events} == {"command"}
    assert " command " in lab.run("lab", "lab history --kind=command | tail -n 1")[0]


def test_state_tells_where_everything_is(lab: RunningLab):
    state = json.loads(lab.run("lab", "lab state --json")[0])
    lp1 = next(entry for entry in state["partitions"] if entry["name"] == "lp1")
    assert (lp1["server"], lp1["state"], lp1["vios"]) == ("p9a", "Running", False)
    assert state["migrations"] == []
    assert "partition name=lp1 vios=False server=p9a lpar_id=" in lab.run("lab", "lab state")[0]
