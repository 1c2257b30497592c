"""The two things that threads wait on here."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from powervm.ssh.bell import Bell, Places
from powervm.waiting import Deadline


def test_bell_rings_once_for_each_wait() -> None:
    bell = Bell()
    assert not bell.wait(0)
    bell.set()
    bell.set()
    assert bell.wait(0)
    assert not bell.wait(0.01)


def test_bell_wakes_who_waits_and_can_be_forgotten() -> None:
    bell = Bell()
    timer = threading.Timer(0.05, bell.set)
    timer.start()
    assert bell.wait(10)
    bell.set()
    bell.clear()
    assert bell.wait(0), "clear is for paramiko, and does nothing"
    bell.set()
    bell.rearm()
    assert not bell.wait(0)


def test_no_wait_is_longer_than_its_time_when_many_ring() -> None:
    """Short times that are over in the middle of it made other primitives wait for ever."""
    bell, ended = Bell(), threading.Event()

    def ring() -> None:
        while not ended.is_set():
            bell.set()

    with ThreadPoolExecutor(3) as pool:
        for _ in range(2):
            pool.submit(ring)
        try:
            longest = 0.0
            for turn in range(300):
                started = time.monotonic()
                bell.wait((turn % 5) * 1e-6)
                longest = max(longest, time.monotonic() - started)
        finally:
            ended.set()
    assert longest < 2


def test_places() -> None:
    places = Places(2)
    assert places.take(Deadline(0))
    assert places.take(Deadline(0))
    assert not places.take(Deadline(0.02))
    places.give_back()
    assert places.take(Deadline(0))


def test_places_for_many_threads() -> None:
    places, lock = Places(3), threading.Lock()
    inside, most = 0, 0

    def work(_: int) -> bool:
        nonlocal inside, most
        if not places.take(Deadline(30)):
            return False
        with lock:
            inside += 1
            most = max(most, inside)
        time.sleep(0.001)
        with lock:
            inside -= 1
        places.give_back()
        return True

    with ThreadPoolExecutor(12) as pool:
        assert all(pool.map(work, range(300)))
    assert most == 3
