"""The base of all topics."""

from __future__ import annotations

from mobility_keywords.desk import Desk


class Topic:
    """Keywords of one topic; all topics share one desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
