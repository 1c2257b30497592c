"""What all sections of a lab file have in common."""

from pydantic import ConfigDict

STRICT = ConfigDict(
    extra="forbid", strict=True, frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True, defer_build=True
)
"""A mapping with fixed keys. Inputs are hidden in pydantic's own errors: they might be passwords."""
