"""The schemas in the documentation are those of the models."""

from __future__ import annotations

from pathlib import Path

import pytest

from powervm.loop import model as loop
from powervm.workload import model as workload

DOCS = Path(__file__).parents[3] / "docs"


@pytest.mark.parametrize(("name", "text"), [("loop", loop.schema_text()), ("workload", workload.schema_text())])
def test_the_schema_in_the_documentation_is_that_of_the_model(name: str, text: str) -> None:
    assert (DOCS / f"{name}.schema.json").read_text(encoding="utf-8") == text
