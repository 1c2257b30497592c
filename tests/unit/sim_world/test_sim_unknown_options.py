"""No console command takes a word that it does not know."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powervm_sim.console import commands
from powervm_sim.hsc import Refusal

SYNTAXES = {command.name: command.syntax for family in commands._FAMILIES for command in family.COMMANDS}
LETTERS = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-=,.", min_size=1, max_size=12)
OPTIONS = st.one_of(LETTERS.map(lambda text: f"--{text}"), LETTERS.map(lambda text: f"-{text}"), LETTERS)


@pytest.mark.parametrize("name", SYNTAXES)
@settings(max_examples=60, deadline=None)
@given(words=st.lists(OPTIONS, min_size=1, max_size=4))
def test_a_word_that_is_no_option_is_refused(name, words):
    syntax = SYNTAXES[name]
    if words[0] in syntax._options or (words[0].startswith("-F") and "-F" in syntax._options):  # -Fname is -F name
        return
    with pytest.raises(Refusal, match="missing a required parameter or a parameter value is invalid"):
        syntax.parse(words)
