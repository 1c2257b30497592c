"""The live line: below the cursor on a terminal, nowhere else."""

from __future__ import annotations

import io

import pytest

from mobility_keywords.live_line import LiveLine, describe
from powervm.progress import Progress

COPYING = Progress("lp1 p9a -> p10b", "transfer", 12.4, transmitted=5 * 2**30, remaining=3 * 2**30)


class Screen(io.StringIO):
    """A stream that says whether it is a terminal."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


def test_phase_percent_bytes_and_time_are_in_the_line() -> None:
    assert describe(COPYING) == "lp1 p9a -> p10b  transfer   62%  5.0 of 8.0 GB  12 s"
    assert describe(Progress("lp1 p9a -> p10b", "set-up", 3.0)) == "lp1 p9a -> p10b  set-up  3 s"


def test_a_terminal_shows_the_lab_and_is_left_as_it_was() -> None:
    screen = Screen(terminal=True)
    line = LiveLine("Lab: simulated", stream=screen, quiet=False)
    line.show(COPYING)
    line.show(COPYING)
    assert screen.getvalue().count("[Lab: simulated] lp1 p9a -> p10b  transfer") == 2
    assert screen.getvalue().count("\x1b7") == 1
    line.close()
    assert screen.getvalue().endswith("\x1b8\x1b[1B\r\x1b[2K\x1b8")


@pytest.mark.parametrize(("terminal", "quiet"), [(False, False), (True, True), (False, True)])
def test_nothing_is_written_otherwise(terminal: bool, quiet: bool) -> None:
    screen = Screen(terminal=terminal)
    line = LiveLine("Lab: simulated", stream=screen, quiet=quiet)
    line.show(COPYING)
    line.close()
    assert screen.getvalue() == ""
