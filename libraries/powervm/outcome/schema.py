"""The outcome record's JSON Schema."""

from __future__ import annotations

import json

from powervm.outcome.model import Outcome


def schema_text() -> str:
    """The JSON Schema of `Outcome`, with all keys required, as text that ends in a line feed."""
    schema = Outcome.model_json_schema(mode="serialization")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(schema, indent=2) + "\n"
