"""A shell over a small file tree in memory, for the tests of the shell language and its filters."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from powervm_sim.shell.call import Command, Input
from powervm_sim.shell.dialect import BASH, Dialect
from powervm_sim.shell.files import FileStatus
from powervm_sim.shell.filters import filters
from powervm_sim.shell.pipes import Collector, Text
from powervm_sim.shell.shell import Shell

LIMIT = 20.0
"""Seconds that one script may take, also on a busy machine."""


class MemoryFile:
    """A file that is open for writing."""

    def __init__(self, files: MemoryFiles, path: str) -> None:
        self._files = files
        self._path = path

    async def write(self, text: str) -> None:
        self._files.contents[self._path] += text

    async def close(self) -> None:
        pass


@dataclass
class MemoryFiles:
    """Files by absolute path; folders are those that are named."""

    contents: dict[str, str] = field(default_factory=dict)
    folders: set[str] = field(default_factory=lambda: {"/", "/home", "/home/tester", "/etc"})

    async def open_read(self, path: str) -> Input:
        if path in self.folders:
            raise IsADirectoryError
        if path not in self.contents:
            raise FileNotFoundError
        return Text(self.contents[path])

    async def open_write(self, path: str, *, append: bool = False) -> MemoryFile:
        if path in self.folders:
            raise IsADirectoryError
        if path.rpartition("/")[0] not in self.folders:
            raise FileNotFoundError
        if not append or path not in self.contents:
            self.contents[path] = ""
        return MemoryFile(self, path)

    async def status(self, path: str, *, follow: bool = True) -> FileStatus | None:
        del follow
        if path in self.folders:
            return FileStatus("folder", mode=0o755)
        return FileStatus("file", len(self.contents[path])) if path in self.contents else None

    async def list(self, path: str) -> list[str]:
        prefix = path.rstrip("/") + "/"
        names = [name for name in [*self.contents, *self.folders] if name.startswith(prefix) and name != prefix]
        return sorted({name[len(prefix) :].split("/")[0] for name in names})


@dataclass
class Result:
    """What a script left."""

    status: int
    stdout: str
    stderr: str


class Bench:
    """One shell, several scripts."""

    def __init__(
        self,
        dialect: Dialect = BASH,
        *,
        files: MemoryFiles | None = None,
        commands: dict[str, Command] | None = None,
        login: bool = False,
    ) -> None:
        table = {**filters(), **(commands or {})}
        self.shell = Shell(
            table.get,
            dialect,
            session="the session",
            variables={"HOME": "/home/tester", "PWD": "/home/tester", "PATH": "/usr/bin"},
            files=files,
            login=login,
        )

    async def run(self, script: str, stdin: str = "") -> Result:
        out, err = Collector(), Collector()
        status = await asyncio.wait_for(self.shell.run(script, Text(stdin), out, err), LIMIT)
        return Result(status, out.text, err.text)


def run(
    script: str,
    stdin: str = "",
    *,
    dialect: Dialect = BASH,
    files: MemoryFiles | None = None,
    commands: dict[str, Command] | None = None,
) -> Result:
    """Run one script in a new shell and clean up."""

    async def whole() -> Result:
        bench = Bench(dialect, files=files, commands=commands)
        try:
            return await bench.run(script, stdin)
        finally:
            await bench.shell.close()

    return asyncio.run(whole())
