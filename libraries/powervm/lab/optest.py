"""Reads op-test configuration files as they are, so that a lab that op-test drives needs no second description.

Everything lands in the same tree that a YAML lab file has, and is checked like one. Beyond op-test, an address may
have a port: ``hmc_ip=127.0.10.1:10022``, ``host_ip=[2001:db8::7]:10022``.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from powervm.lab.draft import Draft, KeyPath
from powervm.lab.optest_keys import (
    FALSE,
    IGNORED,
    LISTS,
    MACHINE_STATES,
    REQUIRED,
    REQUIRED_FOR_TWO_CONSOLES,
    SERVER_TYPES,
    TRUE,
    USED,
    VNIC,
)
from powervm.lab.optest_text import OptestText, parse_optest
from powervm.lab.problems import suggestion
from powervm.secret import Password

CONSOLE, TARGET_CONSOLE = "hmc", "target-hmc"
_HOST_AND_PORT = re.compile(r"\[(?P<v6>[^\]]+)\](?::(?P<port6>.+))?|(?P<host>[^:]*):(?P<port>[^:]+)")


def read_optest(text: str, draft: Draft) -> None:
    """Read the text of an op-test file into the draft; what is wrong with it becomes problems there."""
    keys = parse_optest(text, draft)
    if keys is None:
        return
    _check_keys(keys, draft)
    _check_values(keys, draft)
    _check_vnic(keys, draft)
    names = [keys.values.get(key) for key in ("system_name", "target_system_name", "lpar_name")]
    if all(names) and names[0] != names[1]:
        _Translation(keys, draft).translate()


def _check_keys(keys: OptestText, draft: Draft) -> None:
    known = [*USED, *IGNORED]
    for key, value in keys.values.items():
        if key not in known:
            draft.warn((key,), "this key is not known and has no effect.", suggestion(key, known))
        elif "\n" in value and key in USED and key not in LISTS:
            draft.problem((key,), "the line after it is indented, so it belongs to this value.", "Do not indent keys.")
    needed = REQUIRED + (REQUIRED_FOR_TWO_CONSOLES if "target_hmc_ip" in keys.values else ())
    for key in needed:
        if key not in keys.values:
            draft.problem((key,), "this key is missing or empty.", f"It is the {USED[key]}.")


def _check_values(keys: OptestText, draft: Draft) -> None:
    source, target = keys.values.get("system_name"), keys.values.get("target_system_name")
    if source and source == target:
        draft.problem(("target_system_name",), f"source and target are both '{source}'.", "Name another server.")
    for key, known in (("bmc_type", SERVER_TYPES), ("machine_state", MACHINE_STATES)):
        value = keys.values.get(key)
        if value is not None and value not in known:
            draft.warn((key,), f"'{value}' is none that op-test knows for this purpose.", f"Known: {', '.join(known)}.")
    for side in ("", "remote_"):
        if f"{side}vios_ip" in keys.values and not keys.items(f"{side}lpar_vios"):
            wrong = f"this address has no effect, because {side}lpar_vios is not given."
            draft.warn((f"{side}vios_ip",), wrong, f"Add {side}lpar_vios with the names on the console.")


def _check_vnic(keys: OptestText, draft: Draft) -> None:
    """A vNIC mapping needs all of its keys, and a Virtual I/O Server on both sides for each adapter."""
    if "slot_num" not in keys.values:
        for key in (key for key in VNIC if key in keys.values):
            draft.warn((key,), "this key has no effect without slot_num.", "Add slot_num, or remove it.")
        return
    for key in VNIC:
        if key not in keys.values:
            draft.problem((key,), "this key is missing; slot_num asks for it.", f"It is the {USED[key]}.")
    for adapters, servers in (("adapters", "lpar_vios"), ("target_adapters", "remote_lpar_vios")):
        count, names = len(keys.items(adapters)), len(keys.items(servers))
        if not names:
            draft.problem((servers,), "this key is missing; slot_num asks for it.", f"It is the {USED[servers]}.")
        elif count > names:
            wrong = f"{count} adapters need as many Virtual I/O Servers, and {servers} names {names}."
            draft.problem((adapters,), wrong, f"Name more in {servers}, or fewer adapters.")


class _Translation:
    """From op-test's flat keys to the tree of a lab file."""

    def __init__(self, keys: OptestText, draft: Draft) -> None:
        self._keys = keys
        self._draft = draft
        self._source = keys.values["system_name"]
        self._target = keys.values["target_system_name"]
        self._partition = keys.values["lpar_name"]
        self._two_consoles = "target_hmc_ip" in keys.values
        self._move_name = "crosshmc" if self._two_consoles else "local"

    def translate(self) -> None:
        self._consoles()
        self._server(self._source, "system_name", CONSOLE, "")
        self._server(self._target, "target_system_name", TARGET_CONSOLE if self._two_consoles else CONSOLE, "remote_")
        path: KeyPath = ("partitions", self._partition)
        self._mapping(path, "lpar_name")
        self._login(path, "host_ip", "host_user", "host_password")
        self._put((*path, "profile"), "lpar_prof")
        self._move()
        self._settings()
        self._vnic()

    def _consoles(self) -> None:
        self._login(("consoles", CONSOLE), "hmc_ip", "hmc_username", "hmc_password")
        if not self._two_consoles:
            return
        self._login(("consoles", TARGET_CONSOLE), "target_hmc_ip", "target_hmc_username", "target_hmc_password")
        self._put(("consoles", CONSOLE, "routes", TARGET_CONSOLE), "target_hmc_ip", _host)
        self._put(("consoles", TARGET_CONSOLE, "routes", CONSOLE), "hmc_ip", _host)

    def _server(self, server: str, key: str, console: str, side: str) -> None:
        path: KeyPath = ("servers", server)
        self._mapping(path, key)
        self._set((*path, "console"), console)
        for position, name in enumerate(self._keys.items(f"{side}lpar_vios")):
            vios = (*path, "virtual_io_servers", name)
            self._mapping(vios, f"{side}lpar_vios")
            if position == 0 and f"{side}vios_ip" in self._keys.values:
                self._login(vios, f"{side}vios_ip", f"{side}vios_username", f"{side}vios_password")

    def _login(self, path: KeyPath, address: str, user: str, password: str) -> None:
        self._put((*path, "host"), address, _host)
        if _port(self._keys.values.get(address, "")) is not None:
            self._put((*path, "port"), address, _port)
        self._put((*path, "user"), user)
        self._put((*path, "password"), password, Password)
        if password in self._keys.values:
            self._draft.inline_passwords.append((*path, "password"))

    def _move(self) -> None:
        path: KeyPath = ("moves", self._move_name)
        self._put((*path, "partition"), "lpar_name")
        self._put((*path, "from"), "system_name")
        self._put((*path, "to"), "target_system_name")
        self._put((*path, "options"), "options")
        if self._flag("inactive_lpm"):
            self._set((*path, "kind"), "inactive")
        self._evacuation()

    def _evacuation(self) -> None:
        """The format knows one partition, which is evacuated alone."""
        path: KeyPath = ("evacuations", "evacuation")
        self._put((*path, "from"), "system_name")
        self._put((*path, "to"), "target_system_name")
        self._put((*path, "options"), "options")
        self._put((*path, "partitions"), "lpar_name", lambda name: [name])

    def _settings(self) -> None:
        self._put(("limits", "migration"), "lpm_timeout", _number)
        self._put(("iterations",), "iterations", _number)
        self._put(("workload", "command"), "stressng_command")
        self._put(("known_hosts",), "known_hosts_file")
        if self._flag("check_ssh_keys"):
            self._set(("host_keys",), "strict")
        for name, key in (
            ("os_files", "os_file_logs"),
            ("os_commands", "os_cmd_logs"),
            ("vios_commands", "vios_logs"),
            ("console_commands", "hmc_logs"),
        ):
            self._put_list(("logs", name), key)

    def _vnic(self) -> None:
        if not self._keys.values.keys() >= {"slot_num", *VNIC}:
            return
        path: KeyPath = ("moves", self._move_name, "vnic")
        self._name(path, "slot_num")
        self._put((*path, "slot"), "slot_num", _number)
        self._put((*path, "capacity"), "bandwidth", _number)
        for key in ("adapters", "target_adapters"):
            self._put_list((*path, key), key)
        for key in ("ports", "target_ports"):
            self._put_list((*path, key), key, _number)
        path = ("moves", self._move_name, "network")
        self._put((*path, "interface"), "interface")
        self._put((*path, "address"), "interface_ip", lambda ip: f"{ip}/{self._keys.values.get('netmask', '')}")
        self._put((*path, "peer"), "peer_ip")

    def _flag(self, key: str) -> bool:
        """op-test takes any text for true, ``False`` too; here the words mean what they say."""
        value = self._keys.values.get(key, "false").lower()
        if value not in TRUE | FALSE:
            self._draft.problem((key,), f"expected true or false, got '{value}'.", "Write True or False.")
        return value in TRUE

    def _put(self, path: KeyPath, key: str, convert: Callable[[str], object] = str) -> None:
        """Set the value at a path from a key, if the key is given; either way the path is known by that key."""
        self._name(path, key)
        if key in self._keys.values:
            self._set(path, convert(self._keys.values[key]))

    def _put_list(self, path: KeyPath, key: str, convert: Callable[[str], object] = str) -> None:
        self._name(path, key)
        if items := self._keys.items(key):
            self._set(path, [convert(item) for item in items])

    def _mapping(self, path: KeyPath, key: str) -> None:
        self._name(path, key)
        self._set(path, {})

    def _name(self, path: KeyPath, key: str) -> None:
        self._draft.names[path] = key
        if key in self._keys.lines:
            self._draft.lines[path] = self._keys.lines[key]

    def _set(self, path: KeyPath, value: object) -> None:
        mapping = self._draft.tree
        for part in path[:-1]:
            inner = mapping.setdefault(str(part), {})
            assert isinstance(inner, dict)  # the paths of this module never lead through a value
            mapping = inner
        mapping[str(path[-1])] = value


def _number(text: str) -> object:
    """A number if it is one; anything else stays a text, and the check says what is expected."""
    if re.fullmatch(r"[0-9]{1,18}", text):
        return int(text)
    return float(text) if re.fullmatch(r"[0-9]{1,18}\.[0-9]{1,18}", text) else text


def _host(address: str) -> str:
    match = _HOST_AND_PORT.fullmatch(address)
    return (match["v6"] or match["host"]) if match else address


def _port(address: str) -> object:
    """The port behind an address: a number, a text if it is none, None if there is nothing behind it."""
    match = _HOST_AND_PORT.fullmatch(address)
    port = (match["port6"] or match["port"]) if match else None
    return None if port is None else _number(port)
