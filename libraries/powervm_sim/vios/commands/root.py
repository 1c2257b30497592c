"""``oem_setup_env``: a root shell, fed from the standard input or from a terminal, and the commands that it has."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from powervm_sim.guest.commands.options import UsageError, not_simulated, parse
from powervm_sim.shell.call import Call, Terminal
from powervm_sim.shell.shell import LONGEST_SCRIPT, Shell
from powervm_sim.vios.attributes import attributes_of
from powervm_sim.vios.commands import files, system
from powervm_sim.vios.commands.devices import attribute_table
from powervm_sim.vios.commands.kinds import ViosCommand
from powervm_sim.vios.commands.network import entstat_text
from powervm_sim.vios.commands.vital_data import vital_data
from powervm_sim.vios.device_list import devices, find
from powervm_sim.vios.error_log import HEADER
from powervm_sim.vios.logs import ALOGS
from powervm_sim.vios.view import Device

if TYPE_CHECKING:
    from powervm_sim.vios.server import VirtualIOServer

_INTERRUPTED = 130
_NO_DEVICE = """{name}: 0514-519 The following device was not found in the customized
\tdevice configuration database:
\t"{device}\""""
_DAEMONS = (
    (0, "/etc/init"),
    (1, "/usr/sbin/syncd 60"),
    (1, "/usr/lib/errdemon"),
    (1, "/usr/sbin/srcmstr"),
    (2, "/usr/sbin/sshd"),
    (2, "/usr/sbin/rsct/bin/rmcd -a IBM.LPCommands -r"),
    (2, "/usr/ios/lpm/sbin/lpmd"),
)
"""What always runs: 0 is the first process, 1 a child of it, 2 a child of srcmstr."""


async def oem_setup_env(server: VirtualIOServer, call: Call) -> int:
    """Run the lines as root; the status is that of the last command."""
    if call.arguments:
        raise UsageError("Usage: oem_setup_env")
    terminal = call.terminal
    if terminal is not None and terminal.feeds(call.stdin):
        return await _interact(server.root_shell(call.session, terminal), call, terminal)
    shell = server.root_shell(call.session)
    status, script = 0, ""
    while not shell.exited and (line := await call.stdin.readline()):
        script += line
        if len(script) > LONGEST_SCRIPT or shell.complete(script):
            status = await shell.run(script, call.stdin, call.stdout, call.stderr)
            script = ""
    if script:
        status = await shell.run(script, call.stdin, call.stdout, call.stderr)
    await shell.close()
    return status


async def _interact(shell: Shell, call: Call, terminal: Terminal) -> int:
    status, script = 0, ""
    while not shell.exited:
        try:
            line = await terminal.interruptible(terminal.ask("> " if script else "# "))
        except EOFError:
            break
        script = "" if line is None else f"{script}{line}\n"
        if not script.strip() or (len(script) <= LONGEST_SCRIPT and not shell.complete(script)):
            continue
        ended = await terminal.interruptible(shell.run(script, call.stdin, call.stdout, call.stderr))
        if ended is None:
            # The shell was not there to see its command end; this is how it learns the status.
            ended = await shell.run(f"(exit {_INTERRUPTED})", call.stdin, call.stdout, call.stderr)
        status = ended
        script = ""
    await shell.close()
    return status


async def alog(server: VirtualIOServer, call: Call) -> int:
    """``alog -o -t TYPE`` shows a log, ``alog -L`` the types that there are, ``-L -t TYPE`` its file and size."""
    options = dict(parse(call, "ot:Lqf:s:w:V:")[0])
    kind = options.get("-t")
    if kind is not None and kind not in ALOGS:
        raise UsageError(f'alog: 0580-113 The log type "{kind}" is not defined.')
    if set(options) == {"-L"}:
        await call.stdout.write("".join(f"{name}\n" for name in ALOGS))
    elif set(options) == {"-L", "-t"} and kind is not None:
        file, size = ALOGS[kind]
        await call.stdout.write(f"#file:size:verbosity\n{file}:{size}:1\n")
    elif set(options) == {"-o", "-t"} and kind is not None:
        await call.stdout.write(server.tree.read(ALOGS[kind][0]).decode("utf-8", "surrogateescape"))
    else:
        raise not_simulated(call, " ".join(call.arguments))
    return 0


async def lsattr(server: VirtualIOServer, call: Call) -> int:
    """``lsattr -El DEVICE [-a ATTRIBUTE]``."""
    options = dict(parse(call, "El:a:OF:DR")[0])
    if not {"-E", "-l"} <= set(options) <= {"-E", "-l", "-a"}:
        raise not_simulated(call, " ".join(call.arguments))
    device = _device(server, "lsattr", options["-l"])
    rows = [attribute.row for attribute in attributes_of(server.view, device, server.changed)]
    if "-a" in options:
        rows = [row for row in rows if row[0] == options["-a"]]
        if not rows:
            raise UsageError(
                f'lsattr: 0514-528 The "{options["-a"]}" attribute does not exist in the predefined\n'
                "\tdevice configuration database."
            )
    await call.stdout.write(attribute_table(rows, titled=False))
    return 0


def _device(server: VirtualIOServer, command: str, name: str) -> Device:
    device = find(server.view, name, server.defined)
    if device is None:
        raise UsageError(_NO_DEVICE.format(name=command, device=name))
    return device


async def lsdev(server: VirtualIOServer, call: Call) -> int:
    """``lsdev -C`` with ``-l DEVICE``, ``-c CLASS`` or ``-S STATE``."""
    options = dict(parse(call, "Cl:c:S:s:t:F:HpPk:")[0])
    if "-C" not in options or not set(options) <= {"-C", "-l", "-c", "-S"}:
        raise not_simulated(call, " ".join(call.arguments))
    one = [_device(server, "lsdev", options["-l"])] if "-l" in options else None
    kind, state = options.get("-c"), options.get("-S", "").lower()
    state = {"a": "available", "d": "defined"}.get(state, state)
    for device in devices(server.view, server.defined) if one is None else one:
        if kind in (None, device.kind) and state in ("", device.status.lower()):
            place = "" if device.virtual or not device.location else "00-00"
            await call.stdout.write(f"{device.name:<10} {device.status:<9} {place:<13} {device.description}\n")
    return 0


async def lscfg(server: VirtualIOServer, call: Call) -> int:
    """``lscfg [-v] -l DEVICE``: where a device is, with ``-v`` its vital product data."""
    options = dict(parse(call, "vpl:")[0])
    if "-l" not in options:
        raise not_simulated(call, " ".join(call.arguments) or "all devices")
    device = find(server.view, options["-l"], server.defined)
    if device is None:
        raise UsageError(f"lscfg: device {options['-l']} not found.")
    text = vital_data(server.view, device)
    await call.stdout.write(text if "-v" in options else text.splitlines()[0] + "\n")
    return 0


async def errpt(server: VirtualIOServer, call: Call) -> int:
    """``errpt``, ``-a``, ``-j IDENTIFIER``, ``-J LABEL``, ``-N RESOURCE`` and ``-l SEQUENCE``."""
    options = dict(parse(call, "aj:J:N:l:")[0])
    entries = [
        entry
        for entry in list(server.error_log)[::-1]
        if options.get("-j", entry.kind.identifier) == entry.kind.identifier
        and options.get("-J", entry.kind.label) == entry.kind.label
        and options.get("-N", entry.resource) == entry.resource
        and options.get("-l", str(entry.sequence)) == str(entry.sequence)
    ]
    view = server.view
    if "-a" in options:
        text = "".join(entry.report(view.name, view.machine_id) for entry in entries)
    else:
        text = HEADER + "".join(entry.row() for entry in entries) if entries else ""
    await call.stdout.write(text)
    return 0


async def entstat(server: VirtualIOServer, call: Call) -> int:
    """``entstat [-d] DEVICE``."""
    options, names = parse(call, "drt")
    if len(names) != 1 or {name for name, _ in options} - {"-d"}:
        raise not_simulated(call, " ".join(call.arguments))
    await call.stdout.write(await entstat_text(server, names[0], everything=bool(options)))
    return 0


async def ps(server: VirtualIOServer, call: Call) -> int:
    """``ps -ef``: what always runs, and a mover for each migration that is moved."""
    options = {name for name, _ in parse(call, "efAakwl")[0]}
    if not options & {"-e", "-A"} or options - {"-e", "-f", "-A", "-k"}:
        raise not_simulated(call, " ".join(call.arguments) or "the processes of this terminal")
    started = datetime.fromtimestamp(server.booted).astimezone()
    names = [*_DAEMONS, *([(1, "/usr/sbin/migmover -i 1")] * server.view.moving)]
    full = "-f" in options
    head = "     UID      PID     PPID   C    STIME    TTY  TIME CMD\n" if full else "      PID    TTY  TIME CMD\n"
    await call.stdout.write(head)
    pids = [1, *(3_670_346 + 65_588 * number for number in range(1, len(names)))]
    for pid, (level, command) in zip(pids, names, strict=True):
        if full:
            parent = (0, 1, pids[3])[level]
            line = f"    root {pid:>8} {parent:>8}   0 {started:%H:%M:%S}      -  0:00 {command}"
        else:
            line = f" {pid:>8}      -  0:00 {command.rpartition('/')[2].split()[0]}"
        await call.stdout.write(f"{line}\n")
    return 0


async def oslevel(server: VirtualIOServer, call: Call) -> int:
    """The AIX level below: 7.3 for Virtual I/O Server 4.1, 7.2 for 3.1."""
    if call.arguments:
        raise not_simulated(call, " ".join(call.arguments))
    await call.stdout.write("7.3.0.0\n" if server.view.level.startswith("4.") else "7.2.0.0\n")
    return 0


COMMANDS: dict[str, ViosCommand] = {"oem_setup_env": oem_setup_env}

ROOT_COMMANDS: dict[str, ViosCommand] = {
    "alog": alog,
    "entstat": entstat,
    "errpt": errpt,
    "lsattr": lsattr,
    "lscfg": lscfg,
    "lsdev": lsdev,
    "oslevel": oslevel,
    "ps": ps,
    **files.ROOT_COMMANDS,
    **{name: system.COMMANDS[name] for name in ("date", "hostname", "lspv", "stty", "svmon", "uname", "vmstat")},
}
