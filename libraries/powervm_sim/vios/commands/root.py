"""``oem_setup_env``: a root shell, fed from the standard input or from a terminal, and the commands that it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from powervm_sim.guest.commands.options import UsageError, not_simulated, parse
from powervm_sim.shell.call import Call, Terminal
from powervm_sim.shell.shell import Shell
from powervm_sim.vios.commands import files
from powervm_sim.vios.commands.devices import attribute_table, lpm_attributes
from powervm_sim.vios.commands.kinds import ViosCommand
from powervm_sim.vios.error_log import HEADER

if TYPE_CHECKING:
    from powervm_sim.vios.server import VirtualIOServer

LPM_LOG = "/home/ios/logs/LPM/lpm.log"
_INTERRUPTED = 130


async def oem_setup_env(server: VirtualIOServer, call: Call) -> int:
    """Run the lines as root; the status is that of the last command."""
    if call.arguments:
        raise UsageError("Usage: oem_setup_env")
    terminal = call.terminal
    if terminal is not None and terminal.feeds(call.stdin):
        return await _interact(server.root_shell(call.session, terminal), call, terminal)
    shell = server.root_shell(call.session)
    status = 0
    while not shell.exited and (line := await call.stdin.readline()):
        status = await shell.run(line, call.stdin, call.stdout, call.stderr)
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
        if not script.strip() or not shell.complete(script):
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
    """``alog -o -t lpm`` shows the trace of migrations, ``alog -L`` the logs that there are."""
    options = dict(parse(call, "ot:Lqf:s:w:V:")[0])
    if set(options) == {"-L"}:
        await call.stdout.write("lpm\n")
        return 0
    if set(options) != {"-o", "-t"} or options["-t"] != "lpm":
        raise not_simulated(call, " ".join(call.arguments))
    await call.stdout.write(server.tree.read(LPM_LOG).decode("utf-8", "surrogateescape"))
    return 0


async def lsattr(server: VirtualIOServer, call: Call) -> int:
    """``lsattr -El vioslpm0``."""
    options = dict(parse(call, "El:a:OF:DR")[0])
    if set(options) != {"-E", "-l"}:
        raise not_simulated(call, " ".join(call.arguments))
    if options["-l"] != "vioslpm0":
        raise UsageError(
            "lsattr: 0514-519 The following device was not found in the customized\n"
            f'\tdevice configuration database:\n\t"{options["-l"]}"'
        )
    await call.stdout.write(attribute_table(lpm_attributes(server.view), titled=False))
    return 0


async def errpt(server: VirtualIOServer, call: Call) -> int:
    """``errpt`` and ``errpt -a``."""
    options = {name for name, _ in parse(call, "aj:")[0]}
    entries = list(server.error_log)[::-1]
    if options - {"-a"}:
        raise not_simulated(call, " ".join(call.arguments))
    view = server.view
    if options:
        text = "".join(entry.report(view.name, f"00{view.serial}4C00") for entry in entries)
    else:
        text = HEADER + "".join(entry.row() for entry in entries) if entries else ""
    await call.stdout.write(text)
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
    "lsattr": lsattr,
    "errpt": errpt,
    "oslevel": oslevel,
    **files.COMMANDS,
}
