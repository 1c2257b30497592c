"""``mkauthkeys``: keys between consoles, and keys of users."""

from __future__ import annotations

from powervm_sim import hsc
from powervm_sim.console.login import ConsoleCommand, ConsoleLogin
from powervm_sim.console.options import Options, Syntax, flag, value
from powervm_sim.shell.call import Call
from powervm_sim.world.model import Console


async def _mkauthkeys(login: ConsoleLogin, options: Options, call: Call) -> str:
    if "--ip" not in options:
        return _own_keys(login, options)
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
    account = other.account
    right = user == account.user and account.try_password(password)
    result = "accepted" if right else "refused"
    login.world.history.add(
        "login", endpoint=other.name, user=user, method="mkauthkeys", result=result, locked=account.locked
    )
    if not right:
        notice = account.lock_notice.replace("\n", " ") if user == account.user else ""
        text = f"The authentication of user {user} on the remote host failed. {notice}".rstrip()
        raise hsc.HscError("HSCLAF2A", text)
    login.world.trust.add((login.console.name, login.user, other.name, user))
    if both:
        login.world.trust.add((other.name, user, login.console.name, login.user))


def _own_keys(login: ConsoleLogin, options: Options) -> str:
    if "-u" in options and options["-u"] != login.console.account.user:
        raise hsc.HscError("HSCL350B", "The user does not have the appropriate authority")
    keys = login.console.account.keys
    if options.need_one("-a", "-r") == "-a":
        line = options["-a"].strip()
        if len(line.split()) < 2 or not line.startswith(("ssh-", "ecdsa-")):
            raise hsc.invalid_value("-a", line)
        keys.append(line)
    else:
        comment = options["-r"]
        keys[:] = [line for line in keys if line.split(maxsplit=2)[2:] != [comment]]
    return ""


COMMANDS = (
    ConsoleCommand(
        "mkauthkeys",
        "mkauthkeys {--ip remote-host [-u user-ID] [--test | [-g] [--passwd password]] | {-a | --add} key-string | "
        "{-r | --remove} key-comment} [--help]",
        Syntax(
            value("--ip"),
            value("-u"),
            flag("--test"),
            flag("-g"),
            value("--passwd"),
            value("-a", "--add"),
            value("-r", "--remove"),
        ),
        _mkauthkeys,
        latency="change",
    ),
)
