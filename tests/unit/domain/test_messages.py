"""The message catalogue and how a message is explained."""

from __future__ import annotations

import pytest

from powervm.messages import catalogue, codes_in, explain, headline

FAILED_VALIDATION = """Errors:
HSCLA319 The migrating partition's virtual fibre channel client adapter 4 cannot be hosted by the existing \
Virtual I/O Server (VIOS) partitions on the destination managed system. To migrate the partition, set up the \
necessary VIOS host on the destination managed system, then try the operation again.
Details:
HSCLA29A ... The OS command return code is: 69
VIOS_DETAILED_ERROR
Client Target WWPNs: 50050763080801ae 500507630808c1ae 50050763083341ae
There are no FC adapters
Returning from npiv_dest_adapter rc=83
End Detailed Message.
"""


def test_codes_keep_their_order_and_stand_once() -> None:
    assert codes_in("HSCL127D: HSCL1288 logical port. HSCL127D again, HSCLx123, XHSCL1234") == ["HSCL127D", "HSCL1288"]


def test_a_chain_is_explained_to_its_end() -> None:
    explained = explain(FAILED_VALIDATION)
    assert [item.code for item in explained] == ["HSCLA319", "HSCLA29A", "rc 69", "rc 83"]
    assert all(item.entry for item in explained)
    assert explained[0].text.startswith("HSCLA319 The migrating partition's")
    assert explained[-1].text == "Returning from npiv_dest_adapter rc=83"
    assert "NPIV" in explained[-1].remedy or "Fibre Channel" in explained[-1].remedy


def test_a_translated_message_is_explained_by_its_code() -> None:
    (explained,) = explain("HSCL3653 源和目标管理控制台之间的安全 Shell 通信配置")
    assert explained.meaning == catalogue()["HSCL3653"].meaning


def test_an_unknown_code_says_so() -> None:
    (explained,) = explain("HSCL0F0F something new")
    assert explained.entry is None
    assert "not in the message catalogue" in explained.meaning


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (FAILED_VALIDATION, "HSCLA319 The migrating partition's virtual fibre channel client adapter 4 cannot be"),
        ("\nThe command entered is either missing\nmore", "The command entered is either missing"),
        ("", ""),
    ],
)
def test_the_headline(output: str, expected: str) -> None:
    assert headline(output).startswith(expected)


def test_every_error_of_the_catalogue_has_a_remedy_or_is_final() -> None:
    without = {code for code, entry in catalogue().items() if entry.severity == "error" and not entry.remedy}
    final = {"HSCLA4A0", "HSCL8016", "HSCLC63B", "HSCL0622", "HSCL0DC8", "HSCL1288", "HSCL1295", "HSCLCA00", "rc 85"}
    assert without == final
