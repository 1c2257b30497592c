"""``mkauthkeys``: keys between consoles, and keys of users."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from powervm_sim import hsc
from powervm_sim.console.authority import no_authority
from powervm_sim.console.login import ConsoleCommand, ConsoleLogin
from powervm_sim.console.options import Options, Syntax, flag, value
from powervm_sim.shell.call import Call
from powervm_sim.world.consoles import Console
from powervm_sim.world.state import World
from powervm_sim.world.users import SUPER, ConsoleUser

_KINDS = ("ssh-", "ecdsa-", "sk-")
_MOST_KEYS = 1000
_KEY_BITS = 2048
_EXPONENT = (65_537).to_bytes(3, "big")


async def _mkauthkeys(login: ConsoleLogin, options: Options, call: Call) -> str:
    if "--ip" not in options:
        _change_keys(login, options)
        return ""
    other = login.world.console_at(options["--ip"])
    user = options.get("-u") or login.user
    if other is None:
        text = f"The management console {options['--ip']} cannot be reached. Check the address and the network."
        raise hsc.HscError("HSCLAF02", text)
    if "--test" in options:
        options.only("--ip", "-u", "--test")
        if not login.world.trusts(login.console, login.user, other, user):
            raise hsc.no_trust(user)
        return ""
    options.only("--ip", "-u", "--passwd", "-g")
    password = options.get("--passwd")
    if password is None:
        password = await _ask(call, user, options["--ip"])
    _exchange(login, other, user, password, both="-g" in options)
    return ""


async def _ask(call: Call, user: str, address: str) -> str:
    if call.terminal is None:
        text = f"The password for user {user} on the remote host {address} could not be read: there is no terminal."
        raise hsc.HscError("HSCLAF28", text)
    try:
        return await call.terminal.ask(f"Enter the password for user {user} on the remote host {address}:", echo=False)
    except EOFError:
        raise hsc.HscError(
            "HSCLAF29", f"No password was entered for user {user} on the remote host {address}."
        ) from None


def _exchange(login: ConsoleLogin, other: Console, user: str, password: str, *, both: bool) -> None:
    there = other.users.get(user)
    right = there is not None and there.account.try_password(password)
    result = "accepted" if right else "refused"
    locked = there is not None and there.account.locked
    login.world.history.add("login", endpoint=other.name, user=user, method="mkauthkeys", result=result, locked=locked)
    if there is None or not right:
        notice = there.account.lock_notice.replace("\n", " ") if there is not None else ""
        text = f"The authentication of user {user} on the remote host failed. {notice}".rstrip()
        raise hsc.HscError("HSCLAF2A", text)
    _trust(login.world, login.console, login.user, other, there)
    if both:
        _trust(login.world, other, user, login.console, login.person)


def _trust(world: World, console: Console, user: str, other: Console, there: ConsoleUser) -> None:
    """The key of a user of one console is among those of a user of the other one."""
    line = _public_key(world, f"{user}@{console.name}")
    if line not in there.account.keys:
        there.account.keys.append(line)
    world.trust.add((console.name, user, other.name, there.name))


def _public_key(world: World, comment: str) -> str:
    """A line as OpenSSH writes it: an RSA key of 2048 bits, the same one for each user of each console."""
    modulus = world.random(f"console key/{comment}").getrandbits(_KEY_BITS) | 1 << (_KEY_BITS - 1) | 1
    fields = (b"ssh-rsa", _EXPONENT, b"\0" + modulus.to_bytes(_KEY_BITS // 8, "big"))
    material = b"".join(len(field).to_bytes(4, "big") + field for field in fields)
    return f"ssh-rsa {base64.b64encode(material).decode()} {comment}"


def _change_keys(login: ConsoleLogin, options: Options) -> None:
    options.only("-a", "-r", "-u")
    user = _whose(login, options.get("-u"))
    if options.need_one("-a", "-r") == "-a":
        line = options["-a"].strip()
        if len(line.split()) < 2 or "\n" in line or not line.startswith(_KINDS):
            raise hsc.invalid_value("-a", line)
        if len(user.account.keys) >= _MOST_KEYS:
            raise hsc.HscError("HSCLAF6B", f"The user {user.name} has {_MOST_KEYS} keys; no more can be added.")
        user.account.keys.append(line)
        return
    comment = options["-r"]
    keys = user.account.keys
    keys[:] = [line for line in keys if line.split(maxsplit=2)[2:] != [comment]]
    for pair in tuple(login.world.trust):
        if pair[2:] == (login.console.name, user.name) and f"{pair[1]}@{pair[0]}" == comment:
            login.world.trust.discard(pair)


def _whose(login: ConsoleLogin, name: str | None) -> ConsoleUser:
    """Own keys, or those of another user for a super administrator. Raises HscError (HSCL350B, HSCLAF68)."""
    if name is None or name == login.user:
        return login.person
    if login.person.role != SUPER:
        raise no_authority()
    found = login.console.users.get(name)
    if found is None:
        raise hsc.HscError("HSCLAF68", f"The user {name} was not found on the management console.")
    return found


class _KeySyntax(Syntax):
    """``-a -u USER KEY`` is the same as ``-u USER -a KEY``."""

    def parse(self, arguments: Sequence[str]) -> Options:
        words = list(arguments)
        for position, word in enumerate(words):
            if word in ("-a", "--add", "-r", "--remove") and words[position + 1 : position + 2] == ["-u"]:
                words[position : position + 3] = [*words[position + 1 : position + 3], word]
                break
        return super().parse(words)


COMMANDS = (
    ConsoleCommand(
        "mkauthkeys",
        "mkauthkeys --ip remote-host [-u user-ID] [--test | [-g] [--passwd password]]\n"
        "mkauthkeys {-a | --add | -r | --remove} [-u user-ID] {key-string | key-comment} [--help]",
        _KeySyntax(
            value("--ip"),
            value("-u"),
            flag("--test"),
            flag("-g"),
            value("--passwd"),
            value("-a", "--add"),
            value("-r", "--remove"),
        ),
        _mkauthkeys,
        latency="keys",
    ),
)
