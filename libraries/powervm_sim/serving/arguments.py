"""The program's command line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Arguments:
    """What was asked for on the command line."""

    world: Path
    port: int
    speed: float
    ready_file: Path | None
    state_dir: Path | None
    password_file: Path | None
    with_parent: int | None
    remove_at_end: Path | None
    any_address: bool
    verbose: bool


def parse(arguments: Sequence[str] | None = None) -> Arguments:
    """The arguments; ends the program with status 2 when they are wrong."""
    parser = argparse.ArgumentParser(
        prog="powervm_sim",
        description="Serves a simulated lab of IBM Power management consoles, Virtual I/O Servers and Linux partitions "
        "over SSH.",
    )
    parser.add_argument("--world", type=Path, required=True, help="the world file (YAML)")
    parser.add_argument(
        "--port", type=_port, default=10022, help="port of all endpoints; 0 for a free one each (default: 10022)"
    )
    parser.add_argument(
        "--speed", type=_speed, default=1.0, help="divides the durations of long things (default: 1, as in real life)"
    )
    parser.add_argument("--ready-file", type=Path, help="where to write the list of endpoints once they are served")
    parser.add_argument("--state-dir", type=Path, help="folder that keeps keys and passwords between starts")
    parser.add_argument("--password-file", type=Path, help="file with one password for all endpoints")
    parser.add_argument("--with-parent", type=int, metavar="PID", help="stop when this process ends")
    parser.add_argument("--remove-at-end", type=Path, metavar="FOLDER", help="remove this folder when the lab ends")
    parser.add_argument(
        "--allow-any-address",
        "--bind-all",
        dest="any_address",
        action="store_true",
        help="allow addresses other than loopback ones: everyone who reaches them can use the lab",
    )
    parser.add_argument("--verbose", action="store_true", help="tell on standard error what happens")
    return Arguments(**vars(parser.parse_args(arguments)))


def _port(text: str) -> int:
    number = int(text) if text.isdigit() else -1
    if not 0 <= number <= 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; give a number from 0 to 65535")
    return number


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed <= 100_000:
        raise argparse.ArgumentTypeError(f"{text!r} is no speed; give a number above 0, for example 20")
    return speed
