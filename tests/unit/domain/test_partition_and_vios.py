"""What is read inside a partition and on a Virtual I/O Server."""

from __future__ import annotations

from powervm.partition import (
    BOOT_ID,
    MODEL,
    NEEDED_PACKAGES,
    PARTITION_CONFIGURATION,
    SYSTEM_ID,
    UPTIME,
    read_identity,
    read_missing_packages,
    read_os_release,
    read_subsystems,
)
from powervm.vios import read_mover_settings

LPARCFG = """lparcfg 1.9
serial_number=IBM,0278A1B20
system_type=IBM,9009-22A
partition_id=7
partition_name=lp7
backing_memory=64424509440 bytes
"""

LSSRC = """Subsystem         Group            PID          Status
 ctrmc            rsct             3801192      active
 IBM.DRM          rsct_rm          3604726      active
 IBM.MgmtDomainRM rsct_rm          3735902      active
 ctcas            rsct                          inoperative
 IBM.ERRM         rsct_rm                       inoperative
"""

VIOSLPM0 = """attribute       value description                                                 user_settable

cfg_msp_lpm_ops 8     Configured number of concurrent LPM operations for this MSP True
concurrency_lvl 3     Concurrency level                                           True
max_vasi_ops    8     Maximum number of concurrent LPM operations per VASI        False
"""


def test_identity() -> None:
    files = {
        BOOT_ID: "1f0c8b6e-5b1c-4d53-9d4f-3f6f9a3b2c11\n",
        UPTIME: "93411.27 180022.11\n",
        SYSTEM_ID: "IBM,0278A1B20",
        MODEL: "IBM,9009-22A",
        PARTITION_CONFIGURATION: LPARCFG,
    }
    identity = read_identity(files)
    assert (identity.serial, identity.type_model, identity.partition_id) == ("78A1B20", "9009-22A", 7)
    assert (identity.boot_id, identity.uptime) == ("1f0c8b6e-5b1c-4d53-9d4f-3f6f9a3b2c11", 93411.27)


def test_os_release_of_both_distributions() -> None:
    rhel = read_os_release('NAME="Red Hat Enterprise Linux"\nID="rhel"\nVERSION_ID="9.5"\n')
    sles = read_os_release("NAME='SLES'\nID=sles\nVERSION_ID=15.5\n")
    assert (rhel["ID"], rhel["VERSION_ID"]) == ("rhel", "9.5")
    assert (sles["ID"], sles["VERSION_ID"], sles["NAME"]) == ("sles", "15.5", "SLES")


def test_missing_packages_in_any_language() -> None:
    output = (
        "src-3.2.6.0-21116.ppc64le\nrsct.core-3.2.6.2-20315.ppc64le\nDas Paket rsct.core.utils ist nicht installiert\n"
        "rsct.basic-3.2.6.2-20315.ppc64le\nDynamicRM-2.0.7-7.ppc64le\npackage powerpc-utils is not installed\n"
    )
    assert read_missing_packages(output, NEEDED_PACKAGES) == ["rsct.core.utils", "powerpc-utils"]


def test_a_package_with_a_longer_name_does_not_count() -> None:
    assert read_missing_packages("src-vipa-1.3.0.1.ppc64le\n", ["src"]) == ["src"]


def test_subsystems() -> None:
    found = {item.name: (item.group, item.active) for item in read_subsystems(LSSRC)}
    assert found["ctrmc"] == ("rsct", True)
    assert found["ctcas"] == ("rsct", False)
    assert found["IBM.ERRM"] == ("rsct_rm", False)


def test_mover_settings() -> None:
    settings = read_mover_settings(VIOSLPM0)
    assert (settings.concurrent, settings.level) == (8, 3)
    assert read_mover_settings("").concurrent is None
