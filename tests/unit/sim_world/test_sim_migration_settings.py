"""``migrlpar -o set``: what it changes, and who sees that."""

from __future__ import annotations

import pytest
from migration_support import MOVE, refused, run
from world_doubles import SmallLab


def test_settings_of_a_system_are_changed_and_shown():
    lab = SmallLab()
    before = run(lab, "lslparmigr -r sys -m s1 -F inactive_prof_policy,allow_inactive_source_storage_vios")
    assert before == ("config,0\n", 0)
    data = "-i inactive_prof_policy=prof,allow_inactive_source_storage_vios=1"
    assert run(lab, f"migrlpar -o set -m s1 -r sys {data}") == ("", 0)
    fields = "name,inactive_prof_policy,allow_inactive_source_storage_vios"
    assert run(lab, f"lslparmigr -r sys -F {fields}")[0] == "s1,prof,1\ns2,config,0\nold,config,0\n"


def test_settings_without_a_system_are_for_all_systems_of_the_console():
    lab = SmallLab()
    assert run(lab, "migrlpar -o set -r sys -i inactive_prof_policy=prof") == ("", 0)
    assert run(lab, "lslparmigr -r sys -F inactive_prof_policy")[0] == "prof\n" * 3
    assert run(lab, "lslparmigr -r sys -F inactive_prof_policy", "far")[0] == "config\n"


def test_settings_of_a_mover_are_changed_and_shown():
    lab = SmallLab()
    command = "migrlpar -o set -m s1 -r lpar -p s1-vios2 -i num_active_migrations_configured=2"
    assert run(lab, f"{command},concurr_migration_perf_level=1") == ("", 0)
    fields = "name,num_active_migrations_supported,num_active_migrations_configured,concurr_migration_perf_level"
    assert run(lab, f"lslparmigr -r msp -m s1 -F {fields}")[0] == "s1-vios1,16,8,3\ns1-vios2,16,2,1\n"


WRONG_SETTINGS = [
    "-r sys -m s1 -i inactive_prof_policy=perhaps",
    "-r sys -m s1 -i allow_inactive_source_storage_vios=2",
    "-r sys -m s1 -i num_active_migrations_configured=2",
    "-r sys -m s1",
    "-r sys -m s1 -p lp1 -i inactive_prof_policy=prof",
    "-r lpar -m s1 -p s1-vios1 -i num_active_migrations_configured=0",
    "-r lpar -m s1 -p s1-vios1 -i num_active_migrations_configured=17",
    "-r lpar -m s1 -p s1-vios1 -i concurr_migration_perf_level=6",
    "-r lpar -m s1 -p s1-vios1 -i num_active_migrations_configured=2,concurr_migration_perf_level=9",
    "-r lpar -m s1 -p lp1 -i concurr_migration_perf_level=2",
    "-r lpar -m s1 -i concurr_migration_perf_level=2",
    "-m s1 -i inactive_prof_policy=prof",
]


@pytest.mark.parametrize("arguments", WRONG_SETTINGS)
def test_wrong_settings_are_refused_and_change_nothing(arguments: str):
    lab = SmallLab()
    text, status = run(lab, f"migrlpar -o set {arguments}")
    assert (status, bool(text)) == (1, True)
    assert run(lab, "lslparmigr -r sys -m s1 -F inactive_prof_policy")[0] == "config\n"
    movers = "lslparmigr -r msp -m s1 -F num_active_migrations_configured,concurr_migration_perf_level"
    assert run(lab, movers)[0] == "8,3\n8,3\n"


def test_an_old_mover_supports_eight_migrations():
    lab = SmallLab({"servers.s1.virtual_io_servers.s1-vios1.level": "2.2.6.65"})
    assert run(lab, "lslparmigr -r msp -m s1 -F num_active_migrations_supported")[0] == "8\n16\n"


def test_a_lower_performance_level_copies_faster():
    def seconds(level: int) -> float:
        lab = SmallLab()
        for server in ("s1", "s2"):
            command = f"migrlpar -o set -m {server} -r lpar -p {server}-vios1"
            assert run(lab, f"{command} -i concurr_migration_perf_level={level}") == ("", 0)
        begin = lab.clock.time
        assert run(lab, MOVE) == ("", 0)
        return lab.clock.time - begin

    assert seconds(1) < seconds(3) < seconds(5)


def test_the_profile_defines_an_inactive_partition_when_the_policy_says_so():
    for policy, memory in (("config", 6144), ("prof", 4096)):
        lab = SmallLab()
        run(lab, f"migrlpar -o set -m s1 -r sys -i inactive_prof_policy={policy}")
        off = lab.world.partitions["off"]
        off.memory = type(off.memory)(1024, 6144, 8192)
        assert run(lab, "migrlpar -o m -m s1 -t s2 -p off") == ("", 0)
        assert lab.world.partitions["off"].memory.desired == memory


def test_source_servers_that_are_down_matter_unless_a_setting_or_an_option_says_otherwise():
    storage = [{"slot": 3, "kind": "scsi", "server": "s1-vios1", "remote_slot": 30}]
    command = "migrlpar -o v -m s1 -t s2 -p off"

    def lab() -> SmallLab:
        made = SmallLab({"partitions.off.storage": storage})
        made.world.servers["s1"].placements[1].state = "Not Activated"
        return made

    assert refused(lab(), command) == ["HSCLAF41"]
    assert run(lab(), f"{command} --usecurrdata") == ("", 0)
    allowed = lab()
    run(allowed, "migrlpar -o set -m s1 -r sys -i allow_inactive_source_storage_vios=1")
    assert run(allowed, command) == ("", 0)
