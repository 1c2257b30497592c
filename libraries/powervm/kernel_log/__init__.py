"""The kernel log of a partition: the lines of one stretch of time, and a verdict on them."""

from powervm.kernel_log.lines import LEVELS, Event, Line, group_events, read_journal, read_ring
from powervm.kernel_log.reading import Marker, Window, mark, read_since
from powervm.kernel_log.rules import Rule, RuleClass, Rules, load_rules
from powervm.kernel_log.verdict import Judged, Verdict, judge

__all__ = [
    "LEVELS",
    "Event",
    "Judged",
    "Line",
    "Marker",
    "Rule",
    "RuleClass",
    "Rules",
    "Verdict",
    "Window",
    "group_events",
    "judge",
    "load_rules",
    "mark",
    "read_journal",
    "read_ring",
    "read_since",
]
