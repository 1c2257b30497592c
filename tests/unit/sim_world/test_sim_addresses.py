"""Addresses: loopback ones only, and ports instead of addresses where the host has one address only."""

from __future__ import annotations

import pytest

from powervm_sim.serving import addresses
from powervm_sim.serving.addresses import AddressRefused, assign, check_loopback

THREE = ["127.0.10.1", "127.0.10.2", "127.0.30.1"]


def test_every_endpoint_gets_its_address_and_the_common_port(monkeypatch):
    monkeypatch.setattr(addresses, "_can_bind", lambda _address: True)
    assert list(assign(THREE, 10022)) == [(address, 10022) for address in THREE]


def test_with_one_loopback_address_the_ports_differ(monkeypatch):
    monkeypatch.setattr(addresses, "_can_bind", lambda address: address == "127.0.0.1")
    assert list(assign(THREE, 10022)) == [("127.0.0.1", 10022), ("127.0.0.1", 10023), ("127.0.0.1", 10024)]
    assert list(assign(THREE, 0)) == [("127.0.0.1", 0)] * 3


def test_addresses_outside_are_refused_by_name():
    check_loopback([("a", "127.1.2.3"), ("b", "::1")])
    with pytest.raises(AddressRefused, match=r"^c: 10\.0\.0\.1; d: 2001:db8::1: "):
        check_loopback([("a", "127.0.0.1"), ("c", "10.0.0.1"), ("d", "2001:db8::1")])


def test_addresses_of_other_networks_are_never_replaced(monkeypatch):
    monkeypatch.setattr(addresses, "_can_bind", lambda address: address == "127.0.0.1")
    assert list(assign(["192.0.2.1", "127.0.10.1"], 22)) == [("192.0.2.1", 22), ("127.0.10.1", 22)]
