"""Writes the JSON Schema of the workload record: ``python -m powervm.workload > docs/workload.schema.json``."""

from __future__ import annotations

import sys

from powervm.workload.model import schema_text

if __name__ == "__main__":
    sys.stdout.write(schema_text())
