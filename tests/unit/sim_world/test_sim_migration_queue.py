"""Several partitions in one command: limits of systems and movers, the line of those that wait, what is reserved."""

from __future__ import annotations

import asyncio
import math

from migration_support import MOVE, begun, codes, ended, many, only, refused, run
from world_doubles import SmallLab

from powervm_sim.migration.migration import State

QUICK = {"latency": {"listing": 0, "change": 0}}


def states(lab: SmallLab) -> list[str]:
    return sorted(migration.state.value for migration in lab.world.migrations.values())


def on(lab: SmallLab, server: str) -> list[str]:
    return sorted(place.name for place in lab.world.servers[server].placements.values() if not place.partition.is_vios)


async def listed(lab: SmallLab, command: str) -> list[str]:
    task = asyncio.create_task(lab.start(command))
    await lab.clock.advance(0)
    return task.result()[0].splitlines()


def test_as_many_migrate_at_once_as_the_system_allows_and_the_rest_waits():
    async def scenario() -> None:
        lab = SmallLab({**many(5), **QUICK, "servers.s2.migrations": 2})
        task = await begun(lab, "migrlpar -o m -m s1 -t s2 -p m1,m2,m3,m4,m5", count=5)
        assert states(lab) == ["Migration Starting"] * 2 + ["Migration Waiting"] * 3
        assert await listed(lab, "lslparmigr -r sys -m s2 -F num_active_migrations_in_progress") == ["2"]
        fields = "name,migration_state,migration_type,dest_sys_name,dest_lpar_id"
        assert await listed(lab, f"lslparmigr -r lpar -m s1 --filter lpar_names=m5 -F {fields}") == [
            "m5,Migration Waiting,active,s2,65535"
        ]
        assert await listed(lab, "lssyscfg -r lpar -m s1 --filter lpar_names=m5 -F state") == ["Running"]
        assert "m5" not in await listed(lab, "lssyscfg -r lpar -m s2 -F name")
        assert await ended(lab, task) == ("", 0)
        assert on(lab, "s2") == ["m1", "m2", "m3", "m4", "m5"]

    asyncio.run(scenario())


def test_the_limit_of_the_movers_holds_and_they_share_the_work():
    async def scenario() -> None:
        lab = SmallLab({**many(6), **QUICK})
        for server in ("s1", "s2"):
            for number in (1, 2):
                command = f"migrlpar -o set -m {server} -r lpar --id {number} -i num_active_migrations_configured=2"
                await lab.type(command)
        task = await begun(lab, "migrlpar -o m -m s1 -t s2 -p m1,m2,m3,m4,m5,m6", count=6)
        assert states(lab) == ["Migration Starting"] * 4 + ["Migration Waiting"] * 2
        assert await listed(lab, "lslparmigr -r msp -m s1 -F num_active_migrations_in_progress") == ["2", "2"]
        assert await ended(lab, task) == ("", 0)

    asyncio.run(scenario())


def test_one_partition_alone_is_refused_when_there_is_no_room():
    async def scenario() -> None:
        lab = SmallLab({**many(1), "servers.s2.migrations": 1})
        task = await begun(lab, "migrlpar -o m -m s1 -t s2 -p m1")
        text, status = await lab.start(MOVE)
        assert (status, codes(text)) == (1, ["HSCLAF09"])
        assert await ended(lab, task) == ("", 0)
        assert await lab.type(MOVE) == ("", 0)

    asyncio.run(scenario())


def test_busy_movers_are_told():
    async def scenario() -> None:
        one = {"servers.s1.virtual_io_servers.s1-vios2.msp": False}
        lab = SmallLab({**many(1), **one})
        await lab.type("migrlpar -o set -m s1 -r lpar -p s1-vios1 -i num_active_migrations_configured=1")
        task = await begun(lab, "migrlpar -o m -m s1 -t s2 -p m1")
        text, status = await lab.start(MOVE)
        assert (status, codes(text)) == (1, ["HSCLAF42"])
        assert "(s1-vios1)" in text
        await ended(lab, task)

    asyncio.run(scenario())


def test_a_busy_mover_that_is_wanted_is_told_though_another_one_is_free():
    async def scenario() -> None:
        lab = SmallLab(many(1))
        await lab.type("migrlpar -o set -m s1 -r lpar -p s1-vios1 -i num_active_migrations_configured=1")
        task = await begun(lab, "migrlpar -o m -m s1 -t s2 -p m1 -i source_msp_id=1")
        for data in ("source_msp_id=1", '"\\"source_msps=s1-vios1//,s1-vios2//\\""'):
            text, status = await lab.start(f"{MOVE} -i {data}")
            assert (status, codes(text)) == (1, ["HSCLAF42"])
        await ended(lab, task)

    asyncio.run(scenario())


def test_two_consoles_share_the_limits_of_a_system():
    async def scenario() -> None:
        lab = SmallLab({**many(2), "servers.s1.migrations": 1})
        lab.world.trust.add(("near", "hscroot", "far", "hscroot"))
        task = await begun(lab, "migrlpar -o m -m s1 -t s3 -p m1 --ip 10.0.0.2")
        text, status = await lab.start("migrlpar -o m -m s1 -t s2 -p m2")
        assert (status, codes(text)) == (1, ["HSCLAF09"])
        assert await ended(lab, task) == ("", 0)

    asyncio.run(scenario())


def test_consoles_migrate_at_the_same_time():
    async def scenario() -> None:
        lab = SmallLab({"partitions.lp3": {**many(1)["partitions.m1"], "server": "s3"}})
        lab.world.trust |= {("near", "hscroot", "far", "hscroot"), ("far", "hscroot", "near", "hscroot")}
        there = await begun(lab, "migrlpar -o m -m s1 -t s3 -p lp1 --ip 10.0.0.2")
        back = asyncio.create_task(lab.start("migrlpar -o m -m s3 -t s2 -p lp3 --ip 10.0.0.1", "far"))
        await lab.clock.until(lambda: len(lab.world.migrations) == 2)
        assert await ended(lab, there) == ("", 0)
        assert await ended(lab, back) == ("", 0)
        assert (on(lab, "s3"), on(lab, "s2")) == (["lp1"], ["lp3"])

    asyncio.run(scenario())


def test_one_bad_partition_does_not_stop_the_others_and_is_named():
    lab = SmallLab({**many(3), "partitions.m2.migration_disabled": True})
    text, status = run(lab, "migrlpar -o m -m s1 -t s2 -p m1,m2,m3")
    assert status == 1
    assert text.splitlines()[:2] == ["Errors:", "Partition m2:"]
    assert codes(text) == ["HSCLAF08"]
    assert on(lab, "s2") == ["m1", "m3"]


def test_all_takes_those_that_can_migrate():
    lab = SmallLab({**many(2), "partitions.m2.migration_disabled": True, "partitions.off.configured": False})
    assert run(lab, "migrlpar -o v -m s1 -t s2 --all") == ("", 0)
    assert run(lab, "migrlpar -o m -m s1 -t s2 --all") == ("", 0)
    assert on(lab, "s2") == ["lp1", "m1"]
    assert refused(lab, "migrlpar -o m -m s1 -t s2 --all") == ["HSCLAF59"]


def test_one_that_all_means_waits_too():
    async def scenario() -> None:
        lab = SmallLab({**many(1), "servers.s2.migrations": 1, "partitions.off.configured": False})
        first = await begun(lab, "migrlpar -o m -m s1 -t s2 -p lp1")
        second = asyncio.create_task(lab.start("migrlpar -o m -m s1 -t s2 --all"))
        await lab.clock.until(lambda: len(lab.world.migrations) == 2)
        assert states(lab)[-1] == "Migration Waiting"
        assert await ended(lab, first) == ("", 0)
        assert await ended(lab, second) == ("", 0)
        assert on(lab, "s2") == ["lp1", "m1"]

    asyncio.run(scenario())


def test_ids_may_be_a_list_and_active_and_inactive_ones_mix():
    lab = SmallLab()
    assert run(lab, "migrlpar -o m -m s1 -t s2 --id 7,8") == ("", 0)
    assert on(lab, "s2") == ["lp1", "off"]


def test_what_is_for_one_partition_is_refused_for_several_and_the_multiple_form_works():
    lab = SmallLab({**many(2)})
    assert refused(lab, "migrlpar -o m -m s1 -t s2 -p m1,m2 -i dest_lpar_id=50") == ["HSCLAF55"]
    data = '-i "\\"multiple_dest_lpar_ids=m1//50,/102/51\\""'
    assert run(lab, f"migrlpar -o m -m s1 -t s2 -p m1,m2 {data}") == ("", 0)
    assert {lab.world.servers["s2"].placements[number].name for number in (50, 51)} == {"m1", "m2"}


def test_mappings_of_several_partitions():
    storage = [{"slot": 3, "kind": "fc", "server": "s1-vios1", "remote_slot": 61}]
    other = [{"slot": 3, "kind": "fc", "server": "s1-vios1", "remote_slot": 62}]
    lab = SmallLab({**many(2), "partitions.m1.storage": storage, "partitions.m2.storage": other})
    data = '-i "\\"multiple_virtual_fc_mappings=m1/3//2/71/fcs1,m2//3//1/72\\""'
    assert run(lab, f"migrlpar -o m -m s1 -t s2 -p m1,m2 {data}") == ("", 0)
    placed = {name: lab.world.home(lab.world.partitions[name]).storage[0] for name in ("m1", "m2")}
    assert (placed["m1"].host_id, placed["m1"].remote_slot, placed["m1"].fc_port) == (2, 71, "fcs1")
    assert (placed["m2"].host_id, placed["m2"].remote_slot) == (1, 72)


def test_a_priority_decides_who_goes_first():
    async def scenario() -> None:
        lab = SmallLab({**many(3), "servers.s1.migrations": 1})
        data = '-i "\\"multiple_priorities=m1//9,m2//5,m3//1\\""'
        task = asyncio.create_task(lab.start(f"migrlpar -o m -m s1 -t s2 -p m1,m2,m3 {data}"))
        assert await ended(lab, task) == ("", 0)
        arrived = [event.facts["partition"] for event in lab.world.history.events("place", event="arrived")]
        assert arrived == ["m3", "m2", "m1"]

    asyncio.run(scenario())


def test_what_fits_only_once_is_given_only_once():
    memory = 40 * 1024
    lab = SmallLab({"partitions.lp1.memory": 4096, **many(2, memory=20 * 1024)})
    lab.world.servers["s2"].memory = 16384 + memory
    text, status = run(lab, "migrlpar -o m -m s1 -t s2 -p m1,m2")
    assert (status, codes(text)) == (1, ["HSCLAF0A"])
    assert len(on(lab, "s2")) == 1


def test_ids_and_slots_are_reserved_from_the_set_up_on_and_free_after_a_stop():
    async def scenario() -> None:
        lab = SmallLab({**many(1), **QUICK})
        free = lab.world.servers["s2"].free_memory
        task = await begun(lab, f"{MOVE} -i dest_lpar_id=60")
        assert lab.world.servers["s2"].free_memory == free - 8192
        text, status = await lab.type("migrlpar -o v -m s1 -t s2 -p m1 -i dest_lpar_id=60")
        assert (status, codes(text)) == (1, ["HSCLAF0E"])
        assert await lab.type("migrlpar -o s -m s1 -p lp1") == ("", 0)
        assert (await task)[1] == 1
        assert lab.world.servers["s2"].free_memory == free
        assert await lab.type("migrlpar -o v -m s1 -t s2 -p m1 -i dest_lpar_id=60") == ("", 0)

    asyncio.run(scenario())


def test_one_that_waits_can_be_stopped_and_is_judged_anew_at_its_turn():
    async def scenario() -> None:
        lab = SmallLab({**many(3), **QUICK, "servers.s1.migrations": 1})
        task = await begun(lab, "migrlpar -o m -m s1 -t s2 -p m1,m2,m3", count=3)
        assert await lab.type("migrlpar -o s -m s1 -p m2") == ("", 0)
        lab.world.partitions["m3"].migration_disabled = True
        text, status = await ended(lab, task)
        assert (status, codes(text)) == (1, ["HSCLA2CF", "HSCLAF08"])
        assert "Partition m2:\nHSCLA2CF" in text
        assert "Partition m3:\nHSCLAF08" in text
        assert (on(lab, "s2"), lab.world.migrations) == (["m1"], {})

    asyncio.run(scenario())


def test_a_partition_that_waits_is_not_taken_by_another_command():
    async def scenario() -> None:
        lab = SmallLab({**many(2), **QUICK, "servers.s1.migrations": 1})
        task = await begun(lab, "migrlpar -o m -m s1 -t s2 -p m1,m2", count=2)
        text, status = await lab.type("migrlpar -o v -m s1 -t s2 -p m2")
        assert (status, codes(text)) == (1, ["HSCL05DF"])
        assert await ended(lab, task) == ("", 0)

    asyncio.run(scenario())


def test_a_hundred_migrations_end_in_the_time_that_the_limits_allow_on_paper():
    lab = SmallLab(many(100, memory=256, units=0.05))
    lab.world.servers["s2"].memory = 1 << 20
    names = ",".join(f"m{number}" for number in range(1, 101))
    assert run(lab, f"migrlpar -o m -m s1 -t s2 -p {names}") == ("", 0)
    durations, rate = lab.world.settings.durations, lab.world.settings.transfer
    first = 256 / rate.rate
    copy = first + (first * rate.dirty_rate) / rate.rate
    each = durations.set_up + copy + 0.2 + durations.clean_up
    paper = durations.validation + math.ceil(100 / 16) * each
    assert paper - 1 <= lab.clock.time <= paper + 2
    most = 0
    running = 0
    for event in lab.world.history.events("phase"):
        running += {"set-up": 1, "end": -1}.get(event.facts["phase"], 0)
        most = max(most, running)
    assert most == 16


def test_the_one_that_failed_and_waits_for_a_recovery_takes_no_room():
    fault = {"kind": "migration-breaks", "partition": "lp1", "phase": "copy", "leave": "failed", "times": 1}
    lab = SmallLab({**many(1), "servers.s1.migrations": 1, "faults": [fault]})
    assert run(lab, MOVE)[1] == 1
    assert only(lab).state is State.FAILED
    assert run(lab, "migrlpar -o m -m s1 -t s2 -p m1") == ("", 0)
