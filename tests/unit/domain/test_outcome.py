"""The outcome record: the same keys for every ending, and a schema that says so."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from powervm.outcome import Ending, Finding, LabNote, Outcome, Place, Recorder, Repair, Severity, Side
from powervm.outcome.schema import schema_text

DOCS = Path(__file__).parents[3] / "docs"


def recorder() -> Recorder:
    return Recorder(
        "migrate",
        lab=LabNote(name="two consoles", kind="simulated", file="lab.yaml"),
        move="crosshmc",
        partition="lp1",
        kind="active",
        source=Side(server="p9a", system="p9a", console="hmc1"),
        target=Side(server="p10b", system="p10b", console="hmc2"),
    )


def full(ending: Ending) -> Outcome:
    """An outcome with something in every list."""
    work = recorder()
    with work.phase("preflight"):
        work.add_finding(Finding(severity=Severity.WARNING, check="RMC", subject="v1", text="is slow."))
    work.repaired(Repair(what="rmcctrl -z", subject="lp1", worked=True))
    work.heard("HSCLA246 no connection")
    work.places = [Place(server="p9a", console="hmc1", present=True, state="Running")]
    work.migration_ended()
    return work.finish(ending, None if ending is Ending.DONE else "something")


@pytest.mark.parametrize("ending", list(Ending))
def test_every_ending_has_the_same_keys_and_follows_the_schema(ending: Ending) -> None:
    schema = json.loads((DOCS / "outcome.schema.json").read_text(encoding="utf-8"))
    for outcome in (full(ending), recorder().finish(ending, "early")):
        document = json.loads(outcome.model_dump_json())
        jsonschema.validate(document, schema, format_checker=jsonschema.FormatChecker())
        assert set(document) == set(schema["properties"]) == set(schema["required"])
        assert document["schema_version"] == 1


def test_the_schema_refuses_what_is_no_outcome() -> None:
    schema = json.loads((DOCS / "outcome.schema.json").read_text(encoding="utf-8"))
    document = json.loads(full(Ending.DONE).model_dump_json())
    for damage in ({"ending": "fine"}, {"duration": -1}, {"surprise": 1}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(document | damage, schema)


def test_the_shipped_schema_is_current() -> None:
    assert (DOCS / "outcome.schema.json").read_text(encoding="utf-8") == schema_text()


def test_warnings_and_repairs_are_warnings_once() -> None:
    outcome = full(Ending.DONE)
    assert outcome.warnings == ["v1: is slow.", "Repaired on lp1: rmcctrl -z (worked)."]


def test_a_phase_is_recorded_when_its_block_fails() -> None:
    work = recorder()
    with pytest.raises(ValueError, match="x"), work.phase("copy"):
        raise ValueError("x")
    phase = work.finish(Ending.INTERRUPTED, "x").phase("copy")
    assert phase is not None
    assert phase.duration >= 0
    assert phase.ended >= phase.started


def test_the_lab_is_said_in_every_line() -> None:
    assert "(Lab: simulated)" in str(full(Ending.DONE))
    assert "(Lab: simulated): something" in str(full(Ending.REFUSED))


def test_messages_are_explained_with_how_sure_that_is() -> None:
    (message,) = full(Ending.REFUSED).messages
    assert (message.code, message.certainty) == ("HSCLA246", "literal text seen")
    assert "RMC" in message.meaning
