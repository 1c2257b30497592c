"""How testers name movers, pools and servers: one text, whose form tells what it is."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

from powervm.errors import MobilityError

_FORBIDDEN = ',="'
_MOVER_FORMS = "Write a name, an id, an address, a subnet such as 10.1.0.0/16, or NAME/ADDRESS."


@dataclass(frozen=True)
class NameOrId:
    """A pool or a server, by its name on the console or its id.

    Attributes:
        name: Empty when the id is known instead.
        number: None when the name is known instead.
    """

    name: str = ""
    number: int | None = None

    @classmethod
    def parse(cls, text: str | int) -> NameOrId:
        """A name, or a number for an id, for example ``SharedPool01`` or ``1``."""
        words = str(text).strip()
        name, slash, number = words.partition("/")
        if slash and name and number.isdigit():
            raise ValueError(f"'{text}' says the name and the id. Keep one of them: {name} or {number}.")
        if slash or not words or any(sign in words for sign in _FORBIDDEN):
            raise ValueError(f"'{text}' is neither a name nor an id. Write for example SharedPool01, or 1.")
        return cls(number=int(words)) if words.isdigit() else cls(name=words)

    def data(self, stem: str) -> dict[str, str]:
        """As input data of migrlpar: ``{stem}_name`` or ``{stem}_id``."""
        return {f"{stem}_name": self.name} if self.name else {f"{stem}_id": str(self.number)}

    def __str__(self) -> str:
        return self.name or str(self.number)


@dataclass(frozen=True)
class Mover:
    """A mover service partition, by its name, its id, its address, or the subnet that its address is in.

    Attributes:
        name, number: At most one of them is there.
        address: The one that is to be used, or that it is known by.
        subnet: An address in it is still to be looked up on the console.
    """

    name: str = ""
    number: int | None = None
    address: str = ""
    subnet: str = ""

    @classmethod
    def parse(cls, text: str | int) -> Mover:
        """A name, an id, an address, a subnet, or a name and an address.

        For example ``vios1``, ``1``, ``10.1.1.11``, ``10.1.0.0/16`` (the console is asked for the mover's address in
        it) or ``vios1/10.1.1.11``.
        """
        words = str(text).strip()
        head, slash, tail = words.partition("/")
        if not words or any(sign in words for sign in _FORBIDDEN):
            raise ValueError(f"'{text}' names no mover. {_MOVER_FORMS}")
        if not slash and words.isdigit():
            return cls(number=int(words))
        if _is_address(head):
            return cls(subnet=_subnet(words)) if slash else cls(address=words)
        if not slash:
            return cls(name=words)
        return cls._of_parts(words, [head, *tail.split("/")])

    @classmethod
    def _of_parts(cls, text: str, parts: list[str]) -> Mover:
        """``name/address``, or the console's own ``name/id/address`` where name or id is empty."""
        name, number, address = (parts[0], "", parts[1]) if len(parts) == 2 else (*parts, "", "")[:3]
        if len(parts) == 2 and address.isdigit():
            number, address = address, ""
        if name and number:
            raise ValueError(f"'{text}' says the name and the id. Keep one of them: {name} or {number}.")
        if len(parts) > 3 or (number and not number.isdigit()) or not _is_address(address or "::"):
            raise ValueError(f"'{text}' names no mover. {_MOVER_FORMS}")
        if not (name or number or address):
            raise ValueError(f"'{text}' names no mover. {_MOVER_FORMS}")
        return cls(name, int(number) if number else None, address)

    def fits(self, *, name: str, number: int | None, address: str) -> bool:
        """Whether a mover that the console offers is the one that is meant."""
        return (
            self.name in ("", name)
            and self.number in (None, number)
            and self.address in ("", address)
            and (not self.subnet or _is_in(address, self.subnet))
        )

    def data(self, side: str) -> dict[str, str]:
        """As input data of migrlpar; side is ``source`` or ``dest``.

        Raises:
            MobilityError: A subnet was not looked up on the console before.
        """
        self._needs_no_look()
        found = {}
        if self.name:
            found[f"{side}_msp_name"] = self.name
        elif self.number is not None:
            found[f"{side}_msp_id"] = str(self.number)
        if self.address:
            found[f"{side}_msp_ipaddr"] = self.address
        return found

    def entry(self) -> str:
        """As a part of an entry of ``redundant_msps``: name, id, address.

        Raises:
            MobilityError: A subnet was not looked up on the console before.
        """
        self._needs_no_look()
        return f"{self.name}/{'' if self.number is None else self.number}/{self.address}"

    def _needs_no_look(self) -> None:
        if self.subnet:
            raise MobilityError(
                f"The subnet {self.subnet} of a mover was not looked up on the console.",
                remedy="Name the mover by its address instead.",
            )

    def __str__(self) -> str:
        who = self.name or ("" if self.number is None else str(self.number))
        return "/".join(part for part in (who, self.address or self.subnet) if part)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _network(text: str) -> IPv4Network | IPv6Network:
    return ipaddress.ip_network(text, strict=False)


def _subnet(text: str) -> str:
    try:
        return str(_network(text))
    except ValueError:
        raise ValueError(f"'{text}' is no subnet. Write for example 10.1.0.0/16.") from None


def _is_in(address: str, subnet: str) -> bool:
    return _is_address(address) and ipaddress.ip_address(address) in _network(subnet)
