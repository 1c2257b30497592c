"""How an endpoint fails on the network: switched off, refusing, resetting, frozen."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from functools import partial

from powervm_sim.faults.engine import Effect, Faults, Undo
from powervm_sim.faults.machine_kinds import EndpointDown, EndpointFrozen, EndpointRefuses, EndpointResets
from powervm_sim.faults.rule import Occasion, Rule
from powervm_sim.world.gate import Gate

_FROZEN = "frozen"


class Outage:
    """What is wrong with the network side of one endpoint.

    Attributes:
        silent: New connections are not even refused.
        closed: There is no listener.

    Args:
        exempt: Nothing ever goes wrong here: it is where faults are taken back.
        changed: Called when ``silent`` or ``closed`` may have changed.
    """

    def __init__(self, faults: Faults, name: str, gate: Gate, changed: Callable[[], None], *, exempt: bool) -> None:
        self._faults = faults
        self._name = name
        self._exempt = exempt
        self._gate = gate
        self._changed = changed
        self._causes: list[type[Rule]] = []
        effects: tuple[tuple[type[Rule], Effect], ...] = (
            (EndpointDown, partial(self._impose, EndpointDown)),
            (EndpointRefuses, partial(self._impose, EndpointRefuses)),
            (EndpointFrozen, partial(self._impose, EndpointFrozen)),
        )
        for kind, effect in () if exempt else effects:
            faults.bind(kind, name, effect)

    @property
    def silent(self) -> bool:
        """The machine is off."""
        return EndpointDown in self._causes

    @property
    def closed(self) -> bool:
        """New connections cannot be made."""
        return self.silent or EndpointRefuses in self._causes

    def resets(self) -> bool:
        """Whether the connection that has just been made is to be reset."""
        return not self._exempt and bool(self._faults.take(EndpointResets, Occasion(endpoint=self._name)))

    def _impose(self, kind: type[Rule], _rule: Rule) -> Undo:
        self._causes.append(kind)
        self._apply()

        def undo() -> None:
            self._causes.remove(kind)
            self._apply()

        return undo

    def _apply(self) -> None:
        if EndpointFrozen in self._causes:
            self._gate.close(_FROZEN)
        else:
            self._gate.open(_FROZEN)
        self._changed()


class SilentPort:
    """Holds a port so that whoever connects gets no answer, as from a machine without power.

    A listener whose queue is full drops what comes further; this one has room for one connection and makes that
    itself.
    """

    def __init__(self, address: str, port: int) -> None:
        """Raises OSError when the port is taken."""
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._sockets = [socket.socket(family)]
        listener = self._sockets[0]
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((address, port))
            listener.listen(0)
            self._fill(family, address, port)
        except OSError:
            self.close()
            raise

    def _fill(self, family: int, address: str, port: int) -> None:
        filler = socket.socket(family)
        self._sockets.append(filler)
        filler.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            filler.connect((address, port))

    def close(self) -> None:
        """Give the port back."""
        for each in self._sockets:
            each.close()
