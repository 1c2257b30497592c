"""Stop and recover: who may ask where and when, what is cleared up, and what stays behind."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from migration_support import MOVE, begun, codes, ended, only, refused, run
from world_doubles import SmallLab

from powervm_sim.migration.migration import State


def failed(phase: str, changes: dict[str, Any] | None = None, command: str = MOVE) -> SmallLab:
    """A lab in which a migration of lp1 has failed in a phase and waits for a recovery."""
    fault = {"kind": "migration-breaks", "partition": "lp1", "phase": phase, "leave": "failed", "times": 1}
    lab = SmallLab({"faults": [fault], **(changes or {})})
    lab.world.trust |= {("near", "hscroot", "far", "hscroot"), ("far", "hscroot", "near", "hscroot")}
    text, status = run(lab, command)
    assert (status, codes(text)) == (1, ["HSCLA2CF", "HSCL365C"])
    assert only(lab).state is State.FAILED
    return lab


def homes(lab: SmallLab) -> list[tuple[str, str]]:
    return sorted((place.server.name, place.state) for place in lab.world.placements() if place.name == "lp1")


def test_both_sides_show_a_failed_migration_until_it_is_recovered():
    lab = failed("copy")
    for server, other in (("s1", "dest_sys_name=s2"), ("s2", "source_sys_name=s1")):
        row = run(lab, f"lslparmigr -r lpar -m {server} --filter lpar_names=lp1")[0]
        assert "migration_state=Migration Failed" in row
        assert other in row
        state = run(lab, f"lssyscfg -r lpar -m {server} --filter lpar_names=lp1 -F state")[0]
        assert state == "Migrating - Running\n"
    assert run(lab, "migrlpar -o r -m s1 -p lp1") == ("", 0)
    assert homes(lab) == [("s1", "Running")]
    assert refused(lab, "migrlpar -o r -m s1 -p lp1") == ["HSCLAF21"]


@pytest.mark.parametrize("server", ["s1", "s2"])
@pytest.mark.parametrize(("phase", "home"), [("set-up", "s1"), ("copy", "s1"), ("suspend", "s1"), ("clean-up", "s2")])
def test_recovery_works_from_the_source_and_from_the_target(phase: str, home: str, server: str):
    lab = failed(phase)
    assert run(lab, f"migrlpar -o r -m {server} --id 7") == ("", 0)
    assert homes(lab) == [(home, "Running")]
    assert lab.guest.calls.count("end 5") + lab.guest.calls.count("end 0") <= 1
    asyncio.run(lab.clock.advance(60))
    assert run(lab, "migrlpar -o m -m s2 -t s1 -p lp1" if home == "s2" else MOVE) == ("", 0)


def test_a_partition_that_runs_on_the_target_is_running_there_before_the_recovery():
    lab = failed("clean-up")
    assert homes(lab) == [("s1", "Migrating - Running"), ("s2", "Running")]


FAR = "migrlpar -o m -m s1 -t s3 -p lp1 --ip 10.0.0.2"


def test_recovery_of_two_consoles_from_either_side():
    for command, console in (
        ("migrlpar -o r -m s1 -p lp1 --ip 10.0.0.2", "near"),
        ("migrlpar -o r -m s3 -p lp1 --ip 10.0.0.1", "far"),
        ("migrlpar -o r -m s3 -p lp1", "far"),
    ):
        lab = failed("copy", command=FAR)
        assert run(lab, command, console) == ("", 0)
        assert homes(lab) == [("s1", "Running")]


def test_a_console_that_has_no_part_in_it_is_refused():
    lab = failed("copy")
    assert refused(lab, "migrlpar -o r -m s1 -p lp1 --ip 10.0.0.2") == ["HSCLAF54"]


def test_when_the_console_of_the_source_is_lost_the_target_recovers_by_force_and_the_source_keeps_the_rest():
    lab = failed("clean-up", command=FAR)
    lab.world.consoles["near"].down = True
    assert refused_on(lab, "migrlpar -o r -m s3 -p lp1", "far") == ["HSCLAF53"]
    assert run(lab, "migrlpar -o r -m s3 -p lp1 --force", "far") == ("", 0)
    assert homes(lab) == [("s1", "Not Activated"), ("s3", "Running")]


def refused_on(lab: SmallLab, command: str, console: str) -> list[str]:
    text, status = run(lab, command, console)
    assert status == 1
    return codes(text)


def test_a_lost_console_that_is_named_does_not_keep_a_recovery_from_being_forced():
    lab = failed("copy", command=FAR)
    lab.world.consoles["far"].down = True
    assert refused(lab, "migrlpar -o r -m s1 -p lp1 --ip 10.0.0.2 -u hscroot") == ["HSCLAF02"]
    assert run(lab, "migrlpar -o r -m s1 -p lp1 --ip 10.0.0.2 -u hscroot --force") == ("", 0)
    assert homes(lab) == [("s1", "Running"), ("s3", "Not Activated")]


def test_a_server_that_cannot_be_reached_needs_force_and_keeps_its_adapters():
    lab = failed("copy")
    vios = lab.world.servers["s2"].placements[1]
    vios.state = "Not Activated"
    assert refused(lab, "migrlpar -o r -m s1 -p lp1") == ["HSCLAF53"]
    assert run(lab, "migrlpar -o r -m s1 -p lp1 --force") == ("", 0)
    assert homes(lab) == [("s1", "Running"), ("s2", "Not Activated")]
    vios.state = "Running"
    left = run(
        lab, "lshwres -r virtualio --rsubtype fc --level lpar -m s2 --filter lpar_names=s2-vios1 -F remote_lpar_name"
    )
    assert left == ("lp1\n", 0)
    assert lab.world.servers["s2"].free_memory == SmallLab().world.servers["s2"].free_memory
    assert refused(lab, MOVE) == ["HSCLAF0D"]
    assert lab.lp1.server.name == "s1"


def test_what_a_forced_recovery_left_over_can_be_removed_and_the_partition_lives_on():
    lab = failed("copy")
    vios = lab.world.servers["s2"].placements[1]
    vios.state = "Not Activated"
    assert run(lab, "migrlpar -o r -m s1 -p lp1 --force") == ("", 0)
    vios.state = "Running"
    assert refused(lab, "chsysstate -r lpar -m s2 -n lp1 -o on") == ["HSCL3680"]
    assert refused(lab, "migrlpar -o v -m s2 -t s1 -p lp1")
    assert refused(lab, "rmsyscfg -r lpar -m s1 -n lp1") == ["HSCL05DF"]
    assert run(lab, "rmsyscfg -r lpar -m s2 -n lp1") == ("", 0)
    assert homes(lab) == [("s1", "Running")]
    assert lab.world.partitions["lp1"] is lab.lp1.partition
    assert lab.guest.running
    assert run(lab, "lshwres -r virtualio --rsubtype fc --level lpar -m s2") == ("No results were found.\n", 0)
    assert run(lab, "lssyscfg -r lpar -m s1 --filter lpar_names=lp1 -F state,rmc_state") == ("Running,active\n", 0)
    assert run(lab, MOVE) == ("", 0)


def test_recovery_takes_one_partition():
    lab = failed("copy")
    assert refused(lab, "migrlpar -o r -m s1 -p lp1,off") == ["HSCL8012"]
    assert run(lab, "migrlpar -o r -m s1")[1] == 1
    assert run(lab, "migrlpar -o r -m s1 -p lp1 --all")[1] == 1


def test_stop_in_every_phase():
    async def stopped(after: float) -> tuple[str, int]:
        lab = SmallLab()
        task = await begun(lab, MOVE)
        await lab.clock.advance(after)
        answer = await lab.clock.until_done(lab.start("migrlpar -o s -m s1 -p lp1"))
        text, status = await ended(lab, task)
        if answer[1] == 0:
            assert (status, codes(text)) == (1, ["HSCLA2CF"])
            assert homes(lab) == [("s1", "Running")]
        else:
            assert (status, homes(lab)) == (0, [("s2", "Running")])
        return answer

    assert asyncio.run(stopped(5)) == ("", 0)
    assert asyncio.run(stopped(25)) == ("", 0)
    text, status = asyncio.run(stopped(45))
    assert (status, codes(text)) == (1, ["HSCLAF20"])


def test_a_stopped_migration_is_seen_as_stopped_for_a_moment():
    async def scenario() -> None:
        lab = SmallLab({"latency": {"listing": 0}})
        task = await begun(lab, MOVE)
        await lab.clock.advance(25)
        stop = asyncio.create_task(lab.start("migrlpar -o s -m s1 -p lp1"))
        await lab.clock.until(lambda: only(lab).state is State.STOPPED)
        listing = asyncio.create_task(lab.start("lslparmigr -r lpar -m s1 --filter lpar_names=lp1 -F migration_state"))
        await lab.clock.advance(0)
        assert listing.result() == ("Migration Stopped\n", 0)
        await ended(lab, task)
        assert await ended(lab, stop) == ("", 0)

    asyncio.run(scenario())


def test_stop_on_the_other_console_is_refused():
    async def scenario() -> None:
        lab = SmallLab()
        lab.world.trust.add(("near", "hscroot", "far", "hscroot"))
        task = await begun(lab, FAR)
        text, status = await lab.clock.until_done(lab.start("migrlpar -o s -m s3 -p lp1", "far"))
        assert (status, codes(text)) == (1, ["HSCLAF1F"])
        assert await ended(lab, task) == ("", 0)

    asyncio.run(scenario())


def test_a_mover_that_goes_down_breaks_the_copy_and_the_partition_stays():
    async def scenario(command: str) -> tuple[str, int, list[tuple[str, str]]]:
        lab = SmallLab()
        task = await begun(lab, command)
        await lab.clock.advance(24)
        lab.world.servers["s1"].placements[1].state = "Not Activated"
        text, status = await ended(lab, task)
        return text, status, homes(lab)

    text, status, where = asyncio.run(scenario(MOVE))
    assert (status, codes(text), where) == (1, ["HSCLA2CF", "HSCL365C"], [("s1", "Running")])
    assert asyncio.run(scenario(f"{MOVE} --redundantmsps 1")) == ("", 0, [("s2", "Running")])


def test_a_mover_that_goes_down_after_the_resume_leaves_a_migration_that_is_recovered_forward():
    async def scenario() -> None:
        lab = SmallLab()
        lab.guest.dirty_rate = 5000
        task = await begun(lab, MOVE)
        await lab.clock.until(lambda: only(lab).resumed)
        lab.world.servers["s2"].placements[1].state = "Not Activated"
        text, status = await ended(lab, task)
        assert (status, codes(text)) == (1, ["HSCLA2CF", "HSCL365C"])
        assert homes(lab) == [("s1", "Migrating - Running"), ("s2", "Running")]
        assert "end 0" not in lab.guest.calls
        assert await lab.type("migrlpar -o r -m s1 -p lp1") == ("", 0)
        assert homes(lab) == [("s2", "Running")]
        assert lab.guest.calls[-1] == "end 0"

    asyncio.run(scenario())


def test_a_high_dirty_rate_never_converges_and_leaves_a_long_rest_after_the_resume():
    def times(dirty_rate: float) -> tuple[float, float]:
        lab = SmallLab()
        lab.guest.dirty_rate = dirty_rate
        assert run(lab, MOVE) == ("", 0)
        at = {event.facts["phase"]: event.clock for event in lab.world.history.events("phase")}
        return at["suspend"] - at["copy"], at["clean-up"] - at["resume"]

    quiet, loaded = times(0), times(5000)
    assert loaded[0] > quiet[0] * 2
    assert quiet[1] < 1
    assert loaded[1] == pytest.approx(8192 / 600, rel=0.01)


def test_the_state_is_in_progress_until_the_rest_has_arrived():
    async def scenario() -> None:
        lab = SmallLab()
        lab.guest.dirty_rate = 5000
        task = await begun(lab, MOVE)
        migration = only(lab)
        await lab.clock.until(lambda: migration.resumed)
        await lab.clock.advance(3)
        assert migration.state is State.IN_PROGRESS
        assert 0 < migration.remaining < 8192 << 20
        assert "end 0" not in lab.guest.calls
        assert await ended(lab, task) == ("", 0)
        assert lab.guest.calls[-1] == "end 0"

    asyncio.run(scenario())
