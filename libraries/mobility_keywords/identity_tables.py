"""Tables of what was recorded of a partition, and of how it compares, for ``log.html``; every cell is escaped."""

from __future__ import annotations

from html import escape

from mobility_keywords.tables import table
from powervm.identity import Compared, Comparison, Snapshot, Unread

_SHOWN_AS = {"differs": "error", "better": "warning", "expected": "expected", "same": "ok"}


def snapshot_table(snapshot: Snapshot) -> str:
    """Everything that was recorded, folded away."""
    state = "running" if snapshot.running else "powered off"
    head = f"<b>{escape(snapshot.partition)} on {escape(snapshot.server)}, {state}: {len(snapshot.items)} items</b>"
    rows = [(item.machine, item.name, item.value) for item in snapshot.items]
    return f"{head}{_unread(snapshot.unread)}{_folded('all items', table(('machine', 'item', 'value'), rows))}"


def comparison_table(comparison: Comparison) -> str:
    """What differs and what may, then all that is the same, folded away."""
    wrong = [*comparison.of("differs"), *comparison.of("better")]
    counts = ", ".join(
        f"{len(items)} {text}"
        for items, text in (
            (comparison.of("differs"), "differ"),
            (comparison.of("better"), "became good"),
            (comparison.of("expected"), "differ as expected"),
            (comparison.of("same"), "are the same"),
        )
        if items
    )
    title = f"{comparison.partition}, {comparison.before} -> {comparison.after}: {counts or 'nothing was compared'}"
    parts = [f"<b>{escape(title)}</b>"]
    if wrong:
        parts.append(_table(wrong))
    folded = [("expected to differ", comparison.of("expected")), ("the same", comparison.of("same"))]
    return (
        "<br>".join(parts)
        + _unread(comparison.unread)
        + "".join(_folded(title, _table(items)) for title, items in folded if items)
    )


def _unread(items: list[Unread]) -> str:
    rows = [(item.machine, item.reading, item.reason) for item in items]
    return f"<br>{table(('machine', 'not read', 'reason'), rows)}" if rows else ""


def _table(items: list[Compared]) -> str:
    rows = [
        (_SHOWN_AS[item.judgement], item.machine, item.item, _value(item.before), _value(item.after), item.remedy)
        for item in items
    ]
    return table(("", "machine", "item", "before", "after", "remedy"), rows)


def _value(value: str | None) -> str:
    return "(not there)" if value is None else value


def _folded(title: str, content: str) -> str:
    return f"<details><summary>{escape(title)}</summary>{content}</details>"
