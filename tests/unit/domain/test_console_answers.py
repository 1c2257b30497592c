"""What is read from console output, on real lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from powervm.console.answers import (
    read_console_level,
    read_managed_system,
    read_memory_use,
    read_migration_limits,
    read_migration_status,
    read_partition_memory,
    read_partition_processors,
    read_partition_status,
)
from powervm.console.command_line import BadMigrationOptions, MigrationRequest, Operation, split_options
from powervm.records import read_records

OUTPUT = Path(__file__).parent / "console_output"
REAL = [read_records(line)[0] for line in (OUTPUT / "records.txt").read_text(encoding="utf-8").splitlines()]
MANUAL = [
    read_records(line)[0] for line in (OUTPUT / "records_from_manuals.txt").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize(
    ("file", "base", "release", "service_pack", "build", "fixes"),
    [
        ("lshmc_v11r2.txt", "V11R2", "2", "1120", "2607082225", 0),
        ("lshmc_v10r3.txt", "V10R3", "3", "1060", "2408210051", 4),
        ("lshmc_v8.txt", "V8R8.2.0", "8.2.0", "0", "20141104.1", 1),
    ],
)
def test_console_level(file: str, base: str, release: str, service_pack: str, build: str, fixes: int) -> None:
    level = read_console_level((OUTPUT / file).read_text(encoding="utf-8"))
    assert (level.base, level.release, level.service_pack, level.build) == (base, release, service_pack, build)
    assert len(level.fixes) == fixes
    assert str(level) == f"{base} service pack {service_pack}"


def test_managed_system() -> None:
    system = read_managed_system(REAL[0])
    assert (system.name, system.type_model, system.operating) == ("sys-R1", "8375-42A", True)
    assert system.processor_modes == ("POWER7", "POWER8", "POWER9", "POWER9_base")
    assert system.active_mobility
    assert system.inactive_mobility


def test_partitions() -> None:
    running, off, server = (read_partition_status(record) for record in REAL[1:4])
    assert (running.running, running.rmc_active, running.rmc_address) == (True, False, "10.207.111.93")
    assert (running.desired_mode, running.current_mode) == ("default", "POWER7")
    assert (off.not_activated, off.profile, off.current_mode) == (True, "normal", "")
    assert (server.is_virtual_io_server, server.mover) == (True, None)


@pytest.mark.parametrize(
    ("state", "migrating"),
    [
        ("Migrating - Running", True),
        ("Migrating - Not Activated", True),
        ("migrating running", True),
        ("Running", False),
        ("Suspended", False),
    ],
)
def test_every_spelling_of_migrating(state: str, migrating: bool) -> None:
    record = {"name": "lp1", "lpar_id": "1", "state": state}
    assert read_partition_status(record).migrating is migrating


def test_migration_status() -> None:
    idle, starting, copying = (read_migration_status(record) for record in MANUAL[:3])
    assert (idle.migrating, starting.migrating, copying.migrating) == (False, True, True)
    assert (starting.transmitted, starting.fraction) == (0, 0.0)
    assert (copying.transmitted, copying.remaining) == (2134212608, 6291456)
    assert copying.fraction == pytest.approx(0.997, abs=0.001)
    assert (copying.leaves_to, copying.comes_from, copying.source_mover) == ("DST", "", "vios1")


def test_migration_limits() -> None:
    limits = read_migration_limits(MANUAL[3])
    assert (limits.active_supported, limits.active_running) == (40, 0)


def test_resources() -> None:
    assert read_memory_use({"curr_avail_sys_mem": "1024", "mem_region_size": "256"}).available == 1024
    assert read_partition_memory({"curr_mem": "8192"}).current == 8192
    assert read_partition_processors({"curr_proc_mode": "shared", "curr_proc_units": "0.5"}).units == 0.5
    assert read_partition_processors({"curr_proc_mode": "ded", "curr_procs": "4"}).units == 4.0
    assert read_partition_processors({"curr_proc_mode": "shared", "curr_proc_units": "null"}).units is None


REQUEST = MigrationRequest(
    source="p9 a", target="p10b", partition="lp1", remote_address="10.0.0.2", remote_user="hscroot",
    profile="new", data={"dest_lpar_id": "5", "virtual_fc_mappings": ["4//1", "5//2"]}, options="--mpio 2 -w 5",
)  # fmt: skip


def test_a_migration_names_everything() -> None:
    assert REQUEST.command(Operation.MIGRATE) == (
        "migrlpar -o m -m 'p9 a' -t p10b -p lp1 --ip 10.0.0.2 -u hscroot -n new "
        "-i 'dest_lpar_id=5,\"virtual_fc_mappings=4//1,5//2\"' --mpio 2 -w 5"
    )


def test_stop_and_recover_name_the_source_only() -> None:
    assert REQUEST.command(Operation.STOP) == "migrlpar -o s -m 'p9 a' -p lp1"
    assert REQUEST.command(Operation.RECOVER, force=True) == (
        "migrlpar -o r -m 'p9 a' -p lp1 --ip 10.0.0.2 -u hscroot --force"
    )


@pytest.mark.parametrize("options", ["-t other", "-w 5 -p lp9", "--ip 1.2.3.4"])
def test_free_options_cannot_change_the_move(options: str) -> None:
    with pytest.raises(BadMigrationOptions, match="The move of the lab file says"):
        split_options(options)


def test_free_options_with_an_open_quote() -> None:
    with pytest.raises(BadMigrationOptions, match="cannot be split into words"):
        split_options('-i "a=b')
