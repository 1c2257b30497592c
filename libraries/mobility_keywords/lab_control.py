"""The control endpoint of a simulated lab: what truly happened in it, and what is to go wrong."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from mobility_keywords.simulations import SIMULATIONS
from powervm.errors import MobilityError
from powervm.lab import load_ready
from powervm.ssh import Connection, Endpoint, HostKeyMode, HostKeys, Login

_KIND = "control"
_LIMIT = 30.0
_PLACES = ("endpoint", "partition", "vios", "other")
_HOW_TO_HAVE_ONE_ALONE = "Lease it (Lease Moves), or have a lab of its own: Use Lab    ${LAB}    shared=no"


class FaultRefused(MobilityError):
    """The simulated lab does not take a fault rule; the message says why."""


class LabControl:
    """Talks to the control endpoint.

    Args:
        ready_file: Of the lab; by default of the one that this process has started last.

    Raises:
        MobilityError: No simulated lab is running.
    """

    def __init__(self, ready_file: Path | None = None) -> None:
        self._endpoint = _endpoint(load_ready(ready_file) if ready_file else _latest())
        self._shared = SIMULATIONS.shared_of(ready_file)

    def history(self, kind: str | None = None) -> list[dict[str, Any]]:
        """The events in their order."""
        options = ["--kind", kind] if kind is not None else []
        events: list[dict[str, Any]] = json.loads(self._run(["history", "--json", *options]))
        return events

    def add_fault(self, rule: Mapping[str, Any]) -> str:
        """Put a rule into force. Returns its id. Raises FaultRefused."""
        if self._shared is not None:
            check_bounds(rule, self._shared.leased)
        rule_id = self._run(["fault", "add", *fault_words(rule)]).strip()
        if self._shared is not None:
            self._shared.faults.append(rule_id)
        return rule_id

    def clear_faults(self, rule_id: str | None) -> list[str]:
        """Take one rule or all of them out of force. Returns their ids. Raises FaultRefused.

        In a lab that others use, too, all of them are those that this process has made.
        """
        if self._shared is not None:
            return self._clear_own(self._shared.faults, rule_id)
        return self._run(["fault", "clear", "--all" if rule_id is None else rule_id]).split()

    def _clear_own(self, own: list[str], rule_id: str | None) -> list[str]:
        if rule_id is not None and rule_id not in own:
            raise FaultRefused(f"The fault rule {rule_id} is not of this suite.", remedy=_HOW_TO_HAVE_ONE_ALONE)
        cleared = []
        for name in [rule_id] if rule_id is not None else list(own):
            try:
                cleared += self._run(["fault", "clear", name]).split()
            except FaultRefused:  # it is over
                if rule_id is not None:
                    raise
            own.remove(name)
        return cleared

    def _run(self, words: Sequence[str]) -> str:
        with Connection(self._endpoint) as connection:
            result = connection.run(shlex.join(["lab", *words]), _LIMIT)
        if result.status == 2:
            raise FaultRefused(result.stderr.strip().removeprefix("lab: "))
        return result.check().stdout


def check_bounds(rule: Mapping[str, Any], leased: frozenset[str]) -> None:
    """Refuse a rule that could happen to what others use: it has to name machines, and only those that are leased.

    Args:
        rule: Its keys.
        leased: Names of the machines that the suite has for itself.

    Raises:
        FaultRefused: It names none, or another one.
    """
    named = [str(rule[key]) for key in _PLACES if rule.get(key) is not None]
    foreign = [name for name in named if name not in leased]
    if foreign or not named:
        what = f"this suite has not leased {', '.join(foreign)}" if foreign else "the rule names no machine"
        have = f"Leased: {', '.join(sorted(leased)) or 'nothing'}."
        raise FaultRefused(f"Other workers use this simulated lab, and {what}. {have}", remedy=_HOW_TO_HAVE_ONE_ALONE)


def clear_own_faults() -> None:
    """Take the rules that this process has made out of force, in labs that others use, too."""
    for shared in SIMULATIONS.shared:
        if shared.faults:
            LabControl(shared.ready_file).clear_faults(None)


def fault_words(rule: Mapping[str, Any]) -> list[str]:
    """A rule as the control endpoint takes it: keys without a value are left out, times become seconds."""
    return [f"{key}={_value(value)}" for key, value in rule.items() if value is not None]


def times_fired(events: Sequence[Mapping[str, Any]], rule_id: str) -> int:
    """How often a rule has happened. Raises MobilityError when there never was such a rule."""
    own = [event["event"] for event in events if event["kind"] == "fault" and event["rule"] == rule_id]
    if not own:
        known = sorted({event["rule"] for event in events if event["kind"] == "fault"})
        raise MobilityError(f"No fault rule was ever called {rule_id}. There were: {', '.join(known) or 'none'}.")
    return own.count("fired")


def _value(value: object) -> str:
    return f"{value.total_seconds():g}" if isinstance(value, timedelta) else f"{value}"


def _latest() -> dict[str, Any]:
    simulation = SIMULATIONS.latest
    if simulation is None:
        raise MobilityError("No simulated lab is running.", remedy="Call Start Simulated Lab or Use Lab first.")
    return simulation.ready


def _endpoint(ready: dict[str, Any]) -> Endpoint:
    control = next(item for item in ready["endpoints"] if item["kind"] == _KIND)
    return Endpoint(
        name=control["name"],
        host=control["address"],
        port=control["port"],
        login=Login(user=control["user"], key_file=Path(control["key_file"])),
        host_keys=HostKeys(HostKeyMode.STRICT, Path(ready["known_hosts"]), tuple(control["host_keys"])),
    )
