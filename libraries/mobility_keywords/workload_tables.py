"""The table of a workload for ``log.html``; every cell is escaped."""

from __future__ import annotations

from html import escape

from mobility_keywords.tables import findings_table, table
from powervm.workload import WorkloadRecord

_SHOWN_MOVES = 10


def workload_tables(record: WorkloadRecord) -> str:
    """What a load came to: its verdict, its figures, and the migrations that it ran across."""
    parts = [f"<b>{escape(record.summary())}</b><br>{escape(record.command)}", findings_table(record.findings)]
    if record.metrics:
        rows = [
            (
                item.stressor,
                item.bogo_ops,
                f"{item.real_time:.2f} s",
                f"{item.user_time + item.system_time:.2f} s",
                f"{item.per_second:.1f}",
                f"{item.per_processor_second:.1f}",
            )
            for item in record.metrics
        ]
        header = ("stressor", "bogo ops", "real time", "processor time", "bogo ops/s (real)", "bogo ops/s (processor)")
        parts.append(table(header, rows))
    if record.figures:
        parts.append(table(("figure", "value"), [(name, f"{value:.6g}") for name, value in record.figures.items()]))
    if record.moves:
        moves = [
            (
                item.title,
                item.ending,
                "yes" if item.crossed else "no",
                "still ran" if item.margin is None else f"{item.margin:.1f} s",
            )
            for item in record.moves[-_SHOWN_MOVES:]
        ]
        parts.append(table(("migration", "ending", "ran across", "went on after its end for"), moves))
    return "<br>".join(parts)
