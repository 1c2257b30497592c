"""What stress-ng reports: its metrics, its summary, and its failures, as old and new releases print them.

Source: ``core-log.c`` and ``stress-ng.c`` of github.com/ColinIanKing/stress-ng. From 0.15 on there is a summary with
``skipped``, ``passed``, ``failed`` and ``metrics untrustworthy``, and metrics are ``metrc:`` lines; before it they are
``info:`` lines. From 0.15.08 on everything is on the standard output, before that on the standard error: both are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from powervm.workload.model import Metric

_LINE = re.compile(r"stress-ng: (?:\d\d:\d\d:\d\d\.\d+ )?(?P<kind>[a-z]+): *\[\d+\] (?P<text>.*)")
_NUMBER = r"\s+(\d+(?:\.\d+)?)"
_METRIC = re.compile(rf"(?P<name>[\w-]+){_NUMBER * 6}(?:\s.*)?")
_COUNT = re.compile(r"(skipped|passed|failed|metrics untrustworthy): (\d+)")
_END = re.compile(r"(un)?successful run completed in ")


@dataclass
class StressReport:
    """What a run of stress-ng has said.

    Attributes:
        metrics: One for each kind of stressor, when ``--metrics`` or ``--metrics-brief`` was given.
        counts: ``skipped``, ``passed``, ``failed``, ``metrics untrustworthy``; empty for releases before 0.15.
        failures: The ``fail:`` lines, whole.
        errors: The ``error:`` lines, whole.
        successful: What its last line says; None when there is none, as after a crash or with ``--quiet``.
        dispatched: It has started its stressors.
    """

    metrics: list[Metric] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    successful: bool | None = None
    dispatched: bool = False


def read_report(output: str) -> StressReport:
    """Read the output of stress-ng; lines of others between its own are passed over."""
    report = StressReport()
    for line in output.splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        kind, text = match["kind"], match["text"]
        if kind == "fail":
            report.failures.append(line.strip())
        elif kind == "error":
            report.errors.append(line.strip())
        elif kind in ("info", "metrc"):
            _read_information(report, text)
    return report


def _read_information(report: StressReport, text: str) -> None:
    if ending := _END.match(text):
        report.successful = ending[1] is None
    elif text.startswith("dispatching hogs"):
        report.dispatched = True
    elif count := _COUNT.match(text):
        report.counts[count[1]] = int(count[2])
    elif metric := _METRIC.fullmatch(text):
        operations, real, user, system, per_real, per_used = (float(value) for value in metric.groups()[1:])
        report.metrics.append(
            Metric(
                stressor=metric["name"],
                bogo_ops=int(operations),
                real_time=real,
                user_time=user,
                system_time=system,
                per_second=per_real,
                per_processor_second=per_used,
            )
        )


def complaints(report: StressReport, *, quiet: bool) -> Iterator[str]:
    """What is wrong with a report, as sentences, the gravest first.

    Args:
        quiet: ``--quiet`` was given, so that no summary is expected.
    """
    for line in report.failures[:_MOST]:
        yield f"it reported a failure: '{line}'. After a migration that may mean damaged memory."
    if report.successful is False:
        yield "its last line says 'unsuccessful run completed'."
    if report.counts.get("failed"):
        yield f"its summary counts {report.counts['failed']} failed stressors."
    if report.counts.get("metrics untrustworthy"):
        yield f"its summary says 'metrics untrustworthy: {report.counts['metrics untrustworthy']}'."
    if report.successful is None and not quiet:
        yield "it ended without its summary, so what it came to is not known."


_MOST = 20
