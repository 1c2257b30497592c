"""Logging in: one attempt, with exactly what the endpoint states."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import paramiko
from paramiko.auth_handler import AuthHandler
from paramiko.pkey import PublicBlob, UnknownKeyType

from powervm.secret import Password
from powervm.ssh.endpoint import Endpoint, Login
from powervm.ssh.errors import AuthenticationFailed, HostUnreachable, KeyFileUnusable
from powervm.ssh.transport import Wire
from powervm.waiting import Deadline


@dataclass(frozen=True)
class Proof:
    """What one attempt is made with: a key, or else a password.

    Args:
        method: For messages: ``the password``, ``the key file /lab/id``.
        key: The private key.
        password: The password.
    """

    method: str
    key: paramiko.PKey | None = None
    password: Password | None = None


class PeerGone(Exception):
    """The server ended the connection before anything secret was sent, so trying again does no harm."""


def load_proof(endpoint: Endpoint) -> Proof:
    """Get ready what the login needs, before anything is sent.

    Raises:
        KeyFileUnusable: The key file, or the agent, has no usable key.
        AuthenticationFailed: Nothing is stated to log in with.
    """
    login = endpoint.login
    if login.agent:
        return _agent_proof(endpoint)
    if login.key_file:
        return Proof(f"the key file {login.key_file}", key=_load_key(endpoint, login.key_file))
    if login.password:
        return Proof("the password", password=login.password)
    raise AuthenticationFailed(
        endpoint,
        f"nothing is stated to log in with as {login.user}; no attempt was made.",
        remedy="State a password, a key file or the agent in the lab file.",
    )


def authenticate(wire: Wire, endpoint: Endpoint, proof: Proof, deadline: Deadline) -> None:
    """Log in over ``wire``.

    Raises:
        AuthenticationFailed: The server did not accept it, or closed the connection instead of answering.
        HostUnreachable: The server did not answer in time.
        PeerGone: The connection ended before the attempt.
    """
    attempt = _Attempt(wire, endpoint.login.user, deadline)
    try:
        missing = attempt.with_key(proof.key) if proof.key else attempt.with_password(proof.password)
    except PeerGone:
        raise
    except (paramiko.SSHException, EOFError, OSError) as error:
        if deadline.passed:
            raise HostUnreachable(
                endpoint,
                f"the login did not end within {deadline.limit:.1f} s.",
                remedy="Look whether the host is busy or frozen, or raise connect_timeout.",
            ) from error
        raise _failed(endpoint, proof, _reason(error)) from error
    if missing:
        raise _failed(endpoint, proof, f"the server wants more than that: {', '.join(missing)}")


def _reason(error: BaseException) -> str:
    if isinstance(error, paramiko.BadAuthenticationType):
        return f"the server offers only {', '.join(error.allowed_types) or 'other methods'}"
    if isinstance(error, paramiko.AuthenticationException) and "shut down" not in str(error):
        return "the server did not accept it"
    return "the server closed the connection instead of answering"


def _failed(endpoint: Endpoint, proof: Proof, reason: str) -> AuthenticationFailed:
    return AuthenticationFailed(
        endpoint,
        f"login as {endpoint.login.user} with {proof.method} failed: {reason}. One attempt was made.",
        remedy="Correct the login in the lab file. A few wrong logins can lock the user for minutes, so it is not "
        "tried again.",
    )


class _OneServiceRequest(AuthHandler):
    """Asks for the authentication service once per connection; a second request is a protocol error to some servers."""

    _accepted = False

    def _request_auth(self) -> None:
        if not self._accepted:
            self._accepted = True
            super()._request_auth()  # type: ignore[misc]
            return
        message = paramiko.Message()
        message.add_string("ssh-userauth")
        message.rewind()
        self._parse_service_accept(message)  # type: ignore[attr-defined]  # goes on to send the login request


class _Attempt:
    """The one attempt; methods return what the server wants besides, normally nothing."""

    def __init__(self, wire: Wire, user: str, deadline: Deadline) -> None:
        wire.auth_timeout = deadline.remaining
        self._wire = wire
        self._user = user
        self._handler = _OneServiceRequest(wire)
        wire.auth_handler = self._handler

    def with_key(self, key: paramiko.PKey) -> list[str]:
        return self._answer(lambda done: self._handler.auth_publickey(self._user, key, done))

    def with_password(self, password: Password | None) -> list[str]:
        """By the method ``password`` if the server offers it, else by ``keyboard-interactive``."""
        value = password.reveal() if password else ""
        offered = self._offered()
        if not offered:
            return []
        if "password" in offered or "keyboard-interactive" not in offered:
            return self._answer(lambda done: self._handler.auth_password(self._user, value, done))
        answers = _OneAnswer(value)
        return self._answer(lambda done: self._handler.auth_interactive(self._user, answers, done))

    def _offered(self) -> list[str]:
        """Ask which methods there are, with the method "none", which is no attempt; empty when it lets us in."""
        try:
            return self._answer(lambda done: self._handler.auth_none(self._user, done))
        except paramiko.BadAuthenticationType as refusal:
            return refusal.allowed_types
        except (paramiko.SSHException, EOFError, OSError) as error:
            if self._wire.is_active():
                raise
            raise PeerGone(str(error)) from error

    def _answer(self, ask: Callable[[threading.Event], None]) -> list[str]:
        done = threading.Event()
        ask(done)
        return self._handler.wait_for_response(done)


class _OneAnswer:
    """Answers one question with the password, and breaks off when there are more."""

    def __init__(self, value: str) -> None:
        self._value = value
        self._given = False

    def __call__(self, _title: str, _instructions: str, fields: Sequence[tuple[str, bool]]) -> list[str]:
        if not fields:
            return []  # some servers end the conversation with an empty round
        if self._given or len(fields) > 1:
            raise paramiko.AuthenticationException("The server asks for more than a password.")
        self._given = True
        return [self._value]


def _load_key(endpoint: Endpoint, file: Path) -> paramiko.PKey:
    login = endpoint.login
    try:
        return paramiko.PKey.from_path(file, _passphrase(login))  # type: ignore[arg-type]  # it wants bytes
    except OSError as error:
        raise _unusable(
            endpoint, file, f"cannot be read: {error.strerror}", "Correct the path or its rights."
        ) from error
    except (ValueError, TypeError, UnknownKeyType, paramiko.SSHException) as error:
        raise _unusable(endpoint, file, *_fault(login, error)) from error


def _passphrase(login: Login) -> bytes | None:
    return login.passphrase.reveal().encode() if login.passphrase else None


def _fault(login: Login, error: Exception) -> tuple[str, str]:
    """What is wrong with a key file, and the remedy, from the exception of paramiko or its crypto library."""
    text = str(error).lower()
    if isinstance(error, UnknownKeyType):
        return "holds a key of a type that is not supported", "Use an Ed25519, ECDSA or RSA key."
    if not login.passphrase and ("password" in text or "encrypted" in text):
        return "is encrypted, and no passphrase is stated", "State the passphrase, or load the key into the agent."
    if login.passphrase and isinstance(error, TypeError):
        return "is not encrypted, but a passphrase is stated", "Remove the passphrase from the lab file."
    if login.passphrase:
        return "cannot be decrypted with the stated passphrase, or is garbled", "Check it with 'ssh-keygen -y -f'."
    return "is no private key in OpenSSH or PEM format", "Check it with 'ssh-keygen -y -f'."


def _unusable(endpoint: Endpoint, file: Path, fault: str, remedy: str) -> KeyFileUnusable:
    return KeyFileUnusable(endpoint, f"the key file {file} {fault}.", remedy=remedy)


def _agent_proof(endpoint: Endpoint) -> Proof:
    """The agent's first key, or the one whose public half the key file is."""
    try:
        keys = paramiko.Agent().get_keys()
    except (paramiko.SSHException, OSError) as error:
        raise KeyFileUnusable(endpoint, "the SSH agent does not answer.", remedy="Restart it.") from error
    wanted = _public_half(endpoint)
    keys = tuple(key for key in keys if wanted is None or key.asbytes() == wanted)
    if not keys:
        which = f"the key {endpoint.login.key_file}" if wanted else "any key"
        raise KeyFileUnusable(
            endpoint,
            f"the SSH agent does not run or does not hold {which}.",
            remedy="Start it, add the key with 'ssh-add', and check SSH_AUTH_SOCK.",
        )
    return Proof(f"the agent's key {keys[0].fingerprint}", key=keys[0])


def _public_half(endpoint: Endpoint) -> bytes | None:
    """The public key beside a private key file, which itself may be encrypted or not be here at all."""
    file = endpoint.login.key_file
    if file is None:
        return None
    public = file if file.suffix == ".pub" else file.with_name(f"{file.name}.pub")
    try:
        return PublicBlob.from_file(str(public)).key_blob
    except (OSError, ValueError) as error:
        raise _unusable(endpoint, public, "holds no public key", "Check it with 'ssh-keygen -l -f'.") from error
