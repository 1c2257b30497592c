"""The lab files that come with the project, and the schema that editors check them with."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from powervm.lab import MoveKind, load_lab
from powervm.lab.document import json_schema
from powervm.lab.optest_keys import IGNORED, USED

ROOT = Path(__file__).parents[3]
VARIABLES = ROOT / "variables"
YAML_SAMPLES = [VARIABLES / "simulated.yaml", *sorted((VARIABLES / "labs").glob("*.yaml"))]
OPTEST_SAMPLES = sorted((VARIABLES / "optest").glob("*.conf"))
WORDS = dict.fromkeys(("HMC_PASSWORD", "HMC1_PASSWORD", "HMC2_PASSWORD", "VIOS_PASSWORD", "TOKEN"), "word")


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """A home folder with the key that the samples log in with."""
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh/lab").write_text("key")
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def valid_for_editors(document: object) -> bool:
    return bool(jsonschema.Draft202012Validator(json_schema()).is_valid(document))


def plain(file: Path) -> Any:
    return yaml.safe_load(file.read_text())


@pytest.mark.parametrize("file", YAML_SAMPLES, ids=lambda file: file.stem)
def test_a_yaml_sample_loads_without_a_warning(file, home):
    lab = load_lab(file, environment=WORDS)
    assert lab.warnings == ()
    assert lab.moves
    assert [lab.endpoint(name).name for name in lab.endpoint_names() if lab.entry(name).access.host] or lab.simulated


@pytest.mark.parametrize("file", YAML_SAMPLES, ids=lambda file: file.stem)
def test_a_yaml_sample_fits_the_schema(file):
    assert valid_for_editors(plain(file))


def test_there_is_a_sample_of_each_kind():
    assert sorted(file.stem for file in OPTEST_SAMPLES) == [
        "crosshmc",
        "crosshmc-hnv-sriov",
        "inactive",
        "iterations",
        "local",
        "local-vnic",
        "stress-ng",
    ]


@pytest.mark.parametrize("file", OPTEST_SAMPLES, ids=lambda file: file.stem)
def test_an_optest_sample_loads(file):
    lab = load_lab(file)
    assert [warning.key for warning in lab.warnings] == [""]  # the one about passwords
    assert list(lab.moves) == ["crosshmc" if file.stem.startswith("crosshmc") else "local"]
    assert [lab.endpoint(name).host for name in ("hmc", "web1")] == ["192.0.2.10", "192.0.2.101"]


def test_what_is_special_about_the_optest_samples():
    labs = {file.stem: load_lab(file) for file in OPTEST_SAMPLES}
    assert labs["crosshmc-hnv-sriov"].move("crosshmc").options == "--migsriov 1"
    assert labs["iterations"].iterations == 5
    assert labs["inactive"].move("local").kind is MoveKind.INACTIVE
    assert labs["stress-ng"].workload.command.startswith("stress-ng ")
    assert labs["local-vnic"].move("local").network.address == "198.51.100.7/255.255.255.0"
    assert labs["local"].servers["green"].virtual_io_servers == {}


def test_the_default_lab():
    lab = load_lab(VARIABLES / "simulated.yaml", environment={})
    assert (lab.kind, lab.simulated.world.name, lab.simulated.speed) == ("simulated", "two-consoles.yaml", 20)
    ways = {name: (move.partition, move.source, move.target, move.kind) for name, move in lab.moves.items()}
    wanted = {
        "local": ("lp1", "p9a", "p10a", MoveKind.ACTIVE),
        "crosshmc": ("lp2", "p9a", "p10b", MoveKind.ACTIVE),
        "inactive": ("lp3", "p8a", "p9a", MoveKind.INACTIVE),
    }
    assert ways.items() >= wanted.items()
    assert len({partition for partition, *_ in ways.values()}) == len(ways)  # suites may run at the same time
    assert lab.route("hmc1", "hmc2").address == "10.20.0.2"
    assert (lab.limits.rmc, lab.limits.migration, lab.limits.poll) == (30.0, 300.0, 0.5)


def test_the_default_lab_names_the_machines_of_its_world():
    lab = load_lab(VARIABLES / "simulated.yaml", environment={})
    world = plain(lab.simulated.world)
    assert set(lab.consoles) <= set(world["consoles"])
    assert set(lab.partitions) <= set(world["partitions"])
    for name, server in lab.servers.items():
        assert server.console == world["servers"][name]["console"]
        assert set(server.virtual_io_servers) <= set(world["servers"][name]["virtual_io_servers"])


def test_the_schema_in_the_documentation_is_that_of_the_model():
    printed = subprocess.run(
        [sys.executable, "-m", "powervm.lab"],
        cwd=ROOT / "libraries",
        capture_output=True,
        check=True,
        timeout=60,
    ).stdout
    assert json.loads(printed) == json_schema()
    assert flat(json.loads((ROOT / "docs/lab.schema.json").read_text())) == flat(json_schema())


def test_the_schema_describes_every_property():
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    sections = [schema, *schema["$defs"].values()]
    assert [
        f"{section.get('title')}.{name}"
        for section in sections
        for name, entry in section.get("properties", {}).items()
        if not entry.get("description")
    ] == []


@pytest.mark.parametrize("password", ["word", {"env": "NAME"}, {"file": "path"}])
@pytest.mark.parametrize("duration", [20, 0.5, "10 min", "1 h 30 min", "500 ms", "90s"])
def test_the_schema_takes_every_form(password, duration):
    assert valid_for_editors(changed(password=password, duration=duration))


@pytest.mark.parametrize("change", [{"password": {"env": "A", "file": "b"}}, {"password": 5}, {"duration": "soon"}])
def test_the_schema_refuses_what_the_reader_refuses(change):
    assert not valid_for_editors(changed(**change))


def flat(schema: Any) -> Any:
    """The schema with each ``allOf`` of one entry dissolved: older releases of pydantic write references so."""
    if isinstance(schema, list):
        return [flat(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    entries = {key: flat(value) for key, value in schema.items()}
    wrapped = entries.get("allOf", [])
    return {**wrapped[0], **{k: v for k, v in entries.items() if k != "allOf"}} if len(wrapped) == 1 else entries


def changed(password: object = "word", duration: object = 1) -> dict[str, Any]:
    return {
        "consoles": {"hmc1": {"host": "192.0.2.1", "password": password}},
        "servers": {"p9a": {"console": "hmc1"}},
        "limits": {"migration": duration},
    }


def test_the_page_about_lab_files_names_every_key():
    page = (ROOT / "docs/lab-files.md").read_text()
    schema = json_schema()
    keys = {key for section in [schema, *schema["$defs"].values()] for key in section.get("properties", ())}
    assert [key for key in sorted(keys | USED.keys() | IGNORED.keys()) if key not in page] == []


def test_the_example_on_the_page_loads(home, write):
    page = (ROOT / "docs/lab-files.md").read_text()
    example = page.split("```yaml\n")[1].split("```")[0]
    lab = load_lab(write(example), environment=WORDS)
    assert lab.warnings == ()
    assert lab.crosses_consoles(lab.move("crosshmc"))
    assert valid_for_editors(yaml.safe_load(example))
