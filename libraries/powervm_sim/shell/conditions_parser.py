"""Reads ``[[ ... ]]``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from powervm_sim.shell.syntax import Condition, ShellSyntaxError, Word

if TYPE_CHECKING:
    from powervm_sim.shell.parser import Parser

UNARY = frozenset("-" + letter for letter in "abcdefghknoprstuvwxzLNSOG")
BINARY = frozenset({"=", "==", "!=", "=~", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef"})


def condition(parser: Parser) -> Condition:
    """The condition after ``[[``, with the closing brackets."""
    result = _any(parser)
    parser.expect("]]")
    return result


def _any(parser: Parser) -> Condition:
    operands = [_all(parser)]
    while parser.lexer.peek().text == "||":
        parser.lexer.next()
        parser.skip_newlines()
        operands.append(_all(parser))
    return operands[0] if len(operands) == 1 else Condition("||", operands=tuple(operands))


def _all(parser: Parser) -> Condition:
    operands = [_not(parser)]
    while parser.lexer.peek().text == "&&":
        parser.lexer.next()
        parser.skip_newlines()
        operands.append(_not(parser))
    return operands[0] if len(operands) == 1 else Condition("&&", operands=tuple(operands))


def _not(parser: Parser) -> Condition:
    parser.skip_newlines()
    token = parser.lexer.peek()
    if token.text == "!":
        parser.lexer.next()
        return Condition("!", operands=(_not(parser),))
    if token.text == "(":
        parser.lexer.next()
        inner = _any(parser)
        parser.expect(")")
        return inner
    return _test(parser)


def _test(parser: Parser) -> Condition:
    first = _word(parser)
    if (
        first.plain in UNARY
        and parser.lexer.peek().word is not None
        and parser.lexer.peek().text not in BINARY | {"]]"}
    ):
        return Condition(str(first.plain), (_word(parser),))
    operator = parser.lexer.peek().text
    if operator not in BINARY:
        return Condition("word", (first,))
    parser.lexer.next()
    second = parser.lexer.regular_expression() if operator == "=~" else _word(parser)
    return Condition(operator, (first, second))


def _word(parser: Parser) -> Word:
    token = parser.lexer.next()
    if token.word is None or token.text == "]]":
        if token.kind == "end":
            raise ShellSyntaxError("unexpected EOF while looking for `]]'", parser.lexer.line() + 1, incomplete=True)
        raise parser.unexpected(token)
    return token.word
