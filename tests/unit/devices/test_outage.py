"""The ping probe's output, the interfaces of a partition, and what is refused about them."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from powervm.lab import Network
from powervm.network import obstacle, read_interfaces
from powervm.outage import Answers, judge_outage, ping_until
from powervm.outcome import Severity
from powervm.waiting import Deadline

NETWORK = Network(interface="env6", peer="10.0.0.77", address="10.0.0.5/24", interval=0.2, outage=2.0)
HEAD = "PING 10.0.0.77 (10.0.0.77) from 10.0.0.5 env6: 56(84) bytes of data."


def reply(second: float, number: int) -> str:
    return f"[{1787738162 + second:.6f}] 64 bytes from 10.0.0.77: icmp_seq={number} ttl=64 time=0.213 ms"


def waiting(second: float, number: int) -> str:
    return f"[{1787738162 + second:.6f}] no answer yet for icmp_seq={number}"


GAP = [
    *(HEAD, reply(0.0, 1), reply(0.2, 2), waiting(0.6, 3), waiting(0.8, 4), reply(3.0, 5), reply(3.2, 6), ""),
    "--- 10.0.0.77 ping statistics ---",
    "6 packets transmitted, 4 received, 33.3333% packet loss, time 3200ms",
]


def test_the_longest_gap_is_between_two_answers() -> None:
    outage = Answers().read(GAP).outage(NETWORK)
    assert (outage.sent, outage.received, outage.lost) == (6, 4, 2)
    assert outage.longest_gap == pytest.approx(2.8)
    assert outage.gap_at == pytest.approx(1787738162.2)
    finding = judge_outage("lp5", outage)
    assert (finding.severity, finding.text) == (
        Severity.ERROR,
        "10.0.0.77 through env6 did not answer for 2.8 s during the move; 2 of 6 pings were lost, and 2 s are fine.",
    )


def test_a_gap_that_has_not_ended_counts() -> None:
    outage = Answers().read([HEAD, reply(0.0, 1), *(waiting(number / 5, number) for number in range(2, 20))])
    assert outage.outage(NETWORK).longest_gap == pytest.approx(3.8)
    assert outage.outage(NETWORK).lost == 18  # there is no summary: the numbers are counted


def test_the_time_before_the_first_answer_counts() -> None:
    answers = Answers().read([HEAD, waiting(0.2, 1), waiting(4.0, 20), reply(4.2, 21), reply(4.4, 22)])
    assert answers.outage(NETWORK).longest_gap == pytest.approx(4.0)
    assert judge_outage("lp5", answers.outage(NETWORK)).severity is Severity.ERROR


def test_a_ping_that_was_killed_tells_no_summary() -> None:
    assert Answers().read(GAP).whole
    assert not Answers().read(GAP[:-1]).whole


def test_no_answer_at_all() -> None:
    outage = Answers().read([HEAD, waiting(0.2, 1), waiting(0.4, 2)]).outage(NETWORK)
    assert (outage.longest_gap, outage.lost) == (None, 2)
    assert judge_outage("lp5", outage).text == "10.0.0.77 through env6 did not answer once during the move (2 pings)."


def test_a_peer_that_answers_after_a_moment() -> None:
    """The link of an interface that was just brought up is not there at once."""
    statuses = [1, 2, 0]
    guest: Any = SimpleNamespace(
        name="lp5",
        run=lambda _command, _deadline: SimpleNamespace(
            ok=statuses[0] == 0, status=statuses.pop(0), stdout="", stderr="ping: connect: Network is unreachable"
        ),
    )
    assert ping_until(guest, NETWORK, Deadline(5), limit=5, interval=0.01) is None
    statuses += [2]
    trouble = ping_until(guest, NETWORK, Deadline(0), limit=5, interval=0.01)
    assert trouble is not None
    assert "does not answer a ping through env6: ping: connect: Network is unreachable." in str(trouble)


def test_numbers_begin_again() -> None:
    outage = Answers().read([reply(0.0, 65535), reply(0.2, 0), reply(0.4, 1)]).outage(NETWORK)
    assert (outage.sent, outage.longest_gap) == (65537, 0.2)


def listing(connection: str = "10.0.1.1 50022 10.0.1.5 22") -> str:
    rows = [
        {"ifname": "env2", "flags": ["UP"], "addr_info": [{"local": "10.0.1.5", "prefixlen": 24}]},
        {"ifname": "env6", "flags": ["UP"], "addr_info": []},
        {"ifname": "bond0", "flags": ["UP"], "addr_info": [{"local": "10.0.2.5", "prefixlen": 24}]},
        {"ifname": "env7", "flags": ["UP"], "master": "bond0", "addr_info": []},
    ]
    return f"{connection}\n{json.dumps(rows)}"


def wish(interface: str, address: str | None) -> Network:
    return Network(interface=interface, address=address, peer="10.0.0.1")


@pytest.mark.parametrize(
    ("interface", "address", "refusal"),
    [
        ("env6", "10.0.0.5/255.255.255.0", ""),
        ("env2", "10.0.1.5/24", ""),  # it has this address: nothing is done to it
        ("env2", None, ""),
        (
            "env2",
            "10.0.0.5/24",
            "10.0.0.5 is not set on env2: our own connection comes in through it and could be cut.",
        ),
        ("env6", "10.0.1.5/24", "10.0.1.5 is not set on env6: env2 has this address."),
        ("env6", None, "env6 has no address, and the lab file names none."),
        ("env9", None, "there is no network interface env9; it has: env2, env6, bond0, env7."),
        ("env6", "10.0.0/24", "'10.0.0/24' is no address with prefix length or mask."),
    ],
)
def test_what_may_be_done_to_an_interface(interface: str, address: str | None, refusal: str) -> None:
    assert obstacle(read_interfaces(listing()), wish(interface, address)) == refusal


def test_a_member_of_the_bond_that_we_come_in_through() -> None:
    interfaces = read_interfaces(listing("10.0.2.1 50022 10.0.2.5 22"))
    assert interfaces.carries_us("env7")
    assert "could be cut" in obstacle(interfaces, wish("env7", "10.0.0.5/24"))


def test_without_a_connection_nothing_is_ours() -> None:
    assert read_interfaces(listing("")).ours == ""
