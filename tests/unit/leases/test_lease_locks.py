"""Lock files: who gets one, what is left when somebody dies, and what must not be touched."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

import pytest

from powervm.leases import FOLDER_VARIABLE, LockFolder, LocksUnusable

LIBRARIES = Path(__file__).parents[3] / "libraries"
HOLD = """
import pathlib, sys
from powervm.leases import LockFolder
folder = LockFolder(pathlib.Path(sys.argv[1]))
lock, note = folder.try_lock("one"), folder.note("Night.Local")
note.write(["one"])
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path: Path) -> LockFolder:
    return LockFolder(tmp_path / "locks")


def test_alone_means_alone(folder: LockFolder) -> None:
    lock = folder.try_lock("one")
    assert lock is not None
    assert folder.try_lock("one") is None
    assert folder.try_lock("one", exclusive=False) is None
    lock.release()
    assert folder.try_lock("one", exclusive=False) is not None


def test_those_who_share_are_in_the_way_of_one_who_wants_it_alone(folder: LockFolder) -> None:
    first, second = (folder.try_lock("one", exclusive=False) for _ in range(2))
    assert first is not None
    assert second is not None
    assert folder.try_lock("one") is None
    first.release()
    assert folder.try_lock("one") is None
    second.release()
    assert folder.try_lock("one") is not None


def test_nothing_stays_behind(folder: LockFolder) -> None:
    shared = [folder.try_lock("one", exclusive=False) for _ in range(2)]
    note = folder.note("Suite")
    note.write(["one"])
    for lock in shared:
        assert lock is not None
        lock.release()
        lock.release()
    note.remove()
    assert list(folder.path.iterdir()) == []


def test_a_file_that_was_taken_away_and_made_again_is_not_taken_for_the_first(folder: LockFolder) -> None:
    old = folder.try_lock("one")
    assert old is not None
    old.path.unlink()
    new = folder.try_lock("one")
    assert new is not None
    old.release()  # must not take away the file of the new one
    assert folder.try_lock("one") is None


def test_the_kernel_gives_back_what_a_killed_process_had(folder: LockFolder) -> None:
    command = [sys.executable, "-c", HOLD, str(folder.path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": str(LIBRARIES)}
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        assert folder.try_lock("one") is None
        (holder,) = folder.holders("one")
        assert f"process {process.pid} of " in str(holder)
        assert ", Night.Local, since 20" in str(holder)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    assert folder.holders("one") == []
    assert list(folder.path.glob("holder-*")) == []
    assert folder.try_lock("one") is not None


def test_old_files_of_killed_processes_are_swept(folder: LockFolder) -> None:
    held = folder.try_lock("held")
    assert held is not None
    for name in ("old", "new", "held"):
        (folder.path / f"{name}.lock").touch()
    for name in ("old", "held"):
        os.utime(folder.path / f"{name}.lock", (1, 1))
    assert LockFolder(folder.path).try_lock("held") is None
    assert sorted(path.name for path in folder.path.iterdir()) == ["held.lock", "new.lock"]


def test_all_users_may_use_it_and_only_owners_remove(folder: LockFolder) -> None:
    umask = os.umask(0o077)
    try:
        lock, note = folder.try_lock("one"), folder.note("Suite")
    finally:
        os.umask(umask)
    note.write(["one"])
    assert lock is not None
    assert folder.path.stat().st_mode & 0o7777 == 0o1777
    assert lock.path.stat().st_mode & 0o7777 == 0o444
    assert next(folder.path.glob("holder-*")).stat().st_mode & 0o7777 == 0o644


@pytest.mark.skipif(os.getuid() != 0, reason="only root can be another user for a while")
def test_two_users_meet() -> None:
    place = Path(tempfile.mkdtemp(dir="/var/tmp"))
    try:
        place.chmod(0o755)
        ours = LockFolder(place / "locks")
        held, note = ours.try_lock("held"), ours.note("Ours")
        note.write(["held"])
        left = ours.try_lock("left")
        assert held is not None
        assert left is not None
        os.close(left._descriptor)  # as if it had been killed
        other = os.fork()
        if not other:
            os._exit(_as_another_user(place / "locks"))
        assert os.waitstatus_to_exitcode(os.waitpid(other, 0)[1]) == 0
    finally:
        shutil.rmtree(place)


def _as_another_user(path: Path) -> int:
    """Whether another user is kept from what is held, hears who has it, and gets the rest. Returns 0 for yes."""
    try:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
        folder = LockFolder(path)
        left = folder.try_lock("left")
        assert left is not None
        left.release()
        assert (path / "left.lock").exists()
        assert folder.try_lock("held") is None
        assert [holder.suite for holder in folder.holders("held")] == ["Ours"]
        assert folder.try_lock("own") is not None
    except BaseException:  # noqa: BLE001 - nothing may leave this process
        traceback.print_exc()
        return 1
    return 0


def test_a_link_is_not_followed(folder: LockFolder, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine")
    folder.try_lock("other")
    (folder.path / "one.lock").symlink_to(precious)
    with pytest.raises(LocksUnusable, match=r"one\.lock: this lock cannot be used: it is a link\. Remove it\."):
        folder.try_lock("one")
    os.mkfifo(folder.path / "pipe.lock")
    with pytest.raises(LocksUnusable, match="is no file"):
        folder.try_lock("pipe")
    assert precious.read_text() == "mine"


def test_a_link_or_a_folder_that_others_can_empty_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(LocksUnusable, match="the leases need a folder here"):
        LockFolder(tmp_path / "link").try_lock("one")
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    with pytest.raises(LocksUnusable, match=r"everybody may remove the leases of others here\. Run: chmod \+t"):
        LockFolder(tmp_path / "open").try_lock("one")


def test_what_others_have_written_is_not_believed(folder: LockFolder) -> None:
    note = folder.note("Evil\x1b[31m\n" + 500 * "x")
    note.write(["one"])
    (holder,) = folder.holders("one")
    assert holder.suite.startswith("Evil[31mx")
    assert len(holder.suite) <= 200
    note._path.write_text('{"pid": [')
    assert folder.holders("one") == []


def test_the_folder_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "ours"))
    assert LockFolder().path == tmp_path / "ours"
    monkeypatch.delenv(FOLDER_VARIABLE)
    assert LockFolder().path.name == "partition-mobility-leases"


def test_a_lock_of_which_nobody_can_tell_is_not_ours_alone(tmp_path: Path) -> None:
    lock = LockFolder(tmp_path / "locks").try_lock("server", exclusive=False)
    assert lock is not None
    os.close(lock._descriptor)
    assert not lock.make_exclusive()
