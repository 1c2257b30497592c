"""Reads a script into its tree, one complete line at a time, as a shell does."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from powervm_sim.shell import conditions_parser
from powervm_sim.shell.lexer import Lexer, Token, unexpected
from powervm_sim.shell.syntax import (
    ArithmeticCommand,
    Assignment,
    Case,
    Command,
    For,
    Function,
    Group,
    HereDocument,
    If,
    Item,
    Literal,
    Pipeline,
    Redirect,
    Redirected,
    Script,
    ShellSyntaxError,
    SimpleCommand,
    While,
    Word,
)

DEEPEST = 50
"""Levels of nesting that are read."""

_SHORT = 200
"""Characters of a text that is remembered once it was read."""

REDIRECTIONS = frozenset({"<", ">", ">>", ">|", "<>", "<&", ">&", "&>", "&>>", "<<", "<<-", "<<<"})
KEYWORDS = frozenset(
    {"if", "then", "elif", "else", "fi", "for", "in", "do", "done", "while", "until", "case", "esac", "function"}
    | {"{", "}", "[[", "!", "time", "select", "coproc"}
)
_CLOSING = frozenset({"then", "elif", "else", "fi", "do", "done", "esac", "}"})
_UNSUPPORTED = frozenset({"select", "coproc"})
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)(\+?)=", re.ASCII)
_ARRAY_ITEM = re.compile(r"[A-Za-z_]\w*\[[^]]*\]\+?=", re.ASCII)
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_NO_ENDS: frozenset[str] = frozenset()


def parse(text: str) -> Script:
    """The whole text as one script. Raises ShellSyntaxError."""
    parser = Parser(text)
    items: list[Item] = []
    while (line := parser.line()) is not None:
        items.extend(line.items)
    return Script(tuple(items))


def lines(text: str) -> Iterator[Script]:
    """The complete lines of a text, each read when it is asked for. Raises ShellSyntaxError."""
    if len(text) <= _SHORT and "\n" not in text:
        yield from _short(text)
        return
    parser = Parser(text)
    while (line := parser.line()) is not None:
        yield line


@lru_cache(maxsize=128)
def _short(text: str) -> tuple[Script, ...]:
    """The line of a short text, or none: a client that looks again and again asks the same again and again."""
    line = Parser(text).line()
    return () if line is None else (line,)


def nested_reader(text: str, depth: int = 0) -> Callable[[int], tuple[Script, int]]:
    """What reads the script of a ``$(...)`` in this text, from a position behind the parenthesis."""

    def nested(position: int) -> tuple[Script, int]:
        parser = Parser(text, position, depth + 1)
        return parser.substitution(), parser.position

    return nested


class Parser:
    """Reads from a position of a text.

    Args:
        depth: How deep this text is nested already.
    """

    def __init__(self, text: str, position: int = 0, depth: int = 0) -> None:
        self._depth = depth
        self.lexer = Lexer(text, position, nested_reader(text, depth))
        if depth > DEEPEST:
            raise ShellSyntaxError("syntax error: nested too deeply", self.lexer.line())

    @property
    def position(self) -> int:
        """Where reading goes on."""
        return self.lexer.position

    def line(self) -> Script | None:
        """The next complete line (with all that belongs to it), or None at the end. Raises ShellSyntaxError."""
        try:
            while self.lexer.peek().kind == "newline":
                self.lexer.next()
            if self.lexer.peek().kind == "end":
                return None
            return self._script(_NO_ENDS, one_line=True)
        except RecursionError:
            raise ShellSyntaxError("syntax error: nested too deeply", self.lexer.line()) from None

    def substitution(self) -> Script:
        """A script up to the closing parenthesis, which is taken."""
        script = self._script(frozenset({")"}), empty=True)
        if self.lexer.peek().kind == "end":
            message = "unexpected EOF while looking for matching `)'"
            raise ShellSyntaxError(message, self.lexer.line() + 1, incomplete=True)
        self.expect(")")
        return script

    def expect(self, text: str) -> Token:
        """Take the token with this text."""
        token = self.lexer.next()
        if token.text != text:
            raise self.unexpected(token)
        return token

    def unexpected(self, token: Token) -> ShellSyntaxError:
        """The error for this token."""
        return unexpected(token, self.lexer.line(token.start))

    def skip_newlines(self) -> None:
        """Take line ends."""
        while self.lexer.peek().kind == "newline":
            self.lexer.next()

    def _script(self, ends: frozenset[str], *, one_line: bool = False, empty: bool = False) -> Script:
        """Items up to a token of ``ends`` or the end of the text; with ``one_line`` up to the end of the line."""
        items: list[Item] = []
        while True:
            if not one_line:
                self.skip_newlines()
            token = self.lexer.peek()
            if token.kind == "end" or token.text in ends:
                break
            item, more = self._item()
            items.append(item)
            if one_line and self.lexer.peek().kind in ("newline", "end"):
                self.lexer.next()
                break
            if not more and not (self.lexer.peek().text in ends or self.lexer.peek().kind == "end"):
                raise self.unexpected(self.lexer.peek())
        if not items and not empty:
            raise self.unexpected(self.lexer.peek())
        return Script(tuple(items))

    def _item(self) -> tuple[Item, bool]:
        """One item and whether a separator followed it."""
        start = self.lexer.peek().start
        first = self._pipeline()
        rest: list[tuple[str, Pipeline]] = []
        while self.lexer.peek().text in ("&&", "||"):
            operator = self.lexer.next().text
            self.skip_newlines()
            rest.append((operator, self._pipeline()))
        end = self.lexer.peek()
        text = self.lexer.text[start : end.start].strip()
        separated = end.kind == "newline" or (end.kind == "operator" and end.text in (";", "&"))
        if end.kind == "operator" and separated:
            self.lexer.next()
        return Item(first, tuple(rest), background=end.text == "&", text=text), separated

    def _pipeline(self) -> Pipeline:
        negated = timed = False
        while (plain := self._keyword()) in ("!", "time"):
            self.lexer.next()
            negated, timed = negated ^ (plain == "!"), timed or plain == "time"
        token = self.lexer.peek()
        if (negated or timed) and (token.kind in ("newline", "end") or token.text == ";"):
            return Pipeline((SimpleCommand((), (), (), self.lexer.line()),), negated, timed)
        commands = [self._command()]
        while self.lexer.peek().text in ("|", "|&"):
            if self.lexer.next().text == "|&":
                merged = Redirect(2, ">&", Word((Literal("1"),), "1"))
                commands[-1] = Redirected(commands[-1], (merged,))
            self.skip_newlines()
            commands.append(self._command())
        return Pipeline(tuple(commands), negated, timed)

    def _keyword(self) -> str | None:
        """The next token as a reserved word, or None."""
        token = self.lexer.peek()
        plain = token.word.plain if token.word else None
        return plain if plain in KEYWORDS else None

    def _command(self) -> Command:
        token = self.lexer.peek()
        keyword = self._keyword()
        if keyword in _UNSUPPORTED:
            raise ShellSyntaxError(f"{keyword}: not simulated", self.lexer.line(token.start))
        if keyword in _CLOSING or keyword == "in":
            raise self.unexpected(token)
        self._depth += 1
        if self._depth > DEEPEST:
            raise ShellSyntaxError("syntax error: nested too deeply", self.lexer.line(token.start))
        compound = self._compound(keyword, token)
        self._depth -= 1
        if compound is None:
            return self._simple()
        redirects = self._redirects()
        return Redirected(compound, redirects) if redirects else compound

    def _compound(self, keyword: str | None, token: Token) -> Command | None:
        if token.kind == "operator" and token.text == "(":
            expression = self.lexer.arithmetic()
            return ArithmeticCommand(expression) if expression is not None else self._subshell()
        if keyword is None:
            return None
        self.lexer.next()
        readers: dict[str, Callable[[], Command]] = {
            "{": lambda: Group(self._until("}"), subshell=False),
            "if": self._if,
            "for": self._for,
            "while": lambda: self._while(until=False),
            "until": lambda: self._while(until=True),
            "case": self._case,
            "function": self._function,
            "[[": lambda: conditions_parser.condition(self),
        }
        return readers[keyword]()

    def _until(self, end: str) -> Script:
        script = self._script(frozenset({end}))
        self.expect(end)
        return script

    def _subshell(self) -> Group:
        self.expect("(")
        return Group(self._until(")"), subshell=True)

    def _if(self) -> If:
        branches: list[tuple[Script, Script]] = []
        otherwise = None
        keyword = "elif"
        while keyword == "elif":
            condition = self._until("then")
            branches.append((condition, self._script(frozenset({"elif", "else", "fi"}))))
            keyword = self.lexer.next().text
        if keyword == "else":
            otherwise = self._script(frozenset({"fi"}))
            keyword = self.lexer.next().text
        if keyword != "fi":
            raise ShellSyntaxError("syntax error: unexpected end of file", self.lexer.line() + 1, incomplete=True)
        return If(tuple(branches), otherwise)

    def _for(self) -> For:
        token = self.lexer.next()
        if token.text == "(":
            raise ShellSyntaxError("for ((...)): not simulated", self.lexer.line(token.start))
        name = token.word.plain if token.word else None
        if name is None or not _IDENTIFIER.fullmatch(name):
            raise self.unexpected(token)
        words: list[Word] | None = None
        self.skip_newlines()
        if self._keyword() == "in":
            self.lexer.next()
            words = []
            while word := self.lexer.peek().word:
                words.append(word)
                self.lexer.next()
        if self.lexer.peek().text == ";":
            self.lexer.next()
        self.skip_newlines()
        self.expect("do")
        return For(name, None if words is None else tuple(words), self._until("done"))

    def _while(self, *, until: bool) -> While:
        condition = self._until("do")
        return While(condition, self._until("done"), until)

    def _case(self) -> Case:
        subject = self.lexer.next()
        if subject.word is None:
            raise self.unexpected(subject)
        self.skip_newlines()
        self.expect("in")
        self.skip_newlines()
        clauses: list[tuple[tuple[Word, ...], Script]] = []
        while self.lexer.peek().text != "esac":
            clauses.append(self._clause())
            self.skip_newlines()
        self.lexer.next()
        return Case(subject.word, tuple(clauses))

    def _clause(self) -> tuple[tuple[Word, ...], Script]:
        if self.lexer.peek().text == "(":
            self.lexer.next()
        patterns: list[Word] = []
        while True:
            token = self.lexer.next()
            if token.word is None:
                raise self.unexpected(token)
            patterns.append(token.word)
            token = self.lexer.next()
            if token.text == ")":
                break
            if token.text != "|":
                raise self.unexpected(token)
        body = self._script(frozenset({";;", "esac"}), empty=True)
        if self.lexer.peek().text == ";;":
            self.lexer.next()
        return tuple(patterns), body

    def _function(self) -> Function:
        token = self.lexer.next()
        if token.word is None or token.word.plain is None:
            raise self.unexpected(token)
        if self.lexer.peek().text == "(":
            self.lexer.next()
            self.expect(")")
        return self._function_body(token.word.plain)

    def _function_body(self, name: str) -> Function:
        self.skip_newlines()
        if self._keyword() is None and self.lexer.peek().text != "(":
            raise self.unexpected(self.lexer.peek())
        return Function(name, self._command())

    def _simple(self) -> Command:
        line = self.lexer.line(self.lexer.peek().start)
        assignments: list[Assignment] = []
        words: list[Word] = []
        redirects: list[Redirect] = []
        while True:
            token = self.lexer.peek()
            if redirect := self._redirect():
                redirects.append(redirect)
            elif token.word is None:
                break
            else:
                self.lexer.next()
                assignment = None if words else self._assignment(token.word)
                if assignment:
                    assignments.append(assignment)
                else:
                    words.append(token.word)
        if token.text == "(" and len(words) == 1 and words[0].plain and not assignments and not redirects:
            self.lexer.next()
            self.expect(")")
            return self._function_body(words[0].plain)
        if not (assignments or words or redirects):
            raise self.unexpected(token)
        return SimpleCommand(tuple(assignments), tuple(words), tuple(redirects), line)

    def _assignment(self, word: Word) -> Assignment | None:
        first = word.parts[0] if word.parts else None
        if not isinstance(first, Literal) or first.quoted:
            return None
        match = _ASSIGNMENT.match(first.text)
        following = self.lexer.peek()
        array = (
            match
            and word.raw == match.group()
            and following.text == "("
            and self.lexer.text[following.start - 1] == "="
        )
        if array or _ARRAY_ITEM.match(first.text):
            raise ShellSyntaxError(f"{first.text}: arrays: not simulated", self.lexer.line())
        if match is None:
            return None
        rest = first.text[match.end() :]
        parts = ((Literal(rest),) if rest else ()) + word.parts[1:]
        return Assignment(match.group(1), Word(parts, word.raw[match.end() :]), append=bool(match.group(2)))

    def _redirects(self) -> tuple[Redirect, ...]:
        redirects: list[Redirect] = []
        while redirect := self._redirect():
            redirects.append(redirect)
        return tuple(redirects)

    def _redirect(self) -> Redirect | None:
        token = self.lexer.peek()
        if token.kind != "number" and not (token.kind == "operator" and token.text in REDIRECTIONS):
            return None
        descriptor = int(self.lexer.next().text) if token.kind == "number" else None
        operator = self.lexer.next().text
        target = self.lexer.next()
        if operator not in REDIRECTIONS or target.word is None:
            if target.kind == "end":
                message = "syntax error near unexpected token `newline'"
                raise ShellSyntaxError(message, self.lexer.line(), token="newline")  # noqa: S106 - a token of a script
            if target.kind == "number":
                return self._number_target(descriptor, operator, target)
            raise self.unexpected(target)
        if not operator.startswith("<<") or operator == "<<<":
            return Redirect(descriptor, operator, target.word)
        return Redirect(descriptor, operator, target.word, self._document(target.word, strip=operator == "<<-"))

    def _number_target(self, descriptor: int | None, operator: str, token: Token) -> Redirect:
        """``2>&1>file``: the digits before the second ``>`` are the first one's target."""
        return Redirect(descriptor, operator, Word((Literal(token.text),), token.text))

    def _document(self, delimiter: Word, *, strip: bool) -> HereDocument:
        literal = any(not isinstance(part, Literal) or part.quoted for part in delimiter.parts)
        name = "".join(part.text for part in delimiter.parts if isinstance(part, Literal))
        document = HereDocument(name, literal, strip)
        self.lexer.await_document(document)
        return document
