"""What a server says before anybody has logged in."""

from __future__ import annotations

import socket

from powervm.waiting import Deadline

_LONGEST = 4096


def greeting(host: str, port: int, deadline: Deadline) -> str:
    """The version line of an SSH server, such as ``SSH-2.0-OpenSSH_8.0``; empty when nobody answers in time."""
    said = b""
    try:
        with socket.create_connection((host, port), max(deadline.remaining, 0.1)) as peer:
            while not deadline.passed and len(said) < _LONGEST:
                peer.settimeout(max(deadline.remaining, 0.1))
                piece = peer.recv(256)
                said += piece
                found = next((line for line in said.split(b"\n")[:-1] if line.startswith(b"SSH-")), None)
                if found is not None:
                    return found.decode("ascii", "replace").strip()
                if not piece:
                    break
    except OSError:
        return ""
    return ""
