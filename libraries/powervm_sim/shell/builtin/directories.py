"""``cd`` and ``pwd``."""

from __future__ import annotations

from powervm_sim.shell.builtin.base import Builtin, Invocation
from powervm_sim.shell.files import resolve


async def _cd(invocation: Invocation) -> int:
    invocation.refuse_restricted()
    state = invocation.state
    arguments = [word for word in invocation.arguments if word not in ("-L", "-P", "--")]
    if len(arguments) > 1:
        return await invocation.complain("too many arguments")
    target = arguments[0] if arguments else state.get("HOME") or ""
    if not target:
        return await invocation.complain("HOME not set") if not arguments else 0
    show = target == "-"
    if show:
        target = state.variables.get("OLDPWD", "")
        if not target:
            return await invocation.complain("OLDPWD not set")
    path = resolve(target, state.variables)
    status = await state.files.status(path) if state.files else None
    if status is None:
        return await invocation.complain(f"{target}: No such file or directory")
    if status.kind != "folder":
        return await invocation.complain(f"{target}: Not a directory")
    state.variables["OLDPWD"] = state.variables.get("PWD", "/")
    state.variables["PWD"] = path
    if show:
        await invocation.write(path + "\n")
    return 0


async def _pwd(invocation: Invocation) -> int:
    await invocation.write((invocation.state.variables.get("PWD") or "/") + "\n")
    return 0


BUILTINS: dict[str, Builtin] = {"cd": _cd, "pwd": _pwd}
