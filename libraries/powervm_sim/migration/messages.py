"""The messages of validations and migrations that need more than a code and one value.

Where a code or wording comes from is listed in ``docs/fidelity.md``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from powervm_sim.hsc import HscError, far_side
from powervm_sim.migration.wishes import Request
from powervm_sim.world.model import Placement, Server, Storage

_METHODS = {"scsi": "mig_vscsi", "fc": "mig_vfc"}
_TYPES = {"scsi": "vscsi", "fc": "vfc"}


class Explained(HscError):
    """An error with the reasons that Virtual I/O Servers gave.

    Attributes:
        reasons: One for each server that was asked.
    """

    def __init__(self, error: HscError, reasons: Iterable[Reason]) -> None:
        super().__init__(error.code, error.text)
        self.reasons = tuple(reasons)


@dataclass(frozen=True)
class Reason:
    """Why a Virtual I/O Server cannot host an adapter.

    Attributes:
        status: What the command there returned, such as 69 (lacks a resource) or 83 (no adapter of the kind).
        lines: Its own words.
    """

    host: Placement
    kind: str
    slot: int
    active: bool
    status: int
    lines: tuple[str, ...]

    def explain(self, detail: int) -> str:
        """The two messages of a detail block.

        Args:
            detail: How much of the command's output is shown, 0 for none of it.
        """
        name = self.host.name
        first = (
            f"HSCLA356 The RMC command issued to partition {name} failed. This means that destination VIOS partition "
            f"{name} cannot host the virtual adapter {self.slot} on the migrating partition."
        )
        flag = "ACTIVE_LPM" if self.active else "INACTIVE_LPM"
        second = (
            f"HSCLA29A The RMC command issued to partition {name} failed. The partition command is: "
            f"migmgr -f find_devices -t {_TYPES[self.kind]} -C 0x3 -a {flag} -d {detail} "
            f"The RMC return code is: 0 The OS command return code is: {self.status}"
        )
        if detail == 0:
            return f"{first}\n{second}"
        method = f"Running method '/usr/lib/methods/{_METHODS[self.kind]}'"
        block = "\n".join(("VIOS_DETAILED_ERROR", *self.lines, "End Detailed Message."))
        return f"{first}\n{second} The OS standard out is: {method}\n{block}"


def no_server_adapter(request: Request, adapter: Storage) -> HscError:
    """The server adapter of a client adapter is not there or serves nothing."""
    source = request.source
    model = source.type_model.replace("-", ".")
    name = f"U{model}.{source.serial}-V{adapter.host_id}-C{adapter.remote_slot}"
    command = f"migmgr -f get_adapter -t {_TYPES[adapter.kind]} -s {name} -w {adapter.remote_slot}"
    return HscError(
        "HSCLA27C",
        f"The operation to get the physical device location for adapter {name} on the virtual I/O server partition "
        f"{adapter.host_name} has failed. The partition command is: {command} -d {request.choices.detail}. "
        "The partition standard error is: The adapter is not configured.",
    )


def from_target(request: Request, error: HscError) -> HscError:
    """An error that the target's console found: wrapped when that is another one."""
    if not request.far:
        return error
    wrapped = far_side(error)
    return Explained(wrapped, error.reasons) if isinstance(error, Explained) else wrapped


def of_side(request: Request, server: Server, error: HscError) -> HscError:
    """An error about one of the two systems, as the console that was asked tells it."""
    return from_target(request, error) if server is request.target else error


def out_of_time(minutes: int) -> HscError:
    """Commands on the machines took longer than ``-w`` allows."""
    return HscError(
        "HSCLAF40", f"The commands that were issued to the partitions did not complete within {minutes} minutes."
    )


def multipath_changes() -> HscError:
    """Clients of different servers meet on one, or those of one server are torn apart."""
    return HscError(
        "HSCLA340",
        "The management console may not be able to replicate the source multipath I/O configuration for the "
        "migrating partition's virtual adapters on the destination managed system. Review the list of mappings.",
    )


def terminal_open() -> HscError:
    """A warning: somebody works on the partition's console."""
    return HscError(
        "HSCLA291",
        "The selected partition may have an open virtual terminal session.  The management console will force "
        "termination of the partition's open virtual terminal session when the migration has completed.",
    )


def profile_replaced() -> HscError:
    """A warning: the last profile is going to be overwritten."""
    return HscError(
        "HSCLA295",
        "As part of the migration process, the HMC will create a new migration profile containing the partition's "
        "current state. The default is to use the current profile, which will replace the existing definition of this "
        "profile. While this works for most scenarios, other options are possible. You may specify a different "
        "existing profile, which would be replaced with the current partition definition, or you may specify a new "
        "profile to save the current partition state.",
    )


def objection(name: str, command: str, status: int, output: str) -> HscError:
    """What the operating system of the migrating partition had to say when it did not agree."""
    return HscError(
        "HSCLA29A",
        f"The RMC command issued to partition {name} failed. The partition command is: {command} "
        f"The RMC return code is: 0 The OS command return code is: {status} The OS standard out is: {output.rstrip()}",
    )
