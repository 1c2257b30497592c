"""The section ``settings`` of a move: the same words that keywords take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema

from powervm.lab.values import Pause, Text, wrong
from powervm.settings import (
    BadMigrationOptions,
    MigrationSettings,
    Mover,
    Multipath,
    NameOrId,
    NpivCheck,
    RedundantMovers,
    RedundantPaging,
    RemoteRestart,
    SriovPorts,
    Steps,
    StorageProtection,
    Uuid,
    VlanBridge,
    VnicRedundancy,
    Vnics,
    Vsi,
    problems_of,
)


def _parsed(parse: Callable[[str | int], object]) -> Callable[[object], object]:
    def validate(value: object) -> object:
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            raise wrong("expected a text or a number.", "Put a name in quotes when it looks like something else.")
        try:
            return parse(value)
        except ValueError as error:
            text, _, cure = str(error).partition(". ")
            raise wrong(f"{text}.", cure) from None

    return validate


_NAME: dict[str, Any] = {"type": ["string", "integer"]}
_Mover = Annotated[Mover, PlainValidator(_parsed(Mover.parse)), WithJsonSchema(_NAME)]
_NameOrId = Annotated[NameOrId, PlainValidator(_parsed(NameOrId.parse)), WithJsonSchema(_NAME)]
_Loose = Field(strict=False)  # a word of YAML for the member of an enumeration


class SettingsSection(BaseModel):
    """What is chosen about a migration, in the words that keywords take; what is left out the console chooses."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
        defer_build=True,
    )

    profile: Text | None = None
    """Profile that holds the migrated configuration on the target."""
    target_id: Annotated[int, Field(ge=1, le=65534)] | None = None
    """Partition id on the target; it has to be free there."""
    processor_pool: _NameOrId | None = None
    """Shared processor pool on the target, by its name or its id."""
    source_mover: _Mover | None = None
    """Mover of the source: name, id, address, or the subnet that its address is in."""
    target_mover: _Mover | None = None
    """Mover of the target, in the same forms."""
    second_source_mover: _Mover | None = None
    """Mover of the source that stands by."""
    second_target_mover: _Mover | None = None
    """Mover of the target that stands by."""
    redundant_movers: Annotated[RedundantMovers, _Loose] | None = None
    """Whether a second pair of movers stands by: must not, must, or if available."""
    multipath: Annotated[Multipath, _Loose] | None = None
    """Keep the multipath layout or fail, or override."""
    vlan_bridge: Annotated[VlanBridge, _Loose] | None = None
    """Require that all VLANs are bridged on the target, or override."""
    vsi: Annotated[Vsi, _Loose] | None = None
    """Keep the Virtual Station Interface settings or fail, or override."""
    npiv_check: Annotated[NpivCheck, _Loose] | None = None
    """Look at NPIV storage by port, or by port and disk."""
    uuid: Annotated[Uuid, _Loose] | None = None
    """Keep the UUID or fail, or allow new."""
    storage_protection: Annotated[StorageProtection, _Loose] | None = None
    """Protect storage from use by another partition, or override; inactive moves only."""
    remote_restart: Annotated[RemoteRestart, _Loose] | None = None
    """Keep the ability to be restarted remotely or fail, or override."""
    vnic_redundancy: Annotated[VnicRedundancy, _Loose] | None = None
    """Keep the number of backing devices of each vNIC or fail, or allow fewer."""
    vnics: Annotated[Vnics, _Loose] | None = None
    """Set up all vNICs on the target or fail, or those available."""
    sriov_ports: Annotated[SriovPorts, _Loose] | None = None
    """Make all migratable SR-IOV ports on the target or fail, or those available."""
    redundant_paging: Annotated[RedundantPaging, _Loose] | None = None
    """Two paging servers for a partition with shared memory: no, required, or if available."""
    primary_paging_server: _NameOrId | None = None
    """Virtual I/O Server that pages for a partition with shared memory, by its name or its id."""
    redundant_paging_server: _NameOrId | None = None
    """The second one."""
    affinity_check: bool | None = None
    """Look at the affinity score on the target first; active moves only."""
    current_data: bool | None = None
    """Use what the console holds of the partition; inactive moves only."""
    wait: Pause | None = None
    """How long the console waits for commands in partitions; whole minutes, 0 for no limit."""
    detail: Annotated[int, Field(ge=0, le=5)] | None = None
    """How much output of operating systems is asked for, 0 to 5."""
    steps: Annotated[Steps, _Loose] | None = None
    """What the console prints about the steps of the migration."""
    warnings: bool | None = None
    """Print warnings also for a success."""
    error_details: bool | None = None
    """Print the detail block of errors."""
    concurrency_level: Annotated[int, Field(ge=1, le=5)] | None = None
    """Concurrency level of the movers while it moves, 1 (most resources for each migration) to 5; put back."""
    concurrent_migrations: Annotated[int, Field(ge=1, le=16)] | None = None
    """How many active migrations each mover takes at once while it moves; put back."""


def settings_of(section: SettingsSection | None) -> MigrationSettings:
    """The settings that a section describes."""
    return MigrationSettings(**vars(section)) if section else MigrationSettings()


def check_section(section: SettingsSection | None, *, active: bool, options: str) -> None:
    """Raise what is wrong with the settings of a move, in the form of the lab file's reader."""
    try:
        found = problems_of(settings_of(section), active=active, options=options)
    except BadMigrationOptions as error:
        raise wrong(error.message, error.remedy) from None
    if found:
        raise wrong(*found[0])
