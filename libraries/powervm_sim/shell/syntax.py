"""The tree that the parser makes of a script, and the errors of reading one."""

from __future__ import annotations

from dataclasses import dataclass, field


class ShellSyntaxError(Exception):
    """A script cannot be read.

    Attributes:
        line: Number of the line, from 1.
        incomplete: True when more input might mend it (an open quote, ``for`` without ``done``).
        token: What is out of place, if that is the fault; bash then repeats the line.
    """

    def __init__(self, message: str, line: int, *, incomplete: bool = False, token: str | None = None) -> None:
        super().__init__(message)
        self.line = line
        self.incomplete = incomplete
        self.token = token


@dataclass(frozen=True)
class Literal:
    """Text as it stands. Quoted text is never split and never a pattern."""

    text: str
    quoted: bool = False


@dataclass(frozen=True)
class Parameter:
    """``$name`` or ``${name...}``.

    Attributes:
        operation: Empty, ``#`` in front (length) as ``length``, ``bad``, or the operator as written, such as ``:-``.
        arguments: The words after the operator.
        raw: As written, for messages.
    """

    name: str
    quoted: bool
    operation: str = ""
    arguments: tuple[Word, ...] = ()
    raw: str = ""


@dataclass(frozen=True)
class Substitution:
    """``$(...)`` or backticks."""

    body: Script
    quoted: bool


@dataclass(frozen=True)
class Arithmetic:
    """``$((...))``."""

    expression: Word
    quoted: bool


Part = Literal | Parameter | Substitution | Arithmetic


@dataclass(frozen=True)
class Word:
    """One word of a command. ``raw`` is the text as written."""

    parts: tuple[Part, ...]
    raw: str = ""

    @property
    def plain(self) -> str | None:
        """The text of a word without quotes and expansions, else None."""
        if len(self.parts) == 1 and isinstance(self.parts[0], Literal) and not self.parts[0].quoted:
            return self.parts[0].text
        return None


@dataclass(frozen=True)
class Assignment:
    """``name=value`` or ``name+=value``."""

    name: str
    value: Word
    append: bool = False


@dataclass
class HereDocument:
    """The text after ``<<delimiter``. It follows the line, so the body is filled in later.

    Attributes:
        literal: The delimiter was quoted: nothing in the body is expanded.
        strip: ``<<-``: leading tabs are dropped.
    """

    delimiter: str
    literal: bool
    strip: bool
    body: Word | None = None


@dataclass(frozen=True)
class Redirect:
    """One redirection. ``descriptor`` None means the operator's own (0 or 1)."""

    descriptor: int | None
    operator: str
    target: Word
    document: HereDocument | None = None


@dataclass(frozen=True)
class SimpleCommand:
    """Assignments, words, redirections: ``A=1 name argument >file``."""

    assignments: tuple[Assignment, ...]
    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...]
    line: int


@dataclass(frozen=True)
class Group:
    """``{ ...; }`` or, as a subshell, ``( ... )``."""

    body: Script
    subshell: bool


@dataclass(frozen=True)
class If:
    """``if``: pairs of condition and body, and the last body."""

    branches: tuple[tuple[Script, Script], ...]
    otherwise: Script | None


@dataclass(frozen=True)
class For:
    """``for name in words``; words None means the positional parameters."""

    name: str
    words: tuple[Word, ...] | None
    body: Script


@dataclass(frozen=True)
class While:
    """``while`` or ``until``."""

    condition: Script
    body: Script
    until: bool


@dataclass(frozen=True)
class Case:
    """``case subject in patterns) body;; esac``."""

    subject: Word
    clauses: tuple[tuple[tuple[Word, ...], Script], ...]


@dataclass(frozen=True)
class Function:
    """``name() { ...; }``."""

    name: str
    body: Command


@dataclass(frozen=True)
class Condition:
    """``[[ ... ]]``. ``operator`` is ``!``, ``&&``, ``||``, ``word`` or one of ``test``'s."""

    operator: str
    words: tuple[Word, ...] = ()
    operands: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class ArithmeticCommand:
    """``((...))``."""

    expression: Word


@dataclass(frozen=True)
class Redirected:
    """A compound command with redirections."""

    body: Command
    redirects: tuple[Redirect, ...]


Command = SimpleCommand | Group | If | For | While | Case | Function | Condition | ArithmeticCommand | Redirected


@dataclass(frozen=True)
class Pipeline:
    """Commands that are joined by ``|``."""

    commands: tuple[Command, ...]
    negated: bool = False
    timed: bool = False


@dataclass(frozen=True)
class Item:
    """Pipelines that are joined by ``&&`` and ``||``, perhaps in the background.

    Attributes:
        rest: Operator and pipeline, from left to right.
        text: As written, for the list of jobs.
    """

    first: Pipeline
    rest: tuple[tuple[str, Pipeline], ...] = ()
    background: bool = False
    text: str = ""


@dataclass(frozen=True)
class Script:
    """Items one after the other."""

    items: tuple[Item, ...] = field(default=())
