"""A configuration with which OpenSSH reaches every endpoint by its name: ``ssh -F ssh_config hmc1``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

_PLAIN = re.compile(r"[\w.-]+")


def ssh_config(endpoints: Iterable[Mapping[str, Any]], known_hosts: Path) -> str:
    """The text of the file.

    Args:
        endpoints: As the ready document lists them. One whose name has characters that mean something in such a file
            is left out.
    """
    return "\n".join(_host(entry, known_hosts) for entry in endpoints if _PLAIN.fullmatch(entry["name"]))


def _host(entry: Mapping[str, Any], known_hosts: Path) -> str:
    settings = {
        "HostName": entry["address"],
        "Port": entry["port"],
        "User": entry["user"],
        "IdentityFile": f'"{entry["key_file"]}"',
        "IdentitiesOnly": "yes",
        "UserKnownHostsFile": f'"{known_hosts}"',
        "StrictHostKeyChecking": "yes",
    }
    lines = [f"Host {entry['name']}", *(f"    {name} {value}" for name, value in settings.items())]
    return "".join(f"{line}\n" for line in lines)
