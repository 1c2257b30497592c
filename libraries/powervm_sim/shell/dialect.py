"""What differs between the shells of the three kinds of endpoints: refusals, their wording, a few habits."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Dialect:
    """One shell. Texts are format strings for ``{name}``; the shell puts its own name in front.

    Attributes:
        name: What stands in front of messages, for example ``bash``.
        login_name: The same in a login session.
        restricted: ``cd``, output redirection, slashes in command names and a new PATH are refused.
        line_numbers: Messages of a script carry ``line N:`` (bash 5.1 and later).
        not_found: No such command (status 127).
        not_simulated: The shell knows that word, this lab does not (status 1).
        restricted_word: A built-in that a restricted shell refuses (status 1).
        restricted_output: Redirection of output refused (status 1).
        restricted_slash: A command name with a slash refused (status 1).
        readonly: A variable that must not change (status 1).
        cannot_open: A file of a redirection cannot be opened; also has ``{reason}``.
        syntax_error: A script that cannot be read; has ``{where}``, ``{line}`` and ``{message}``.
        unexpected: The same when one token is out of place, with ``{token}``; None: as `syntax_error`.
        protected: Variables that must not change.
        last_stage_here: The last command of a pipeline runs in the shell itself (ksh), so that ``... | read x`` works.
        braces: ``{a,b}`` and ``{1..3}`` are expanded.
        without: Utilities that this shell's search path does not hold.
        folder: Where its search path finds commands.
    """

    name: str
    login_name: str
    restricted: bool = False
    line_numbers: bool = False
    not_found: str = "{name}: command not found"
    not_simulated: str = "{name}: not simulated"
    restricted_word: str = "{name}: restricted"
    restricted_output: str = "{name}: restricted: cannot redirect output"
    restricted_slash: str = "{name}: restricted: cannot specify `/' in command names"
    readonly: str = "{name}: readonly variable"
    cannot_open: str = "{name}: {reason}"
    syntax_error: str = "{where}line {line}: {message}"
    unexpected: str | None = None
    protected: frozenset[str] = frozenset()
    last_stage_here: bool = False
    braces: bool = True
    without: frozenset[str] = frozenset()
    folder: str = "/usr/bin"


_KSH_ONLY = frozenset({"print"})

BASH = Dialect("bash", "-bash", line_numbers=True, without=_KSH_ONLY)
"""A partition's shell."""

_SHELLS = frozenset({"bash", "sh", "env"})

RESTRICTED_BASH = Dialect(
    "bash",
    "-bash",
    restricted=True,
    protected=frozenset({"PATH", "SHELL", "ENV", "BASH_ENV"}),
    without=_SHELLS | _KSH_ONLY,
    folder="/usr/hmcrbin",
)
"""A management console's shell. That it is a restricted bash is documented; the wording is bash's own."""

_KSH_RESTRICTED = "{name}:  0403-019 The operation is not allowed in a restricted shell."

RESTRICTED_KSH = Dialect(
    "rksh",
    "rksh",
    restricted=True,
    not_found="{name}:  not found.",
    restricted_word=_KSH_RESTRICTED,
    restricted_output=_KSH_RESTRICTED,
    restricted_slash=_KSH_RESTRICTED,
    readonly=_KSH_RESTRICTED,
    cannot_open="{name}: 0403-016 Cannot find or open the file.",
    syntax_error="0403-057 Syntax error at line {line} : {message}",
    unexpected="0403-057 Syntax error at line {line} : `{token}' is not expected.",
    protected=frozenset({"PATH", "SHELL", "ENV"}),
    last_stage_here=True,
    braces=False,
    without=_SHELLS,
)
"""A Virtual I/O Server's shell (AIX). Message numbers are from memory."""
