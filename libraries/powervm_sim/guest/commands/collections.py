"""``sos report``, ``sosreport`` and ``supportconfig``: slow, for root, and with an archive at the end."""

from __future__ import annotations

import hashlib
import string
from datetime import datetime
from typing import TYPE_CHECKING

from powervm_sim.guest.bundles import Bundle
from powervm_sim.guest.commands.kinds import GuestCommand
from powervm_sim.guest.commands.options import UsageError, name_of, not_simulated, parse
from powervm_sim.guest.commands.places import place
from powervm_sim.shell.call import Call
from powervm_sim.shell.files import reason

if TYPE_CHECKING:
    from powervm_sim.guest.linux import LinuxGuest

_RSCT = "/opt/rsct/bin"
_DRMGR_LOGS = ("/var/log/drmgr", "/var/log/drmgr.0")
_DRM_FILES = ("/var/ct/IBM.DRM.stderr", "/var/ct/IW/log/mc/IBM.DRM/trace")
_SOS_PLUGINS: dict[str, tuple[float, tuple[str, ...], tuple[str, ...]]] = {
    "date": (1, ("date",), ()),
    "devicetree": (2, (), ()),
    "filesys": (2, ("df -h", "mount"), ("/etc/fstab",)),
    "host": (1, ("hostname", "uptime"), ("/etc/hostname", "/etc/machine-id")),
    "kernel": (4, ("dmesg", "uname -a"), ("/proc/cmdline", "/proc/version")),
    "logs": (20, ("journalctl --no-pager",), ("/var/log/messages", "/var/log/boot.log")),
    "memory": (1, ("free",), ("/proc/meminfo",)),
    "multipath": (2, ("multipath -ll",), ()),
    "networking": (6, ("ip address", "ip route", "ip -s link"), ("/etc/hosts",)),
    "powerpc": (
        15,
        (
            "lparstat -i",
            "lsdevinfo",
            "ppc64_cpu --smt",
            "lssrc -a",
            "lsrsrc IBM.MCP",
            f"{_RSCT}/rmcdomainstatus -s ctrmc",
            "servicelog --dump",
            "ctsnap -x runrpttr",
        ),
        (
            "/proc/powerpc/lparcfg",
            "/var/log/drmgr",
            "/var/log/drmgr.0",
            "/var/log/hcnmgr",
            "/proc/cpuinfo",
            *_DRM_FILES,
        ),
    ),
    "process": (2, ("ps aux",), ()),
    "processor": (2, ("lscpu",), ("/proc/cpuinfo",)),
    "release": (1, (), ("/etc/os-release",)),
    "rpm": (6, ("rpm -qa",), ()),
    "systemd": (3, ("systemctl list-units",), ()),
}
"""Seconds, commands and files of each plugin."""

_SOS_LONG = """
    batch tmp-dir= label= case-id= only-plugins= skip-plugins= all-logs quiet verbose enable-plugins= plugin-option=
    log-size= threads= compression-type= clean mask list-plugins no-report name= since= plugin-timeout= cmd-timeout=
    no-postproc
"""

_FEATURES = {
    "LPAR": (2, ("lparstat -i", "lsdevinfo -c"), ("/proc/powerpc/lparcfg", *_DRMGR_LOGS)),
    "HCN": (1, ("hcnversion",), ("/var/log/hcnmgr",)),
    "RSCT": (
        5,
        ("lssrc -a", "lsrsrc IBM.MCP", f"{_RSCT}/rmcdomainstatus -s ctrmc", "ctsnap -x runrpttr"),
        _DRM_FILES,
    ),
    "BOOT": (4, ("dmesg", "journalctl --no-pager"), ("/proc/cmdline", "/var/log/boot.log")),
    "NET": (6, ("ip address", "ip route", "ip -s link"), ("/etc/hosts",)),
    "MPIO": (3, ("multipath -ll", "lsscsi"), ()),
    "DISK": (4, ("lsblk", "df -h", "mount"), ()),
    "RPM": (8, ("rpm -qa",), ()),
    "PROC": (2, ("lscpu",), ("/proc/cpuinfo", "/proc/meminfo")),
    "BASIC": (1, ("uname -a", "uptime", "date"), ("/etc/os-release",)),
}


async def _wait(guest: LinuxGuest, seconds: float) -> None:
    await guest.firmware.long(seconds)
    await guest.awake.wait()


async def sos(guest: LinuxGuest, call: Call) -> int:
    """``sos report ...`` and ``sosreport ...``."""
    words = list(call.arguments)
    if name_of(call) == "sos":
        if words[:1] not in (["report"], ["rep"]):
            raise not_simulated(call, words[0] if words else "without a component")
        words.pop(0)
    options = _sos_options(call, words)
    version = guest.package_version("sos")
    if "--list-plugins" in options or "-l" in options:
        raise not_simulated(call, "-l")
    quiet = bool(options.keys() & {"-q", "--quiet"})
    await _greet(guest, call, version, options, quiet=quiet)
    folder = place(call, options.get("--tmp-dir", "/var/tmp"))  # noqa: S108 - in the simulated tree
    if not guest.tree.is_dir(folder):
        raise UsageError(f"temporary directory {options['--tmp-dir']} does not exist or is not writable")
    bundle, name = await _sos_collect(guest, call, options, quiet=quiet)
    suffix = "gz" if options.get("-z", options.get("--compression-type")) in ("gzip", "gz") else "xz"
    data = bundle.packed(suffix)
    path = f"{folder}/{name}.tar.{suffix}"
    digest = hashlib.sha256(data).hexdigest()
    try:
        guest.tree.write(path, data, mode=0o600)
        guest.tree.write(f"{path}.sha256", f"{digest}\n".encode(), mode=0o644)
    except OSError as problem:
        if guest.tree.exists(path):
            guest.tree.remove(path)
        raise UsageError(f" {reason(problem)} while writing archive: {folder}") from None
    said = "Your sos report" if _numbers(version) >= (4, 8) else "Your sosreport"
    await call.stdout.write(
        f"\n{said} has been generated and saved in:\n\t{path}\n\n Size\t{_size(len(data))}\n Owner\troot\n"
        f" sha256\t{digest}\n\nPlease send this file to your support representative.\n\n"
    )
    return 0


def _sos_options(call: Call, words: list[str]) -> dict[str, str]:
    given, rest = parse(_with(call, words), "n:o:e:k:lqvaz:t:", tuple(_SOS_LONG.split()), status=2)
    options = dict(given)
    if rest:
        raise UsageError(f"sos: error: unrecognized arguments: {' '.join(rest)}", 2)
    if options.keys() & {"--clean", "--mask", "-a"}:
        raise not_simulated(call, min(options.keys() & {"--clean", "--mask", "-a"}))
    for name in ("-o", "--only-plugins", "-n", "--skip-plugins"):
        for plugin in filter(None, options.get(name, "").split(",")):
            if plugin not in _SOS_PLUGINS and name in ("-o", "--only-plugins"):
                raise UsageError(f"a non-existing plugin ({plugin}) was specified in the command line.")
    return options


def _with(call: Call, words: list[str]) -> Call:
    return Call(**{**vars(call), "arguments": words})


async def _greet(guest: LinuxGuest, call: Call, version: str, options: dict[str, str], *, quiet: bool) -> None:
    title = "sos report" if _numbers(version) >= (4, 8) else "sosreport"
    if not quiet:
        await call.stdout.write(
            f"\n{title} (version {version})\n\nThis command collects diagnostic and configuration data of this "
            f"{guest.spec.system.title} system.\n\n"
        )
    if "--batch" in options:
        return
    await call.stdout.write("Press ENTER to continue, or CTRL-C to quit.\n")
    if not await call.stdin.readline():
        raise UsageError("Exiting due to end of input")
    if "--case-id" not in options:
        await call.stdout.write("Optionally, please enter the case id that you are generating this report for []: \n")
        options["--case-id"] = "".join(filter(str.isalnum, await call.stdin.readline()))


async def _sos_collect(guest: LinuxGuest, call: Call, options: dict[str, str], *, quiet: bool) -> tuple[Bundle, str]:
    only = set(filter(None, options.get("-o", options.get("--only-plugins", "")).split(",")))
    skipped = set(options.get("-n", options.get("--skip-plugins", "")).split(","))
    plugins = [name for name in _SOS_PLUGINS if (not only or name in only) and name not in skipped]
    numbers = guest.random(f"sos {guest.processes.current_pid()}")
    extra = "".join(f"-{text}" for text in (options.get("--label"), options.get("--case-id")) if text)
    today = datetime.fromtimestamp(guest.clock.time()).astimezone()
    unique = "".join(numbers.choices(string.ascii_lowercase, k=7))
    name = f"sosreport-{guest.spec.short_name}{extra}-{today:%Y-%m-%d}-{unique}"
    bundle = Bundle(guest, name)
    say = (lambda _: "") if quiet else str
    await call.stdout.write(
        say(" Setting up archive ...\n Setting up plugins ...\n Running plugins. Please wait ...\n\n")
    )
    for number, plugin in enumerate(plugins, 1):
        seconds, commands, files = _SOS_PLUGINS[plugin]
        await call.stdout.write(say(f"  Starting {number}/{len(plugins)} {plugin:<15} [Running: {plugin}]\n"))
        await _wait(guest, seconds)
        await bundle.commands(f"sos_commands/{plugin}", commands)
        for path in files:
            bundle.file(path)
        if plugin in ("powerpc", "devicetree"):
            bundle.folder("/proc/device-tree")
    bundle.add("version.txt", f"sos report: {guest.package_version('sos')}\n".encode())
    await call.stdout.write(say("  Finished running plugins\n\nCreating compressed archive...\n"))
    await _wait(guest, 15)
    return bundle, name


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _size(count: int) -> str:
    size = float(count)
    for unit in ("B", "KiB", "MiB"):
        if size < 1024 or unit == "MiB":
            break
        size /= 1024
    return f"{size:.2f}{unit}"


async def supportconfig(guest: LinuxGuest, call: Call) -> int:
    """``supportconfig [-R FOLDER] [-B NAME] [-Q] [-m] [-i KEYS] [-x KEYS] [-g] [-t FOLDER]``."""
    others = [process for process in guest.processes if process.name == "supportconfig"]
    other = next((process for process in others if process.pid != guest.processes.current_pid()), None)
    if other is not None:
        raise UsageError(f"Error: A supportconfig instance is already running, PID {other.pid}", 10)
    options, rest = parse(call, "R:B:Qmi:x:gt:kluvhA:E:N:M:O:P:W:UaFDLCepqrwIXG:HTQZ:d:b:s")
    chosen = dict(options)
    unknown = chosen.keys() - {"-R", "-B", "-Q", "-m", "-i", "-x", "-g", "-t"}
    if unknown or rest:
        raise not_simulated(call, min(unknown) if unknown else rest[0])
    now = datetime.fromtimestamp(guest.clock.time()).astimezone()
    name = f"scc_{chosen['-B']}" if "-B" in chosen else f"scc_{guest.spec.short_name}_{now:%y%m%d_%H%M}"
    folder = place(call, chosen.get("-R", "/var/log"))
    if not guest.tree.is_dir(folder):
        raise UsageError(f"ERROR: Invalid directory: {chosen['-R']}")
    say = (lambda _: "") if "-Q" in chosen else str
    bundle = await _support_collect(guest, call, chosen, f"{folder}/{name}", quiet="-Q" in chosen)
    if "-t" in chosen:
        return await _support_folder(guest, call, bundle, place(call, chosen["-t"]))
    suffix = "gz" if "-g" in chosen else "xz"
    data = bundle.packed(suffix)
    path = f"{folder}/{name}.t{suffix}"
    digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
    try:
        guest.tree.write(path, data, mode=0o600)
        guest.tree.write(f"{path}.md5", f"{digest}  {path}\n".encode(), mode=0o600)
    except OSError as problem:
        if guest.tree.exists(path):
            guest.tree.remove(path)
        raise UsageError(
            f"tar: {path}: Cannot write: {reason(problem)}\nERROR: Could not create the tar ball"
        ) from None
    between = " " if _numbers(guest.package_version("supportutils")) >= (3, 1) else "\n  "
    await call.stdout.write(
        say(
            f"\n==[ DONE ]{'=' * 67}\n"
            f"  Log file tar ball:{between}{path}\n"
            f"  Log file size:     {max(1, -(-len(data) // 1024))}K\n"
            f"  Log file md5sum:   {digest}\n{'=' * 77}\n\n"
        )
    )
    return 0


async def _support_collect(
    guest: LinuxGuest, call: Call, chosen: dict[str, str], folder: str, *, quiet: bool
) -> Bundle:
    only = {key.upper() for key in chosen.get("-i", "").split(",") if key}
    left = {key.upper() for key in chosen.get("-x", "").split(",") if key}
    keys = [key for key in _FEATURES if (not only or key in only) and key not in left]
    if "-m" in chosen:
        keys = ["BASIC", "BOOT", "PROC"]
    bundle = Bundle(guest, folder.rpartition("/")[2])
    if not quiet:
        version = guest.package_version("supportutils")
        await call.stdout.write(
            f"{'=' * 77}\n{'Support Utilities - Supportconfig':^77}\n{'Script Version: ' + version:^77}\n{'=' * 77}\n"
            f"Gathering system information\n  Data Directory:    {folder}\n\n"
        )
    for key in keys:
        seconds, commands, files = _FEATURES[key]
        await _wait(guest, seconds)
        await bundle.commands(key.lower(), commands)
        for path in files:
            bundle.file(path)
        if not quiet:
            await call.stdout.write(f"  {key + '...':<44} Done\n")
    if not quiet:
        await call.stdout.write("\nCreating Tar Ball\n")
    await _wait(guest, 10)
    return bundle


async def _support_folder(guest: LinuxGuest, call: Call, bundle: Bundle, folder: str) -> int:
    for path, data in bundle.members().items():
        place_of = f"{folder}/{path}"
        guest.tree.make_folders(place_of.rpartition("/")[0])
        guest.tree.write(place_of, data, mode=0o600)
    await call.stdout.write(f"\n==[ DONE ]{'=' * 67}\n  Log file directory: {folder}\n{'=' * 77}\n\n")
    return 0


async def ctsnap(guest: LinuxGuest, call: Call) -> int:
    """``ctsnap [-d FOLDER] [-x runrpttr]``: RSCT data into ``/tmp/ctsupt``."""
    chosen = dict(parse(call, "d:x:")[0])
    folder = place(call, chosen.get("-d", "/tmp/ctsupt"))  # noqa: S108 - in the simulated tree
    now = datetime.fromtimestamp(guest.clock.time()).astimezone()
    name = f"ctsnap.{guest.spec.short_name}.{now:%m%d%H%M%S}"
    bundle = Bundle(guest, "ctsupt")
    await _wait(guest, 45)
    await bundle.commands("", ("lssrc -a", "lsrsrc IBM.MCP", f"{_RSCT}/rmcdomainstatus -s ctrmc"))
    bundle.file("/var/ct/IBM.DRM.stderr")
    guest.tree.make_folders(folder)
    guest.tree.write(f"{folder}/{name}.tar.gz", bundle.packed("gz"), mode=0o600)
    guest.tree.write(f"{folder}/{name}.log", b"ctsnap completed\n", mode=0o600)
    await call.stdout.write(f"{folder}/{name}.tar.gz\n")
    return 0


RSCT: dict[str, GuestCommand] = {"ctsnap": ctsnap}

COMMANDS: dict[str, GuestCommand] = {"sos": sos, "sosreport": sos, "supportconfig": supportconfig, **RSCT}
