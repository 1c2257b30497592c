"""From an endpoint to a connection that is logged in, within a deadline."""

from __future__ import annotations

import itertools
import random
import socket
import threading
from collections.abc import Callable

import paramiko

from powervm.ssh.endpoint import Endpoint
from powervm.ssh.errors import (
    ConnectionRefused,
    HandshakeFailed,
    HostUnreachable,
    NoCommonAlgorithms,
    SshError,
    TooManySessions,
)
from powervm.ssh.host_keys import HostKeyMode
from powervm.ssh.known_hosts import check_host_key, trusted_keys
from powervm.ssh.login import PeerGone, Proof, authenticate, load_proof
from powervm.ssh.transport import Wire
from powervm.waiting import Deadline

KEEPALIVE_SECONDS = 30
_RESETS = (ConnectionResetError, ConnectionAbortedError, BrokenPipeError)


def connect(endpoint: Endpoint, deadline: Deadline, *, pause: Callable[[float], object]) -> Wire:
    """Connect, judge the host key and log in.

    Connections that the server resets before the login are tried again with a growing pause: a management console
    resets new ones while it has more than about 40 sessions, and OpenSSH while too many logins are pending.

    Args:
        endpoint: Where to.
        deadline: Ends it, as the endpoint's ``connect_timeout`` does.
        pause: Called with the seconds to wait before the next try.

    Raises:
        SshError: One of its subclasses, see `powervm.ssh.errors`.
    """
    limit = deadline.within(endpoint.connect_timeout)
    proof = load_proof(endpoint)
    for attempt in itertools.count(1):
        try:
            return _connect_once(endpoint, proof, limit)
        except PeerGone as gone:
            delay = min(0.1 * 2**attempt, 4.0) * random.uniform(0.5, 1.0)  # noqa: S311 - only spreads the tries
            if delay >= limit.remaining:
                raise TooManySessions(
                    endpoint,
                    f"the server closed {attempt} new connection(s) before the login, for {limit.elapsed:.1f} s.",
                    remedy="It may have too many sessions (close some), or refuse this client, or the port is wrong.",
                ) from gone
        pause(delay)
    raise AssertionError("unreachable")


def _connect_once(endpoint: Endpoint, proof: Proof, limit: Deadline) -> Wire:
    sock = _open_socket(endpoint, limit)
    try:
        wire = Wire(sock)
    except BaseException:
        sock.close()
        raise
    try:
        _exchange_keys(wire, endpoint, limit)
        check_host_key(endpoint, wire.get_remote_server_key(), limit)
        authenticate(wire, endpoint, proof, limit)
        wire.set_keepalive(KEEPALIVE_SECONDS)
    except BaseException:
        wire.packetizer.complete_handshake()  # ends a timer thread, which would outlive the attempt
        wire.close()
        sock.close()
        raise
    return wire


def _exchange_keys(wire: Wire, endpoint: Endpoint, limit: Deadline) -> None:
    """Speak the protocol up to the point where the host key is proven."""
    _prefer_trusted_types(wire, endpoint)
    wire.banner_timeout = wire.handshake_timeout = max(limit.remaining, 0.1)
    done = threading.Event()
    wire.start_client(event=done)
    done.wait(limit.remaining)
    if wire.is_active() and done.is_set():
        return
    error = wire.get_exception()
    if wire.is_active() or limit.passed:
        raise _silent(endpoint, limit) from error
    raise _handshake_error(endpoint, limit, error or EOFError()) from error


def _handshake_error(endpoint: Endpoint, limit: Deadline, error: Exception) -> Exception:
    """Our name for what ended paramiko's thread during the handshake."""
    if isinstance(error, paramiko.ssh_exception.IncompatiblePeer):
        return NoCommonAlgorithms(
            endpoint,
            f"the server and this client share no algorithm: {error}.",
            remedy="Old servers know SHA-1 only, which is no longer spoken here. Update the server's software, or "
            "enable algorithms with SHA-2 and AES on it.",
        )
    # paramiko reports a read error of the first line as its own exception, raised while handling the real one
    cause = error.__context__ if isinstance(error, paramiko.SSHException) and error.__context__ else error
    if isinstance(cause, TimeoutError):
        return _silent(endpoint, limit)
    if isinstance(cause, (EOFError, OSError)):
        return PeerGone(str(error))
    return HandshakeFailed(
        endpoint, f"the SSH handshake failed: {error}.", remedy="Check that the port belongs to an SSH server."
    )


def _silent(endpoint: Endpoint, limit: Deadline) -> HostUnreachable:
    return HostUnreachable(
        endpoint,
        f"accepted the connection, but did not finish the SSH handshake within {limit.limit:.1f} s.",
        remedy="Look whether the host is frozen or overloaded, or raise connect_timeout.",
    )


def _prefer_trusted_types(wire: Wire, endpoint: Endpoint) -> None:
    """Ask first for a host key of a type that is trusted, because a server shows only one of its keys."""
    if endpoint.host_keys.mode is HostKeyMode.OFF:
        return
    kinds = {entry.key.get_name() for entry in trusted_keys(endpoint) if not entry.revoked}
    options = wire.get_security_options()
    options.key_types = sorted(options.key_types, key=lambda name: _key_name(name) not in kinds)


def _key_name(algorithm: str) -> str:
    """The type of key that a host-key algorithm uses: RSA keys sign with several."""
    return "ssh-rsa" if algorithm.startswith("rsa-sha2-") else algorithm


def _open_socket(endpoint: Endpoint, limit: Deadline) -> socket.socket:
    addresses = _resolve(endpoint, limit)
    error: OSError | None = None
    for left, (family, kind, protocol, _, address) in zip(range(len(addresses), 0, -1), addresses, strict=True):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(max(limit.remaining / left, 0.01))
            sock.connect(address)
            # without it each command waits 40 ms for a delayed acknowledgement
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as failure:
            error = failure
            sock.close()
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise _no_connection(endpoint, limit, error) from error


def _no_connection(endpoint: Endpoint, limit: Deadline, error: OSError | None) -> SshError | PeerGone:
    if isinstance(error, _RESETS):
        return PeerGone(str(error))
    if isinstance(error, ConnectionRefusedError):
        return ConnectionRefused(
            endpoint,
            "the connection was refused: nothing listens on this port.",
            remedy="Check the port, and that the SSH server of the host runs.",
        )
    said = f"no answer within {limit.limit:.1f} s" if isinstance(error, TimeoutError) else str(error)
    return HostUnreachable(
        endpoint, f"the host cannot be reached: {said}.", remedy="Check the address, the route and the firewalls."
    )


_Address = tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[str | int, ...]]


def _resolve(endpoint: Endpoint, limit: Deadline) -> list[_Address]:
    """Look up the host's addresses. The resolver knows no deadline, so it runs in a thread that may be left behind."""
    found: list[_Address] = []
    failed: list[Exception] = []

    def look_up() -> None:
        try:
            found.extend(socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM))  # type: ignore[arg-type]
        except (OSError, UnicodeError) as error:
            failed.append(error)

    worker = threading.Thread(target=look_up, name=f"resolve {endpoint.host}", daemon=True)
    worker.start()
    worker.join(limit.remaining)
    if found:
        return found
    reason = str(failed[0]) if failed else f"no answer from the name service within {limit.limit:.1f} s"
    raise HostUnreachable(
        endpoint,
        f"the host name {endpoint.host} cannot be resolved: {reason}.",
        remedy="Check the name, or give the address.",
    ) from (failed[0] if failed else None)
