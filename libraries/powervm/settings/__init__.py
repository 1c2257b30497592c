"""What a tester may choose about a migration, in words, and what may not be chosen together.

Source: IBM's manual page of migrlpar for POWER9 consoles (synopsis and input data).
"""

from powervm.settings.combinations import BadSettings, check_settings, problems_of
from powervm.settings.free_text import BadMigrationOptions, FreeOptions, read_free_options
from powervm.settings.model import NO_SETTINGS, MigrationSettings
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

__all__ = [
    "NO_SETTINGS",
    "BadMigrationOptions",
    "BadSettings",
    "FreeOptions",
    "MigrationSettings",
    "Mover",
    "Multipath",
    "NameOrId",
    "NpivCheck",
    "RedundantMovers",
    "RedundantPaging",
    "RemoteRestart",
    "SriovPorts",
    "Steps",
    "StorageProtection",
    "Uuid",
    "VlanBridge",
    "VnicRedundancy",
    "Vnics",
    "Vsi",
    "Word",
    "check_settings",
    "problems_of",
    "read_free_options",
]
