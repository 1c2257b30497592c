"""The words that settings of a migration are chosen by, where migrlpar itself has figures."""

from __future__ import annotations

from enum import Enum


class Word(Enum):
    """A word for a setting; a lab file has its value, a keyword takes its name with any case and blanks."""

    def __str__(self) -> str:
        return str(self.value)


class Multipath(Word):
    """Keep the multipath layout of the virtual storage adapters or fail, or move without (``--mpio``)."""

    KEEP = "keep"
    OVERRIDE = "override"


class VlanBridge(Word):
    """All VLANs have to be bridged on the target, or they need not be (``--vlanbridge``)."""

    REQUIRE = "require"
    OVERRIDE = "override"


class Vsi(Word):
    """Keep the Virtual Station Interface (VEPA) settings or fail, or move without (``--vsi``)."""

    KEEP = "keep"
    OVERRIDE = "override"


class NpivCheck(Word):
    """How deep a validation looks at NPIV storage (``--npivval``); with disks it takes much longer."""

    PORT = "port"
    PORT_AND_DISK = "port and disk"


class Uuid(Word):
    """Keep the partition's UUID or fail, or let it get a new one (``--uuid``)."""

    KEEP = "keep"
    ALLOW_NEW = "allow new"


class StorageProtection(Word):
    """Protect storage from use by another partition, or do without; inactive moves only (``--protectstorage``)."""

    PROTECT = "protect"
    OVERRIDE = "override"


class RemoteRestart(Word):
    """Keep the partition's ability to be restarted remotely or fail, or move without (``--requirerr``)."""

    KEEP = "keep"
    OVERRIDE = "override"


class VnicRedundancy(Word):
    """Keep the number of backing devices of each vNIC or fail, or allow fewer (``--redundantvnicbkdev``)."""

    KEEP = "keep"
    ALLOW_FEWER = "allow fewer"


class Vnics(Word):
    """All vNICs have to be set up on the target, or those that can be (``--vniccfg``)."""

    ALL = "all"
    AVAILABLE = "available"


class SriovPorts(Word):
    """All migratable SR-IOV ports have to be made on the target, or those that can be (``--migsriov``)."""

    ALL = "all"
    AVAILABLE = "available"


class RedundantMovers(Word):
    """Whether a second pair of movers stands by while memory is copied (``--redundantmsps``)."""

    MUST_NOT = "must not"
    MUST = "must"
    IF_AVAILABLE = "if available"


class RedundantPaging(Word):
    """Whether a partition with shared memory gets two paging servers (``--redundantvios``)."""

    NO = "no"
    REQUIRED = "required"
    IF_AVAILABLE = "if available"


class Steps(Word):
    """What the console prints about the steps of a migration (``--steps``)."""

    NONE = "none"
    NAMES = "names"
    DETAILS = "details"
