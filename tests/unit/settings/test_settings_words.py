"""Settings as migrlpar hears them, alone and beside free option text."""

from __future__ import annotations

import pytest

from powervm.console import MigrationRequest, Operation
from powervm.errors import MobilityError
from powervm.settings import (
    BadMigrationOptions,
    MigrationSettings,
    Mover,
    Multipath,
    NameOrId,
    NpivCheck,
    RedundantMovers,
    RedundantPaging,
    SriovPorts,
    Steps,
    StorageProtection,
    Uuid,
    Vnics,
    read_free_options,
)

EVERYTHING = MigrationSettings(
    target_id=41,
    processor_pool=NameOrId("SharedPool01"),
    source_mover=Mover("vios1"),
    target_mover=Mover(number=2, address="10.1.1.14"),
    multipath=Multipath.OVERRIDE,
    npiv_check=NpivCheck.PORT_AND_DISK,
    uuid=Uuid.KEEP,
    vnics=Vnics.AVAILABLE,
    sriov_ports=SriovPorts.ALL,
    redundant_movers=RedundantMovers.MUST_NOT,
    redundant_paging=RedundantPaging.IF_AVAILABLE,
    affinity_check=True,
    current_data=False,
    wait=90.0,
    detail=0,
    steps=Steps.DETAILS,
    warnings=True,
    error_details=False,
)


def request(options: str = "", **settings: object) -> MigrationRequest:
    chosen = MigrationSettings(**settings)  # type: ignore[arg-type]
    return MigrationRequest(source="S", target="T", partition="lp1", settings=chosen, options=options)


def test_every_kind_of_setting_has_its_option_and_its_data() -> None:
    assert " ".join(EVERYTHING.words()) == (
        "--redundantvios 2 --mpio 2 --npivval portdisk --uuid 1 --vniccfg 2 --redundantmsps 0 --migsriov 1 --steps 2 "
        "--affinity -v --nodetails -w 2 -d 0"
    )
    assert EVERYTHING.data() == {
        "dest_lpar_id": "41",
        "shared_proc_pool_name": "SharedPool01",
        "source_msp_name": "vios1",
        "dest_msp_id": "2",
        "dest_msp_ipaddr": "10.1.1.14",
    }


def test_nothing_chosen_is_nothing_said() -> None:
    assert (MigrationSettings().words(), MigrationSettings().data()) == ([], {})
    assert request().command(Operation.MIGRATE) == "migrlpar -o m -m S -t T -p lp1"


def test_two_pairs_of_movers_are_one_group_of_two_entries() -> None:
    two = MigrationSettings(
        source_mover=Mover("vios1", None, "10.1.1.11"),
        target_mover=Mover("vios3", None, "10.1.1.13"),
        second_source_mover=Mover("vios2", None, "10.1.1.12"),
        second_target_mover=Mover("vios4", None, "10.1.1.14"),
    )
    assert two.words() == ["--redundantmsps", "1"]
    assert two.data() == {
        "redundant_msps": [
            "1/vios1//10.1.1.11/vios3//10.1.1.13",
            "1/vios2//10.1.1.12/vios4//10.1.1.14",
        ]
    }
    assert two.back().data() == {
        "redundant_msps": [
            "1/vios3//10.1.1.13/vios1//10.1.1.11",
            "1/vios4//10.1.1.14/vios2//10.1.1.12",
        ]
    }


def test_what_a_second_pair_implies_is_not_said_beside_free_text_that_says_it() -> None:
    pairs = {"source_mover": Mover("v1"), "second_source_mover": Mover("v2")}
    assert request("--redundantmsps 2", **pairs).command(Operation.VALIDATE) == (
        "migrlpar -o v -m S -t T -p lp1 -i '\"redundant_msps=1/v1/////,1/v2/////\"' --redundantmsps 2"
    )
    assert "--redundantmsps 1" in request("-w 5", **pairs).command(Operation.VALIDATE)


def test_on_the_way_back_movers_change_sides_and_the_target_is_forgotten() -> None:
    back = EVERYTHING.back()
    assert back.pair == (Mover(number=2, address="10.1.1.14"), Mover("vios1"))
    assert (back.target_id, back.processor_pool, back.multipath) == (None, None, Multipath.OVERRIDE)
    assert back.back().pair == EVERYTHING.pair


def test_what_is_given_later_wins() -> None:
    chosen = EVERYTHING.overridden_by(MigrationSettings(multipath=Multipath.KEEP, target_id=5))
    assert (chosen.multipath, chosen.target_id, chosen.uuid) == (Multipath.KEEP, 5, Uuid.KEEP)


def test_what_holds_for_the_other_kind_of_move_can_be_left_out() -> None:
    off = EVERYTHING.fitting(active=False)
    assert (off.pair, off.redundant_movers, off.affinity_check, off.target_id) == ((None, None), None, None, 41)
    protected = MigrationSettings(storage_protection=StorageProtection.OVERRIDE)
    assert protected.fitting(active=True) == MigrationSettings()


def test_free_input_data_and_settings_become_one_record() -> None:
    both = request(
        '--mpio 2 -i "dest_lpar_id=5,\\"virtual_fc_mappings=4//1,5//2\\"" -w 5', processor_pool=NameOrId("P")
    )
    assert both.command(Operation.VALIDATE) == (
        "migrlpar -o v -m S -t T -p lp1 -i "
        "'shared_proc_pool_name=P,dest_lpar_id=5,\"virtual_fc_mappings=4//1,5//2\"' --mpio 2 -w 5"
    )


@pytest.mark.parametrize(
    "options", ["-i dest_lpar_id=5", "-f /tmp/data", "-i nonsense", "-i a=1 -i b=2"],
    ids=["the same attribute", "a file", "no record", "two records"],
)  # fmt: skip
def test_free_input_data_that_cannot_become_one_record_is_refused(options: str) -> None:
    with pytest.raises(BadMigrationOptions):
        request(options, target_id=7).command(Operation.VALIDATE)


def test_free_text_is_understood_as_far_as_it_goes() -> None:
    text = "--mpio 2 --redundantmsps=1 --npivval portdisk -w5 -d 3 --affinity --vsi 7 -n new -i source_msp_id=3"
    found = read_free_options(text).settings()
    assert found == MigrationSettings(
        multipath=Multipath.OVERRIDE,
        redundant_movers=RedundantMovers.MUST,
        npiv_check=NpivCheck.PORT_AND_DISK,
        wait=300.0,
        detail=3,
        affinity_check=True,
        profile="new",
        source_mover=Mover(number=3),
    )


@pytest.mark.parametrize(
    ("text", "mover"),
    [
        ("vios1", Mover("vios1")),
        ("1", Mover(number=1)),
        (2, Mover(number=2)),
        ("10.1.1.11", Mover(address="10.1.1.11")),
        ("10.1.7.0/16", Mover(subnet="10.1.0.0/16")),
        ("fd00::/8", Mover(subnet="fd00::/8")),
        ("vios1/10.1.1.11", Mover("vios1", None, "10.1.1.11")),
        ("/3/10.1.1.11", Mover("", 3, "10.1.1.11")),
    ],
)
def test_a_mover_is_known_by_the_form_of_its_text(text: str | int, mover: Mover) -> None:
    assert Mover.parse(text) == mover


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("vios1/1", "'vios1/1' says the name and the id. Keep one of them: vios1 or 1."),
        ("vios1/1/10.1.1.11", "'vios1/1/10.1.1.11' says the name and the id. Keep one of them: vios1 or 1."),
        ("10.1.0.0/99", "'10.1.0.0/99' is no subnet. Write for example 10.1.0.0/16."),
        ("vios1/here", "'vios1/here' names no mover. Write a name, an id, an address"),
        ("", "'' names no mover."),
        ('a="b', "names no mover."),
    ],
)
def test_a_mover_that_is_none(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=r"names|says|is no") as caught:
        Mover.parse(text)
    assert why in str(caught.value)


def test_a_subnet_that_was_not_looked_up_is_never_sent() -> None:
    with pytest.raises(MobilityError, match=r"subnet 10.1.0.0/16 of a mover was not looked up"):
        request(source_mover=Mover.parse("10.1.0.0/16")).command(Operation.MIGRATE)


def test_a_pool_by_name_or_id() -> None:
    assert NameOrId.parse("SharedPool01").data("shared_proc_pool") == {"shared_proc_pool_name": "SharedPool01"}
    assert NameOrId.parse("0").data("shared_proc_pool") == {"shared_proc_pool_id": "0"}
    with pytest.raises(ValueError, match="says the name and the id"):
        NameOrId.parse("SharedPool01/1")


def test_a_mover_fits_by_each_of_its_names() -> None:
    offered = {"name": "vios1", "number": 1, "address": "10.1.1.11"}
    fitting = ["vios1", "1", "10.1.1.11", "10.1.0.0/16", "vios1/10.1.1.11"]
    assert [text for text in [*fitting, "vios2", "2", "10.2.0.0/16"] if Mover.parse(text).fits(**offered)] == fitting  # type: ignore[arg-type]
