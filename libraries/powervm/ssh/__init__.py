"""SSH as this library needs it: one connection per endpoint, many commands, a deadline for each of them."""

from powervm.ssh.command import CommandResult, Fetched, as_deadline
from powervm.ssh.connection import Connection
from powervm.ssh.endpoint import Endpoint, Login
from powervm.ssh.errors import (
    AnswerNotAccepted,
    AuthenticationFailed,
    CommandDeadlinePassed,
    CommandFailed,
    CommandRefused,
    ConnectionLost,
    ConnectionRefused,
    HandshakeFailed,
    HostKeyChanged,
    HostKeysUnusable,
    HostKeyUnknown,
    HostUnreachable,
    KeyFileUnusable,
    NoCommonAlgorithms,
    OutputTooLong,
    SshError,
    StillRunning,
    TooManySessions,
    TransferFailed,
)
from powervm.ssh.foreign_client import HostKeyRule, apply_host_keys, log_in, paramiko_host_keys
from powervm.ssh.greeting import greeting
from powervm.ssh.host_keys import HostKeyMode, HostKeys
from powervm.ssh.known_hosts import check_host_key
from powervm.ssh.refusals import Attempt, Refusals, attempt_at
from powervm.ssh.running import LineStream, RunningCommand
from powervm.ssh.saving import Saved

__all__ = [
    "AnswerNotAccepted",
    "Attempt",
    "AuthenticationFailed",
    "CommandDeadlinePassed",
    "CommandFailed",
    "CommandRefused",
    "CommandResult",
    "Connection",
    "ConnectionLost",
    "ConnectionRefused",
    "Endpoint",
    "Fetched",
    "HandshakeFailed",
    "HostKeyChanged",
    "HostKeyMode",
    "HostKeyRule",
    "HostKeyUnknown",
    "HostKeys",
    "HostKeysUnusable",
    "HostUnreachable",
    "KeyFileUnusable",
    "LineStream",
    "Login",
    "NoCommonAlgorithms",
    "OutputTooLong",
    "Refusals",
    "RunningCommand",
    "Saved",
    "SshError",
    "StillRunning",
    "TooManySessions",
    "TransferFailed",
    "apply_host_keys",
    "as_deadline",
    "attempt_at",
    "check_host_key",
    "greeting",
    "log_in",
    "paramiko_host_keys",
]
