"""``pedbg`` and ``lsmigrdbg``: data for support."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import datetime

from powervm_sim import hsc
from powervm_sim.console.login import ConsoleCommand, ConsoleLogin, not_simulated
from powervm_sim.console.lshmc import version, vital_product_data
from powervm_sim.console.options import LISTING, Options, Syntax, flag, value
from powervm_sim.console.output import NO_RESULTS, table_of
from powervm_sim.console.partition_rows import partition_row, partition_table
from powervm_sim.console.system_rows import system_row
from powervm_sim.shell.call import Call
from powervm_sim.world.console_files import DUMPS, MIGRATION_DATA
from powervm_sim.world.migration_data import MOST_FILES

_LEVELS = "1234"
_QUESTION = "Do you want to collect the debug data of the management console now (y/n)? "
_MOST_EVENTS = 10_000
_PIECES = ("console", "managed systems", "partitions", "events", "migrations")


async def _pedbg(login: ConsoleLogin, options: Options, call: Call) -> str:
    for name in ("-d", "-f", "-l", "-r", "-t"):
        if name in options:
            raise not_simulated(f"pedbg {name}")
    options.need("-c")
    if "-q" not in options and not await _wanted(call):
        return ""
    console = login.console
    if console.collecting:
        raise hsc.HscError("HSCLAF60", "Debug data of this management console is being collected already.")
    console.collecting = True
    try:
        level = int(options.get("-q") or 1)
        for piece in _PIECES:
            await call.stdout.write(f"Collecting the data of the {piece} ...\n")
            await login.world.pace.long(login.world.settings.durations.debug_data * level / (4 * len(_PIECES)))
        file = f"{DUMPS}/HMClogs{console.serial}.zip"
        console.files.write(file, _archive(login, level), mode=0o444)
    except OSError as error:
        raise hsc.HscError("HSCLAF6C", f"The file {file} cannot be written: {error.strerror}.") from None
    finally:
        console.collecting = False
    return f"The debug data was written to {file}.\n"


async def _wanted(call: Call) -> bool:
    if call.terminal is None:
        text = "The question whether to collect data could not be asked: there is no terminal. Use -q."
        raise hsc.HscError("HSCLAF69", text)
    try:
        answer = await call.terminal.ask(_QUESTION)
    except EOFError:
        return False
    return answer.strip().lower() in ("y", "yes")


def _archive(login: ConsoleLogin, level: int) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (name, text) in enumerate(_texts(login)):
            if number < 1 + level:
                archive.writestr(name, text)
    return data.getvalue()


def _texts(login: ConsoleLogin) -> Iterator[tuple[str, str]]:
    """What is in the archive; the higher the level of collection, the more of it."""
    console = login.console
    servers = login.world.servers_of(console)
    yield "lshmc.txt", version(console) + vital_product_data(console)
    systems = [system_row(server) for server in servers]
    yield "systems.txt", table_of(systems).render(systems, None) if systems else NO_RESULTS
    table = partition_table(console.version)
    yield (
        "partitions.txt",
        "".join(table.render(map(partition_row, server.placements.values()), None) for server in servers),
    )
    events = login.world.history.events(endpoint=console.name)[-_MOST_EVENTS:]
    yield "console.log", "".join(f"{event}\n" for event in events)
    for name in console.files.list(MIGRATION_DATA):
        yield f"migrdbg/{name}", console.files.read(f"{MIGRATION_DATA}/{name}").decode("utf-8", "replace")


async def _lsmigrdbg(login: ConsoleLogin, options: Options, _call: Call) -> str:
    header = "--header" in options
    if options["-r"] == "config":
        row = {"auto_collect": "1", "max_files": str(MOST_FILES), "location": MIGRATION_DATA}
        return table_of([row]).render([row], options.get("-F"), header=header)
    tree = login.console.files
    rows = []
    for name in tree.list(MIGRATION_DATA):
        node = tree.node(f"{MIGRATION_DATA}/{name}")
        when = datetime.fromtimestamp(node.modified).astimezone()
        rows.append({"name": name, "size": str(node.size), "time": when.strftime("%m/%d/%Y %H:%M:%S")})
    return table_of(rows).render(rows, options.get("-F"), header=header) if rows else NO_RESULTS


COMMANDS = (
    ConsoleCommand(
        "pedbg",
        "pedbg -c [-q {1 | 2 | 3 | 4}] [--help]",
        Syntax(
            flag("-c"),
            value("-q", choices=_LEVELS),
            value("-d", choices=("on", "off")),
            *(flag(name) for name in ("-f", "-l", "-r", "-t")),
        ),
        _pedbg,
        latency="",
    ),
    ConsoleCommand(
        "lsmigrdbg",
        "lsmigrdbg -r {config | file} [-F [attribute-names] [--header]] [--help]",
        Syntax(value("-r", required=True, choices=("config", "file")), *LISTING),
        _lsmigrdbg,
    ),
)
