"""Looks at a lab, or at what some moves need of it: do the machines answer, do the consoles know what they manage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from powervm.console import PartitionStatus
from powervm.lab import SIMULATED, ConsoleEntry, Entry, Evacuation, Lab, Move, PartitionEntry, ViosEntry
from powervm.operation import finding_of, ok_finding
from powervm.outcome import Finding, Severity
from powervm.parallel import ask_all
from powervm.session import LabSession
from powervm.ssh import greeting
from powervm.waiting import Deadline


def recognise(lab: Lab) -> Lab:
    """The same lab, which knows that it is simulated if its first console says so before anybody logs in.

    For lab files that cannot say it themselves, such as those of op-test. An address tells nothing: a tunnel to real
    machines begins on this computer, too.
    """
    console = next(iter(lab.consoles.values()))
    if console.access.host is None:
        return lab
    said = greeting(console.access.host, console.access.port, Deadline(min(lab.limits.connect, _GREETING)))
    return replace(lab, greets_as_simulated=said.endswith(f" {SIMULATED}"))


_GREETING = 5.0
"""Seconds for the greeting of a console."""


@dataclass(frozen=True)
class Scope:
    """What is looked at: names of servers and of partitions in the lab file."""

    servers: frozenset[str]
    partitions: frozenset[str]
    whole: bool = False

    @classmethod
    def everything(cls, lab: Lab, *, partitions: bool = True) -> Scope:
        """The whole lab, or all of it but its partitions."""
        return cls(frozenset(lab.servers), frozenset(lab.partitions if partitions else ()), whole=True)

    @classmethod
    def of(cls, lab: Lab, names: Sequence[str]) -> Scope:
        """What some moves and evacuations need.

        Raises:
            MobilityError: The lab file has none of that name.
        """
        chosen = [lab.evacuation(name) if name in lab.evacuations else lab.move(name) for name in names]
        servers = {lab.server(name).name for item in chosen for name in (item.source, item.target)}
        partitions = {item.partition for item in chosen if isinstance(item, Move)}
        partitions |= {name for item in chosen if isinstance(item, Evacuation) for name in item.partitions or ()}
        return cls(frozenset(servers), frozenset(partitions))

    def includes(self, entry: Entry, lab: Lab) -> bool:
        """Whether a machine is looked at. Hosts that watch from outside always are."""
        if isinstance(entry, ConsoleEntry):
            return self.whole or any(lab.servers[name].console == entry.name for name in self.servers)
        if isinstance(entry, ViosEntry):
            return entry.server in self.servers
        return not isinstance(entry, PartitionEntry) or entry.name in self.partitions


def inspect_lab(session: LabSession, scope: Scope | None = None) -> list[Finding]:
    """Ask every machine of the lab, or of a scope, at the same time; nothing is changed, nothing is raised.

    Machines that are known by name only are left out. A partition has to answer when its console says that it runs.
    """
    scope = scope or Scope.everything(session.lab)
    deadline = Deadline(session.lab.limits.connect + session.lab.limits.command)
    entries = {name: session.lab.entry(name) for name in session.lab.endpoint_names()}
    known = {
        name: entry
        for name, entry in entries.items()
        if scope.includes(entry, session.lab) and entry.access.host and entry.access.has_credentials
    }
    answers, errors = ask_all({name: partial(_ask, session, entry, deadline) for name, entry in known.items()})
    findings = [
        ok_finding("reachable", name, answers[name]) if name in answers else finding_of("reachable", name, errors[name])
        for name in known
    ]
    reached = {name for name in answers if isinstance(known[name], ConsoleEntry)}
    of_servers, off = _inspect_servers(session, scope, reached, deadline)
    return [_excused(finding) if finding.subject in off else finding for finding in findings] + of_servers


def _ask(session: LabSession, entry: Entry, deadline: Deadline) -> str:
    if isinstance(entry, ConsoleEntry):
        return f"console at level {session.console(entry.name).level(deadline)}."
    if isinstance(entry, ViosEntry):
        return f"Virtual I/O Server at level {session.virtual_io_server(entry.name).level(deadline)}."
    result = session.connection(entry.name).run("uname -r", deadline)
    return f"{entry.TITLE} with kernel {result.stdout.strip()}."


def _excused(finding: Finding) -> Finding:
    """A partition that is not running need not answer."""
    if finding.severity is Severity.OK:
        return finding
    return ok_finding("reachable", finding.subject, "does not answer, and is not running either.")


def _inspect_servers(
    session: LabSession, scope: Scope, reached: set[str], deadline: Deadline
) -> tuple[list[Finding], set[str]]:
    """What the consoles that answered say of their servers, and which partitions of the lab are not running."""
    servers = {
        name: server
        for name, server in session.lab.servers.items()
        if name in scope.servers and server.console in reached
    }
    questions = {
        name: partial(session.console(server.console).partitions, server.system, deadline)
        for name, server in servers.items()
    }
    answers, errors = ask_all(questions)
    findings = [finding_of("managed system", servers[name].console, error) for name, error in errors.items()]
    findings += [
        ok_finding("managed system", name, f"{servers[name].console} lists {len(answers[name])} partitions on it.")
        for name in answers
    ]
    of_partitions, off = _inspect_partitions(session, scope, answers, complete=len(answers) == len(session.lab.servers))
    return findings + of_partitions, off


def _inspect_partitions(
    session: LabSession, scope: Scope, by_server: dict[str, list[PartitionStatus]], *, complete: bool
) -> tuple[list[Finding], set[str]]:
    findings: list[Finding] = []
    off: set[str] = set()
    for name, entry in session.lab.partitions.items():
        if name not in scope.partitions:
            continue
        places = {
            server: status
            for server, partitions in by_server.items()
            for status in partitions
            if status.name == entry.partition
        }
        if places:
            states = ", ".join(f"{status.state} on {server}" for server, status in places.items())
            findings.append(ok_finding("partition", name, f"is {states}."))
            if all(status.not_activated for status in places.values()):
                off.add(name)
        elif complete:
            text = f"no server of the lab has a partition '{entry.partition}'."
            remedy = "Correct its name in the lab file."
            findings.append(Finding(severity=Severity.ERROR, check="partition", subject=name, text=text, remedy=remedy))
    return findings, off
