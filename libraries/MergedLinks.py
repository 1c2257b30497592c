"""Makes links work in a log that was merged from several output directories; see docs/parallel.md."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import unquote

from robot.api import ResultVisitor
from robot.result import Message

_LINK = re.compile(r"""(href=)(['"])(?!#|[a-z]+:)([^'"]+)\2""")


class MergedLinks(ResultVisitor):
    """For ``rebot --prerebotmodifier libraries/MergedLinks.py:MERGED:FIRST:SECOND``.

    Links to files of a run are relative to its output directory. In the merged log each is led to the directory that
    has the file.

    Args:
        merged: The directory of the merged log (``rebot -d``).
        outputs: The output directories of the runs.
    """

    def __init__(self, merged: str, *outputs: str) -> None:
        self._merged = Path(merged)
        self._outputs = [Path(output) for output in outputs]

    def visit_message(self, msg: Message) -> None:
        """Lead the links of a message in HTML."""
        if msg.html:
            msg.message = _LINK.sub(self._led, msg.message)

    def _led(self, link: re.Match[str]) -> str:
        before, quote, place = link.groups()
        found = next((output for output in self._outputs if (output / unquote(place)).exists()), None)
        if found is None:
            return link[0]
        return f"{before}{quote}{os.path.relpath(found, self._merged)}/{place}{quote}"
