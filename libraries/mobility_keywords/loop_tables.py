"""The tables of a loop for ``log.html``, and the line of one iteration; every cell is escaped."""

from __future__ import annotations

from html import escape

from mobility_keywords.tables import findings_table, table
from powervm.loop import IterationRecord, LoopSummary

_SHOWN_FAILURES = 20


def iteration_line(record: IterationRecord) -> str:
    """One iteration in one line."""
    ways = ", ".join(f"{way.way} {way.duration:.1f} s" for way in record.ways)
    overhead = "" if record.overhead is None else f", overhead {record.overhead:.1f} s"
    error = f": {record.error}" if record.error else ""
    detail = f" ({ways}{overhead})" if ways else ""
    return f"iteration {record.iteration}: {record.verdict.value} after {record.duration:.1f} s{detail}{error}"


def loop_tables(summary: LoopSummary) -> str:
    """What a loop came to: counts, failures, the spread of every phase, and what leaked or drifted."""
    parts = [f"<b>{escape(summary.summary())}</b>", table(tuple(summary.counts), [tuple(summary.counts.values())])]
    if summary.failures:
        rows = [(item.iteration, item.verdict.value, item.error) for item in summary.failures[:_SHOWN_FAILURES]]
        parts.append(table(("iteration", "verdict", "error"), rows))
    if summary.figures:
        figures = [
            (
                item.way,
                item.phase,
                item.count,
                f"{item.minimum:.2f}",
                f"{item.median:.2f}",
                f"{item.p95:.2f}",
                f"{item.maximum:.2f}",
            )
            for item in summary.figures
        ]
        parts.append(table(("way", "phase", "count", "min (s)", "median (s)", "p95 (s)", "max (s)"), figures))
    if summary.findings:
        parts.append(findings_table(summary.findings))
    return "<br>".join(parts)
