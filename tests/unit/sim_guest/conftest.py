"""Fixtures for the simulated partition and Virtual I/O Server."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from guest_doubles import Hands, Result, make_guest, runner

from powervm_sim.guest.linux import LinuxGuest


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def guest(hands: Hands) -> LinuxGuest:
    return make_guest(hands)


@pytest.fixture
def run(guest: LinuxGuest) -> Callable[..., Result]:
    return runner(guest)
