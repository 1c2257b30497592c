"""How a partition's record of before compares with that of after."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest

from powervm.identity import (
    CatalogueError,
    Comparison,
    Item,
    Snapshot,
    Unread,
    bad_states,
    built_in_catalogue,
    compare,
    read_catalogue,
)
from powervm.outcome import LabNote

CATALOGUE = built_in_catalogue()
PATH = "path 1:0:0:0 of mpatha"


def snapshot(values: dict[str, str], *, running: bool = True, unread: tuple[str, ...] = ()) -> Snapshot:
    """A snapshot whose items were told by the partition, except 'state', which its console told."""
    return Snapshot(
        lab=LabNote(name="lab", kind="simulated", file="lab.yaml"),
        partition="lp1",
        server="p9a",
        console="hmc1",
        running=running,
        taken=datetime.now(timezone.utc),
        duration=0.1,
        items=[
            Item(name=name, machine="hmc1" if name == "state" else "lp1", reading=name, value=value)
            for name, value in values.items()
        ],
        unread=[Unread(reading=name, machine="lp1", reason="lp1: no answer.") for name in unread],
        optional_unread=[],
    )


def compared(before: dict[str, str], after: dict[str, str]) -> Comparison:
    return compare(snapshot(before), snapshot(after), CATALOGUE)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({"boot id": "a"}, {"boot id": "b"}, "lp1: boot id was 'a' and is 'b' now. It was restarted"),
        ({PATH: "active ready running"}, {}, f"lp1: {PATH} was 'active ready running' and is missing now. Look at the"),
        ({}, {"route to default": "dev a"}, "lp1: route to default was not there, and is 'dev a' now. Bring"),
        ({"never heard of": "1"}, {"never heard of": "2"}, "lp1: never heard of was '1' and is '2' now."),
    ],
)
def test_what_differs_is_named_with_both_values(before: dict[str, str], after: dict[str, str], said: str) -> None:
    comparison = compared(before, after)
    (sentence,) = comparison.sentences()
    assert sentence.startswith(said)
    assert not comparison.unchanged


@pytest.mark.parametrize("item", ["server serial", "location code of slot 3", "partition id", "server slot of x"])
def test_what_follows_the_server_is_expected_to_differ(item: str) -> None:
    comparison = compared({item: "1"}, {item: "2"})
    assert comparison.unchanged
    assert [entry.item for entry in comparison.of("expected")] == [item]


def test_a_state_that_became_good_is_no_fault() -> None:
    assert compared({PATH: "failed faulty running"}, {PATH: "active ready running"}).unchanged
    assert not compared({PATH: "active ready running"}, {PATH: "failed faulty running"}).unchanged
    assert bad_states(snapshot({PATH: "failed faulty running", "boot id": "a"}), CATALOGUE) == [
        f"lp1: {PATH} is 'failed faulty running', not 'active ready running'."
    ]


def test_only_states_may_settle() -> None:
    assert compared({PATH: "a", "boot id": "1"}, {PATH: "b", "boot id": "1"}).may_settle
    assert not compared({PATH: "a", "boot id": "1"}, {PATH: "b", "boot id": "2"}).may_settle


def test_what_was_not_read_is_told_once_and_not_taken_for_missing() -> None:
    comparison = compare(
        snapshot({"boot id": "a", "kernel": "k", "state": "Running"}),
        snapshot({"state": "Running"}, unread=("boot id", "kernel")),
        CATALOGUE,
    )
    assert comparison.sentences() == ["lp1: boot id, kernel could not be read: lp1: no answer."]
    assert not comparison.unchanged


def test_a_powered_off_partition_is_compared_by_what_its_console_knows() -> None:
    off, on = snapshot({"state": "Not Activated"}, running=False), snapshot({"state": "Running", "boot id": "a"})
    assert [entry.item for entry in compare(off, off, CATALOGUE).items] == ["state"]
    assert [entry.item for entry in compare(on, off, CATALOGUE).of("differs")] == ["state"]


def test_a_tester_allows_and_adds(tmp_path: Path) -> None:
    before, after = snapshot({"boot id": "a", "kernel": "1"}), snapshot({"boot id": "b", "kernel": "2"})
    assert [item.item for item in compare(before, after, CATALOGUE.allowing("boot *")).of("differs")] == ["kernel"]
    file = tmp_path / "own.yaml"
    file.write_text(
        "readings: [{name: zone, machine: partition, command: date +%Z, reader: text}]\n"
        "rules: [{item: kernel, compare: may}, {item: zone, compare: same, remedy: Set it back.}]\n"
    )
    both = CATALOGUE.with_first(read_catalogue(file))
    assert both.readings[-1].name == "zone"
    assert [item.item for item in compare(before, after, both).of("differs")] == ["boot id"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rules: [{item: a, compare: equal}]", "rules.0.compare: Input should be 'same'"),
        ("readings: [{name: a, machine: partition, command: b, reader: pairs}]", "the reader pairs needs attributes"),
        ("rules: [", "it is no YAML"),
    ],
)
def test_a_wrong_file_says_where(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(text)
    with pytest.raises(CatalogueError, match=r"own\.yaml") as caught:
        read_catalogue(file)
    assert said in str(caught.value)
