"""What consoles say of movers, and what is made of it after a move."""

from __future__ import annotations

import pytest

from powervm.console.mover_answers import MoverEnd, MoverPair, read_mover_figures, read_mover_pairs
from powervm.promises import is_pool, mover_findings
from powervm.records import read_records
from powervm.settings import MigrationSettings, Mover, NameOrId, RedundantMovers

PAIRS = (
    'source_msp_name=vios1,source_msp_id=1,"dest_msp_names=vios3,vios4","dest_msp_ids=1,2",'
    '"ipaddr_mappings=10.1.1.11//1/vios3/10.1.1.13,10.1.1.11//2/vios4/10.1.1.14"'
)


def test_pairs_with_addresses() -> None:
    (record,) = read_records(PAIRS)
    source = MoverEnd("vios1", 1, "10.1.1.11")
    assert list(read_mover_pairs(record)) == [
        MoverPair(source, MoverEnd("vios3", 1, "10.1.1.13")),
        MoverPair(source, MoverEnd("vios4", 2, "10.1.1.14")),
    ]
    assert str(next(read_mover_pairs(record))) == "vios1 (10.1.1.11) -> vios3 (10.1.1.13)"


@pytest.mark.parametrize("mappings", ["", "ipaddr_mappings=unavailable", "ipaddr_mappings=odd"])
def test_pairs_without_addresses(mappings: str) -> None:
    (record,) = read_records(f"source_msp_name=vios1,source_msp_id=1,dest_msp_names=vios3,dest_msp_ids=1,{mappings}")
    assert list(read_mover_pairs(record)) == [MoverPair(MoverEnd("vios1", 1), MoverEnd("vios3", 1))]


def test_figures_of_a_mover() -> None:
    (record,) = read_records(
        "name=vios1,lpar_id=1,num_active_migrations_supported=16,num_active_migrations_configured=8,"
        "num_active_migrations_in_progress=3,concurr_migration_perf_level=4"
    )
    figures = read_mover_figures(record)
    assert (figures.name, figures.supported, figures.configured, figures.level, figures.free) == ("vios1", 16, 8, 4, 5)
    assert read_mover_figures({"name": "vios1"}).free is None


CHOSEN = {"source_mover": Mover("v1"), "target_mover": Mover("v3")}


@pytest.mark.parametrize(
    ("settings", "seen", "expected"),
    [
        ({}, [("v9", "v8")], []),
        (CHOSEN, [("v1", "v3")], [("ok", "was moved by v1 -> v3, as chosen.")]),
        (CHOSEN, [("v1", "v4")], [("error", "was moved by v1 -> v4, and v1, v3 was chosen.")]),
        ({"target_mover": Mover("v3")}, [("v2", "v3")], [("ok", "was moved by v2 -> v3, as chosen.")]),
        (
            {"source_mover": Mover(number=2)},
            [("v1", "v3")],
            [("warning", "was moved by v1 -> v3; whether that is 2, as chosen, is not known.")],
        ),
        (CHOSEN, [], [("warning", "the console did not tell which movers moved it.")]),
        (
            {"redundant_movers": RedundantMovers.MUST},
            [("v1", "v3")],
            [("error", "was moved by v1 -> v3, and redundant movers were chosen.")],
        ),
        (
            {"redundant_movers": RedundantMovers.MUST},
            [("v1,v2", "v3,v4"), ("v2", "v4")],
            [("ok", "was moved by v1,v2 -> v3,v4; v2 -> v4, as chosen.")],
        ),
        (
            {"redundant_movers": RedundantMovers.MUST_NOT},
            [("v1,v2", "v3,v4")],
            [("error", "was moved by v1,v2 -> v3,v4, and redundant movers were ruled out.")],
        ),
        (
            {**CHOSEN, "second_source_mover": Mover("v2"), "redundant_movers": RedundantMovers.IF_AVAILABLE},
            [("v1", "v3")],
            [("ok", "was moved by v1 -> v3, as chosen.")],
        ),
        (
            {**CHOSEN, "second_source_mover": Mover("v2")},
            [("v1", "v3")],
            [("error", "was moved by v1 -> v3, and redundant movers were chosen.")],
        ),
    ],
)
def test_the_movers_that_did_it(settings: dict[str, object], seen: list[tuple[str, str]], expected: object) -> None:
    found = mover_findings("lp1", MigrationSettings(**settings), seen)  # type: ignore[arg-type]
    assert [(item.severity.value, item.text) for item in found] == expected


def test_a_pool_by_its_name_or_its_id() -> None:
    assert is_pool(NameOrId("P"), 1, "P")
    assert is_pool(NameOrId(number=1), 1, "P")
    assert not is_pool(NameOrId("P"), 0, "DefaultPool")
    assert not is_pool(NameOrId(number=1), 0, "DefaultPool")
