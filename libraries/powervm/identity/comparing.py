"""Compares what was recorded of a partition before and after."""

from __future__ import annotations

from fnmatch import fnmatchcase

from powervm.identity.catalogue import Catalogue, Compare, Rule
from powervm.identity.record import Compared, Comparison, Item, Judgement, Snapshot


def compare(before: Snapshot, after: Snapshot, catalogue: Catalogue) -> Comparison:
    """Compare two snapshots of one partition, item by item.

    What the system inside the partition told is left out when one of them was taken while it was powered off: the
    state itself tells that difference. What could not be read on one side is not compared; what could be read before
    and not after is told.
    """
    unread_then, unread_now = ({item.reading for item in snapshot.unread} for snapshot in (before, after))
    unread = unread_then | unread_now
    then, now = _comparable(before, after, unread), _comparable(after, before, unread)
    return Comparison(
        lab=after.lab,
        partition=after.partition,
        before=before.server,
        after=after.server,
        items=[_compare(then.get(name), now.get(name), catalogue.rule(name)) for name in dict.fromkeys([*then, *now])],
        unread=[item for item in after.unread if item.reading not in unread_then],
    )


def _comparable(snapshot: Snapshot, other: Snapshot, unread: set[str]) -> dict[str, Item]:
    both_run = snapshot.running and other.running
    return {
        item.name: item
        for item in snapshot.items
        if item.reading not in unread and (both_run or item.machine != snapshot.partition)
    }


def _compare(then: Item | None, now: Item | None, rule: Rule) -> Compared:
    before, after = (None if item is None else item.value for item in (then, now))
    item = now or then
    assert item is not None  # a name comes from one of the two
    judgement = _judge(before, after, rule)
    return Compared(
        item=item.name,
        machine=item.machine,
        compare=rule.compare,
        before=before,
        after=after,
        judgement=judgement,
        remedy=rule.remedy if judgement == "differs" else "",
    )


def _judge(before: str | None, after: str | None, rule: Rule) -> Judgement:
    if before == after:
        return "same"
    if rule.compare in (Compare.CHANGES, Compare.MAY):
        return "expected"
    if before is not None and after is not None and not _good(before, rule) and _good(after, rule):
        return "better"
    return "differs"


def _good(value: str, rule: Rule) -> bool:
    return not rule.good or fnmatchcase(value, rule.good)


def bad_states(snapshot: Snapshot, catalogue: Catalogue) -> list[str]:
    """States of a snapshot that are not good, as sentences: a move that comes later cannot be blamed for them.

    Those of a partition that is powered off are as they should be.
    """
    if not snapshot.running:
        return []
    judged = ((item, catalogue.rule(item.name)) for item in snapshot.items)
    return [
        f"{snapshot.partition}: {item.name} is '{item.value}', not '{rule.good}'."
        for item, rule in judged
        if not _good(item.value, rule)
    ]
