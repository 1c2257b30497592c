"""The printer and the readers of records, held against lines that real consoles have printed."""

from __future__ import annotations

import pytest

from powervm_sim.console.options import LISTING, Syntax, flag, value
from powervm_sim.console.output import Table, joined, quoted, table_of
from powervm_sim.console.records import parse_filter, parse_record, split_fields
from powervm_sim.hsc import Refusal

FC = {
    "lpar_name": "lpar-3",
    "lpar_id": "1",
    "slot_num": "301",
    "adapter_type": "client",
    "state": "1",
    "is_required": "0",
    "remote_lpar_id": "100",
    "remote_lpar_name": "lpar-4",
    "remote_slot_num": "301",
    "wwpns": "c050760000000000,c050760000000001",
}
TRUNK = {"lpar_name": "sys-R1-vios1", "port_vlan_id": "1", "vswitch": "ETHERNET0", "state": "1", "trunk_priority": "1"}
REFERENCE = {"lpar_name": "sys-R1-pcie-p1165bad", "time_stamp": "09/30/2026 20:41:31", "refcode": "D200C301"}


def test_a_pair_with_commas_is_quoted_as_a_whole():
    assert table_of([FC]).render([FC], None) == (
        "lpar_name=lpar-3,lpar_id=1,slot_num=301,adapter_type=client,state=1,is_required=0,remote_lpar_id=100,"
        'remote_lpar_name=lpar-4,remote_slot_num=301,"wwpns=c050760000000000,c050760000000001"\n'
    )


def test_values_are_printed_in_the_order_asked_for():
    asked = "lpar_name,port_vlan_id,vswitch,state,trunk_priority"
    assert table_of([TRUNK]).render([TRUNK], asked) == "sys-R1-vios1,1,ETHERNET0,1,1\n"


def test_the_header_repeats_the_names():
    assert table_of([REFERENCE]).render([REFERENCE], "lpar_name,time_stamp,refcode", header=True) == (
        "lpar_name,time_stamp,refcode\nsys-R1-pcie-p1165bad,09/30/2026 20:41:31,D200C301\n"
    )


def test_the_separator_of_the_names_is_that_of_the_values():
    row = {"phys_loc": "U78D5.ND2.CSS140C-P1-C3-C1", "adapter_id": "1"}
    assert table_of([row]).render([row], "phys_loc:adapter_id") == "U78D5.ND2.CSS140C-P1-C3-C1:1\n"


def test_a_list_as_a_value_is_quoted():
    row = {"modes": "default,POWER9,POWER9_base,POWER10,POWER11"}
    assert table_of([row]).render([row], "modes") == '"default,POWER9,POWER9_base,POWER10,POWER11"\n'


def test_entries_with_commas_have_doubled_quotes():
    adapters = joined(["2/1/1/3,4,5/0/1", "3/0/2//0/0"])
    assert quoted(f"virtual_eth_adapters={adapters}") == '"virtual_eth_adapters=""2/1/1/3,4,5/0/1"",3/0/2//0/0"'


def test_nothing_to_list_is_told_without_a_header():
    table = Table("name state", hidden="uuid")
    assert table.render([], None) == "No results were found.\n"
    assert table.render([], "name", header=True) == "No results were found.\n"


def test_hidden_attributes_are_there_for_those_who_ask():
    table = Table("name state", hidden="uuid")
    row = {"name": "a", "state": "Running", "uuid": "X"}
    assert table.render([row], None) == "name=a,state=Running\n"
    assert table.render([row], "uuid,name") == "X,a\n"


@pytest.mark.parametrize("names", ["UUID", "name,proc_mode", "name,,state", "name;state"])
def test_unknown_attributes_are_refused(names):
    table = Table("name state")
    if names == "name;state":
        assert table.render([{"name": "a", "state": "b"}], names) == "a;b\n"
        return
    with pytest.raises(Refusal, match="invalid attribute"):
        table.render([{"name": "a"}], names)


def test_a_missing_attribute_has_its_word():
    table = Table("name trunk", absent={"trunk": "unavailable"})
    assert table.render([{"name": "a"}], None) == "name=a\n"
    assert table.render([{"name": "a"}], "name,trunk") == "a,unavailable\n"


def test_a_header_needs_the_names():
    with pytest.raises(Refusal, match="--header"):
        Table("name").render([{"name": "a"}], None, header=True)


FIELDS = [
    ("a=b,c=d", ["a=b", "c=d"]),
    (
        '"virtual_fc_mappings=4//1//fcs0,5//2//fcs1",dest_lpar_id=5',
        ["virtual_fc_mappings=4//1//fcs0,5//2//fcs1", "dest_lpar_id=5"],
    ),
    ('vnic_mappings="4/ded/a,4/ded/b"', ["vnic_mappings=4/ded/a,4/ded/b"]),
    ('"lpar_names=a,b","profile_names=x"', ["lpar_names=a,b", "profile_names=x"]),
    ('"x=""1,2"""', ['x="1,2"']),
]


@pytest.mark.parametrize(("text", "fields"), FIELDS)
def test_records_are_split_outside_quotes(text, fields):
    assert split_fields(text) == fields


@pytest.mark.parametrize("text", ['"a=b', "a", "a=b,c", "a=1,a=2", "=x"])
def test_bad_records_are_refused(text):
    with pytest.raises(Refusal, match="format of the configuration data is invalid"):
        parse_record(text)


def test_filters_have_several_values():
    assert parse_filter('"lpar_names=a,b",slots=4', ["lpar_names", "slots"]) == {
        "lpar_names": ("a", "b"),
        "slots": ("4",),
    }
    with pytest.raises(Refusal, match="--filter"):
        parse_filter("colour=red", ["lpar_names"])


SYNTAX = Syntax(
    value("-r", required=True, choices=("lpar", "sys")),
    value("-m"),
    flag("--immed"),
    value("-w", number=True),
    *LISTING,
)


def test_options_are_taken_apart():
    options = SYNTAX.parse(["-r", "lpar", "-F", "name,state", "--header", "--immed"])
    assert options.values == {"-r": "lpar", "-F": "name,state", "--header": "", "--immed": ""}
    assert SYNTAX.parse(["-r", "sys", "-F"]).get("-F") == ""
    assert SYNTAX.parse(["-r", "sys", "-F", "--header"]).get("-F") == ""


WRONG = [
    ([], "-r."),
    (["-r"], "-r."),
    (["-r", "cow"], "-r."),
    (["-r", "sys", "-x"], "-x."),
    (["-r", "sys", "-r", "sys"], "-r, sys."),
    (["-r", "sys", "word"], "word."),
    (["-r", "sys", "-w", "soon"], "-w."),
    (["-x", "-w", "a"], "-x, -w, -r."),
]


@pytest.mark.parametrize(("words", "named"), WRONG)
def test_everything_wrong_is_named(words, named):
    with pytest.raises(Refusal) as caught:
        SYNTAX.parse(words)
    assert f"have an invalid value are {named} Please" in str(caught.value)
    assert str(caught.value).startswith("The command entered is either missing a required parameter or a parameter")
