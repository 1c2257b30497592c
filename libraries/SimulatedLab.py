"""The keywords that start a simulated lab, look behind its scenes, and make things go wrong in it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from robot.api.deco import keyword, library

from mobility_keywords.lab_control import LabControl, times_fired
from mobility_keywords.simulations import SIMULATIONS


@library(scope="GLOBAL", doc_format="ROBOT", auto_keywords=False)
class SimulatedLab:
    """Starts a simulated lab as a child process, and tells what truly happened in it.

    `Inject Fault` makes something go wrong in it; `Clear Faults` takes that back.

    A lab file with a section ``simulated`` needs none of this: `Use Lab` of PartitionMobility starts the lab by
    itself. These keywords are for tests that want a lab of their own, or want to look behind its scenes.
    """

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self) -> None:
        self.ROBOT_LIBRARY_LISTENER = self

    def close(self) -> None:
        """The run is over: nothing of it may stay behind."""
        SIMULATIONS.stop_all()

    @keyword
    def start_simulated_lab(self, world: Path, *, speed: float | None = None) -> str:
        """Start a simulated lab, or go on with the one of this world and speed that this run has started already.

        It is stopped at the end of the run, however that ends. Also a worker of pabot has it for itself.

        Args:
            world: Path of a world file.
            speed: What the durations of long things are divided by; by default what the world file says.

        Returns:
            The path of its ready file, for ``simulated: {ready_file: ...}`` of a lab file.

        Raises:
            SimulationFailed: It did not start; the message says why.

        Example:
        | ${ready} =    Start Simulated Lab    variables/worlds/two-consoles.yaml    speed=20
        """
        return str(SIMULATIONS.get(world, speed=speed).ready_file)

    @keyword
    def stop_simulated_lab(self) -> None:
        """Stop the simulated labs of this run; without one nothing happens.

        Example:
        | Stop Simulated Lab
        """
        SIMULATIONS.stop_all()

    @keyword
    def get_simulated_lab_history(
        self, *, ready_file: Path | None = None, kind: str | None = None
    ) -> list[dict[str, Any]]:
        """What truly happened in a simulated lab: logins and refusals, commands, phases, blackouts, final places.

        Args:
            ready_file: The ready file of the lab; by default the lab that this run has started last.
            kind: Only events of this kind, for example ``blackout``.

        Returns:
            The events in their order, each with ``number``, ``time``, ``clock`` (seconds), ``kind`` and its facts.

        Raises:
            MobilityError: No simulated lab is running.

        Example:
        | @{blackouts} =    Get Simulated Lab History    kind=blackout
        """
        return LabControl(ready_file).history(kind)

    @keyword
    def inject_fault(
        self,
        kind: str,
        *,
        endpoint: str | None = None,
        command: str | None = None,
        partition: str | None = None,
        phase: str | None = None,
        at: float | None = None,
        after: int | None = None,
        times: int | None = None,
        delay: timedelta | None = None,
        duration: timedelta | None = None,
        seconds: timedelta | None = None,
        probability: float | None = None,
        seed: int | None = None,
        ready_file: Path | None = None,
        **parameters: str,
    ) -> str:
        """From now on something goes wrong in the simulated lab, as a rule says.

        All kinds with their own keys are in ``docs/faults.md``; ``lab fault add --help`` on the control endpoint
        lists them, too. Times are those of the lab: its speed divides them.

        In a lab that workers of pabot share, a rule has to name machines that the suite has leased (`Lease Moves` of
        PartitionMobility) and no others, so that it cannot hit another suite; ``docs/parallel.md`` tells more.

        Args:
            kind: What goes wrong, for example ``command-fails`` or ``migration-breaks``.
            endpoint: Name of the machine that it happens to; ``*`` and ``?`` may stand in it, as in all names.
            command: Name of the command, or a pattern for the whole command, for example ``migrlpar -o m*``.
            partition: Whose migration.
            phase: ``validation``, ``set-up``, ``copy``, ``suspend``, ``resume``, ``clean-up`` or ``end``.
            at: Percent of the memory that was sent, for example ``50``.
            after: So many occasions pass unharmed first.
            times: So often at most; every time when it is not stated.
            delay: The rule sleeps first, for example ``30 s``.
            duration: The rule is over so long later, and what it did is undone.
            seconds: How long a command is slow, hangs, or lives.
            probability: Of each occasion, from 0 to 1.
            seed: With the same seed the same occasions are chosen.
            ready_file: The ready file of the lab; by default the lab that this run has started last.
            parameters: Further keys of the kind, for example ``code=HSCL3205``, ``text=...``, or ``id`` for a name.

        Returns:
            The id of the rule, for `Clear Faults` and `Fault Should Have Fired`.

        Raises:
            FaultRefused: The kind, a key or a name is unknown; the message names the nearest known one.

        Example:
        | ${rule} =    Inject Fault    command-fails    endpoint=hmc1    command=lslparmigr    times=1    text=Busy.
        """
        common = {
            "endpoint": endpoint,
            "command": command,
            "partition": partition,
            "phase": phase,
            "at": at,
            "after": after,
            "times": times,
            "delay": delay,
            "duration": duration,
            "seconds": seconds,
            "probability": probability,
            "seed": seed,
        }
        return LabControl(ready_file).add_fault({"kind": kind, **common, **parameters})

    @keyword
    def clear_faults(self, rule_id: str | None = None, *, ready_file: Path | None = None) -> list[str]:
        """Take back fault rules; what they have brought about is undone.

        Args:
            rule_id: The rule; by default all of them, in a lab that workers of pabot share all of this suite.
            ready_file: The ready file of the lab; by default the lab that this run has started last.

        Returns:
            The ids of the rules that were in force.

        Raises:
            FaultRefused: No rule of this id is in force.

        Example:
        | [Teardown]    Clear Faults
        """
        return LabControl(ready_file).clear_faults(rule_id)

    @keyword
    def fault_should_have_fired(self, rule_id: str, *, times: int | None = None, ready_file: Path | None = None) -> int:
        """Fail unless the fault has truly happened.

        Args:
            rule_id: What `Inject Fault` has returned, or the ``id`` of a rule in the world file.
            times: Exactly so often; by default at least once.
            ready_file: The ready file of the lab; by default the lab that this run has started last.

        Returns:
            How often it has happened.

        Raises:
            AssertionError: It has not happened, or not so often.
            MobilityError: There never was such a rule.

        Example:
        | Fault Should Have Fired    ${rule}    times=1
        """
        fired = times_fired(LabControl(ready_file).history("fault"), rule_id)
        if fired != times if times is not None else not fired:
            wanted = "at least once" if times is None else f"{times} times"
            raise AssertionError(f"The fault {rule_id} has happened {fired} times, expected {wanted}.")
        return fired
