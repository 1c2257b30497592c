"""World files: what is wrong is told, all of it at once, with the place and the nearest name."""

from __future__ import annotations

from pathlib import Path

import pytest

from powervm_sim.world.reading import WorldFileError, read_world

SHIPPED = Path(__file__).parents[3] / "variables" / "worlds" / "two-consoles.yaml"


def changed(tmp_path: Path, *edits: tuple[str, str]) -> Path:
    text = SHIPPED.read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "world.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(path: Path) -> list[str]:
    with pytest.raises(WorldFileError) as caught:
        read_world(path)
    return [problem.replace(str(path), "FILE") for problem in caught.value.problems]


def test_the_shipped_world_is_sound():
    world = read_world(SHIPPED)
    assert list(world.consoles) == ["hmc1", "hmc2"]
    assert {server.generation for server in world.servers.values()} == {"POWER8", "POWER9", "POWER10", "POWER11"}
    assert all(len(server.virtual_io_servers) == 2 for server in world.servers.values())
    assert {partition.distribution for partition in world.partitions.values()} >= {"rhel9", "sles15"}


ONE_EDIT = [
    (("fixes:", "fixs:"), "consoles.hmc1.fixs: unknown key; did you mean fixes?"),
    (("version: 10", "version: ten"), "consoles.hmc1.version: Input should be a valid integer"),
    (("console: hmc2", "console: hmc3"), "servers.p10b.console: no console is called hmc3; did you mean hmc2?"),
    (("server: p9a\n", "server: p9x\n"), "partitions.lp1.server: no server is called p9x; did you mean p9a?"),
    (("127.0.30.2", "127.0.30.1"), "partitions.lp2.serve: 127.0.30.1 is the address of lp1 already"),
    (("127.0.30.2", "localhost"), "partitions.lp2.serve: expected an IP address such as 127.0.10.1"),
    (("id: 8\n", "id: 7\n"), "partitions.lp2.id: the id 7 is taken on p9a by lp1"),
    (("  lp2:\n", "  hmc1:\n"), "partitions.hmc1: the name hmc1 is taken by consoles.hmc1"),
    (("seed: 20\n", "seed: 20\nseed: 21\n"), "seed: this key is there twice"),
    (("minimum: 100", "minimum: 400"), "blackout.minimum: is above the maximum of 300"),
    (
        ("server: p9a-vios1", "server: p8a-vios1"),
        "partitions.lp1.storage.0.server: no Virtual I/O Server of its server",
    ),
    (
        ("memory: 8192\n", "memory: 8192\n    compat_mode: POWER6\n"),
        "partitions.lp1.compat_mode: p9a offers default, POWER7, POWER8, POWER9, POWER9_base",
    ),
    (("  hmc1:\n    serve: 127.0.10.1\n", "  hmc1:\n"), "consoles.hmc1.serve: this key is missing"),
    (
        ("    serial: 78F0A10\n", "    serial: 78F0A10\n    users: {hscroot: {role: hmcviewer}}\n"),
        "consoles.hmc1.users.hscroot: this is the console's first user already",
    ),
    (
        ("    serial: 78F0A10\n", "    serial: 78F0A10\n    users: {me: {role: hmcviewer, systems: [p10b]}}\n"),
        "consoles.hmc1.users.me.systems.0: no server here is called p10b; did you mean p10a?",
    ),
    (
        ("    serial: 78F0A10\n", "    serial: 78F0A10\n    service_events: [{system: p9x, refcode: B1817201}]\n"),
        "consoles.hmc1.service_events.0.system: no server here is called p9x; did you mean p9a?",
    ),
]


@pytest.mark.parametrize(("edit", "text"), ONE_EDIT, ids=[text for _, text in ONE_EDIT])
def test_one_wrong_thing_is_told(tmp_path, edit, text):
    (problem,) = problems(changed(tmp_path, edit))
    place, _, rest = problem.partition(": ")
    assert place.startswith("FILE:")
    assert rest.startswith(text)


def test_everything_wrong_is_told_at_once(tmp_path):
    path = changed(tmp_path, ("fixes:", "fixs:"), ("version: 10", "version: ten"), ("id: 8\n", "id: eight\n"))
    assert len(problems(path)) == 3


def test_files_that_are_no_world(tmp_path):
    missing = tmp_path / "none.yaml"
    assert problems(missing) == ["FILE: cannot be read: No such file or directory"]
    broken = tmp_path / "broken.yaml"
    broken.write_text("a: [1,\n", encoding="utf-8")
    assert problems(broken)[0].startswith("FILE: is no YAML: ")
    listed = tmp_path / "list.yaml"
    listed.write_text("- 1\n", encoding="utf-8")
    assert problems(listed)[0].startswith("FILE: expected a mapping")


def test_a_password_is_never_told(tmp_path):
    path = changed(tmp_path, ("version: 10", "version: ten\n    password: canary-7"))
    assert "canary-7" not in "\n".join(problems(path))
    good = read_world(changed(tmp_path, ("version: 10", "version: 10\n    password: canary-7")))
    assert "canary-7" not in repr(good)
