"""What may be changed of a partition and of a profile: the attributes and the values that they can have."""

from __future__ import annotations

import re
from collections.abc import Callable

from powervm_sim import hsc

Check = Callable[[str], bool]


def one_of(*values: str) -> Check:
    """Exactly these values."""
    return values.__contains__


def whole(least: int, most: int) -> Check:
    """A whole number between two others."""
    return lambda text: text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most


def anything(_: str) -> bool:
    """Every value."""
    return True


_FLAG = one_of("0", "1")
_NAME = re.compile(r'[^,="/\s:][^,="/:\n]{0,46}')


def _group(text: str) -> bool:
    return text == "none" or whole(1, 65_535)(text)


PARTITION_SETTINGS: dict[str, Check] = {
    "affinity_group_id": lambda text: text == "none" or whole(1, 255)(text),
    "allow_perf_collection": _FLAG,
    "auto_start": _FLAG,
    "description": anything,
    "keystore_kbytes": lambda text: text == "0" or whole(4, 64)(text),
    "keystore_signed_updates": _FLAG,
    "keystore_signed_updates_without_verification": _FLAG,
    "linux_dynamic_key_secure_boot": _FLAG,
    "lpar_avail_priority": whole(0, 255),
    "migration_disabled": _FLAG,
    "min_affinity_score": lambda text: text == "none" or whole(0, 100)(text),
    "min_affinity_score_action": one_of("none", "warn", "fail"),
    "msp": _FLAG,
    "power_ctrl_lpar_ids": anything,
    "redundant_err_path_reporting": _FLAG,
    "secure_boot": one_of("0", "2"),
    "shared_proc_pool_util_auth": _FLAG,
    "simplified_remote_restart_capable": _FLAG,
    "sync_curr_profile": one_of("0", "1", "2"),
    "time_ref": _FLAG,
    "vtpm_enabled": _FLAG,
    "vtpm_version": one_of("1.2", "2.0"),
    "work_group_id": _group,
}
"""Attributes of ``chsyscfg -r lpar`` beside names."""

VIOS_ONLY = frozenset({"msp"})
CLIENT_ONLY = frozenset({"migration_disabled"})
PARTITION_OTHERS = frozenset(
    {
        *("electronic_err_reporting", "hardware_mem_encryption", "hardware_mem_expansion", "ipl_source"),
        *("lpar_io_pool_ids", "primary_rs_vios_name", "remote_restart_capable", "secondary_rs_vios_name"),
        *("suspend_capable", "vtpm_encryption", "powervm_mgmt_capable"),
    }
)
"""Attributes of partitions that a real console can set."""

SHOWN_AS = {"secure_boot": "pend_secure_boot"}

PROFILE_SETTINGS: dict[str, Check] = {
    "auto_start": _FLAG,
    "boot_mode": one_of("norm", "sms", "of"),
    "conn_monitoring": _FLAG,
    "max_virtual_slots": whole(2, 65_535),
    "redundant_err_path_reporting": _FLAG,
    "work_group_id": _group,
}
"""Plain attributes of a profile. They count from the next activation with it; ``conn_monitoring`` is only shown."""

PROFILE_FIXED = {
    "affinity_group_id": "none",
    "all_resources": "0",
    "electronic_err_reporting": "null",
    "hpt_ratio": "1:128",
    "mem_expansion": "0.0",
    "mem_mode": "ded",
    "min_num_huge_pages": "0",
    "ppt_ratio": "1:4096",
    "virtual_eth_vsi_profiles": "none",
    "vtpm_adapters": "none",
}
"""Attributes of a profile that can have their usual values only, since this world has nothing else for them."""

PROFILE_LISTS = frozenset(
    {
        "io_slots",
        "lpar_io_pool_ids",
        "power_ctrl_lpar_ids",
        "virtual_eth_adapters",
        "virtual_fc_adapters",
        "virtual_scsi_adapters",
        "virtual_serial_adapters",
        "vnic_adapters",
        "sriov_eth_logical_ports",
    }
)
"""Lists of a profile: replaced by ``=``, changed by ``+=`` and ``-=``."""


def check_fixed(record: dict[str, str], command: str) -> None:
    """Raises Refusal when a profile is to have what this world does not have."""
    if record.get("boot_mode") in ("dd", "ds"):
        raise hsc.Refusal(f"{command} -i boot_mode={record['boot_mode']}: not simulated")
    for name, usual in PROFILE_FIXED.items():
        if record.get(name, usual) != usual:
            raise hsc.Refusal(f"{command} -i {name}={record[name]}: not simulated")


def check_value(checks: dict[str, Check], attribute: str, text: str) -> None:
    """Raises Refusal when an attribute cannot have a value; HSCLC63B for a description that is not plain text."""
    if attribute == "description" and not (text.isascii() and text.isprintable()):
        raise hsc.HscError("HSCLC63B", "The description must consist of printable ASCII characters.")
    if not checks[attribute](text):
        raise hsc.invalid_value(attribute, text)


def check_name(attribute: str, text: str) -> None:
    """Raises Refusal for what can be no name."""
    if not is_name(text):
        raise hsc.invalid_value(attribute, text)


def is_name(text: str) -> bool:
    """Whether a partition or profile can have this name."""
    return text.isprintable() and _NAME.fullmatch(text) is not None


def changed_list(entries: list[str], operator: str, given: list[str]) -> list[str]:
    """The entries of a list after a change.

    Args:
        operator: ``=``, ``+=`` or ``-=``.

    Raises:
        Refusal: An entry is added that is there, or taken away that is not.
    """
    if operator == "=":
        return [] if given in (["none"], [""]) else given
    if operator == "+=":
        repeated = [entry for entry in given if entry in entries]
        if repeated:
            raise hsc.invalid_value("+=", repeated[0])
        return [*entries, *given]
    left = list(entries)
    for entry in given:
        known = next((one for one in left if one == entry or one.split("/")[0] == entry), None)
        if known is None:
            raise hsc.invalid_value("-=", entry)
        left.remove(known)
    return left
