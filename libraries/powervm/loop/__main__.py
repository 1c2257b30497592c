"""Writes the JSON Schema of the summary of a loop: ``python -m powervm.loop > docs/loop.schema.json``."""

from __future__ import annotations

import sys

from powervm.loop.model import schema_text

if __name__ == "__main__":
    sys.stdout.write(schema_text())
