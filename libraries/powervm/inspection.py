"""Looks at a whole lab: does every machine answer, do the consoles know the servers and the partitions."""

from __future__ import annotations

from functools import partial

from powervm.console import PartitionStatus
from powervm.errors import MobilityError
from powervm.lab import ConsoleEntry, Entry, ViosEntry
from powervm.operation import finding_of
from powervm.outcome import Finding, Severity
from powervm.parallel import ask_all
from powervm.session import LabSession
from powervm.waiting import Deadline


def inspect_lab(session: LabSession) -> list[Finding]:
    """Ask every machine at the same time; nothing is changed, and nothing is raised.

    Machines that are known by name only are left out. A partition that does not answer is a warning: it may be powered
    off, and whether it has to run is decided by the moves that use it.
    """
    deadline = Deadline(session.lab.limits.connect + session.lab.limits.command)
    entries = {name: session.lab.entry(name) for name in session.lab.endpoint_names()}
    known = {name: entry for name, entry in entries.items() if entry.access.host and entry.access.has_credentials}
    answers, errors = ask_all({name: partial(_ask, session, entry, deadline) for name, entry in known.items()})
    findings = []
    for name, entry in known.items():
        if name in errors:
            findings.append(_unanswered(entry, errors[name]))
        else:
            findings.append(_ok("reachable", name, answers[name]))
    reached = {name for name in answers if isinstance(known[name], ConsoleEntry)}
    return findings + _inspect_servers(session, reached, deadline)


def _ask(session: LabSession, entry: Entry, deadline: Deadline) -> str:
    if isinstance(entry, ConsoleEntry):
        return f"console at level {session.console(entry.name).level(deadline)}."
    if isinstance(entry, ViosEntry):
        return f"Virtual I/O Server at level {session.virtual_io_server(entry.name).level(deadline)}."
    result = session.connection(entry.name).run("uname -r", deadline)
    return f"{entry.TITLE} with kernel {result.stdout.strip()}."


def _unanswered(entry: Entry, error: MobilityError) -> Finding:
    finding = finding_of("reachable", entry.name, error)
    if isinstance(entry, (ConsoleEntry, ViosEntry)):
        return finding
    return finding.model_copy(update={"severity": Severity.WARNING})


def _inspect_servers(session: LabSession, reached: set[str], deadline: Deadline) -> list[Finding]:
    """What the consoles that answered say of their servers."""
    servers = {name: server for name, server in session.lab.servers.items() if server.console in reached}
    questions = {
        name: partial(session.console(server.console).partitions, server.system, deadline)
        for name, server in servers.items()
    }
    answers, errors = ask_all(questions)
    findings = [finding_of("managed system", servers[name].console, error) for name, error in errors.items()]
    findings += [
        _ok("managed system", name, f"{servers[name].console} lists {len(answers[name])} partitions on it.")
        for name in answers
    ]
    return findings + _inspect_partitions(session, answers, complete=len(answers) == len(session.lab.servers))


def _inspect_partitions(
    session: LabSession, by_server: dict[str, list[PartitionStatus]], *, complete: bool
) -> list[Finding]:
    findings = []
    for name, entry in session.lab.partitions.items():
        places = [
            f"{status.state} on {server}"
            for server, partitions in by_server.items()
            for status in partitions
            if status.name == entry.partition
        ]
        if places:
            findings.append(_ok("partition", name, f"is {', '.join(places)}."))
        elif complete:
            text = f"no server of the lab has a partition '{entry.partition}'."
            remedy = "Correct its name in the lab file."
            findings.append(Finding(severity=Severity.ERROR, check="partition", subject=name, text=text, remedy=remedy))
    return findings


def _ok(check: str, subject: str, text: str) -> Finding:
    return Finding(severity=Severity.OK, check=check, subject=subject, text=text)
