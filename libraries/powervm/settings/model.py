"""All settings of a migration as one value, and how migrlpar wants to hear them."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from typing import Any

from powervm.settings.names import Mover, NameOrId
from powervm.settings.words import (
    Multipath,
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
    Word,
)

_MINUTE = 60.0


@dataclass(frozen=True, kw_only=True)
class MigrationSettings:
    """What is chosen about a migration; None leaves it to the console.

    Attributes:
        profile: Profile that holds the migrated configuration on the target.
        target_id: Partition id on the target.
        processor_pool: Shared processor pool on the target.
        source_mover, target_mover: The pair of movers.
        second_source_mover, second_target_mover: The pair that stands by.
        primary_paging_server, redundant_paging_server: Virtual I/O Servers of a partition with shared memory.
        affinity_check: Look at the affinity score on the target first.
        current_data: What the console holds of the partition is enough; storage servers of the source may be off.
        wait: Seconds; the console takes whole minutes, so that it is rounded up.
        detail: 0 to 5, how much output of operating systems is asked for.
        warnings: Warnings are printed also for a success.
        error_details: The detail block of errors is printed.
        concurrency_level: 1 to 5, of the movers; lower takes more of them for each migration. Put back afterwards.
        concurrent_migrations: How many active migrations a mover takes at once. Put back afterwards.
    """

    profile: str | None = None
    target_id: int | None = None
    processor_pool: NameOrId | None = None
    source_mover: Mover | None = None
    target_mover: Mover | None = None
    second_source_mover: Mover | None = None
    second_target_mover: Mover | None = None
    redundant_movers: RedundantMovers | None = None
    multipath: Multipath | None = None
    vlan_bridge: VlanBridge | None = None
    vsi: Vsi | None = None
    npiv_check: NpivCheck | None = None
    uuid: Uuid | None = None
    storage_protection: StorageProtection | None = None
    remote_restart: RemoteRestart | None = None
    vnic_redundancy: VnicRedundancy | None = None
    vnics: Vnics | None = None
    sriov_ports: SriovPorts | None = None
    redundant_paging: RedundantPaging | None = None
    primary_paging_server: NameOrId | None = None
    redundant_paging_server: NameOrId | None = None
    affinity_check: bool | None = None
    current_data: bool | None = None
    wait: float | None = None
    detail: int | None = None
    steps: Steps | None = None
    warnings: bool | None = None
    error_details: bool | None = None
    concurrency_level: int | None = None
    concurrent_migrations: int | None = None

    def given(self) -> dict[str, Any]:
        """The settings that were chosen, by name."""
        return {item.name: value for item in fields(self) if (value := getattr(self, item.name)) is not None}

    def overridden_by(self, other: MigrationSettings) -> MigrationSettings:
        """The same, where what the other one has chosen wins."""
        return replace(self, **other.given())

    def without(self, names: frozenset[str]) -> MigrationSettings:
        """The same, where these are left to the console."""
        return replace(self, **dict.fromkeys(names))

    def back(self) -> MigrationSettings:
        """For the way back: the movers change sides, and what was chosen about the target does not hold at home."""
        return replace(
            self.without(ABOUT_THE_TARGET),
            source_mover=self.target_mover,
            target_mover=self.source_mover,
            second_source_mover=self.second_target_mover,
            second_target_mover=self.second_source_mover,
        )

    def fitting(self, *, active: bool) -> MigrationSettings:
        """What of it holds for this kind of migration."""
        return self.without(INACTIVE_ONLY if active else ACTIVE_ONLY)

    @property
    def pair(self) -> tuple[Mover | None, Mover | None]:
        """The movers of the source and of the target."""
        return self.source_mover, self.target_mover

    @property
    def second_pair(self) -> tuple[Mover | None, Mover | None]:
        """The movers that stand by."""
        return self.second_source_mover, self.second_target_mover

    def words(self, said: Collection[str] = ()) -> list[str]:
        """Options of migrlpar; the profile, the input data, and what is set on the movers come apart from them.

        Args:
            said: Options that free text has already: what a second pair of movers implies is not said again.
        """
        words: list[str] = []
        for name, (option, _) in WORD_OPTIONS.items():
            value: Word | None = getattr(self, name)
            if value is not None:
                words += [option, FIGURES[value]]
        for name, (flag, wanted) in FLAGS.items():
            if getattr(self, name) is wanted:
                words.append(flag)
        if any(self.second_pair) and self.redundant_movers is None and "--redundantmsps" not in said:
            words += ["--redundantmsps", FIGURES[RedundantMovers.MUST]]
        if self.wait is not None:
            words += ["-w", str(math.ceil(self.wait / _MINUTE))]
        if self.detail is not None:
            words += ["-d", str(self.detail)]
        return words

    def data(self) -> dict[str, str | list[str]]:
        """Input data of migrlpar."""
        data: dict[str, str | list[str]] = {}
        if self.target_id is not None:
            data["dest_lpar_id"] = str(self.target_id)
        for name, stem in NAMED.items():
            value: NameOrId | None = getattr(self, name)
            if value is not None:
                data.update(value.data(stem))
        if any(self.second_pair):
            data["redundant_msps"] = [_group(*self.pair), _group(*self.second_pair)]
        else:
            for side, mover in zip(("source", "dest"), self.pair, strict=True):
                data.update(mover.data(side) if mover else {})
        return data


NO_SETTINGS = MigrationSettings()
"""Everything is left to the console."""


def _group(source: Mover | None, target: Mover | None) -> str:
    return "/".join(["1", *((mover or Mover()).entry() for mover in (source, target))])


WORD_OPTIONS: dict[str, tuple[str, type[Word]]] = {
    "redundant_paging": ("--redundantvios", RedundantPaging),
    "multipath": ("--mpio", Multipath),
    "vlan_bridge": ("--vlanbridge", VlanBridge),
    "vsi": ("--vsi", Vsi),
    "npiv_check": ("--npivval", NpivCheck),
    "uuid": ("--uuid", Uuid),
    "storage_protection": ("--protectstorage", StorageProtection),
    "remote_restart": ("--requirerr", RemoteRestart),
    "vnic_redundancy": ("--redundantvnicbkdev", VnicRedundancy),
    "vnics": ("--vniccfg", Vnics),
    "redundant_movers": ("--redundantmsps", RedundantMovers),
    "sriov_ports": ("--migsriov", SriovPorts),
    "steps": ("--steps", Steps),
}
"""Settings that are chosen by words, with migrlpar's option and the words for each."""

_FROM_ZERO = (RedundantPaging, RedundantMovers, Steps)

FIGURES: dict[Word, str] = {
    **{
        word: str(number)
        for _, words in WORD_OPTIONS.values()
        for number, word in enumerate(words, 0 if words in _FROM_ZERO else 1)
    },
    NpivCheck.PORT: "port",
    NpivCheck.PORT_AND_DISK: "portdisk",
}
"""What migrlpar has instead of each word."""

FLAGS = {
    "affinity_check": ("--affinity", True),
    "current_data": ("--usecurrdata", True),
    "warnings": ("-v", True),
    "error_details": ("--nodetails", False),
}
"""Settings that are yes or no: migrlpar's option, and the answer that it stands for."""

NAMED = {
    "processor_pool": "shared_proc_pool",
    "primary_paging_server": "primary_paging_vios",
    "redundant_paging_server": "redundant_paging_vios",
}
"""Settings with a name or an id, and how the attributes of the input data begin."""

MOVERS = ("source_mover", "target_mover", "second_source_mover", "second_target_mover")

INACTIVE_ONLY = frozenset({"storage_protection", "current_data"})
ACTIVE_ONLY = frozenset({*MOVERS, "redundant_movers", "affinity_check", "concurrency_level", "concurrent_migrations"})

ABOUT_THE_TARGET = frozenset({"target_id", *NAMED})
"""What names something that the target has."""
