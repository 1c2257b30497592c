"""The same host-key rule for a `paramiko.SSHClient` that somebody else opens, as SSHLibrary does."""

from __future__ import annotations

import socket

import paramiko

from powervm.ssh.endpoint import Endpoint
from powervm.ssh.errors import AuthenticationFailed, HostUnreachable
from powervm.ssh.host_keys import HostKeyMode
from powervm.ssh.known_hosts import check_host_key, known_name, trusted_keys
from powervm.ssh.login import load_proof
from powervm.waiting import Deadline


class HostKeyRule(paramiko.MissingHostKeyPolicy):
    """Judges host keys by the rule of ``endpoint``; for `paramiko.SSHClient.set_missing_host_key_policy`.

    Args:
        endpoint: Whose rule.
        patience: Seconds to wait for the lock of the file when a new key is kept.
    """

    def __init__(self, endpoint: Endpoint, *, patience: float = 10.0) -> None:
        self._endpoint = endpoint
        self._patience = patience

    def missing_host_key(
        self,
        client: paramiko.SSHClient,  # noqa: ARG002 - the signature is paramiko's
        hostname: str,  # noqa: ARG002
        key: paramiko.PKey,
    ) -> None:
        """Accept ``key`` or raise what `check_host_key` raises."""
        check_host_key(self._endpoint, key, Deadline(self._patience))


def paramiko_host_keys(endpoint: Endpoint) -> paramiko.HostKeys:
    """The trusted keys of ``endpoint`` as paramiko keeps them; empty when keys are not checked.

    paramiko keeps one key of each type per host; where there are several, the first one is given.
    """
    keys = paramiko.HostKeys()
    if endpoint.host_keys.mode is HostKeyMode.OFF:
        return keys
    for entry in reversed([entry for entry in trusted_keys(endpoint) if not entry.revoked]):
        keys.add(known_name(endpoint), entry.key.get_name(), entry.key)
    return keys


def apply_host_keys(client: paramiko.SSHClient, endpoint: Endpoint) -> None:
    """Make ``client``, before it connects, judge host keys as a `Connection` to ``endpoint`` does.

    Knowing the trusted keys, the client asks the server for one of their types first.
    """
    known = client.get_host_keys()
    for name, keys in paramiko_host_keys(endpoint).items():
        for kind, key in keys.items():
            known.add(name, kind, key)
    client.set_missing_host_key_policy(HostKeyRule(endpoint))


def log_in(client: paramiko.SSHClient, endpoint: Endpoint) -> None:
    """Connect ``client`` and log in as a `Connection` to ``endpoint`` does: with one key or one password, once.

    Raises:
        SshError: The host cannot be reached, or does not take the login.
    """
    apply_host_keys(client, endpoint)
    proof, limit = load_proof(endpoint), endpoint.connect_timeout
    try:
        connected = socket.create_connection((endpoint.host, endpoint.port), limit)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.connect(
            endpoint.host, endpoint.port, endpoint.login.user, sock=connected,
            password=proof.password.reveal() if proof.password else None, pkey=proof.key,
            allow_agent=False, look_for_keys=False,
            timeout=limit, banner_timeout=limit, auth_timeout=limit, channel_timeout=limit,
        )  # fmt: skip
    except paramiko.AuthenticationException as error:
        raise AuthenticationFailed(
            endpoint,
            f"login as {endpoint.login.user} with {proof.method} failed. One attempt was made.",
            remedy="Correct the login in the lab file.",
        ) from error
    except (paramiko.SSHException, EOFError, OSError) as error:
        raise HostUnreachable(endpoint, f"no connection: {error}.", remedy="Look whether the host is up.") from error
