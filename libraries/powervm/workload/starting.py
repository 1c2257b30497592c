"""Starting a load in a partition, so that it outlives our connection and leaves nothing when nobody comes back."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from powervm.errors import MobilityError
from powervm.outcome.recorder import now
from powervm.partition import BOOT_ID, LinuxPartition
from powervm.ssh import ConnectionLost
from powervm.waiting import Deadline, DeadlinePassed, wait_until
from powervm.workload.kinds import Kind
from powervm.workload.leftovers import FOLDERS, owner
from powervm.workload.load import INTERVAL, Load, Look
from powervm.workload.order import Order
from powervm.workload.stress import read_report

_KEPT = 3600
"""Seconds after its end for which a load waits to be collected."""


class WorkloadNotStarted(MobilityError):
    """The load does not run, and why."""


def start(partition: Callable[[], LinuxPartition], order: Order, *, limit: float) -> Load:
    """Start a load, and see that it runs.

    Args:
        partition: Gives the partition; asked anew each time, since its connection may have been replaced.
        order: What is to run.
        limit: Seconds that a command in the partition may take.

    Raises:
        WorkloadNotStarted: It does not run; the message says what it said.
    """
    guest = partition()
    folder = f"{FOLDERS}-{secrets.token_hex(6)}"
    boot_id = guest.run(f"cat {BOOT_ID}", Deadline(limit)).stdout.strip()
    script = order.script()
    end = f"# end of the command in {Path(folder).name}"
    given = f"echo $$ > {folder}/shell\n{script}{end}\n{_keeper(folder, order.limit)}{_WHOLE}\n"
    launch = (
        f"mkdir -m 700 {folder} && cat > {folder}/all && tail -n 1 {folder}/all | grep -qx '{_WHOLE}' && "
        f"sed '/^{end}$/,$d' {folder}/all > {folder}/command && sed '1,/^{end}$/d' {folder}/all > {folder}/run && "
        f"rm {folder}/all && {{ setsid sh {folder}/run > /dev/null 2>&1 < /dev/null & }}"
    )
    load = Load(partition, order, folder, boot_id, _nothing_yet(boot_id), limit)
    try:
        _launch(guest, folder, launch, given, Deadline(limit))
        _see_it_run(load)
    except BaseException:
        with suppress(MobilityError):
            load.remove()
        raise
    load.first = load.last
    return load


def _launch(guest: LinuxPartition, folder: str, command: str, given: str, deadline: Deadline) -> None:
    try:
        result = guest.connection.run(command, deadline, input=given)
    except ConnectionLost:  # it may run all the same
        return
    if not result.ok:
        raise WorkloadNotStarted(
            f"{guest.name}: the workload's folder {folder} cannot be made: {result.first_line or 'no message'}",
            remedy="Make room in /var/tmp of the partition.",
        )


_WHOLE = "# whole"
"""The last line of what is sent: half of it, from a connection that broke, is not run."""
_START = 30.0
_FIRST_SECOND = 1.0


def _keeper(folder: str, limit: float) -> str:
    """The script that runs the command, keeps what came of it, and removes it all when nobody comes."""
    return f"""\
cd {folder}
echo '{owner()}' > owner
date +%s.%N > started
timeout -k 30 {limit:.0f} sh {folder}/command > out 2> err < /dev/null &
echo $! > pid
echo $$ > keeper
wait $!
echo $? $(date +%s.%N) > ended.new
mv ended.new ended
sleep {_KEPT}
rm -rf {folder}
"""


def _nothing_yet(boot_id: str) -> Look:
    return Look(now(), 0.0, None, None, None, runs=False, boot_id=boot_id)


def _see_it_run(load: Load) -> None:
    """Wait until it runs, and for a moment more, since a wrong option ends it at once; stress-ng says when it works."""

    def begun() -> bool:
        look = load.look()
        return look.runs or look.ended is not None

    try:
        wait_until(begun, Deadline(_START), interval=INTERVAL, what="the workload to start")
    except DeadlinePassed as passed:
        raise WorkloadNotStarted(f"{load.partition().name}: {passed.message}", remedy="Look into /var/tmp.") from passed

    def settled() -> bool:
        stresses = load.order.kind is Kind.STRESS_NG and read_report(load.output()).dispatched
        return not load.look().runs or stresses

    with suppress(DeadlinePassed):
        wait_until(settled, Deadline(_FIRST_SECOND), interval=INTERVAL, what="its first output")
