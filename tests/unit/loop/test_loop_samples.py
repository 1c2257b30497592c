"""What is counted after a round trip, read from real lines."""

from __future__ import annotations

from powervm.loop.samples import count_adapters, read_blackout, read_memory
from powervm.records import read_records

LISTING = """\
lpar_name=lpar-3,lpar_id=1,slot_num=301,adapter_type=client,state=1,is_required=0,remote_lpar_id=100,remote_lpar_name=lpar-4,remote_slot_num=301,"wwpns=c050760000000000,c050760000000001"
lpar_name=lpar-4,lpar_id=100,slot_num=301,adapter_type=server,state=1,is_required=0,remote_lpar_id=1,remote_lpar_name=lpar-3,remote_slot_num=301
lpar_name=lpar-4,lpar_id=100,slot_num=302,adapter_type=server,state=1,is_required=0,remote_lpar_id=any,remote_lpar_name=,remote_slot_num=any
"""


def test_adapters() -> None:
    assert count_adapters(read_records(LISTING), "lpar-3") == (1, 1, 2)
    assert count_adapters(read_records("No results were found.\n"), "lpar-3") == (0, 0, 0)


def test_the_blackout_is_the_gap_between_the_last_two_lines() -> None:
    lines = (
        "[ 5210.000000] mobility: calling ibm,suspend-me on CPU 7\n[ 5212.250000] mobility: CPU 7 waking all threads\n"
    )
    assert read_blackout(lines) == 2.25
    assert read_blackout(lines.splitlines()[0]) is None
    assert read_blackout("") is None
    assert read_blackout("[    9.000000] mobility: CPU 7 waking all threads\n" + lines.splitlines()[0]) is None


def test_memory() -> None:
    text = "MemTotal:        2064384 kB\nMemAvailable:    1651507 kB\n"
    assert read_memory(text) == {"memory_total": 2064384.0, "memory_available": 1651507.0}
    assert read_memory("") == {}
