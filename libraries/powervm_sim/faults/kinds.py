"""All kinds of faults by name. The first line of a kind's docstring is what ``lab fault add --help`` shows."""

from __future__ import annotations

from powervm_sim.faults.command_kinds import (
    CommandDies,
    CommandFails,
    CommandFloods,
    CommandHangs,
    CommandSlow,
    SessionCut,
)
from powervm_sim.faults.machine_kinds import (
    AccountLocked,
    DiskFull,
    EndpointDown,
    EndpointFrozen,
    EndpointRefuses,
    EndpointResets,
    LinkLost,
    MoverOff,
    PathLost,
    PortNotFound,
    RmcDown,
    StressDies,
    TrustLost,
)
from powervm_sim.faults.move_kinds import (
    AdapterLeft,
    AddressChanged,
    BackingChanged,
    CheckVetoed,
    KernelLines,
    MigrationBreaks,
    MoverLinkLost,
    PoolChanged,
    ValidationRefused,
)
from powervm_sim.faults.rule import Rule

RULES: dict[str, type[Rule]] = {
    rule.model_fields["kind"].annotation.__args__[0]: rule  # type: ignore[union-attr]
    for rule in (
        CommandFails,
        CommandHangs,
        CommandSlow,
        CommandFloods,
        CommandDies,
        SessionCut,
        EndpointDown,
        EndpointRefuses,
        EndpointResets,
        EndpointFrozen,
        AccountLocked,
        TrustLost,
        RmcDown,
        MoverOff,
        DiskFull,
        StressDies,
        PathLost,
        LinkLost,
        PortNotFound,
        ValidationRefused,
        CheckVetoed,
        MigrationBreaks,
        MoverLinkLost,
        KernelLines,
        BackingChanged,
        PoolChanged,
        AddressChanged,
        AdapterLeft,
    )
}
"""Every kind by its name."""
