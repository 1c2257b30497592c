"""``docs/fidelity.md`` cannot go stale: its data fit the code, and the page fits its data."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from world_doubles import SmallLab

from powervm_sim.console.commands import CONSOLE_COMMANDS, NOT_SIMULATED
from support import fidelity_code as code
from support.fidelity import PAGE, SIMULATED, SURE, page, read, words
from support.replay import cases

CONSOLE = read("console")
ATTRIBUTES = read("attributes")
ROOMS = {name: read(name) for name in ("console", "migration", "vios", "partition", "tools", "lab")}
REMEDY = "edit docs/fidelity/*.yaml, then run: python tests/support/fidelity.py"


def told(kind: str) -> dict[str, dict[str, Any]]:
    return {name: entry for room in ROOMS.values() for name, entry in room.get(kind, {}).items()}


def same(listed: Iterable[str], real: Iterable[str]) -> None:
    listed, real = sorted(listed), sorted(real)
    missing, gone = sorted(set(real) - set(listed)), sorted(set(listed) - set(real))
    assert not missing, f"the page lacks {missing}; {REMEDY}"
    assert not gone, f"the page has {gone}, which the code has not; {REMEDY}"
    assert listed == real, "something is listed twice"


def test_the_page_is_made_from_its_data():
    assert PAGE.read_text(encoding="utf-8") == page(), REMEDY


def test_every_console_command_is_listed():
    same(CONSOLE["commands"], CONSOLE_COMMANDS)
    assert not NOT_SIMULATED & set(CONSOLE_COMMANDS)


@pytest.mark.parametrize("name", CONSOLE_COMMANDS)
def test_every_option_of_a_console_command_is_listed(name):
    entry = CONSOLE["commands"].get(name, {})
    listed = [option for kind in (*SIMULATED, "ignored", "refused") for option in words(entry.get(kind))]
    same(listed, code.console_options()[name])


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_every_attribute_of_a_list_is_listed(name):
    entry = ATTRIBUTES[name]

    async def ask() -> tuple[str, int]:
        lab = SmallLab(entry.get("world"))
        return await lab.type(entry["ask"], entry.get("console", "near"))

    text, status = asyncio.run(ask())
    assert status == 0, text
    listed = [word for kind in SURE for word in entry.get(kind, "").split()]
    same(listed, text.splitlines()[0].split(","))


@pytest.mark.parametrize(
    ("listed", "real"),
    [
        (ROOMS["partition"]["commands"], code.partition_commands()),
        (ROOMS["vios"]["commands"], code.vios_commands()),
        (ROOMS["vios"]["root"], code.vios_root_commands()),
        (ROOMS["tools"]["commands"], code.tools()),
    ],
    ids=["partition", "vios", "vios-root", "tools"],
)
def test_every_command_of_the_other_machines_is_listed(listed: Mapping[str, Any], real: Mapping[str, set[str]]):
    same(listed, real)
    for name, entry in listed.items():
        unknown = set(entry.get("refused", "").split()) - real[name]
        assert not unknown, f"{name} does not know {unknown}"


def test_every_message_code_is_listed():
    same(told("messages"), code.message_codes())
    for name in code.made_up_codes():
        assert told("messages")[name]["sure"] == "made up"


def test_every_text_without_a_code_is_listed():
    same(told("texts"), code.texts_without_code())


def test_how_sure_is_one_of_the_words():
    entries = [entry for kind in ("messages", "texts") for entry in told(kind).values()]
    entries += [entry for room in ROOMS.values() for entry in room["behaviours"]]
    entries += [entry for name in ("partition", "vios", "tools") for entry in ROOMS[name]["commands"].values()]
    assert {entry["sure"] for entry in entries} <= set(SURE)


def test_every_difference_from_published_output_is_on_the_page():
    text = PAGE.read_text(encoding="utf-8")
    for case in cases():
        for reason in case.reasons:
            assert re.search(re.escape(f"({case.id}) | ") + ".*" + re.escape(reason), text)
