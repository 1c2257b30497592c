"""The shell's own commands.

`BUILTINS` change or read the shell's memory and come before all commands of an endpoint. `UTILITIES` do not, and an
endpoint's own command of that name comes first.
"""

from __future__ import annotations

from collections.abc import Mapping

from powervm_sim.shell.builtin.base import Builtin, Invocation, not_simulated
from powervm_sim.shell.builtin.control import BUILTINS as CONTROL
from powervm_sim.shell.builtin.directories import BUILTINS as DIRECTORIES
from powervm_sim.shell.builtin.inner import BUILTINS as INNER
from powervm_sim.shell.builtin.inner import UTILITIES as INNER_UTILITIES
from powervm_sim.shell.builtin.jobs import BUILTINS as JOBS
from powervm_sim.shell.builtin.jobs import UTILITIES as JOB_UTILITIES
from powervm_sim.shell.builtin.output import UTILITIES as OUTPUT
from powervm_sim.shell.builtin.reading import BUILTINS as READING
from powervm_sim.shell.builtin.tests import UTILITIES as TESTS
from powervm_sim.shell.builtin.traps import BUILTINS as TRAPS
from powervm_sim.shell.builtin.variables import BUILTINS as VARIABLES

_UNSUPPORTED = (
    "alias bg bind caller compgen complete compopt declare dirs enable fc fg getopts hash history mapfile "
    "popd pushd readarray shopt suspend times typeset ulimit umask unalias"
)

BUILTINS: Mapping[str, Builtin] = {
    **dict.fromkeys(_UNSUPPORTED.split(), not_simulated),
    **CONTROL,
    **DIRECTORIES,
    **INNER,
    **JOBS,
    **READING,
    **TRAPS,
    **VARIABLES,
}

UTILITIES: Mapping[str, Builtin] = {**OUTPUT, **TESTS, **INNER_UTILITIES, **JOB_UTILITIES}

__all__ = ["BUILTINS", "UTILITIES", "Builtin", "Invocation"]
