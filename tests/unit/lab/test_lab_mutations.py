"""Whatever is done to a lab file, the answer is a lab or a list of problems."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from lab_texts import ENVIRONMENT, OPTEST, VALID

from powervm.lab import LabFileError, load_lab

SNIPPETS = [
    "", "\n", "  ", ": ", "- ", "{", "}", "[", "]", "&a ", "*a", "<<: *a", "!!int x", "'", '"', "#", "\0", "\\", "null",
    "-1", "1e999", "99999999999999999999", ".nan", "~x/y", "../..", "é", "\ufeff", '"\\ud800"', "10 min",
    "/", "? ", "|\n",
]  # fmt: skip
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["hmc1", "p9a", "lp1"])
)
VALUES = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.text(max_size=4), SCALARS, max_size=2)


def load_or_refuse(text: str, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, name)
        file.write_bytes(text.encode(errors="surrogatepass"))
        file.chmod(0o600)
        try:
            names = load_lab(file, environment=ENVIRONMENT).endpoint_names()
        except LabFileError as error:
            names = tuple(str(problem) for problem in error.problems)
        assert names


@pytest.mark.parametrize(("text", "name"), [(VALID, "lab.yaml"), (OPTEST, "lab.conf")])
@settings(deadline=None, max_examples=150)
@given(
    edits=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), st.sampled_from(SNIPPETS)), min_size=1, max_size=3)
)
def test_edited_text(text, name, edits):
    for where, removed, inserted in edits:
        start = int(where * len(text))
        text = text[:start] + inserted + text[start + removed :]
    load_or_refuse(text, name)


@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_exchanged_values(data):
    tree = yaml.safe_load(VALID)
    node, key = tree, data.draw(st.sampled_from(sorted(tree)))
    while isinstance(node[key], dict) and node[key] and data.draw(st.integers(0, 3)):
        node = node[key]
        key = data.draw(st.sampled_from(sorted(node)))
    if data.draw(st.booleans()):
        node[key] = data.draw(VALUES)
    else:
        node[data.draw(st.text(max_size=6))] = node.pop(key)
    load_or_refuse(yaml.safe_dump(tree, allow_unicode=True), "lab.yaml")
