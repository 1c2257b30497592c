"""What a restart in another mode changes is put back, whichever profile it was."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from mobility_keywords import power_keywords
from mobility_keywords.desk import Desk
from mobility_keywords.power_keywords import PowerKeywords
from powervm import restoring
from powervm.restoring import Standing


def test_the_mode_of_another_profile_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    modes = {"normal": "default", "old": "POWER9"}
    status = SimpleNamespace(
        running=True, not_activated=False, profile="normal", desired_mode="default", current_mode="POWER10"
    )
    switch = SimpleNamespace(
        server=SimpleNamespace(name="p10a"),
        status=lambda: status,
        profile_mode=modes.__getitem__,
        set_profile_mode=modes.__setitem__,
        shut_down=lambda limit: None,
        activate=lambda limit, profile: None,
    )
    for module in (power_keywords, restoring):
        monkeypatch.setattr(module, "switch_of", lambda session, name: switch)
    standing = Standing("lp1", "p10a", True, "default", "POWER10", "normal", "default", {})
    lab = SimpleNamespace(
        limits=SimpleNamespace(rmc=1.0), partition=lambda name: SimpleNamespace(name=name, profile=None)
    )
    session: Any = SimpleNamespace(lab=lab)
    desk = SimpleNamespace(session=session, lab=lab, remember=lambda name: standing)
    keywords = PowerKeywords(cast(Desk, desk))
    keywords.restart_partition("lp1", mode="POWER8", profile="old")
    keywords.restart_partition("lp1", mode="default", profile="old")
    keywords.restart_partition("lp1", mode="POWER8")
    assert modes == {"normal": "POWER8", "old": "default"}
    restoring._restore_here(session, standing)
    assert modes == {"normal": "default", "old": "POWER9"}
