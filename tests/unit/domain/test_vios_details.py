"""The detail text of a Virtual I/O Server in words."""

from __future__ import annotations

import re

import pytest

from powervm.messages import read_details
from powervm.messages.details import known_details

HEAD = (
    "HSCLA356 The RMC command issued to partition vios1 failed. This means that destination VIOS partition "
    "vios1 cannot host the virtual adapter 4 on the migrating partition.\n"
    "HSCLA29A The RMC command issued to partition vios1 failed. The partition command is: migmgr -f find_devices -t "
    "vfc -C 0x3 -a ACTIVE_LPM -d 1 The RMC return code is: 0 The OS command return code is: 83 The OS standard out is: "
    "Running method '/usr/lib/methods/mig_vfc'\n"
)
PORTS = "Client Target WWPNs: 50050763080801ae 500507630808c1ae 50050763083341ae\n"


def framed(text: str) -> str:
    return f"{HEAD}VIOS_DETAILED_ERROR\n{text}\nEnd Detailed Message.\n"


def test_no_port_that_fits() -> None:
    (found,) = read_details(framed(f"{PORTS}There are no FC adapters\nReturning from npiv_dest_adapter rc=83"))
    assert (found.server, found.ports) == ("vios1", ("50050763080801ae", "500507630808c1ae", "50050763083341ae"))
    assert found.sentence.startswith("vios1: no Fibre Channel port of this server fits; the storage ports that the ")
    assert "(50050763080801ae, 500507630808c1ae, 50050763083341ae)" in found.sentence
    assert "lsnports" in found.remedy


def test_every_port_that_is_not_zoned_is_named() -> None:
    not_zoned = "is not zoned to the same target ports as the source for this client"
    text = f"{PORTS}fscsi0 {not_zoned}\nfscsi2 {not_zoned}\nrc = 69 MIG_LACK_RESOURCE"
    found = read_details(framed(text))
    assert [item.meaning.split(" ")[0] for item in found] == ["fscsi0", "fscsi2"]
    assert all("Zone both WWPNs" in item.remedy for item in found)


def test_a_reservation() -> None:
    (found,) = read_details(framed("hdisk4: reserve_policy is single_path\nrc = 69 MIG_LACK_RESOURCE"))
    assert "a disk is reserved" in found.meaning
    assert "reserve_policy=no_reserve" in found.remedy


def test_a_text_that_says_little_is_shown() -> None:
    (found,) = read_details(framed("something else\nrc = 69 MIG_LACK_RESOURCE"))
    assert found.meaning == "this server lacks a resource that the adapter needs (something else)."
    (unknown,) = read_details(framed("nobody knows this"))
    assert unknown.sentence == "vios1: its detail text says: nobody knows this"


@pytest.mark.parametrize("message", ["", "HSCL8012 not found", "VIOS_DETAILED_ERROR that does not end"])
def test_messages_without_a_detail_text(message: str) -> None:
    assert read_details(message) == []


def test_the_frame_is_read_in_any_language_around_it() -> None:
    text = f"HSCLA29A 失败\nVIOS_DETAILED_ERROR\n{PORTS}There are no FC adapters\nEnd Detailed Message.\n"
    (found,) = read_details(text)
    assert (found.server, found.sentence.split(":")[0]) == ("", "The Virtual I/O Server")


def test_every_pattern_of_the_list_can_be_used() -> None:
    for entry in known_details():
        groups = re.compile(entry.pattern).groups
        assert groups or "{1}" not in entry.meaning + entry.remedy
        assert entry.remedy
