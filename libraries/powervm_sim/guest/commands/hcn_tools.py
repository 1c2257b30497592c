"""``hcnmgr`` and its other names: what a management console calls for migratable ports, and people seldom do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from powervm_sim.guest.commands.kinds import GuestCommand
from powervm_sim.guest.commands.options import UsageError, name_of, not_simulated
from powervm_sim.guest.interface import Adapter
from powervm_sim.shell.call import Call

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

_NEEDED = {
    "hcnqrydev": ("DRC_INDEX", "HCN_ID"),
    "hcnrmdev": ("DRC_INDEX", "HCN_ID"),
    "hcncfgdrc": ("DRC_INDEX",),
    "hcnrmhcn": ("HCN_ID",),
}


async def hcnversion(_: LinuxGuest, call: Call) -> int:
    """What this hcnmgr can do."""
    await call.stdout.write("hcnmgr (features: vnic wicked)\n")
    return 0


async def hcnmgr(guest: LinuxGuest, call: Call) -> int:
    """``hcnmgr -s`` scans, ``-h`` and ``-V`` are not simulated."""
    if list(call.arguments) in (["-s"], ["--scanhcn"]):
        return int(guest.hybrid.scan() != 0)
    if list(call.arguments) in (["-V"], ["--version"]):
        return await hcnversion(guest, call)
    raise not_simulated(call, " ".join(call.arguments) or "without options")


async def step(guest: LinuxGuest, call: Call) -> int:
    """``hcncfgdrc``, ``hcnqrydev``, ``hcnrmdev``, ``hcnrmhcn``: every error ends with status 1."""
    name = name_of(call)
    values = {key: text for key, _, text in (word.partition("=") for word in call.arguments)}
    missing = [key for key in _NEEDED[name] if not values.get(key)]
    if missing:
        raise UsageError(f"[ERROR]:{name}: {missing[0]} is missing")
    try:
        numbers = {key: int(values[key], 16) for key in _NEEDED[name]}
    except ValueError:
        raise UsageError(f"[ERROR]:{name}: {' '.join(call.arguments)} is not hexadecimal") from None
    hybrid = guest.hybrid
    if name == "hcnqrydev":
        number = hybrid.query(numbers["DRC_INDEX"], numbers["HCN_ID"])
    elif name == "hcnrmdev":
        number = hybrid.remove(numbers["DRC_INDEX"], numbers["HCN_ID"])
    elif name == "hcnrmhcn":
        number = hybrid.remove_network(numbers["HCN_ID"])
    else:
        number = hybrid.configure(_adapter(guest, numbers["DRC_INDEX"]))
    if number:
        lines = guest.tree.read("/var/log/hcnmgr").decode("utf-8", "replace").splitlines()
        await call.stderr.write(f"{lines[-1]}\n")
    return int(number != 0)


def _adapter(guest: LinuxGuest, drc_index: int) -> Adapter:
    for adapter in guest.hardware.adapters:
        if drc_index in (adapter.drc_index, adapter.unit):
            return adapter
    return Adapter("mlx5_core", 0, drc_index=drc_index)


COMMANDS: dict[str, GuestCommand] = {"hcnmgr": hcnmgr, "hcnversion": hcnversion, **dict.fromkeys(_NEEDED, step)}
