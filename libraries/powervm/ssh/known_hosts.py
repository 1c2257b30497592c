"""Comparing host keys with what is trusted, and keeping new ones in the lab's ``known_hosts`` file."""

from __future__ import annotations

import base64
import binascii
import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import paramiko
from paramiko.pkey import UnknownKeyType

from powervm.ssh.endpoint import Endpoint
from powervm.ssh.errors import HostKeyChanged, HostKeysUnusable, HostKeyUnknown
from powervm.ssh.host_keys import HostKeyMode
from powervm.waiting import Deadline, DeadlinePassed, wait_until

_REVOKED = "@revoked"


@dataclass(frozen=True)
class TrustedKey:
    """A key that somebody vouched for, or warned of.

    Args:
        key: The public key.
        source: Where it stands, for messages: ``line 3 of /lab/known_hosts``.
        revoked: True when it must not be trusted.
    """

    key: paramiko.PKey
    source: str
    revoked: bool = False


def known_name(endpoint: Endpoint) -> str:
    """The name that OpenSSH gives an endpoint in ``known_hosts``: the host, or ``[host]:port`` for another port."""
    return endpoint.host if endpoint.port == 22 else f"[{endpoint.host}]:{endpoint.port}"


def trusted_keys(endpoint: Endpoint) -> list[TrustedKey]:
    """What is known about the endpoint's host keys: the pinned ones, else those in the file.

    Names in the file are compared as they are or hashed; wildcards and certificate authorities are not supported.

    Raises:
        HostKeysUnusable: A pinned key, or a line about this endpoint, cannot be read.
    """
    if endpoint.host_keys.pinned:
        return [_pinned_key(endpoint, text) for text in endpoint.host_keys.pinned]
    return list(_keys_in_file(endpoint))


def check_host_key(endpoint: Endpoint, key: paramiko.PKey, deadline: Deadline) -> None:
    """Accept the host key ``key`` or raise; with ``ACCEPT_NEW`` a new one is kept.

    Raises:
        HostKeyChanged: Another key is trusted.
        HostKeyUnknown: No key is trusted, and new ones are not accepted.
        HostKeysUnusable: The file cannot be read or written, or is locked for too long.
    """
    if endpoint.host_keys.mode is HostKeyMode.OFF or _is_trusted(endpoint, key):
        return
    if endpoint.host_keys.mode is HostKeyMode.STRICT:
        raise HostKeyUnknown(
            endpoint,
            f"the host key {_shown(key)} is not known, and the lab wants known ones only.",
            remedy=f"Compare it with the host's own; if it is right, add it to {endpoint.host_keys.file} "
            "or to the lab file.",
        )
    with _locked(endpoint, deadline):
        if not _is_trusted(endpoint, key):
            _append(endpoint, key)


def _is_trusted(endpoint: Endpoint, key: paramiko.PKey) -> bool:
    """Whether ``key`` is trusted; False when nothing is known."""
    trusted = trusted_keys(endpoint)
    same = [entry for entry in trusted if entry.key.asbytes() == key.asbytes()]
    good = [entry for entry in trusted if not entry.revoked]
    for entry in same:
        if entry.revoked:
            raise HostKeyChanged(
                endpoint, f"the host key {_shown(key)} is marked as revoked in {entry.source}.", remedy="Do not log in."
            )
    if same or not good:
        return bool(same)
    expected = ", ".join(f"{_shown(entry.key)} ({entry.source})" for entry in good)
    raise HostKeyChanged(
        endpoint,
        f"the host key has changed: the host shows {_shown(key)}, trusted is {expected}.",
        remedy=f"Ask whoever runs the host; if it was installed anew, remove {good[0].source}.",
    )


def _shown(key: paramiko.PKey) -> str:
    return f"{key.get_name()} {key.fingerprint}"


def _pinned_key(endpoint: Endpoint, text: str) -> TrustedKey:
    try:
        return TrustedKey(_public_key(*text.split()[:2]), "the key pinned in the lab file")
    except (ValueError, TypeError, paramiko.SSHException, UnknownKeyType) as error:
        raise HostKeysUnusable(
            endpoint, f"the pinned host key '{text[:40]}' cannot be read.", remedy="Give it as 'ssh-ed25519 AAAA...'."
        ) from error


def _keys_in_file(endpoint: Endpoint) -> Iterator[TrustedKey]:
    file, name = endpoint.host_keys.file, known_name(endpoint)
    for number, line in enumerate(_text(endpoint).splitlines(), 1):
        marker, rest = line.split(None, 1) if line.startswith("@") and " " in line else ("", line)
        fields = rest.split()
        if marker not in ("", _REVOKED) or len(fields) < 2 or not _names_match(fields[0], name):
            continue
        try:
            yield TrustedKey(_public_key(*fields[1:3]), f"line {number} of {file}", revoked=marker == _REVOKED)
        except UnknownKeyType:
            continue  # a type that this client never negotiates
        except (ValueError, TypeError, paramiko.SSHException) as error:
            raise HostKeysUnusable(
                endpoint, f"line {number} of {file} holds no readable key.", remedy="Correct or remove that line."
            ) from error


def _text(endpoint: Endpoint) -> str:
    try:
        return endpoint.host_keys.file.read_text(encoding="utf-8", errors="surrogateescape")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise _unusable(endpoint, error) from error


def _names_match(names: str, name: str) -> bool:
    return any(known == name or _is_hash_of(name, known) for known in names.split(","))


def _is_hash_of(name: str, known: str) -> bool:
    """Whether ``known`` is ``|1|salt|hash`` as OpenSSH makes it from ``name``."""
    try:
        return known.startswith("|1|") and paramiko.HostKeys.hash_host(name, known) == known
    except (binascii.Error, AssertionError, IndexError):
        return False  # no hash of anything


def _public_key(kind: str, encoded: str) -> paramiko.PKey:
    try:
        blob = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    return paramiko.PKey.from_type_string(kind, blob)


@contextlib.contextmanager
def _locked(endpoint: Endpoint, deadline: Deadline) -> Iterator[None]:
    """Keep other threads and processes from writing the file meanwhile."""
    file = endpoint.host_keys.file
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(file.with_name(f".{file.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _unusable(endpoint, error) from error
    try:
        wait_until(lambda: _try_lock(handle), deadline, interval=0.05, what=f"the lock of {file}")
        yield
    except DeadlinePassed as error:
        raise HostKeysUnusable(endpoint, f"{file} is locked by another process.", remedy="Let it end.") from error
    finally:
        os.close(handle)


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _append(endpoint: Endpoint, key: paramiko.PKey) -> None:
    """Write the file anew with one more line; a reader sees the old file or the new one."""
    file = Path(os.path.realpath(endpoint.host_keys.file))
    text = _text(endpoint)
    separator = "" if not text or text.endswith("\n") else "\n"
    line = f"{known_name(endpoint)} {key.get_name()} {key.get_base64()}\n"
    try:
        handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape") as out:
                out.write(f"{text}{separator}{line}")
            Path(temporary).replace(file)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise _unusable(endpoint, error) from error


def _unusable(endpoint: Endpoint, error: OSError) -> HostKeysUnusable:
    file = endpoint.host_keys.file
    return HostKeysUnusable(
        endpoint, f"the file of known host keys {file} cannot be used: {error.strerror}.", remedy="Check its rights."
    )
