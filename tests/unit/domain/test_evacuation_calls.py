"""Who goes into which call of migrlpar, and what it says."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from powervm.console import MigrationLimits, MigrationRequest, MoverFigures, Operation
from powervm.errors import MobilityError
from powervm.evacuation.calls import Room, in_order, next_call, room_of, said_about, together, without_room
from powervm.settings import MigrationSettings, Mover, Multipath, NameOrId


@dataclass(frozen=True)
class Somebody:
    partition: str
    memory: int = 1024
    units: float = 1.0
    active: bool = True


A, B, C = Somebody("a", 1024), Somebody("b", 4096), Somebody("c", 1024)
OFF = Somebody("off", 8192, active=False)


def test_the_largest_goes_first() -> None:
    assert in_order([C, A, OFF, B]) == [OFF, B, A, C]


def test_those_before_take_their_room() -> None:
    assert without_room([B, A, C], memory=5200, units=None) == {"c": "80 MB are left for it, and it has 1024 MB."}
    assert without_room([B, A], memory=None, units=1.5) == {"a": "0.5 processing units are left for it, and it has 1."}
    assert without_room([OFF, B], memory=4096, units=1.0) == {}
    assert without_room([B, A], memory=1024, units=9.0) == {"b": "1024 MB are left for it, and it has 4096 MB."}


def limits(active: int | None, running: int | None = 0, inactive: int | None = 40) -> MigrationLimits:
    return MigrationLimits(active, running, inactive, 0)


def movers(*free: int | None) -> list[MoverFigures]:
    return [MoverFigures(f"v{place}", 16, number, 0, 3) for place, number in enumerate(free)]


@pytest.mark.parametrize(
    ("systems", "sides", "pairs", "room"),
    [
        ([limits(16, 3), limits(8)], [movers(8, 8), movers(8, 8)], 1, Room(8, 40)),
        ([limits(16), limits(16)], [movers(1, 1), movers(8)], 1, Room(2, 40)),
        ([limits(16), limits(16)], [movers(2, 2), movers(8)], 2, Room(2, 40)),
        ([limits(16), limits(None, None, None)], [movers(None, 8), []], 1, Room(16, 40)),
        ([limits(None, None, None)], [[]], 1, Room(None, None)),
        ([limits(4, 6), limits(8)], [], 1, Room(0, 40)),
    ],
)
def test_the_smallest_limit_counts(
    systems: list[MigrationLimits], sides: list[list[MoverFigures]], pairs: int, room: Room
) -> None:
    assert room_of(systems, sides, pairs=pairs) == room


def test_a_call_takes_as_many_as_there_is_room_for() -> None:
    assert next_call([B, OFF, A, C], Room(2, 0)) == [B, A]
    assert next_call([B, OFF, A, C], Room(1, 1)) == [B, OFF]
    assert next_call([B, OFF, A, C], Room(None, None)) == [B, OFF, A, C]
    assert next_call([B, A], Room(0, 0)) == [B]


def request(partition: str, **settings: object) -> MigrationRequest:
    chosen = MigrationSettings(**settings)  # type: ignore[arg-type]
    return MigrationRequest(source="S", target="T", partition=partition, settings=chosen)


def test_several_are_one_request_with_data_for_each() -> None:
    shared = {"source_mover": Mover("v1"), "multipath": Multipath.OVERRIDE}
    one = together(
        [
            request("a", target_id=41, processor_pool=NameOrId("P"), **shared),
            request("b", processor_pool=NameOrId(number=1), **shared),
        ]
    )
    assert one.command(Operation.MIGRATE) == (
        "migrlpar -o m -m S -t T -p a,b --mpio 2 -i 'source_msp_name=v1,multiple_dest_lpar_ids=a//41,"
        '"multiple_shared_proc_pools=a//P/,b///1"\''
    )


def test_mappings_of_several_name_the_partition() -> None:
    first = MigrationRequest(source="S", target="T", partition="a", data={"virtual_fc_mappings": ["4//1", "5//2"]})
    second = MigrationRequest(source="S", target="T", partition="b", data={"vnic_mappings": "6/ded/v"})
    assert dict(together([first, second]).data) == {
        "multiple_virtual_fc_mappings": ["a//4//1", "a//5//2"],
        "multiple_vnic_mappings": ["b//6/ded/v"],
    }


def test_one_alone_is_asked_for_as_it_is() -> None:
    alone = request("a", target_id=41)
    assert together([alone]) is alone


def test_two_that_move_in_different_ways_are_not_one_call() -> None:
    with pytest.raises(MobilityError, match="a and b cannot move in one call"):
        together([request("a"), request("b", multipath=Multipath.OVERRIDE)])


OUTPUT = """\
Errors:
Partition lp21:
HSCLA2CF The partition migration has been stopped unexpectedly.
HSCL365C The partition migration has been stopped.
Partition lp22:
HSCLAF09 Something about lp21 and others.
"""


def test_what_was_printed_about_one_of_them() -> None:
    names = ["lp2", "lp21", "lp22"]
    assert said_about(OUTPUT, "lp21", names).splitlines() == OUTPUT.splitlines()[2:4]
    assert said_about(OUTPUT, "lp22", names) == "HSCLAF09 Something about lp21 and others."
    assert said_about(OUTPUT, "lp2", names) == ""
    assert said_about("HSCL1234 no part for anybody", "lp21", names) == ""
