"""The life of a migration: phases, states on both sides, stop, failure and recovery."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from world_doubles import SmallLab, settle

from powervm_sim.hsc import HscError
from powervm_sim.migration.migration import Host, State


def codes(outcome) -> list[str]:
    return [error.code for error in outcome.errors]


def phases(lab: SmallLab) -> list[str]:
    return [event.facts["phase"] for event in lab.world.history.events("phase")]


def test_active_migration_passes_through_all_phases_and_ends_on_the_target():
    async def scenario() -> None:
        lab = SmallLab()
        task = asyncio.create_task(lab.desk.migrate(lab.request("s2")))
        await lab.clock.advance(9.9)
        assert lab.lp1.state == "Running"
        assert lab.world.migrations == {}
        await lab.clock.advance(0.2)
        migration = next(iter(lab.world.migrations.values()))
        assert (migration.source.state, migration.target.state) == ("Migrating - Running",) * 2
        assert migration.state is State.STARTING
        await lab.clock.advance(20)
        assert migration.state is State.IN_PROGRESS
        outcome = await lab.clock.until_done(asyncio.wait_for(task, None))
        assert codes(outcome) == []
        assert lab.lp1.server.name == "s2"
        assert lab.lp1.state == "Running"
        assert lab.lp1.lpar_id == 7
        assert 7 not in lab.world.servers["s1"].placements
        assert phases(lab) == ["set-up", "copy", "suspend", "resume", "clean-up", "end"]

    asyncio.run(scenario())


def test_the_operating_system_sees_check_start_suspend_resume_and_end():
    async def scenario() -> None:
        lab = SmallLab()
        await lab.clock.until_done(lab.desk.migrate(lab.request("s2")))
        assert lab.guest.calls == ["boot", "check", "start", "suspend", "resume", "end 0"]
        assert lab.guest.hardware is not None
        assert (lab.guest.hardware.type_model, lab.guest.hardware.serial) == ("9080-HEX", "13C0D40")
        assert lab.guest.hardware.compatibility_mode == "POWER9"

    asyncio.run(scenario())


def test_bytes_move_and_the_remaining_ones_rise_again_when_pages_get_dirty():
    async def scenario() -> None:
        lab = SmallLab()
        task = asyncio.create_task(lab.desk.migrate(lab.request("s2")))
        await lab.clock.until(lambda: lab.world.migrations)
        migration = next(iter(lab.world.migrations.values()))
        remaining = []
        while not migration.committed:
            remaining.append(migration.remaining)
            await lab.clock.advance(0.25)
        copying = remaining[remaining.index(8192 << 20) :]
        steps = [later - earlier for earlier, later in pairwise(copying)]
        assert max(remaining) == 8192 << 20
        assert min(steps) < 0 < max(steps)
        await lab.clock.until_done(asyncio.wait_for(task, None))
        assert migration.remaining == 0
        assert migration.sent > 8192 << 20

    asyncio.run(scenario())


def test_the_gate_is_closed_for_exactly_the_blackout():
    async def scenario() -> None:
        lab = SmallLab()
        partition = lab.world.partitions["lp1"]
        turns: list[tuple[bool, float]] = []
        partition.gate.watch(lambda is_open: turns.append((is_open, lab.clock.time)))
        await lab.clock.until_done(lab.desk.migrate(lab.request("s2")))
        (closed, begin), (opened, end) = turns
        assert (closed, opened) == (False, True)
        (event,) = lab.world.history.events("blackout")
        assert event.facts["milliseconds"] == pytest.approx((end - begin) * 1000) == pytest.approx(200)

    asyncio.run(scenario())


def test_speed_divides_long_things_but_not_the_blackout():
    async def scenario(speed: float) -> tuple[float, float]:
        lab = SmallLab()
        lab.world.pace.speed = speed
        await lab.clock.until_done(lab.desk.migrate(lab.request("s2")))
        (event,) = lab.world.history.events("blackout")
        return lab.clock.time, event.facts["milliseconds"]

    slow, fast = asyncio.run(scenario(1.0)), asyncio.run(scenario(20.0))
    assert slow[1] == pytest.approx(fast[1])
    assert fast[0] - 0.2 == pytest.approx((slow[0] - 0.2) / 20)


def test_rmc_is_lost_with_the_move_and_returns_later():
    async def scenario() -> None:
        lab = SmallLab()
        await lab.clock.until_done(lab.desk.migrate(lab.request("s2")))
        assert lab.lp1.rmc_state == "inactive"
        await lab.clock.advance(60)
        assert lab.lp1.rmc_state == "active"

    asyncio.run(scenario())


def test_another_id_is_given_when_the_old_one_is_taken():
    async def scenario() -> None:
        lab = SmallLab({"servers.s2.virtual_io_servers.third": {"serve": "127.0.20.9", "address": "10.0.2.9", "id": 7}})
        await lab.clock.until_done(lab.desk.migrate(lab.request("s2")))
        assert lab.lp1.lpar_id == 3

    asyncio.run(scenario())


def test_the_wanted_id_and_hosts_are_honoured():
    async def scenario() -> None:
        lab = SmallLab()
        hosts = {("fc", 3): Host(None, 2, 44), ("scsi", 4): Host("s2-vios1", None)}
        await lab.clock.until_done(lab.desk.migrate(lab.request("s2", target_id=55, hosts=hosts)))
        assert lab.lp1.lpar_id == 55
        assert [(a.host_name, a.remote_slot) for a in lab.lp1.storage] == [("s2-vios2", 44), ("s2-vios1", 32)]

    asyncio.run(scenario())


def test_inactive_migration_needs_no_mover_and_no_rmc():
    async def scenario() -> None:
        lab = SmallLab({"servers.s2.virtual_io_servers.s2-vios1.msp": False})
        outcome = await lab.clock.until_done(lab.desk.migrate(lab.request("old", name="off")))
        assert codes(outcome) == []
        home = lab.world.home(lab.world.partitions["off"])
        assert (home.server.name, home.state) == ("old", "Not Activated")
        assert phases(lab) == ["set-up", "clean-up", "end"]

    asyncio.run(scenario())


def test_stop_before_the_suspend_goes_back_and_ends_the_migration_with_an_error():
    async def scenario() -> None:
        lab = SmallLab()
        task = asyncio.create_task(lab.desk.migrate(lab.request("s2")))
        await lab.clock.advance(33)
        await lab.clock.until_done(lab.desk.stop(lab.lp1))
        assert codes(await task) == ["HSCLA2CF"]
        assert (lab.lp1.server.name, lab.lp1.state) == ("s1", "Running")
        assert 7 not in lab.world.servers["s2"].placements
        assert lab.guest.calls[-1] == "end 5"
        assert lab.world.migrations == {}

    asyncio.run(scenario())


def test_stop_is_refused_without_a_migration_on_the_target_and_when_it_is_too_late():
    async def scenario() -> None:
        lab = SmallLab()
        with pytest.raises(HscError, match="HSCLAF1E"):
            await lab.desk.stop(lab.lp1)
        task = asyncio.create_task(lab.desk.migrate(lab.request("s2")))
        await lab.clock.until(lambda: lab.world.migrations)
        migration = next(iter(lab.world.migrations.values()))
        with pytest.raises(HscError, match="HSCLAF1F"):
            await lab.desk.stop(migration.target)
        await lab.clock.until(lambda: migration.committed)
        with pytest.raises(HscError, match="HSCLAF20"):
            await lab.desk.stop(migration.source)
        assert codes(await lab.clock.until_done(asyncio.wait_for(task, None))) == []

    asyncio.run(scenario())


FAULTS = [("set-up", "s1"), ("copy", "s1"), ("clean-up", "s2")]


@pytest.mark.parametrize(("phase", "home"), FAULTS)
def test_a_failed_migration_waits_for_recovery(phase: str, home: str):
    async def scenario() -> None:
        lab = SmallLab({"faults": [{"kind": "migration-breaks", "phase": phase, "leave": "failed", "times": 1}]})
        outcome = await lab.clock.until_done(lab.desk.migrate(lab.request("s2")))
        assert codes(outcome) == ["HSCLA2CF", "HSCL365C"]
        migration = lab.world.migrations[lab.world.partitions["lp1"]]
        assert migration.state is State.FAILED
        assert migration.source.state == "Migrating - Running"
        refused = await lab.clock.until_done(lab.desk.validate(lab.request("s3")))
        assert refused.errors
        await lab.clock.until_done(lab.desk.recover(migration.source))
        assert (lab.lp1.server.name, lab.lp1.state) == (home, "Running")
        assert len([place for place in lab.world.placements() if place.name == "lp1"]) == 1
        with pytest.raises(HscError, match="HSCLAF21"):
            await lab.desk.recover(lab.lp1)

    asyncio.run(scenario())


def test_a_fault_can_roll_back_by_itself_and_happens_only_as_often_as_stated():
    async def scenario() -> None:
        lab = SmallLab({"faults": [{"kind": "migration-breaks", "phase": "copy", "at": 50, "times": 1}]})
        outcome = await lab.clock.until_done(lab.desk.migrate(lab.request("s2")))
        assert codes(outcome) == ["HSCLA2CF", "HSCL365C"]
        assert (lab.lp1.server.name, lab.lp1.state, lab.world.migrations) == ("s1", "Running", {})
        assert codes(await lab.clock.until_done(lab.desk.migrate(lab.request("s2")))) == []
        assert lab.lp1.server.name == "s2"

    asyncio.run(scenario())


def test_the_migration_goes_on_when_the_one_who_asked_for_it_is_gone():
    async def scenario() -> None:
        lab = SmallLab()
        task = asyncio.create_task(lab.desk.migrate(lab.request("s2")))
        await lab.clock.advance(1)
        task.cancel()
        await settle()
        assert task.cancelled()
        await lab.clock.until(lambda: lab.lp1.server.name == "s2" and not lab.world.migrations)
        assert lab.lp1.state == "Running"

    asyncio.run(scenario())


def test_two_requests_for_one_partition_never_run_at_once():
    async def scenario() -> None:
        lab = SmallLab()
        both = asyncio.gather(lab.desk.migrate(lab.request("s2")), lab.desk.migrate(lab.request("s3")))
        outcomes = await lab.clock.until_done(asyncio.wait_for(both, None))
        assert sorted(map(codes, outcomes)) == [[], ["HSCL05DF"]]

    asyncio.run(scenario())
