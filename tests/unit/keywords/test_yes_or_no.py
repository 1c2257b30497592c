"""What stands for yes or no in a suite: a word with a slip in it must not be taken for yes."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from robot.running.arguments.typeinfo import TypeInfo

from PartitionMobility import PartitionMobility

LIBRARY = PartitionMobility()


def says_yes(kind: object) -> bool:
    return kind is bool or kind is True or any(map(says_yes, get_args(kind)))


def flags() -> list[tuple[str, str]]:
    return [
        (name, argument)
        for name in LIBRARY.get_keyword_names()
        for argument, kind in LIBRARY.get_keyword_types(name).items()
        if says_yes(kind)
    ]


def test_there_are_such_arguments() -> None:
    assert ("recover_partition", "force") in flags()
    assert ("migrate_partition", "stage_logs") in flags()


@pytest.mark.parametrize(("name", "argument"), flags())
def test_only_words_for_yes_and_no_are_taken(name: str, argument: str) -> None:
    kind: Any = LIBRARY.get_keyword_types(name)[argument]
    convert = TypeInfo.from_type_hint(kind).convert
    assert [convert(word) for word in ("yes", "True", "on", "no", "FALSE", "off", True, False)] == [
        True, True, True, False, False, False, True, False,
    ]  # fmt: skip
    with pytest.raises(ValueError, match="cannot be converted"):
        convert("flase")
