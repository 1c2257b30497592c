"""Stage logs: the evidence of one moment of a move, from every machine that takes part, in one folder."""

from powervm.stage_logs.collector import Collection, Stage, collect
from powervm.stage_logs.items import Item, ItemError, built_in_items, items_for
from powervm.stage_logs.manifest import ItemRecord, ItemStatus, Manifest, SourceRecord, StageStatus

__all__ = [
    "Collection",
    "Item",
    "ItemError",
    "ItemRecord",
    "ItemStatus",
    "Manifest",
    "SourceRecord",
    "Stage",
    "StageStatus",
    "built_in_items",
    "collect",
    "items_for",
]
