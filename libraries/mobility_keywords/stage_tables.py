"""Tables of stage logs and kernel logs for ``log.html``; every cell is escaped."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from mobility_keywords.tables import table
from powervm.kernel_log import Judged, RuleClass, Verdict
from powervm.stage_logs import ItemRecord, Manifest

_MOST_EVENTS = 20


def manifest_table(manifest: Manifest, link: Callable[[str, str], str]) -> str:
    """What was collected, with links that work after the folder was moved.

    Args:
        manifest: The record.
        link: Makes a link of a file's name in the manifest and what is to be shown.
    """
    head = f"<b>{escape(manifest.stage)}: {manifest.status.value} after {manifest.duration:.1f} s</b>"
    rows: list[tuple[str, ...]] = []
    for source in manifest.sources:
        if not source.reached:
            rows.append((source.name, "", "not reached", "", "", escape(source.reason or "")))
            continue
        rows += [_row(source.name, item, link) for item in source.items]
    names = ("machine", "item", "status", "size", "duration", "")
    return f"{head} {link('manifest.json', 'manifest.json')}<br>{table(names, rows, escaped=True)}"


def _row(machine: str, item: ItemRecord, link: Callable[[str, str], str]) -> tuple[str, ...]:
    name = link(item.file, item.name) if item.file else escape(item.name)
    size = "" if item.size is None else _bytes(item.size)
    return machine, name, item.status.value, size, f"{item.duration:.1f} s", escape(item.reason or "")


def _bytes(count: int) -> str:
    return f"{count / 2**20:.1f} MB" if count >= 1 << 20 else f"{count / 1024:.1f} KB"


def kernel_table(partition: str, verdict: Verdict) -> str:
    """The verdict on a kernel log: counts, and the events that matter with their context."""
    counts = ", ".join(f"{count} {name}" for name, count in verdict.counts.items())
    parts = [f"<b>{escape(partition)}: {escape(verdict.sentence())}</b><br>{counts}, in {verdict.lines} lines"]
    shown = [item for item in verdict.judged if item.means is not RuleClass.EXPECTED]
    shown.sort(key=lambda item: item.means is not RuleClass.ERROR)
    parts += [_event(item) for item in shown[:_MOST_EVENTS]]
    if len(shown) > _MOST_EVENTS:
        parts.append(f"... and {len(shown) - _MOST_EVENTS} more; all lines are in the file.")
    return "<br>".join(parts)


def _event(item: Judged) -> str:
    source = f" (source: {escape(item.rule.source)})" if item.rule else ""
    before = "".join(f"{escape(str(line))}\n" for line in item.before)
    lines = "".join(f"{escape(str(line))}\n" for line in item.event.lines)
    colour = "#c62828" if item.means is RuleClass.ERROR else "#b26a00"
    return (
        f"<span style='color:{colour};font-weight:bold'>{item.means.value}</span>: {escape(item.reason)}{source}"
        f"<pre><span style='color:#777'>{before}</span><b>{lines}</b></pre>"
    )
