"""What users may do: by their task role, and by the managed systems of their resource role."""

from __future__ import annotations

from powervm_sim import hsc
from powervm_sim.console.options import Options
from powervm_sim.world.consoles import Console
from powervm_sim.world.users import ENGINEER, OPERATOR, SERVICE, SUPER, TASK_ROLES, ConsoleUser

_CHANGERS = frozenset({SUPER, OPERATOR})
_REPAIRERS = _CHANGERS | {SERVICE, ENGINEER}
_ALL = frozenset(TASK_ROLES)

_ROLES = {
    "chhwres": _CHANGERS,
    "chnportlogin": _CHANGERS,
    "chsyscfg": _CHANGERS,
    "chsysstate": _REPAIRERS,
    "lspartition": _ALL,
    "migrlpar": _CHANGERS,
    "mksyscfg": frozenset({SUPER}),
    "mkvterm": _REPAIRERS,
    "pedbg": frozenset({SUPER, SERVICE, ENGINEER}),
    "rmsyscfg": frozenset({SUPER}),
    "rmvterm": _REPAIRERS,
    "viosvrcmd": _REPAIRERS,
}
_CHANGING_OPTIONS = {"diagrmc": ("--autocorrect",), "lspartition": ("-dlparreset",)}


def user_on(console: Console, name: str) -> ConsoleUser:
    """The user of a session."""
    return console.users.get(name) or ConsoleUser(console.account)


def check(user: ConsoleUser, command: str, options: Options) -> None:
    """Raises HscError (HSCL350B) when the task role does not allow a command or one of its options."""
    allowed = _ROLES.get(command, _ALL)
    if any(name in options for name in _CHANGING_OPTIONS.get(command, ())):
        allowed = allowed & _REPAIRERS
    if user.role not in allowed:
        raise no_authority()


def no_authority() -> hsc.HscError:
    """The task role is too small, or the object does not belong to the resource role."""
    return hsc.HscError("HSCL350B", "The user does not have the appropriate authority")
