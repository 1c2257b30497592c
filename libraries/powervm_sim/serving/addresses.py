"""Which address and port each endpoint gets on this host."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator, Sequence

_ONLY_LOOPBACK = "127.0.0.1"


class AddressRefused(Exception):
    """An address of the world file may not be used."""


def check_loopback(addresses: Sequence[tuple[str, str]]) -> None:
    """Refuse addresses that other hosts can reach.

    Args:
        addresses: Endpoint names and addresses.

    Raises:
        AddressRefused: One of them is no loopback address.
    """
    outside = [f"{name}: {address}" for name, address in addresses if not ipaddress.ip_address(address).is_loopback]
    if outside:
        text = "these are no loopback addresses, other hosts could use the lab"
        raise AddressRefused(f"{'; '.join(outside)}: {text}. Use 127.x.y.z, or --allow-any-address if you mean it.")


def assign(addresses: Sequence[str], port: int) -> Iterator[tuple[str, int]]:
    """Address and port of each endpoint: its own address and the common port, or where the host has one loopback
    address only, that one and consecutive ports (free ones for port 0)."""
    loopback = [address for address in addresses if ipaddress.ip_address(address).is_loopback]
    if len(loopback) < len(addresses) or all(_can_bind(address) for address in addresses):
        for address in addresses:
            yield address, port
        return
    for index, _ in enumerate(addresses):
        yield _ONLY_LOOPBACK, port + index if port else 0


def _can_bind(address: str) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.bind((address, 0))
    except OSError:
        return False
    return True
