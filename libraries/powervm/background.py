"""A command that runs in a partition while something else happens there, and leaves nothing behind.

It writes to a file in a folder of its own that only its user can read, ends by itself when nobody stops it, and goes on
when our connection is lost.
"""

from __future__ import annotations

import shlex
from contextlib import suppress

from powervm.errors import MobilityError
from powervm.partition import LinuxPartition
from powervm.waiting import Deadline, ask_until

_ONE_TRY = 10.0
"""Seconds that one attempt to stop it and to read its file may take."""


class BackgroundCommand:
    """A command in the background of a partition.

    Args:
        partition: Where it runs.
        what: What it is, for messages.
        command: The command line; it must end by itself after some time.
        program: Name of the process, so that nothing else is ever sent a signal.
        signal: What makes it end in good order.
    """

    def __init__(
        self, partition: LinuxPartition, what: str, command: str, *, program: str, signal: str = "TERM"
    ) -> None:
        self._partition = partition
        self._what = what
        self._command = command
        self._program = program
        self._signal = signal
        self._folder = ""
        self._process = ""

    @property
    def started(self) -> bool:
        """It was started and not stopped yet."""
        return bool(self._process)

    def start(self, deadline: Deadline | None = None) -> None:
        """Start it.

        Raises:
            MobilityError: It could not be started; the message has what the partition said.
        """
        script = (
            f"d=$(mktemp -d /tmp/lpm.XXXXXX) || exit 1; "
            f"LC_ALL=C nohup {self._command} > $d/out 2>&1 < /dev/null & echo $d $!"
        )
        result = self._partition.run(script, deadline)
        words = result.stdout.split()
        if not result.ok or len(words) != 2:
            said = result.stderr.strip() or result.stdout.strip() or f"exit status {result.status}"
            raise MobilityError(
                f"{self._partition.name}: {self._what} could not be started: {said}",
                remedy="Check that /tmp of the partition has room and may be written.",
            )
        self._folder, self._process = words

    def stop(self, deadline: Deadline) -> list[str]:
        """Stop it, and return the lines that it has written; the partition is asked until it answers.

        Raises:
            MobilityError: The partition does not answer up to the deadline; the command ends by itself later.
        """
        process, self._process = self._process, ""
        found = f'[ "$(ps -o comm= -p {process} 2>/dev/null)" = {self._program} ]'
        # it writes its last lines when it is told to end; it is gone after a moment
        script = (
            f"{found} && kill -{self._signal} {process}; for i in 1 2 3 4 5 6 7 8 9 10; do "
            f"{found} || break; sleep 0.1; done; cat {self._folder}/out"
        )

        def ask(limit: Deadline) -> tuple[list[str]]:
            return (list(self._partition.lines(script, limit)),)

        (lines,) = ask_until(
            ask, deadline, each=_ONE_TRY, interval=1.0, what=f"the lines of {self._what}",
            late=self._partition.connection.close,
        )  # fmt: skip
        with suppress(MobilityError):  # the file is small, and its folder is one of /tmp
            command = f"{found} && kill -KILL {process}; rm -rf {shlex.quote(self._folder)}"
            self._partition.run(command, Deadline(_ONE_TRY))
        return lines
