"""What is collected, how it is called, and what a stage comes to."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from powervm.lab import Logs
from powervm.stage_logs import Item, ItemRecord, ItemStatus, SourceRecord, StageStatus, built_in_items, items_for
from powervm.stage_logs.collector import family
from powervm.stage_logs.items import file_name
from powervm.stage_logs.manifest import status_of


def item(name: str) -> Item:
    return next(item for item in built_in_items() if item.name == name)


def test_no_two_items_of_a_machine_have_the_same_name() -> None:
    names = [(entry.machine, entry.name) for entry in built_in_items()]
    assert len(names) == len(set(names))


def test_the_slow_archives_are_for_failures_only() -> None:
    always = {entry.name for entry in items_for(Logs(), failure=False)}
    failure = {entry.name for entry in items_for(Logs(), failure=True)}
    assert failure - always == {"sos-report", "supportconfig", "snap", "pedbg", "migration-debug"}


def test_a_lab_file_adds_to_the_lists() -> None:
    logs = Logs(
        os_files=("/var/log/audit/audit.log", "/var/log/drmgr"),
        os_commands=("echo '{x}'",),
        vios_commands=("lsmap -all",),
        console_commands=("lshmc -v",),
    )
    always = items_for(logs, failure=False)
    own = {entry.name: entry for entry in items_for(logs, failure=True) if entry not in built_in_items()}
    assert sorted(own) == ["echo-x", "lshmc-v", "lsmap-all", "var-log-audit-audit.log", "var-log-drmgr"]
    assert own["lsmap-all"].command == "ioscli lsmap -all"
    assert (own["echo-x"].command or "").format(partition="lp1") == "echo '{x}'"
    assert [entry.name for entry in always if entry.name in own] == [
        "var-log-audit-audit.log", "var-log-drmgr", "echo-x",
    ]  # fmt: skip


def test_the_same_command_twice_gets_two_names() -> None:
    names = [entry.name for entry in items_for(Logs(os_commands=("dmesg", "dmesg")), failure=False)]
    assert names.count("dmesg") == 1
    assert {"dmesg-2", "dmesg-3"} <= set(names)


@given(st.text(min_size=1, max_size=300))
def test_every_name_is_safe(source: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9._][A-Za-z0-9._-]*", file_name(source))
    assert file_name(source) not in (".", "..")


@pytest.mark.parametrize(
    ("name", "printed", "archive", "digest"),
    [
        (
            "sos-report",
            "\nYour sos report has been generated and saved in:\n\t/var/tmp/s/sosreport-lp7-2026-08-26-abc.tar.xz\n\n"
            f" Size\t32.17MiB\n Owner\troot\n sha256\t{'6f' * 32}\n",
            "/var/tmp/s/sosreport-lp7-2026-08-26-abc.tar.xz",
            "6f" * 32,
        ),
        (
            "sos-report",
            f"Your sosreport has been generated and saved in:\n  /var/tmp/x.tar.xz\n\n sha256\t{'0a' * 32}\n",
            "/var/tmp/x.tar.xz",
            "0a" * 32,
        ),
        (
            "supportconfig",
            "==[ DONE ]====\n  Log file tar ball: /var/log/scc_lp7_260826_1021.txz\n  Log file size:     14M\n"
            f"  Log file md5sum:   {'0b' * 16}\n",
            "/var/log/scc_lp7_260826_1021.txz",
            "0b" * 16,
        ),
        (
            "supportconfig",
            f"  Log file tar ball:\n    /var/log/nts_lp7.tbz\n  Log file md5sum:\n    {'0b' * 16}\n",
            "/var/log/nts_lp7.tbz",
            "0b" * 16,
        ),
    ],
)
def test_archives_are_found_in_every_wording(name: str, printed: str, archive: str, digest: str) -> None:
    entry = item(name)
    found = re.search(entry.archive or "", printed)
    told = re.search(entry.digest or "", printed, re.MULTILINE)
    assert found is not None
    assert told is not None
    assert (found[1], told[1]) == (archive, digest)


@pytest.mark.parametrize(
    "damage",
    [{"command": None}, {"file": "/x"}, {"when": "sometimes"}, {"timeout": 0}, {"name": "../x"}, {"colour": 1}],
)
def test_a_wrong_item_is_refused(damage: dict[str, Any]) -> None:
    good = {"name": "x", "machine": "vios", "command": "y", "when": "always", "timeout": 1}
    assert Item.model_validate(good)
    with pytest.raises(ValidationError):
        Item.model_validate(good | damage)


@pytest.mark.parametrize(
    ("statuses", "interrupted", "expected"),
    [
        (["collected", "absent"], False, "complete"),
        (["collected", "failed"], False, "partial"),
        (["partial"], False, "partial"),
        (["failed", "skipped"], False, "nothing"),
        ([], False, "nothing"),
        (["collected"], True, "interrupted"),
    ],
)
def test_what_a_stage_comes_to(statuses: list[str], interrupted: bool, expected: str) -> None:
    items = [ItemRecord(name="x", source="y", status=ItemStatus(status), duration=0) for status in statuses]
    source = SourceRecord(name="m", kind="console", reached=True, items=items)
    assert status_of([source], interrupted=interrupted) is StageStatus(expected)


@pytest.mark.parametrize(
    ("os_release", "expected"),
    [
        ('NAME="Red Hat Enterprise Linux"\nID="rhel"\nID_LIKE="fedora"\n', "rhel"),
        ('NAME="Rocky Linux"\nID="rocky"\nID_LIKE="rhel centos fedora"\n', "rhel"),
        ("NAME=Fedora\nVERSION_ID=41\nID=fedora\n", "rhel"),
        ('NAME="SLES"\nID="sles"\nID_LIKE="suse"\n', "sles"),
        ('ID="opensuse-leap"\nID_LIKE="suse opensuse"\n', "sles"),
        ("NAME=Ubuntu\nID=ubuntu\nID_LIKE=debian\n", ""),
        ("", ""),
    ],
)
def test_relatives_of_a_distribution_have_its_collector(os_release: str, expected: str) -> None:
    assert family(os_release) == expected
