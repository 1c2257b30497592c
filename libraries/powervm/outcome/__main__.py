"""Writes the JSON Schema of the outcome record: ``python -m powervm.outcome > docs/outcome.schema.json``."""

from __future__ import annotations

import sys

from powervm.outcome.schema import schema_text

if __name__ == "__main__":
    sys.stdout.write(schema_text())
