"""What all entries of a world file have in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(pattern=r'^[^,="/\s:][^,="/:\n]{0,30}$')]
Slot = Annotated[int, Field(ge=2, le=65_535)]
Vlan = Annotated[int, Field(ge=1, le=4094)]


class Entry(BaseModel):
    """A mapping of the file; unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)
