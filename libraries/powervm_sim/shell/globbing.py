"""File name patterns through a `Files` tree."""

from __future__ import annotations

import re
from collections.abc import Mapping

from powervm_sim.shell import patterns
from powervm_sim.shell.files import Files, resolve

MOST = 10_000
"""Names that one pattern may give."""


async def names(pattern: str, files: Files, variables: Mapping[str, str]) -> list[str]:
    """The existing paths that a pattern matches, sorted; empty when there is none."""
    found = ["/"] if pattern.startswith("/") else [""]
    components = [part for part in re.split(r"/+", pattern) if part]
    for index, component in enumerate(components):
        last = index == len(components) - 1
        found = [
            path
            for base in found
            for path in await _step(base, component, files, variables, folder=not last or pattern.endswith("/"))
        ]
        if len(found) > MOST:
            return []
    return sorted(found)


async def _step(base: str, component: str, files: Files, variables: Mapping[str, str], *, folder: bool) -> list[str]:
    """The paths below ``base`` that one component matches."""
    joined = base if base.endswith("/") or not base else base + "/"
    if not patterns.is_pattern(component):
        candidates = [joined + patterns.unquote(component)]
    else:
        candidates = [joined + name for name in await _listed(base, component, files, variables)]
    kept: list[str] = []
    for path in candidates:
        status = await files.status(resolve(path, variables))
        if status is not None and (status.kind == "folder" or not folder):
            kept.append(path)
    return kept


async def _listed(base: str, component: str, files: Files, variables: Mapping[str, str]) -> list[str]:
    status = await files.status(resolve(base or ".", variables))
    if status is None or status.kind != "folder":
        return []
    try:
        entries = await files.list(resolve(base or ".", variables))
    except OSError:  # a folder that may not be read matches nothing, as in a real shell
        return []
    hidden = component.startswith(".")
    return [name for name in entries if (hidden or not name.startswith(".")) and patterns.matches(component, name)]
