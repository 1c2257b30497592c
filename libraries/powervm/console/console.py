"""One class per console: questions with typed answers, and the actions of a migration."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from powervm.console.answers import (
    ConsoleLevel,
    ManagedSystem,
    MemoryUse,
    MigrationLimits,
    MigrationStatus,
    PartitionMemory,
    PartitionProcessors,
    PartitionStatus,
    ProcessorUse,
    read_console_level,
    read_managed_system,
    read_memory_use,
    read_migration_limits,
    read_migration_status,
    read_partition_memory,
    read_partition_processors,
    read_partition_status,
    read_processor_use,
)
from powervm.console.command_line import MigrationRequest, Operation
from powervm.console.mover_answers import MoverFigures, MoverPair, read_mover_figures, read_mover_pairs
from powervm.errors import MobilityError
from powervm.messages import codes_in, explain, headline, read_details
from powervm.records import Record, flag, read_records, read_values, write_record
from powervm.secret import Password
from powervm.ssh import CommandResult, Connection, RunningCommand
from powervm.waiting import Deadline

Answer = TypeVar("Answer")

NO_SUCH_PARTITION = "HSCL8012"
NO_SUCH_SYSTEM = "HSCL8018"
NO_TRUST = "HSCL3653"
AUTHORIZED_KEYS = ".ssh/authorized_keys2"
"""Where a console keeps the keys that ``mkauthkeys`` has added, below the user's home; its user may read it."""


class ConsoleCommandFailed(MobilityError):
    """A console refused or failed a command.

    Attributes:
        result: The whole command result; consoles print errors on stdout.
        codes: Message codes in their order; may be empty (usage errors have none).
    """

    def __init__(self, result: CommandResult) -> None:
        self.result = result
        self.output = f"{result.stdout}\n{result.stderr}".strip()
        self.codes = codes_in(self.output)
        program = result.command.split(maxsplit=1)[0]
        remedy = next((item.remedy for item in reversed(explain(self.output)) if item.remedy), "")
        said = headline(self.output) or f"no message, exit status {result.status}"
        details = [detail.sentence for detail in read_details(self.output)]
        super().__init__(f"{result.endpoint}: {program} failed: {said}", remedy=" ".join(details) or remedy)


class ManagementConsole:
    """A management console, reached over SSH.

    Args:
        name: Its name in the lab file.
        connection: The one connection to it.
        command_limit: Seconds that a question or a short action may take.
    """

    def __init__(self, name: str, connection: Connection, *, command_limit: float = 120.0) -> None:
        self.name = name
        self.connection = connection
        self._limit = command_limit

    # --- questions ----------------------------------------------------------------------------------------------

    def level(self, deadline: Deadline | None = None) -> ConsoleLevel:
        """Version, release, service pack, fixes (``lshmc -V``)."""
        return read_console_level(self._ask(["lshmc", "-V"], deadline))

    def system(self, system: str, deadline: Deadline | None = None) -> ManagedSystem:
        """One managed system; HSCL8018 when this console does not know it."""
        return self._one(["lssyscfg", "-r", "sys", "-m", system], read_managed_system, deadline)

    def partitions(self, system: str, deadline: Deadline | None = None) -> list[PartitionStatus]:
        """All partitions of a managed system, the Virtual I/O Servers too.

        The default line of a Virtual I/O Server carries its mover flag on the levels seen; where it does not, the
        console is asked for it by name.
        """
        rows = read_records(self._ask(["lssyscfg", "-r", "lpar", "-m", system], deadline))
        found = [read_partition_status(row) for row in rows]
        if any(partition.is_virtual_io_server and partition.mover is None for partition in found):
            names = [partition.name for partition in found if partition.is_virtual_io_server]
            flags = self._mover_flags(system, names, deadline)
            for row in rows:
                row.setdefault("msp", flags.get(row["name"], ""))
            found = [read_partition_status(row) for row in rows]
        return found

    def partition(self, system: str, partition: str, deadline: Deadline | None = None) -> PartitionStatus | None:
        """One partition of a managed system, or None when it is not there."""
        command = ["lssyscfg", "-r", "lpar", "-m", system, "--filter", f"lpar_names={partition}"]
        return self._maybe(command, read_partition_status, deadline)

    def migration_status(self, system: str, partition: str, deadline: Deadline | None = None) -> MigrationStatus | None:
        """How far the partition's migration is, or None when the partition is not on the system (any more)."""
        command = ["lslparmigr", "-r", "lpar", "-m", system, "--filter", f"lpar_names={partition}"]
        return self._maybe(command, read_migration_status, deadline)

    def migration_limits(self, system: str, deadline: Deadline | None = None) -> MigrationLimits:
        """How many migrations the managed system takes, and how many run."""
        return self._one(["lslparmigr", "-r", "sys", "-m", system], read_migration_limits, deadline)

    def memory(self, system: str, deadline: Deadline | None = None) -> MemoryUse:
        """Free memory and block size of a managed system."""
        return self._one(["lshwres", "-r", "mem", "-m", system, "--level", "sys"], read_memory_use, deadline)

    def processors(self, system: str, deadline: Deadline | None = None) -> ProcessorUse:
        """Free processing units of a managed system."""
        return self._one(["lshwres", "-r", "proc", "-m", system, "--level", "sys"], read_processor_use, deadline)

    def partition_memory(self, system: str, partition: str, deadline: Deadline | None = None) -> PartitionMemory:
        """Memory of a partition."""
        return self._one(_lpar_resource("mem", system, partition), read_partition_memory, deadline)

    def partition_processors(
        self, system: str, partition: str, deadline: Deadline | None = None
    ) -> PartitionProcessors:
        """Processing units of a partition."""
        return self._one(_lpar_resource("proc", system, partition), read_partition_processors, deadline)

    def profiles(self, system: str, partition: str, deadline: Deadline | None = None) -> list[str]:
        """The names of a partition's profiles."""
        words = ["lssyscfg", "-r", "prof", "-m", system, "--filter", f"lpar_names={partition}", "-F", "name"]
        return [row["name"] for row in read_values(self._ask(words, deadline), ["name"])]

    def migration_statuses(self, system: str, deadline: Deadline | None = None) -> dict[str, MigrationStatus]:
        """How far the migrations of all partitions of a system are, by partition."""
        rows = read_records(self._ask(["lslparmigr", "-r", "lpar", "-m", system], deadline))
        return {row["name"]: read_migration_status(row) for row in rows if "name" in row}

    def movers(self, system: str, deadline: Deadline | None = None) -> list[MoverFigures]:
        """The mover service partitions of a managed system, with what they take."""
        rows = read_records(self._ask(["lslparmigr", "-r", "msp", "-m", system], deadline))
        return [read_mover_figures(row) for row in rows]

    def mover_pairs(self, request: MigrationRequest, deadline: Deadline | None = None) -> list[MoverPair]:
        """The pairs of movers that the console offers for a migration."""
        words = ["lslparmigr", "-r", "msp", "-m", request.source, "-t", request.target]
        if request.remote_address:
            words += ["--ip", request.remote_address, "-u", request.remote_user]
        words += ["--filter", f"lpar_names={request.partition}"]
        return [pair for row in read_records(self._ask(words, deadline)) for pair in read_mover_pairs(row)]

    def listing(self, command: str, deadline: Deadline | None = None) -> str:
        """What a listing command prints, as it is; the words of ``command`` have to be quoted for a shell."""
        return self._ask(shlex.split(command), deadline)

    # --- devices ------------------------------------------------------------------------------------------------

    def rows(self, words: Sequence[str], deadline: Deadline | None = None) -> list[Record]:
        """What a list command prints, for the readers of `powervm.devices`; empty when there is nothing to list."""
        return read_records(self._ask(words, deadline))

    def values(self, words: Sequence[str], names: Sequence[str], deadline: Deadline | None = None) -> list[Record]:
        """Attributes by name, also such that a default row leaves out (``-F``)."""
        return read_values(self._ask([*words, "-F", ",".join(names)], deadline), names)

    def on_virtual_io_server(self, system: str, server: str, command: str, deadline: Deadline | None = None) -> str:
        """What a command of padmin prints on a Virtual I/O Server, run through RMC (``viosvrcmd``)."""
        return self._ask(["viosvrcmd", "-m", system, "-p", server, "-c", command], deadline)

    # --- migrations ---------------------------------------------------------------------------------------------

    def validate(self, request: MigrationRequest, deadline: Deadline) -> CommandResult:
        """Run ``migrlpar -o v``; the result is given back whatever its status is."""
        return self.connection.run(request.command(Operation.VALIDATE), deadline)

    def start_migration(self, request: MigrationRequest) -> RunningCommand:
        """Start ``migrlpar -o m`` on a channel of its own: it blocks until the migration is over.

        Closing the channel leaves the migration alone; `stop_migration` is what stops one.
        """
        return self.connection.start(request.command(Operation.MIGRATE), stop_on_close=False)

    def stop_migration(self, request: MigrationRequest, deadline: Deadline) -> CommandResult:
        """Run ``migrlpar -o s``; only the console of the source can stop."""
        return self.connection.run(request.command(Operation.STOP), deadline)

    def recover_migration(self, request: MigrationRequest, deadline: Deadline, *, force: bool = False) -> CommandResult:
        """Run ``migrlpar -o r`` after a failed migration."""
        return self.connection.run(request.command(Operation.RECOVER, force=force), deadline)

    # --- trust between consoles ---------------------------------------------------------------------------------

    def trusts(self, address: str, user: str, deadline: Deadline | None = None) -> bool:
        """Whether this console may log in to the console at ``address`` as ``user`` (``mkauthkeys --test``).

        Raises:
            ConsoleCommandFailed: The test failed for another reason than missing keys.
        """
        command = ["mkauthkeys", "--ip", address, "-u", user, "--test"]
        result = self.connection.run(shlex.join(command), self._within(deadline))
        if result.ok:
            return True
        failure = ConsoleCommandFailed(result)
        if NO_TRUST in failure.codes:
            return False
        raise failure

    def exchange_keys(self, address: str, user: str, password: Password, deadline: Deadline | None = None) -> None:
        """Exchange keys with the console at ``address``; the password goes to the prompt of a terminal.

        Raises:
            ConsoleCommandFailed: The other console did not take the password, or cannot be reached.
        """
        command = shlex.join(["mkauthkeys", "--ip", address, "-u", user])
        # the prompt is translated on translated consoles; what stays is that it ends in a colon
        result = self.connection.converse(command, [(r":\s*$", password)], self._within(deadline))
        if not result.ok:
            raise ConsoleCommandFailed(result)

    def exchange_keys_on_command_line(
        self, address: str, user: str, password: Password, deadline: Deadline | None = None
    ) -> None:
        """Exchange keys with ``--passwd``, for consoles whose prompt does not work.

        Other users of that console can see the password in its process list while the command runs: only when the
        tester asks for it. The command line is kept out of the transcript and of every message.
        """
        words = ["mkauthkeys", "--ip", address, "-u", user, "--passwd", password.reveal()]
        shown = shlex.join([*words[:-1], "***"])
        result = self.connection.run(shlex.join(words), self._within(deadline), shown_as=shown, hide=(password,))
        if not result.ok:
            raise ConsoleCommandFailed(result)

    def authorized_keys(self, deadline: Deadline | None = None) -> list[str]:
        """The public keys that open this console for the user of this session, one line each; empty if not told."""
        result = self.connection.run(f"cat {AUTHORIZED_KEYS}", self._within(deadline))
        return [line for line in result.stdout.splitlines() if line.strip()] if result.ok else []

    def remove_key(self, comment: str, deadline: Deadline | None = None) -> None:
        """Take away the keys of this user whose comment is ``comment`` (``mkauthkeys --remove``)."""
        self._ask(["mkauthkeys", "--remove", comment], deadline)

    # --- care ---------------------------------------------------------------------------------------------------

    def repair_rmc(self, system: str, partition: PartitionStatus, deadline: Deadline) -> CommandResult:
        """Run ``diagrmc --autocorrect`` for a partition; takes from seconds to minutes."""
        words = ["diagrmc", "-m", system, "--ip", partition.rmc_address, "-p", partition.name, "--autocorrect"]
        return self.connection.run(shlex.join(words), deadline)

    def set_mover(self, system: str, server: str, *, enabled: bool, deadline: Deadline | None = None) -> None:
        """Make a Virtual I/O Server a mover service partition, or take that away."""
        data = f"name={server},msp={int(enabled)}"
        self._ask(["chsyscfg", "-r", "lpar", "-m", system, "-i", data], deadline)

    def set_mover_figures(
        self, system: str, server: str, figures: Mapping[str, int], deadline: Deadline | None = None
    ) -> None:
        """Set what a mover takes (``migrlpar -o set``): attributes as ``lslparmigr -r msp`` lists them."""
        data = write_record({name: str(value) for name, value in figures.items()})
        self._ask(["migrlpar", "-o", "set", "-m", system, "-r", "lpar", "-p", server, "-i", data], deadline)

    # --- power and profiles ---------------------------------------------------------------------------------------

    def activate(self, system: str, partition: str, *, profile: str = "", deadline: Deadline | None = None) -> None:
        """Switch a partition on, with a profile or with its current configuration; it comes up later."""
        words = ["chsysstate", "-r", "lpar", "-m", system, "-o", "on", "-n", partition]
        self._ask([*words, "-f", profile] if profile else words, deadline)

    def shut_down(self, system: str, partition: str, *, orderly: bool, deadline: Deadline | None = None) -> None:
        """Switch a partition off: through its operating system, which needs RMC, or at once; it is off later."""
        how = ["osshutdown"] if orderly else ["shutdown", "--immed"]
        self._ask(["chsysstate", "-r", "lpar", "-m", system, "-o", *how, "-n", partition], deadline)

    def profile_mode(self, system: str, partition: str, profile: str, deadline: Deadline | None = None) -> str:
        """The processor compatibility mode that a profile asks for, for example ``default`` or ``POWER9``."""
        wanted = f"lpar_names={partition},profile_names={profile}"
        words = ["lssyscfg", "-r", "prof", "-m", system, "--filter", wanted]
        return self._one(words, lambda row: row.get("lpar_proc_compat_mode", ""), deadline)

    def set_profile_mode(
        self, system: str, partition: str, profile: str, mode: str, deadline: Deadline | None = None
    ) -> None:
        """Let a profile ask for a mode; it takes effect when the partition is activated with that profile."""
        data = write_record({"name": profile, "lpar_name": partition, "lpar_proc_compat_mode": mode})
        self._ask(["chsyscfg", "-r", "prof", "-m", system, "-i", data], deadline)

    # --- how it is asked ----------------------------------------------------------------------------------------

    def _within(self, deadline: Deadline | None) -> Deadline:
        return deadline.within(self._limit) if deadline else Deadline(self._limit)

    def _ask(self, words: Sequence[str], deadline: Deadline | None) -> str:
        result = self.connection.run(shlex.join(words), self._within(deadline))
        if not result.ok:
            raise ConsoleCommandFailed(result)
        return result.stdout

    def _one(self, words: Sequence[str], read: Callable[[Record], Answer], deadline: Deadline | None) -> Answer:
        rows = read_records(self._ask(words, deadline))
        if not rows:
            raise MobilityError(
                f"{self.name}: '{shlex.join(words)}' listed nothing.", remedy="Check the names in the lab file."
            )
        return read(rows[0])

    def _maybe(
        self, words: Sequence[str], read: Callable[[Record], Answer], deadline: Deadline | None
    ) -> Answer | None:
        try:
            rows = read_records(self._ask(words, deadline))
        except ConsoleCommandFailed as failure:
            if NO_SUCH_PARTITION in failure.codes:
                return None
            raise
        return read(rows[0]) if rows else None

    def _mover_flags(self, system: str, servers: Sequence[str], deadline: Deadline | None) -> dict[str, str]:
        wanted = write_record({"lpar_names": servers})
        words = ["lssyscfg", "-r", "lpar", "-m", system, "--filter", wanted, "-F", "name,msp"]
        output = self._ask(words, deadline)
        return {row["name"]: row["msp"] for row in read_values(output, ["name", "msp"]) if flag(row, "msp") is not None}


def _lpar_resource(resource: str, system: str, partition: str) -> list[str]:
    return ["lshwres", "-r", resource, "-m", system, "--level", "lpar", "--filter", f"lpar_names={partition}"]
