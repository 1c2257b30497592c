"""``lshmc`` and ``lshmcusr``: the console itself and its users."""

from __future__ import annotations

from datetime import datetime, timezone

from powervm_sim.console.login import ConsoleCommand, ConsoleLogin
from powervm_sim.console.options import FILTER, LISTING, Options, Syntax, flag
from powervm_sim.console.output import Row, Table, table_of
from powervm_sim.console.records import parse_filter
from powervm_sim.shell.call import Call
from powervm_sim.world.consoles import Console
from powervm_sim.world.users import ConsoleUser

_MEMORY = 16 << 30
"""Bytes of every console."""

_KINDS = ("-V", "-v", "-n", "-r", "-b", "-l", "-L", "-h", "-e")


async def _lshmc(login: ConsoleLogin, options: Options, _call: Call) -> str:
    kind = options.need_one(*_KINDS)
    console = login.console
    if kind in ("-V", "-v"):
        options.only(kind)
        return version(console) if kind == "-V" else vital_product_data(console)
    row = _ROWS[kind](console)
    return table_of([row]).render([row], options.get("-F"), header="--header" in options)


def version(console: Console) -> str:
    """``lshmc -V``: quotes, leading blanks and line breaks belong to it."""
    lines = [
        f'"version= Version: {console.version}',
        f" Release: {console.release}",
        f" Service Pack: {console.service_pack}",
        f"HMC Build level {console.build}",
        *console.fixes,
        f'","base_version=V{console.version}R{console.release}',
        '"',
    ]
    return "\n".join(lines) + "\n"


def vital_product_data(console: Console) -> str:
    """``lshmc -v``."""
    level = f"V{console.version}R{console.release}"
    if console.version > 8:
        level += f" {console.service_pack}.0"
    now = datetime.now(timezone.utc)
    lines = [
        '"vpd=*FC ????????',
        "*VC 20.0",
        f"*N2 {now:%a %b %d %H:%M:%S} GMT {now:%Y}",
        "*FC ????????",
        "*DS Hardware Management Console",
        f"*TM {console.type_model}",
        f"*SE {console.serial}",
        "*MN IBM",
        "*PN Unknown",
        f"*SZ {_MEMORY}",
        "*OS Embedded Operating Systems",
        f"*NA {console.address}",
        "*FC ????????",
        "*DS Platform Firmware",
        f"*RM {level}",
        '"',
    ]
    return "\n".join(lines) + "\n"


_MASK = "255.255.0.0"


def _network(console: Console) -> Row:
    """``-n``. Consoles of a world have one interface in its one network."""
    head, *domain = console.name.split(".", 1)
    gateway = ".".join((*console.address.split(".")[:2], "0", "254")) if "." in console.address else "::"
    return {
        "hostname": head,
        "domain": domain[0] if domain else "",
        "gateway": gateway,
        "nameserver": "",
        "domainsuffix": domain[0] if domain else "",
        "slipipaddr": "192.168.128.1",
        "slipnetmask": "255.255.128.0",
        "ipaddr": console.address,
        "networkmask": _MASK,
        "ipv4addr_eth0": console.address,
        "ipv4netmask_eth0": _MASK,
        "ipv4dhcp_eth0": "off",
        "ipv6addr_eth0": "",
        "lparcomm_eth0": "on",
        "jumboframe_eth0": "off",
        "speed_eth0": "auto",
        "duplex_eth0": "auto",
        "tso_eth0": "off",
    }


def _remote_access(_: Console) -> Row:
    """``-r``."""
    return {
        "ssh": "enable",
        "sshprotocol": "2",
        "remotewebui": "enable",
        "xntp": "disable",
        "syslogserver": "",
        "netboot": "disable",
        "altdiskboot": "disable",
        "ldap": "disable",
        "kerberos": "disable",
        "security": "legacy",
    }


def _bios(console: Console) -> Row:
    return {"bios": f"{console.type_model.split('-')[0]}.{console.version}0{console.release}"}


def _locale(_: Console) -> Row:
    return {"locale": "en_US.UTF-8"}


def _locales(_: Console) -> Row:
    return {"locale": "de_DE.UTF-8,en_US.UTF-8,es_ES.UTF-8,fr_FR.UTF-8,it_IT.UTF-8,ja_JP.UTF-8,zh_CN.UTF-8"}


def _hardware(console: Console) -> Row:
    return {"type_model": console.type_model, "serial_num": console.serial, "mem": str(_MEMORY // (1 << 20))}


def _events(console: Console) -> Row:
    return {"emch": "disable", "callhomehmc": "", "registered_hmcs": f"{console.type_model}*{console.serial}"}


_ROWS = {
    "-n": _network,
    "-r": _remote_access,
    "-b": _bios,
    "-l": _locale,
    "-L": _locales,
    "-h": _hardware,
    "-e": _events,
}

_USERS = Table(
    "name taskrole description pwage resourcerole authentication_type remote_webui_access remote_ssh_access min_pwage "
    "session_timeout verify_timeout idle_timeout inactivity_expiration resources password_encryption disabled"
)


async def _lshmcusr(login: ConsoleLogin, options: Options, _call: Call) -> str:
    filters = parse_filter(options.get("--filter"), ("names", "resourceroles", "taskroles"))
    rows = []
    for user in login.console.users.values():
        row = _user_row(user)
        wanted = (("names", "name"), ("taskroles", "taskrole"), ("resourceroles", "resourcerole"))
        if all(row[attribute] in filters.get(name, (row[attribute],)) for name, attribute in wanted):
            rows.append(row)
    return _USERS.render(rows, options.get("-F"), header="--header" in options)


def _user_row(user: ConsoleUser) -> Row:
    """One user; a resource role that is limited is called by the systems in it."""
    role, shown = "ALL:", "<ResourceID = ALL:><UserDefinedName = AllSystemResources>"
    if user.systems is not None:
        role = "+".join(user.systems)
        shown = ",".join(f"<ResourceID = {name}><UserDefinedName = {name}>" for name in user.systems)
    return {
        "name": user.name,
        "taskrole": user.role,
        "description": user.description,
        "pwage": str(user.password_age),
        "resourcerole": role,
        "authentication_type": "local",
        "remote_webui_access": "1",
        "remote_ssh_access": "1",
        "min_pwage": "0",
        "session_timeout": str(user.session_timeout),
        "verify_timeout": "15",
        "idle_timeout": str(user.idle_timeout),
        "inactivity_expiration": "0",
        "resources": shown,
        "password_encryption": "sha512",
        "disabled": "0",
    }


COMMANDS = (
    ConsoleCommand(
        "lshmc",
        "lshmc {-V | -v | -n | -r | -b | -l | -L | -h | -e} [-F [attribute-names] [--header]] [--help]",
        Syntax(*(flag(name) for name in _KINDS), *LISTING),
        _lshmc,
    ),
    ConsoleCommand(
        "lshmcusr",
        'lshmcusr [--filter "filter-data"] [-F [attribute-names] [--header]] [--help]',
        Syntax(FILTER, *LISTING),
        _lshmcusr,
    ),
)
