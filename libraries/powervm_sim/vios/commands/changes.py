"""``chdev``, ``cfgdev``, ``rmdev`` and ``vfcmap``: what an administrator changes on devices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from powervm_sim.guest.commands.options import UsageError, not_simulated
from powervm_sim.shell.call import Call
from powervm_sim.vios.attributes import LEVEL, OPERATIONS, Attribute, attributes_of
from powervm_sim.vios.commands.kinds import INCOMPLETE, NO_ACCESS, NOT_FOUND, ViosCommand, read_flags
from powervm_sim.vios.device_list import devices, find
from powervm_sim.vios.view import Device

if TYPE_CHECKING:
    from powervm_sim.vios.server import VirtualIOServer

_CHDEV = "chdev -dev DeviceName {-attr Attribute=Value ... | -perm}"
_CFGDEV = "cfgdev [-dev DeviceName]"
_RMDEV = "rmdev {-dev | -pdev} DeviceName [-recursive] [-ucfg]"
_VFCMAP = "vfcmap -vadapter VirtualServerAdapter -fcp FibreChannelPort"
_BUSY = "0514-062 Cannot perform the requested function because the\n\tspecified device is busy."
_FIXED = frozenset({"sys0", "vioslpm0", "vasi0", "vsa0"})


async def chdev(server: VirtualIOServer, call: Call) -> int:
    """Change attributes of a device."""
    options, rest = read_flags(call, _CHDEV, flags=("perm",), values=("dev",), lists=("attr",))
    if rest or "dev" not in options or not options.get("attr"):
        raise UsageError(f"Usage: {_CHDEV}")
    if "perm" in options:
        raise not_simulated(call, "-perm")
    device = _device(server, options["dev"])
    pairs = [pair.partition("=") for pair in options["attr"].split()]
    known = {attribute.name: attribute for attribute in attributes_of(server.view, device, server.changed)}
    for name, equals, value in pairs:
        _check(known.get(name), name, value, equals)
    for name, _, value in pairs:
        if name in (OPERATIONS, LEVEL) and server.set_mover is not None:
            server.set_mover(name, int(value))
        else:
            server.changed[device.name, name] = value
    server.logs.configured(f"/usr/sbin/chdev -l {device.name}")
    await call.stdout.write(f"{device.name} changed\n")
    return 0


def _check(attribute: Attribute | None, name: str, value: str, equals: str) -> None:
    if not equals:
        raise UsageError(f"Usage: {_CHDEV}")
    if attribute is None:
        raise UsageError(f'Attribute "{name}" is not found.', NOT_FOUND)
    if not attribute.settable:
        raise UsageError(f'Attribute "{name}" cannot be changed by a user.', NO_ACCESS)
    if not attribute.allows(value):
        raise UsageError(
            "Method error (/usr/lib/methods/chggen):\n"
            "        0514-018 The values specified for the following attributes \n"
            f"                 are not valid:\n     {name:<16}{attribute.description}"
        )


async def cfgdev(server: VirtualIOServer, call: Call) -> int:
    """Configure a device, or all that were unconfigured."""
    options, rest = read_flags(call, _CFGDEV, values=("dev",))
    if rest:
        raise UsageError(f"Usage: {_CFGDEV}")
    if "dev" in options:
        server.defined.discard(_device(server, options["dev"]).name)
    else:
        server.defined.clear()
    server.logs.configured(f"/usr/sbin/cfgmgr {'-l ' + options['dev'] if 'dev' in options else ''}".rstrip())
    return 0


async def rmdev(server: VirtualIOServer, call: Call) -> int:
    """``rmdev -dev X -ucfg`` unconfigures a device that nobody uses; definitions are not removed here."""
    options, rest = read_flags(call, _RMDEV, flags=("ucfg", "recursive"), values=("dev", "pdev"))
    if rest or "dev" not in options:
        raise not_simulated(call, "-pdev") if "pdev" in options else UsageError(f"Usage: {_RMDEV}")
    device = _device(server, options["dev"])
    if "ucfg" not in options:
        raise not_simulated(call, "without -ucfg")
    if device.name in _FIXED or _busy(server, device):
        raise UsageError(f"Method error (/usr/lib/methods/ucfgdevice):\n        {_BUSY}", INCOMPLETE)
    server.defined.add(device.name)
    server.logs.configured(f"/usr/sbin/rmdev -l {device.name}")
    await call.stdout.write(f"{device.name} Defined\n")
    return 0


def _busy(server: VirtualIOServer, device: Device) -> bool:
    """A client or another device works with it."""
    view = server.view
    names = {fibre.adapter for fibre in view.fibre if fibre.logged_in}
    names |= {port.name for port in view.ports if any(fibre.port == port.name for fibre in view.fibre)}
    names |= {storage.adapter for storage in view.storage if storage.targets}
    names |= {target.backing_device for storage in view.storage for target in storage.targets}
    for net in view.network:
        if net.shared_adapter:
            names |= {net.adapter, net.shared_adapter, net.backing_device}
    for vnic in view.vnics:
        names |= {vnic.adapter, vnic.backing_device}
    names |= {disk.name for disk in view.disks if disk.group != "None"}
    configured = {other.parent for other in devices(view, server.defined) if other.status == "Available"}
    return device.name in names | configured


async def vfcmap(server: VirtualIOServer, call: Call) -> int:
    """Map a virtual fibre channel adapter to a physical port; without a port it is not mapped any more."""
    options, rest = read_flags(call, _VFCMAP, values=("vadapter",), lists=("fcp",))
    ports = options.get("fcp", "").split()
    if rest or options.keys() != {"vadapter", "fcp"} or len(ports) > 1:
        raise UsageError(f"Usage: {_VFCMAP}")
    view = server.view
    if all(fibre.adapter != options["vadapter"] for fibre in view.fibre):
        raise UsageError(f'Device "{options["vadapter"]}" is not found.', NOT_FOUND)
    for name in ports:
        port = next((port for port in view.ports if port.name == name), None)
        if port is None:
            raise UsageError(f'Device "{name}" is not found.', NOT_FOUND)
        if not port.npiv or not port.fabric:
            raise UsageError(f'The port "{name}" or its switch cannot do NPIV.', INCOMPLETE)
        if not port.ports[1]:
            raise UsageError(f'The port "{name}" has no virtual port left.', INCOMPLETE)
    if server.map_port is None:
        raise not_simulated(call, "a change of the world")
    server.map_port(options["vadapter"], ports[0] if ports else "")
    await call.stdout.write(f"{options['vadapter']} changed\n")
    return 0


def _device(server: VirtualIOServer, name: str) -> Device:
    device = find(server.view, name, server.defined)
    if device is None:
        raise UsageError(f'Device "{name}" is not found.', NOT_FOUND)
    return device


COMMANDS: dict[str, ViosCommand] = {"chdev": chdev, "cfgdev": cfgdev, "rmdev": rmdev, "vfcmap": vfcmap}
