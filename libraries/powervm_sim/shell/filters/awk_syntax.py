"""The tree of an awk program and its reader."""

from __future__ import annotations

from dataclasses import dataclass

from powervm_sim.shell.filters.awk_tokens import FUNCTIONS, FUNCTIONS_NOT_SIMULATED, NOT_SIMULATED, Token, tokens, wrong
from powervm_sim.shell.filters.base import ToolError

_DEEPEST = 60


@dataclass(frozen=True)
class Tree:
    """An expression or a statement: what it is, its text if it has one, its parts."""

    kind: str
    text: str = ""
    parts: tuple[Tree, ...] = ()


@dataclass(frozen=True)
class Rule:
    """A pattern (none, one expression, or two for a range) and an action (None prints the record)."""

    kind: str
    pattern: tuple[Tree, ...]
    action: Tree | None


class Reader:
    """Reads a program by recursive descent."""

    def __init__(self, source: str) -> None:
        self._tokens = tokens(source)
        self._position = 0
        self._depth = 0
        self._no_in = 0
        self._no_greater = 0

    def program(self) -> list[Rule]:
        """All rules. Raises ToolError."""
        rules: list[Rule] = []
        self._newlines(";")
        while self._peek().kind != "end":
            rules.append(self._rule())
            self._newlines(";")
        return rules

    def _peek(self, offset: int = 0) -> Token:
        return self._tokens[min(self._position + offset, len(self._tokens) - 1)]

    def _take(self) -> Token:
        token = self._peek()
        self._position += 1
        return token

    def _is(self, *texts: str) -> bool:
        token = self._peek()
        return token.kind in ("operator", "keyword") and token.text in texts

    def _accept(self, *texts: str) -> str:
        return self._take().text if self._is(*texts) else ""

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            raise self._wrong()

    def _wrong(self) -> ToolError:
        token = self._peek()
        if token.text in NOT_SIMULATED and token.kind == "keyword":
            return wrong(f"{token.text}: not simulated", token.line)
        shown = {"newline": "newline", "end": "end of file"}.get(token.kind, token.text)
        return wrong(f"syntax error near `{shown}'", token.line)

    def _newlines(self, also: str = "") -> None:
        while self._peek().kind == "newline" or (also and self._is(also)):
            self._position += 1

    def _rule(self) -> Rule:
        if word := self._accept("BEGIN", "END"):
            self._newlines()
            if not self._is("{"):
                raise self._wrong()
            return Rule(word, (), self._block())
        pattern: tuple[Tree, ...] = ()
        if not self._is("{"):
            pattern = (self.expression(),)
            if self._accept(","):
                self._newlines()
                pattern = (*pattern, self.expression())
        action = self._block() if self._is("{") else None
        return Rule("main", pattern, action)

    def _block(self) -> Tree:
        self._expect("{")
        statements: list[Tree] = []
        self._newlines(";")
        while not self._is("}"):
            if self._peek().kind == "end":
                raise self._wrong()
            statements.append(self._statement())
            self._newlines(";")
        self._expect("}")
        return Tree("block", parts=tuple(statements))

    def _statement(self) -> Tree:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise wrong("nested too deeply: not simulated", self._peek().line)
        try:
            return self._one_statement()
        finally:
            self._depth -= 1

    def _one_statement(self) -> Tree:
        if self._is("{"):
            return self._block()
        if self._peek().kind == "keyword":
            readers = {
                "if": self._if,
                "while": self._while,
                "do": self._do,
                "for": self._for,
            }
            reader = readers.get(self._peek().text)
            if reader is not None:
                self._take()
                return reader()
        statement = self._simple()
        if not (self._is("}", ";") or self._peek().kind in ("newline", "end")):
            raise self._wrong()
        return statement

    def _simple(self) -> Tree:
        token = self._peek()
        if token.kind != "keyword":
            return Tree("expression", parts=(self.expression(),))
        if word := self._accept("break", "continue", "next"):
            return Tree(word)
        if self._accept("exit"):
            ended = self._is("}", ";") or self._peek().kind in ("newline", "end")
            return Tree("exit", parts=() if ended else (self.expression(),))
        if self._accept("delete"):
            name = self._take()
            if name.kind != "name":
                raise self._wrong()
            return Tree("delete", name.text, self._subscript() if self._is("[") else ())
        if self._is("print", "printf"):
            return self._print()
        raise self._wrong()

    def _print(self) -> Tree:
        kind = self._take().text
        arguments: tuple[Tree, ...] = ()
        self._no_greater += 1
        if not (self._is("}", ";", ">", ">>", "|") or self._peek().kind in ("newline", "end")):
            arguments = self._arguments()
        self._no_greater -= 1
        if len(arguments) == 1 and arguments[0].kind == "list":
            arguments = arguments[0].parts
        if self._is(">", ">>", "|"):
            return self._output(kind, arguments)
        return Tree(kind, parts=arguments)

    def _output(self, kind: str, arguments: tuple[Tree, ...]) -> Tree:
        operator, target = self._take(), self._peek()
        if operator.text == "|" or target.kind != "string" or target.text not in ("/dev/stderr", "/dev/stdout"):
            raise wrong(f"{kind} {operator.text} ...: not simulated", operator.line)
        self._take()
        return Tree(kind, target.text, arguments)

    def _if(self) -> Tree:
        condition = self._condition()
        self._newlines()
        then = self._statement()
        position = self._position
        self._newlines(";")
        if self._accept("else"):
            self._newlines()
            return Tree("if", parts=(condition, then, self._statement()))
        self._position = position
        return Tree("if", parts=(condition, then))

    def _condition(self) -> Tree:
        self._expect("(")
        condition = self.expression()
        self._expect(")")
        return condition

    def _while(self) -> Tree:
        condition = self._condition()
        self._newlines()
        return Tree("while", parts=(condition, Tree("block") if self._is(";") else self._statement()))

    def _do(self) -> Tree:
        self._newlines()
        body = self._statement()
        self._newlines(";")
        self._expect("while")
        return Tree("do", parts=(body, self._condition()))

    def _for(self) -> Tree:
        self._expect("(")
        if (
            self._peek().kind == "name"
            and self._peek(1).text == "in"
            and self._peek(2).kind == "name"
            and self._peek(3).text == ")"
        ):
            name, _, array, _ = self._take(), self._take(), self._take(), self._take()
            self._newlines()
            return Tree("for in", name.text, (Tree("name", array.text), self._statement()))
        first = Tree("block") if self._is(";") else self._simple()
        self._expect(";")
        condition = Tree("number", "1") if self._is(";") else self.expression()
        self._expect(";")
        last = Tree("block") if self._is(")") else self._simple()
        self._expect(")")
        self._newlines()
        body = Tree("block") if self._is(";") else self._statement()
        return Tree("for", parts=(first, condition, last, body))

    def _arguments(self) -> tuple[Tree, ...]:
        parts = [self.expression()]
        while self._accept(","):
            self._newlines()
            parts.append(self.expression())
        return tuple(parts)

    def expression(self) -> Tree:
        """One expression, with assignments."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise wrong("nested too deeply: not simulated", self._peek().line)
        left = self._ternary()
        if left.kind in ("name", "field", "item") and self._is("=", "+=", "-=", "*=", "/=", "%=", "^=", "**="):
            operator = self._take().text.replace("**", "^")
            self._newlines()
            left = Tree("assign", operator[:-1], (left, self.expression()))
        self._depth -= 1
        return left

    def _ternary(self) -> Tree:
        condition = self._or()
        if not self._accept("?"):
            return condition
        self._newlines()
        then = self.expression()
        self._newlines()
        self._expect(":")
        self._newlines()
        return Tree("choose", parts=(condition, then, self.expression()))

    def _or(self) -> Tree:
        left = self._and()
        while self._accept("||"):
            self._newlines()
            left = Tree("or", parts=(left, self._and()))
        return left

    def _and(self) -> Tree:
        left = self._in()
        while self._accept("&&"):
            self._newlines()
            left = Tree("and", parts=(left, self._in()))
        return left

    def _in(self) -> Tree:
        left = self._match()
        while self._accept("in"):
            array = self._take()
            if array.kind != "name":
                raise self._wrong()
            left = Tree("in", array.text, left.parts if left.kind == "list" else (left,))
        return left

    def _match(self) -> Tree:
        left = self._comparison()
        while operator := self._accept("~", "!~"):
            left = Tree("match", operator, (left, self._comparison()))
        return left

    def _comparison(self) -> Tree:
        left = self._concatenation()
        operators = ("<", "<=", "==", "!=", ">=") + (() if self._no_greater else (">",))
        if operator := self._accept(*operators):
            return Tree("compare", operator, (left, self._concatenation()))
        return left

    def _concatenation(self) -> Tree:
        left = self._additive()
        while self._begins_operand():
            left = Tree("join", parts=(left, self._additive()))
        return left

    def _begins_operand(self) -> bool:
        token = self._peek()
        if token.kind in ("number", "string", "name", "regex"):
            return True
        return token.kind == "operator" and token.text in ("$", "!", "(", "-", "+", "++", "--")

    def _additive(self) -> Tree:
        left = self._multiplicative()
        while operator := self._accept("+", "-"):
            left = Tree("arithmetic", operator, (left, self._multiplicative()))
        return left

    def _multiplicative(self) -> Tree:
        left = self._unary()
        while operator := self._accept("*", "/", "%"):
            left = Tree("arithmetic", operator, (left, self._unary()))
        return left

    def _unary(self) -> Tree:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise wrong("nested too deeply: not simulated", self._peek().line)
        try:
            if operator := self._accept("!", "-", "+"):
                return Tree("unary", operator, (self._unary(),))
            return self._power()
        finally:
            self._depth -= 1

    def _power(self) -> Tree:
        base = self._postfix()
        if self._accept("^", "**"):
            return Tree("arithmetic", "^", (base, self._unary()))
        return base

    def _postfix(self) -> Tree:
        if operator := self._accept("++", "--"):
            return Tree("before", operator[0], (self._assignable(self._primary()),))
        value = self._primary()
        if value.kind in ("name", "field", "item") and (operator := self._accept("++", "--")):
            return Tree("after", operator[0], (value,))
        return value

    def _assignable(self, tree: Tree) -> Tree:
        if tree.kind not in ("name", "field", "item"):
            raise self._wrong()
        return tree

    def _primary(self) -> Tree:
        token = self._peek()
        if token.kind in ("number", "string", "regex"):
            self._take()
            return Tree(token.kind, token.text)
        if token.kind == "name":
            self._take()
            return self._named(token)
        if self._accept("$"):
            if operator := self._accept("++", "--"):
                return Tree("field", parts=(Tree("before", operator[0], (self._assignable(self._primary()),)),))
            inner = Tree("unary", "-", (self._primary(),)) if self._accept("-") else self._primary()
            return Tree("field", parts=(inner,))
        if self._accept("("):
            return self._parenthesis()
        raise self._wrong()

    def _parenthesis(self) -> Tree:
        kept, self._no_greater = self._no_greater, 0
        self._newlines()
        parts = self._arguments()
        self._newlines()
        self._expect(")")
        self._no_greater = kept
        if len(parts) == 1:
            return Tree("group", parts=parts)
        return Tree("list", parts=parts)

    def _named(self, token: Token) -> Tree:
        called = self._is("(") and (not self._peek().spaced or token.text in FUNCTIONS)
        if token.text in FUNCTIONS and (called or token.text == "length"):
            if token.text in FUNCTIONS_NOT_SIMULATED:
                raise wrong(f"{token.text}(): not simulated", token.line)
            return Tree("call", token.text, self._call_arguments() if called else ())
        if called:
            raise wrong(f"function `{token.text}' not defined", token.line)
        if self._is("["):
            return Tree("item", token.text, self._subscript())
        return Tree("name", token.text)

    def _call_arguments(self) -> tuple[Tree, ...]:
        self._expect("(")
        kept, self._no_greater = self._no_greater, 0
        self._newlines()
        parts = () if self._is(")") else self._arguments()
        self._newlines()
        self._expect(")")
        self._no_greater = kept
        return parts

    def _subscript(self) -> tuple[Tree, ...]:
        self._expect("[")
        parts = self._arguments()
        self._expect("]")
        return parts
