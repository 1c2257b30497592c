"""Writes the JSON Schemas of the identity records: ``python -m powervm.identity > docs/identity.schema.json``."""

from __future__ import annotations

import sys

from powervm.identity.record import schema_text

if __name__ == "__main__":
    sys.stdout.write(schema_text())
