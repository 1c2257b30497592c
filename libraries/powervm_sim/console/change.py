"""What all changes of ``chhwres`` work with: the system, the partition, the slot, and the attributes after ``-a``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from powervm_sim import hsc
from powervm_sim.console.login import ConsoleLogin
from powervm_sim.console.options import Options
from powervm_sim.console.picking import placement_of
from powervm_sim.console.records import parse_record, refuse_unknown
from powervm_sim.console.switch_rows import slot_kinds
from powervm_sim.world.dlpar import check_ready
from powervm_sim.world.model import Placement, Server
from powervm_sim.world.profile_devices import keep_in_profiles
from powervm_sim.world.state import World, find_placement
from powervm_sim.world.usage import free_slot, used_slots

_MAC = re.compile(r"[0-9A-Fa-f]{12}")
LARGEST_SLOT = 65_535


@dataclass(frozen=True)
class Change:
    """One ``chhwres`` command."""

    login: ConsoleLogin
    server: Server
    options: Options

    @property
    def world(self) -> World:
        """Where it happens."""
        return self.login.world

    @property
    def operation(self) -> str:
        """What follows ``-o``."""
        return self.options["-o"]

    def partition(self) -> Placement:
        """The partition of ``-p`` or ``--id``, which can be changed now.

        Raises:
            Refusal: None or both were given, HSCL8011, HSCL8012, HSCL05DF, HSCL2957.
        """
        placement = placement_of(self.server, self.options)
        check_ready(placement)
        keep_in_profiles(placement)
        return placement

    def other(self) -> Placement:
        """The partition of ``-t`` or ``--tid`` that gets what the first one loses; refusals as for `partition`."""
        if self.options.need_one("-t", "--tid") == "--tid":
            placement = find_placement(self.server, number=self.options["--tid"])
        else:
            placement = find_placement(self.server, name=self.options["-t"])
        if placement is placement_of(self.server, self.options):
            raise hsc.usage(["-t"])
        check_ready(placement)
        return placement

    def attributes(self, allowed: Iterable[str], *, required: Iterable[str] = ()) -> Attributes:
        """What follows ``-a``. Raises Refusal: it is missing, cannot be taken apart, or names an unknown attribute."""
        needed = list(required)
        if needed:
            self.options.need("-a")
        record = parse_record(self.options["-a"]) if "-a" in self.options else {}
        refuse_unknown(record, list(allowed))
        missing = [name for name in needed if name not in record]
        if missing:
            raise hsc.usage(missing)
        return Attributes(record)

    def slot(self) -> int:
        """The slot of ``-s``. Raises Refusal when it is missing or no slot number."""
        self.options.need("-s")
        return int(self.options["-s"])

    def kind_in_slot(self) -> str:
        """What a removal without ``--rsubtype`` means: the kind of the adapter in the slot.

        Raises:
            Refusal: It is no removal, or there is no adapter.
        """
        if self.operation != "r" or "-s" not in self.options:
            raise hsc.usage(["--rsubtype"])
        placement, slot = self.partition(), self.slot()
        kind = slot_kinds(placement).get(slot)
        if kind is None:
            raise no_adapter(placement, slot, "virtual")
        return {"ethernet": "eth"}.get(kind, kind)

    def new_slot(self, placement: Placement, wanted: int | None = None) -> int:
        """A slot for a new adapter: the wanted one, that of ``-s``, or the lowest free one.

        Raises:
            HscError: It is in use, or cannot be used for an adapter of this kind.
        """
        if wanted is None and "-s" in self.options:
            wanted = int(self.options["-s"])
        if wanted is None:
            return free_slot(placement)
        check_slot(placement, wanted)
        return wanted

    def note(self, placement: Placement | None, what: str) -> None:
        """Write the change into the history of the lab."""
        name = placement.name if placement is not None else None
        self.world.history.add("hardware", server=self.server.name, partition=name, change=what)

    @property
    def time_of_day(self) -> str:
        """For lines of programs in a partition: ``Jan 02 02:20:22``."""
        return f"{datetime.now().astimezone():%b %d %H:%M:%S}"


class Attributes:
    """A record after ``-a``. All getters raise Refusal for values that cannot be."""

    def __init__(self, record: dict[str, str]) -> None:
        self._record = record

    def __contains__(self, name: str) -> bool:
        return name in self._record

    def text(self, name: str, default: str = "") -> str:
        """A value as it is."""
        return self._record.get(name, default)

    def one_of(self, name: str, choices: Iterable[str], default: str) -> str:
        """One of some words."""
        value = self.text(name, default)
        if value not in choices:
            raise hsc.invalid_value(name, value)
        return value

    def boolean(self, name: str, *, default: bool = False) -> bool:
        """0 or 1; words such as ``true`` are no booleans here."""
        return self.one_of(name, ("0", "1"), str(int(default))) == "1"

    def whole(self, name: str, least: int, most: int, default: int | None = None) -> int:
        """A number within bounds."""
        if name not in self and default is not None:
            return default
        value = self.text(name)
        if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
            raise hsc.invalid_value(name, value)
        return int(value)

    def figure(self, name: str, default: float) -> float:
        """A number that may have decimals."""
        return default if name not in self else figure(name, self.text(name))

    def mac(self, name: str, default: str) -> str:
        """Twelve hexadecimal digits; none of it changed."""
        value = self.text(name, default)
        if not _MAC.fullmatch(value):
            raise hsc.invalid_value(name, value)
        return value

    def logical_port(self, name: str = "logical_port_id") -> int:
        """A logical port id such as ``27004001``."""
        return logical_port(name, self.text(name))


def figure(name: str, value: str) -> float:
    """A number with or without decimals. Raises Refusal."""
    if not re.fullmatch(r"\d{1,9}(\.\d{1,4})?", value, re.ASCII):
        raise hsc.invalid_value(name, value)
    return float(value)


def logical_port(name: str, value: str) -> int:
    """A logical port id. Raises Refusal."""
    if not re.fullmatch(r"[0-9A-Fa-f]{8}", value):
        raise hsc.invalid_value(name, value)
    return int(value, 16)


def check_slot(placement: Placement, slot: int) -> None:
    """Raises HscError when a virtual slot cannot get an adapter."""
    if not 2 <= slot <= LARGEST_SLOT:
        raise hsc.invalid_value("slot_num", str(slot))
    if slot in used_slots(placement):
        text = f"The virtual slot {slot} of the partition {placement.name} is in use. Choose another slot."
        raise hsc.HscError("HSCLAF33", text)


def no_adapter(placement: Placement, slot: int, kind: str) -> hsc.HscError:
    """There is no adapter of the kind in the slot."""
    return hsc.HscError("HSCLAF34", f"The partition {placement.name} has no {kind} adapter in virtual slot {slot}.")


def number_list(name: str, value: str) -> tuple[int, ...]:
    """VLAN numbers with commas between them, none for an empty text or ``none``. Raises Refusal."""
    if value in ("", "none"):
        return ()
    numbers = value.split(",")
    if not all(number.isascii() and number.isdigit() and 1 <= int(number) <= 4094 for number in numbers):
        raise hsc.invalid_value(name, value)
    return tuple(dict.fromkeys(int(number) for number in numbers))
