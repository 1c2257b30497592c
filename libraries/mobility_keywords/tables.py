"""Tables for ``log.html``; every cell is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from powervm.outcome import Finding, Outcome

_COLOURS = {"ok": "#2e7d32", "warning": "#b26a00", "error": "#c62828"}


def table(header: Sequence[str], rows: Iterable[Sequence[object]], *, escaped: bool = False) -> str:
    """An HTML table.

    Args:
        header: Names of the columns.
        rows: Values of the cells.
        escaped: The values are HTML already.
    """
    head = "".join(f"<th style='text-align:left;padding:2px 8px'>{escape(name)}</th>" for name in header)
    body = "".join("<tr>" + "".join(_cell(value, escaped=escaped) for value in row) + "</tr>" for row in rows)
    return f"<table style='border-collapse:collapse'><tr>{head}</tr>{body}</table>"


def _cell(value: object, *, escaped: bool) -> str:
    text = "" if value is None else str(value)
    colour = _COLOURS.get(text)
    style = f";color:{colour};font-weight:bold" if colour else ""
    return f"<td style='padding:2px 8px;border-top:1px solid #ccc{style}'>{text if escaped else escape(text)}</td>"


def findings_table(findings: Iterable[Finding]) -> str:
    """All findings, each with its remedy."""
    rows = [(item.severity.value, item.check, item.subject, item.text, item.remedy) for item in findings]
    return table(("", "check", "machine", "finding", "remedy"), rows)


def outcome_tables(outcome: Outcome) -> str:
    """What an operation came to: its phases, places, repairs and messages."""
    parts = [f"<b>{escape(outcome.summary())}</b>"]
    parts.append(table(("phase", "begins at", "duration"), _phase_rows(outcome)))
    if outcome.bytes.transmitted:
        parts.append(f"{outcome.bytes.transmitted / 2**30:.1f} GB of memory were sent.")
    if outcome.places:
        places = [
            (item.server, item.console, item.state or ("not there" if item.present is False else item.error))
            for item in outcome.places
        ]
        parts.append(table(("server", "console", "state of the partition"), places))
    if outcome.repairs:
        repairs = [(item.subject, item.what, "worked" if item.worked else "did not help") for item in outcome.repairs]
        parts.append(table(("machine", "repair", "result"), repairs))
    if outcome.messages:
        messages = [(item.code, item.text, item.meaning, item.remedy, item.certainty) for item in outcome.messages]
        parts.append(table(("code", "text", "meaning", "remedy", "how sure"), messages))
    return "<br>".join(parts)


def _phase_rows(outcome: Outcome) -> list[tuple[str, str, str]]:
    """Phases in their order; one that lies within another is indented."""
    rows = []
    for item in outcome.phases:
        inside = sum(
            other is not item and other.started <= item.started and item.ended <= other.ended
            for other in outcome.phases
        )
        begin = (item.started - outcome.started).total_seconds()
        rows.append(("\u2003" * inside + item.name, f"{begin:.2f} s", f"{item.duration:.2f} s"))
    return rows
