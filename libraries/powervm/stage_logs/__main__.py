"""Collects stage logs from the command line: ``python -m powervm.stage_logs --lab FILE --stage NAME --output DIR``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from powervm.errors import MobilityError
from powervm.lab import Lab, MoveKind, load_lab, load_ready
from powervm.session import LabSession
from powervm.stage_logs.collector import Stage, collect, exit_status
from powervm.stage_logs.manifest import ItemRecord, manifest_schema


def main(arguments: list[str] | None = None) -> int:
    """Run the program; its exit status tells 0 complete, 1 partial, 2 nothing or not started, 130 interrupted."""
    options = _parser().parse_args(arguments)
    if options.schema:
        sys.stdout.write(json.dumps(manifest_schema(), indent=2) + "\n")
        return 0
    if not (options.lab and options.output):
        _parser().error("--lab and --output are needed")
    try:
        return _collect(options)
    except KeyboardInterrupt:
        sys.stderr.write("Broken off; the manifest tells what is there.\n")
        return 130
    except MobilityError as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m powervm.stage_logs", description="Collect the logs of a lab now.")
    parser.add_argument("--lab", type=Path, help="lab file (YAML) or op-test configuration file")
    parser.add_argument("--stage", default="after-the-fact", help="name of the stage (default: after-the-fact)")
    parser.add_argument("--output", type=Path, help="folder; the logs go to stage-logs/ below it")
    parser.add_argument("--move", help="only the machines of this move of the lab file")
    parser.add_argument("--partition", help="the partition to look into; that of the move by default")
    parser.add_argument("--failure", action="store_true", help="also the slow archives: sos report, snap, pedbg")
    parser.add_argument("--schema", action="store_true", help="print the JSON Schema of manifest.json, and end")
    return parser


def _collect(options: argparse.Namespace) -> int:
    lab = _running(load_lab(options.lab))
    move = lab.move(options.move) if options.move else None
    partition = options.partition or (move.partition if move and move.kind is MoveKind.ACTIVE else None)
    width = max((len(name) for name in lab.endpoint_names()), default=0)

    def show(machine: str, item: ItemRecord) -> None:
        reason = f"  {item.reason}" if item.reason else ""
        sys.stdout.write(f"{machine:<{width}}  {item.status.value:<10} {item.duration:6.1f} s  {item.name}{reason}\n")
        sys.stdout.flush()

    sys.stdout.write(f"Lab: {lab.kind} ({lab.name})\n")
    with LabSession(lab) as session:
        done = collect(
            session,
            Stage(options.stage),
            root=options.output,
            servers=(move.source, move.target) if move else (),
            partition=partition,
            failure=options.failure,
            watch=show,
        )
    for text in done.manifest.missing():
        sys.stderr.write(f"{text}\n")
    sys.stdout.write(f"{done.manifest.status.value}: {done.folder}\n")
    return exit_status(done.manifest.status)


def _running(lab: Lab) -> Lab:
    if lab.simulated is None:
        return lab
    if lab.simulated.ready_file is None:
        raise MobilityError(
            f"{lab.file}: its simulated lab is started by a run of Robot Framework only.",
            remedy="Start the simulated lab by hand, and give its ready file: 'simulated: {ready_file: ...}'.",
        )
    return lab.join(load_ready(lab.simulated.ready_file))


if __name__ == "__main__":
    sys.exit(main())
