from __future__ import annotations

from collections.abc import Iterator

import pytest
from running_lab import RunningLab, changed_world, start

# The set-up is long enough for a slow machine to see it, everything else is quick.
_DURATIONS = {"validation": 5, "set_up": 60, "clean_up": 10, "rmc_return": 10, "boot": 10}


@pytest.fixture(scope="module")
def lab(tmp_path_factory) -> Iterator[RunningLab]:
    folder = tmp_path_factory.mktemp("lab")
    with start(folder, world=changed_world(folder, {"durations": _DURATIONS}), speed=100) as running:
        yield running
