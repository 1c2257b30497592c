"""The folder that a lab keeps its keys and passwords in."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from pathlib import Path

import asyncssh

_SHARED = ":rsa"
"""No machine can have a name that ends so: a colon is not allowed in names."""


class StateFolder:
    """Host keys, the client's key pair and passwords; made when they are not there, else used again.

    Args:
        path: A folder that is kept, or None for a temporary one that `remove` takes away.

    Raises:
        OSError: The folder cannot be used.
    """

    def __init__(self, path: Path | None) -> None:
        self._temporary = path is None
        self._known: dict[Path, asyncssh.SSHKey] = {}
        self.path = Path(tempfile.mkdtemp(prefix="powervm-sim-")) if path is None else path.absolute()
        for folder in (self.path, self.path / "host_keys", self.path / "passwords"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    @property
    def client_key(self) -> Path:
        """The private key that every endpoint accepts."""
        return self.path / "client_key"

    @property
    def known_hosts(self) -> Path:
        """The endpoints' host keys in the form that ssh reads."""
        return self.path / "known_hosts"

    @property
    def ssh_config(self) -> Path:
        """The endpoints by name, for ``ssh -F``."""
        return self.path / "ssh_config"

    def password_file(self, name: str) -> Path:
        """Where the password of an endpoint is kept."""
        return self.path / "passwords" / name

    def client_public_key(self) -> str:
        """The line for authorized keys."""
        return self._key(self.client_key, "powervm-sim client").export_public_key().decode().strip()

    def host_keys(self, name: str, kind: str) -> list[asyncssh.SSHKey]:
        """The host keys of an endpoint: its own Ed25519 key, and for old clients an RSA key.

        Making RSA keys is slow, so that machines of one kind share one, like machines from one image.
        """
        return [
            self._key(self.path / "host_keys" / name, name),
            self._key(self.path / "host_keys" / f"{kind}{_SHARED}", kind, "ssh-rsa"),
        ]

    def password(self, name: str, stated: str | None) -> str:
        """The password of an endpoint: the one that is stated, the one from the last time, or a new one."""
        file = self.password_file(name)
        if stated is None and file.exists():
            return file.read_text(encoding="utf-8").rstrip("\n")
        password = secrets.token_urlsafe(15) if stated is None else stated
        write_private(file, f"{password}\n")
        return password

    def remove(self) -> None:
        """Take a temporary folder away."""
        if self._temporary:
            shutil.rmtree(self.path, ignore_errors=True)

    def _key(self, file: Path, comment: str, algorithm: str = "ssh-ed25519") -> asyncssh.SSHKey:
        if file in self._known:
            return self._known[file]
        if file.exists():
            key = asyncssh.read_private_key(file)
        else:
            key = asyncssh.generate_private_key(algorithm, comment=comment)
            write_private(file, key.export_private_key().decode())
        self._known[file] = key
        return key


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner reads; it is complete or not there."""
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
    unfinished.replace(file)
