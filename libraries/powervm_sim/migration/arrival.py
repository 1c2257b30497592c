"""What the target system writes down when a partition has arrived."""

from __future__ import annotations

import uuid
from dataclasses import replace

from powervm_sim.migration.migration import Migration
from powervm_sim.migration.network import moved_ethernet
from powervm_sim.migration.wishes import Kind
from powervm_sim.world.model import Partition, Profile
from powervm_sim.world.state import World

_PROFILE_DEFINES = "prof"


def settle(world: World, migration: Migration) -> None:
    """RMC has to find the partition anew, its profile on the target is written, and policies are applied."""
    partition = migration.partition
    partition.rmc.reconnect(world.pace.real_seconds(world.settings.durations.rmc_return))
    if clashing_uuid(migration):
        number = world.random(f"uuid/{partition.name}/{migration.number}").getrandbits(128)
        partition.uuid = str(uuid.UUID(int=number, version=4)).upper()
    partition.ethernet = moved_ethernet(migration.request)
    source = migration.source.server
    if migration.kind is Kind.INACTIVE and source.mobility.inactive_policy == _PROFILE_DEFINES:
        apply_last_profile(partition)
    name = migration.request.profile or partition.current_profile or partition.default_profile
    partition.profiles[name] = profile_of(partition, name, migration.target.pool)
    if migration.request.profile is not None:
        partition.current_profile = name


def clashing_uuid(migration: Migration) -> bool:
    """Whether another partition of the target has the same UUID."""
    others = (place.partition for place in migration.target.server.placements.values())
    return any(other is not migration.partition and other.uuid == migration.partition.uuid for other in others)


def apply_last_profile(partition: Partition) -> None:
    """Define a partition by the profile of its last activation."""
    profile = partition.profiles.get(partition.current_profile or partition.default_profile)
    if profile is not None:
        partition.memory, partition.processors, partition.units = profile.memory, profile.processors, profile.units
        partition.desired_mode, partition.sharing = profile.compat_mode, profile.sharing


def profile_of(partition: Partition, name: str, pool: int) -> Profile:
    """A profile that holds what the partition has now; what only profiles have comes from the one that it replaces."""
    profiles = partition.profiles
    known = (name, partition.current_profile, partition.default_profile)
    return replace(
        next(profiles[one] for one in (*known, *profiles) if one in profiles),
        name=name,
        memory=partition.memory,
        processors=partition.processors,
        units=partition.units,
        compat_mode=partition.desired_mode,
        sharing=partition.sharing,
        pool=pool,
    )
