"""Programs of other people that talk to the lab: OpenSSH and sshpass, as they are installed on this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from running_lab import RunningLab

MISSING = [name for name in ("ssh", "scp", "sftp", "ssh-keygen") if shutil.which(name) is None]
needs_ssh = pytest.mark.skipif(bool(MISSING), reason="no ssh client: install openssh-client")
needs_sshpass = pytest.mark.skipif(
    bool(MISSING) or shutil.which("sshpass") is None, reason="no ssh client: install openssh-client and sshpass"
)
_LIMIT = 60

Answer = tuple[str, str, int]


class Client:
    """OpenSSH with the options that reach one endpoint of a lab, and nothing of this user's own settings."""

    def __init__(self, lab: RunningLab, name: str) -> None:
        self.lab = lab
        self.name = name
        self.login = lab.login(name)
        self.password = lab.password(name)

    @property
    def key(self) -> list[str]:
        """Options for a login with the client key."""
        return self.lab.ssh_options(self.name)

    @property
    def password_only(self) -> list[str]:
        """Options for a login with the password."""
        options = [word for word in self.key if word not in ("-i", self.lab.endpoints[self.name]["key_file"])]
        return [*options, "-o", "PubkeyAuthentication=no", "-o", "NumberOfPasswordPrompts=1"]

    def ssh(self, *words: str, text: str = "", before: tuple[str, ...] = ()) -> Answer:
        """``ssh [BEFORE] OPTIONS LOGIN WORDS``."""
        return run("ssh", *before, *self.key, self.login, *words, text=text)

    def with_password(self, *words: str, options: tuple[str, ...] = (), password: str | None = None) -> Answer:
        """The same behind ``sshpass -e``."""
        secret = {"SSHPASS": self.password if password is None else password}
        return run("sshpass", "-e", "ssh", *self.password_only, *options, self.login, *words, environment=secret)


def run(
    *command: str, text: str = "", environment: Mapping[str, str] | None = None, folder: Path | None = None
) -> Answer:
    """Output, error output and status of a program."""
    result = subprocess.run(
        command,
        input=text.encode(),
        capture_output=True,
        timeout=_LIMIT,
        env={**os.environ, "TERM": "xterm", **(environment or {})},
        cwd=folder,
        check=False,
    )
    return result.stdout.decode(), result.stderr.decode(), result.returncode
