"""Figures of stage logs: how much of the time is saved by asking all machines at once, how fast files are fetched, and
how well the rules tell errors from noise.

Run it with ``python tests/benchmarks/stage_logs.py`` in the environment of the tests. Loopback only. The transfer is
measured against OpenSSH's own ``sftp`` on the same server, and left out where there is no such program.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncssh

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "libraries"), str(ROOT / "tests")]

from powervm.lab import load_lab, load_ready  # noqa: E402 - the path had to be set first
from powervm.session import LabSession  # noqa: E402
from powervm.ssh import Connection, Endpoint, HostKeyMode, HostKeys, Login  # noqa: E402
from powervm.stage_logs import Manifest, Stage, collect  # noqa: E402
from support import memory  # noqa: E402
from support.simulated import joined_lab_file, simulated_lab  # noqa: E402
from unit.kernel_log.corpus import score  # noqa: E402

MEGABYTES = 500
LATENCY = {"latency.listing": 20, "latency.change": 20}


def collecting() -> dict[str, float]:
    """Seconds of a stage, against the slowest machine of it and against one machine after the other."""
    with tempfile.TemporaryDirectory() as name, simulated_lab(Path(name), LATENCY, speed=20) as running:
        lab = load_lab(joined_lab_file(Path(name), running)).join(load_ready(running.ready_file))
        with LabSession(lab) as session:
            collect(session, Stage("warm-up"), root=Path(name), servers=("p9a", "p10b"), partition="lp2")
            together, slowest, apart = [], [], []
            for round_ in range(3):
                stage = Stage(f"round-{round_}")
                done = collect(session, stage, root=Path(name), servers=("p9a", "p10b"), partition="lp2")
                sums = {source.name: sum(item.duration for item in source.items) for source in done.manifest.sources}
                together.append(done.manifest.duration)
                slowest.append(max(sums.values()))
                apart.append(sum(sums.values()))
    return {
        "together": statistics.median(together),
        "of_slowest": statistics.median(a / b for a, b in zip(together, slowest, strict=True)),
        "of_apart": statistics.median(a / b for a, b in zip(together, apart, strict=True)),
    }


def flood() -> dict[str, float]:
    """Memory of a process that collects while one command prints 500 MB, and the stage's time against its own."""
    command = f"dd if=/dev/zero bs=1M count={MEGABYTES}"
    with tempfile.TemporaryDirectory() as name, simulated_lab(Path(name), {}, speed=20) as running:
        file = joined_lab_file(Path(name), running, {"logs": {"os_commands": [command]}})
        words = ["--lab", str(file), "--stage", "flood", "--output", name, "--move", "local"]
        done = subprocess.run(
            [sys.executable, "-c", memory.PROGRAM, *words],
            env={"PYTHONPATH": str(ROOT / "libraries")}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        (path,) = Path(name).rglob("manifest.json")
        manifest = Manifest.model_validate_json(path.read_bytes())
        (item,) = [item for source in manifest.sources for item in source.items if item.source == command]
        if item.size != MEGABYTES << 20:
            raise SystemExit(f"{command} came to {item}; {done.stderr}")
        return {"memory": float(done.stdout.split()[-1]), "of_item": manifest.duration / item.duration}


_SERVER = """
import asyncio, sys, asyncssh
async def main(folder, key, client):
    class Sftp(asyncssh.SFTPServer):
        def exit(self):
            self.channel.exit(0)
    acceptor = await asyncssh.listen("127.0.0.1", 0, server_host_keys=[key], authorized_client_keys=client,
                                     sftp_factory=lambda chan: Sftp(chan, chroot=folder.encode()))
    print(acceptor.get_port(), flush=True)
    await asyncio.Event().wait()
asyncio.run(main(*sys.argv[1:]))
"""


@contextmanager
def _file_server(folder: Path) -> Iterator[tuple[int, Path]]:
    """An SFTP server in a process of its own; its port and the key that opens it."""
    for name in ("host", "client"):
        key = asyncssh.generate_private_key("ssh-ed25519")
        key.write_private_key(folder / name)
        key.write_public_key(folder / f"{name}.pub")
        (folder / name).chmod(0o600)
    served = folder / "served"
    served.mkdir()
    with (served / "journal").open("wb") as file:
        for number in range(MEGABYTES):
            file.write(number.to_bytes(4, "big") * (1 << 18))
    words = [str(served), str(folder / "host"), str(folder / "client.pub")]
    process = subprocess.Popen([sys.executable, "-c", _SERVER, *words], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline()), folder / "client"
    finally:
        process.terminate()
        process.wait(10)


def transfer() -> dict[str, float] | None:
    """Megabytes per second of a large file, ours and OpenSSH's; None without its program."""
    program = shutil.which("sftp")
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with _file_server(folder) as (port, key):
            rule = HostKeys(HostKeyMode.ACCEPT_NEW, folder / "known_hosts")
            endpoint = Endpoint("files", "127.0.0.1", port, Login("root", key_file=key), rule)
            ours, theirs = [], []
            with Connection(endpoint) as connection:
                for round_ in range(3):
                    connection.fetch("/journal", folder / f"ours-{round_}", 300)
                    begin = time.perf_counter()
                    connection.fetch("/journal", folder / f"ours-again-{round_}", 300)
                    ours.append(MEGABYTES / (time.perf_counter() - begin))
                    theirs.append(_openssh(program, port, key, folder))
                    for file in folder.glob("ours-*"):
                        file.unlink()
    return {
        "ours": statistics.median(ours),
        "theirs": statistics.median(theirs),
        "ratio": statistics.median(a / b for a, b in zip(ours, theirs, strict=True)),
    }


def _openssh(program: str, port: int, key: Path, folder: Path) -> float:
    options = ["-o", "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={folder / 'theirs'}", "-i", str(key)]
    begin = time.perf_counter()
    subprocess.run(
        [program, "-q", *options, "-P", str(port), "root@127.0.0.1:/journal", str(folder / "theirs-journal")],
        check=True, capture_output=True,
    )  # fmt: skip
    return MEGABYTES / (time.perf_counter() - begin)


def main() -> int:
    """Print the figures; the exit status is the number of goals that were missed."""
    kernel = score()
    stage = collecting()
    flooded = flood()
    files = transfer()
    rows = [
        ("kernel log rules: precision on the corpus", kernel.precision, 1.0, kernel.precision >= 1),
        ("kernel log rules: recall on the corpus", kernel.recall, 1.0, kernel.recall >= 1),
        ("a stage against its slowest machine alone", stage["of_slowest"], 1.15, stage["of_slowest"] <= 1.15),
        ("a stage against one machine after the other", stage["of_apart"], 1.0, stage["of_apart"] <= 1),
    ]
    rows += [
        ("MB of memory while one command prints 500 MB", flooded["memory"], 120, flooded["memory"] < 120),
        ("that stage against this command alone", flooded["of_item"], 1.2, flooded["of_item"] <= 1.2),
    ]
    if files:
        rows.append(("500 MB over SFTP against OpenSSH's sftp", files["ratio"], 0.8, files["ratio"] >= 0.8))
    else:
        print("left out: the transfer of a large file (there is no sftp program)")  # noqa: T201
    for what, measured, goal, met in rows:
        print(f"{what:<58} {measured:>8.2f} {goal:>8.2f}  {'met' if met else 'MISSED'}")  # noqa: T201 - for a person
    return sum(not row[3] for row in rows)


if __name__ == "__main__":
    sys.exit(main())
