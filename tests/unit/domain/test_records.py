"""The grammar of console output, on real lines and on made-up ones."""

from __future__ import annotations

import shlex
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powervm.records import (
    RecordError,
    absent,
    flag,
    integer,
    number,
    read_records,
    read_table,
    read_values,
    split_list,
    write_record,
)

OUTPUT = Path(__file__).parent / "console_output"
REAL_LINES = (OUTPUT / "records.txt").read_text(encoding="utf-8").splitlines()
MANUAL_LINES = (OUTPUT / "records_from_manuals.txt").read_text(encoding="utf-8").splitlines()
REAL_TABLES = (OUTPUT / "tables.txt").read_text(encoding="utf-8").split("\n\n")

names = st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True)
values = st.text(st.characters(codec="ascii", exclude_characters='"\r\n', exclude_categories=["Cc"]), max_size=20)


@pytest.mark.parametrize("line", REAL_LINES + MANUAL_LINES, ids=lambda line: line[:40])
def test_every_known_line_is_one_record_that_loses_nothing(line: str) -> None:
    (record,) = read_records(line + "\n")
    assert write_record(record) == line


@pytest.mark.parametrize(("position", "attribute", "expected"), [
    (0, "type_model", "8375-42A"),
    (0, "lpar_proc_compat_modes", "default,POWER7,POWER8,POWER9,POWER9_base"),
    (0, "power_on_type", "power on"),
    (1, "os_version", "AIX 7.1 7100-00-00-0000"),
    (2, "state", "Not Activated"),
    (3, "os_version", "Nieznane"),
    (4, "virtual_serial_adapters", "0/server/1/any//any/1,1/server/1/any//any/1"),
    (5, "wwpns", "c050760000000000,c050760000000001"),
    (8, "addl_vlan_ids", "10,11"),
    (9, "adapter_id", "2"),
    (10, "adapter_id", "null"),
    (12, "drc_name", "PHB 4229"),
    (13, "io_slots", "21020013/none/1,21040015/none/1,21010020/none/0"),
    (13, "virtual_vasi_adapters", "none"),
    (14, "curr_lpar_score", "none"),
])  # fmt: skip
def test_values_of_real_lines(position: int, attribute: str, expected: str) -> None:
    (record,) = read_records(REAL_LINES[position])
    assert record[attribute] == expected


@pytest.mark.parametrize("table", REAL_TABLES, ids=lambda table: table[:30])
def test_every_known_table_has_a_value_for_each_name(table: str) -> None:
    header, *rows = table.strip().splitlines()
    records = read_table(table)
    assert [",".join(record.values()) for record in records] == rows
    assert all(list(record) == header.split(",") for record in records)


BACKING_DEVICES = (
    "lpar_name,lpar_id,type,adapter_id,physical_port_id,logical_port_id,capacity,desired_capacity,max_capacity,"
    "desired_max_capacity,failover_priority,is_active,status"
)


@pytest.mark.parametrize(("names", "line"), [
    ("lpar_name,port_vlan_id,vswitch,state,trunk_priority", "sys-R1-vios1,1,ETHERNET0,1,1"),
    ("lpar_name,port_vlan_id,vswitch,state,trunk_priority", "sys-R1-vios1,2,ETHERNET0,1,1"),
    (BACKING_DEVICES, "vios-a,100,sriov,1,1,27004003,2.0,2.0,100.0,100.0,50,1,Operational"),
    (
        "name,rmc_state,rmc_ipaddr,rmc_osshutdown_capable,dlpar_mem_capable,dlpar_proc_capable,dlpar_io_capable",
        "teacher02 9.200.104.218,inactive,9.200.104.218,0,0,0,0",
    ),
    (
        "lpar_id,state,rmc_state,rmc_ipaddr,os_version,dlpar_mem_capable,dlpar_proc_capable,dlpar_io_capable",
        "3,Running,active,10.32.244.214,AIX 6.1 6100-06-06-1140,1,1,1",
    ),
])  # fmt: skip
def test_rows_of_values_are_read_by_the_names_that_were_asked_for(names: str, line: str) -> None:
    (record,) = read_values(line + "\n", names.split(","))
    assert list(record) == names.split(",")
    assert ",".join(record.values()) == line


def test_vital_product_data_is_one_value_of_many_lines() -> None:
    (record,) = read_records((OUTPUT / "lshmc_vpd.txt").read_text(encoding="utf-8"))
    lines = record["vpd"].splitlines()
    assert (lines[0], lines[5], lines[-1]) == ("*FC ????????", "*TM 7310-CR4", "*RM V7R3.1.0.1")


def test_values_with_a_quoted_list() -> None:
    assert read_values('p11,"default,POWER9,POWER9_base,POWER10,POWER11"\n', ["name", "modes"]) == [
        {"name": "p11", "modes": "default,POWER9,POWER9_base,POWER10,POWER11"}
    ]


def test_the_separator_between_the_names_is_the_one_of_the_output() -> None:
    assert read_values("U78D5.ND2.CSS140C-P1-C3-C1:1\n", ["phys_loc", "adapter_id"], separator=":") == [
        {"phys_loc": "U78D5.ND2.CSS140C-P1-C3-C1", "adapter_id": "1"}
    ]


def test_values_that_span_lines() -> None:
    (record,) = read_records((OUTPUT / "lshmc_v10r3.txt").read_text(encoding="utf-8"))
    assert record["base_version"] == "V10R3\n"
    assert record["version"].splitlines()[4] == "MF71689 - HMC V10R3 M1060"


def test_a_list_whose_entries_hold_commas() -> None:
    (record,) = read_records('lpar_id=1,"virtual_eth_adapters=""2/1/1/3,4,5/0/1"",4/0/2//1/0"\n')
    assert split_list(record["virtual_eth_adapters"]) == ["2/1/1/3,4,5/0/1", "4/0/2//1/0"]


@pytest.mark.parametrize("output", ["No results were found.\n", "No results were found.", ""])
def test_nothing_to_list(output: str) -> None:
    assert read_records(output) == []
    assert read_values(output, ["name"]) == []
    assert read_table(output) == []


@pytest.mark.parametrize("word", ["", "none", "null", "unavailable", None])
def test_words_for_nothing(word: str | None) -> None:
    assert absent(word)


def test_numbers_and_flags() -> None:
    record = {"id": "7", "units": "0.5", "msp": "1", "none": "none", "bad": "x"}
    assert (integer(record, "id"), number(record, "units"), flag(record, "msp")) == (7, 0.5, True)
    assert (integer(record, "none"), number(record, "missing"), flag(record, "none")) == (None, None, None)
    for read in (integer, number, flag):
        with pytest.raises(RecordError, match="Attribute bad should be"):
            read(record, "bad")


def test_an_open_quote_is_named() -> None:
    with pytest.raises(RecordError, match="A quote is not closed"):
        read_records('name=a,"modes=default,POWER9\n')


def test_a_row_with_too_few_values_is_named() -> None:
    with pytest.raises(RecordError, match=r"Expected 2 values \(name, state\)"):
        read_values("lp1\n", ["name", "state"])


def test_text_that_is_no_record_is_named() -> None:
    with pytest.raises(RecordError, match="Expected name=value pairs"):
        read_records("HSCL8012 The partition named x was not found.\n")


def test_configuration_data_for_two_mappings() -> None:
    data = write_record({"virtual_fc_mappings": ["4//1//fcs0", "5//2//fcs1"], "dest_lpar_id": "5"})
    assert data == '"virtual_fc_mappings=4//1//fcs0,5//2//fcs1",dest_lpar_id=5'
    assert shlex.split(shlex.quote(data)) == [data]


@given(st.lists(st.dictionaries(names, values, min_size=1, max_size=6), min_size=1, max_size=4))
def test_what_is_written_is_read_again(records: list[dict[str, str]]) -> None:
    assert read_records("".join(write_record(record) + "\n" for record in records)) == records


@given(st.lists(values.filter(lambda value: not absent(value)), min_size=1, max_size=5))
def test_lists_are_split_as_they_were_joined(entries: list[str]) -> None:
    (record,) = read_records(write_record({"name": entries}))
    if len(entries) > 1:
        assert split_list(record["name"]) == entries


@given(st.text(max_size=200))
def test_no_output_makes_the_reader_fail_otherwise_than_by_its_own_error(output: str) -> None:
    with suppress(RecordError):
        assert all(record for record in read_records(output))
