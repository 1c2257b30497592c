"""Prints the JSON Schema of a YAML lab file: ``PYTHONPATH=libraries python -m powervm.lab > docs/lab.schema.json``."""

from __future__ import annotations

import json
import sys

from powervm.lab.document import json_schema

if __name__ == "__main__":
    sys.stdout.write(json.dumps(json_schema(), indent=2) + "\n")
