"""``$((...))``: 64-bit integers, C's operators, variables with or without a dollar."""

from __future__ import annotations

import re
from collections.abc import Callable, MutableMapping

_TOKEN = re.compile(
    r"\s*(0[xX][0-9A-Fa-f]+|[0-9]+#[0-9A-Za-z]+|[0-9]+|[A-Za-z_]\w*"
    r"|<<=|>>=|\*\*|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+*/%&|^~!<>=?:(),])",
    re.ASCII,
)
_LEVELS = (
    ("||",),
    ("&&",),
    ("|",),
    ("^",),
    ("&",),
    ("==", "!="),
    ("<=", ">=", "<", ">"),
    ("<<", ">>"),
    ("+", "-"),
    ("*", "/", "%"),
)
_ASSIGNMENTS = frozenset({"=", "+=", "-=", "*=", "/=", "%=", "<<=", ">>=", "&=", "^=", "|="})
_DEEPEST = 40
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)


class ArithmeticFailure(Exception):
    """The expression is wrong; the text is what the shell prints after the expression."""


def evaluate(expression: str, variables: MutableMapping[str, str], depth: int = 0) -> int:
    """The value of an expression. Raises ArithmeticFailure."""
    if depth > _DEEPEST:
        raise ArithmeticFailure(f'{expression}: expression recursion level exceeded (error token is "{expression}")')
    return _Evaluator(expression.replace('"', "").strip(), variables, depth).value()


def _wrap(value: int) -> int:
    return (value + 2**63) % 2**64 - 2**63


class _Evaluator:
    def __init__(self, expression: str, variables: MutableMapping[str, str], depth: int) -> None:
        self._expression = expression
        self._variables = variables
        self._depth = depth
        self._nesting = 0
        self._quiet = 0
        self._tokens: list[tuple[str, int]] = []
        self._position = 0
        self._cut()

    def value(self) -> int:
        if not self._tokens:
            return 0
        result = self._comma()
        if self._position < len(self._tokens):
            raise self._failure("syntax error in expression")
        return result

    def _cut(self) -> None:
        position = 0
        while position < len(self._expression):
            match = _TOKEN.match(self._expression, position)
            if match is None:
                rest = self._expression[position:].lstrip()
                raise ArithmeticFailure(
                    f'{self._expression}: syntax error: invalid arithmetic operator (error token is "{rest}")'
                )
            self._tokens.append((match.group(1), match.start(1)))
            position = match.end()

    def _failure(self, reason: str, back: int = 0) -> ArithmeticFailure:
        index = self._position - back
        start = self._tokens[index][1] if index < len(self._tokens) else max(0, len(self._expression) - 1)
        return ArithmeticFailure(f'{self._expression}: {reason} (error token is "{self._expression[start:]}")')

    def _peek(self) -> str:
        return self._tokens[self._position][0] if self._position < len(self._tokens) else ""

    def _take(self, *texts: str) -> str:
        token = self._peek()
        if token in texts and token:
            self._position += 1
            return token
        return ""

    def _comma(self) -> int:
        self._nesting += 1
        if self._nesting > _DEEPEST:
            raise self._failure("expression recursion level exceeded")
        result = self._assignment()
        while self._take(","):
            result = self._assignment()
        self._nesting -= 1
        return result

    def _assignment(self) -> int:
        name = self._peek()
        following = self._tokens[self._position + 1][0] if self._position + 1 < len(self._tokens) else ""
        if not (_NAME.fullmatch(name) and following in _ASSIGNMENTS):
            return self._ternary()
        self._position += 2
        value = self._assignment()
        if following != "=":
            value = self._apply(following[:-1], self._variable(name), value)
        return self._store(name, value)

    def _ternary(self) -> int:
        condition = self._binary(0)
        if not self._take("?"):
            return condition
        first = self._silent(self._comma, condition == 0)
        if not self._take(":"):
            raise self._failure("`:' expected for conditional expression")
        second = self._silent(self._assignment, condition != 0)
        return first if condition else second

    def _silent(self, read: Callable[[], int], quiet: bool) -> int:
        self._quiet += quiet
        value = read()
        self._quiet -= quiet
        return value

    def _binary(self, level: int) -> int:
        if level == len(_LEVELS):
            return self._power()
        left = self._binary(level + 1)
        while operator := self._take(*_LEVELS[level]):
            if operator in ("&&", "||"):
                decided = (left == 0) == (operator == "&&")
                right = self._silent(lambda: self._binary(level + 1), decided)
                left = int(bool(left) and bool(right)) if operator == "&&" else int(bool(left) or bool(right))
            else:
                left = self._apply(operator, left, self._binary(level + 1))
        return left

    def _power(self) -> int:
        base = self._unary()
        if not self._take("**"):
            return base
        exponent = self._power()
        if exponent < 0:
            raise self._failure("exponent less than 0", back=1)
        return _wrap(pow(base, exponent, 2**64))

    def _apply(self, operator: str, left: int, right: int) -> int:
        if operator in "/%":
            return self._divide(operator, left, right)
        operations: dict[str, Callable[[int, int], int]] = {
            "+": lambda a, b: a + b,
            "-": lambda a, b: a - b,
            "*": lambda a, b: a * b,
            "&": lambda a, b: a & b,
            "|": lambda a, b: a | b,
            "^": lambda a, b: a ^ b,
            "<<": lambda a, b: a << (b % 64),
            ">>": lambda a, b: a >> (b % 64),
            "==": lambda a, b: int(a == b),
            "!=": lambda a, b: int(a != b),
            "<": lambda a, b: int(a < b),
            ">": lambda a, b: int(a > b),
            "<=": lambda a, b: int(a <= b),
            ">=": lambda a, b: int(a >= b),
        }
        return _wrap(operations[operator](left, right))

    def _divide(self, operator: str, left: int, right: int) -> int:
        if right == 0:
            if self._quiet:
                return 0
            raise self._failure("division by 0", back=1)
        quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
        return _wrap(quotient if operator == "/" else left - quotient * right)

    def _unary(self) -> int:
        operator = self._take("+", "-", "!", "~", "++", "--")
        if operator in ("++", "--"):
            return self._step(self._take_name(), 1 if operator == "++" else -1, before=True)
        if operator:
            self._nesting += 1
            if self._nesting > _DEEPEST:
                raise self._failure("expression recursion level exceeded")
            value = self._unary()
            self._nesting -= 1
            return {"+": value, "-": _wrap(-value), "!": int(value == 0), "~": ~value}[operator]
        return self._primary()

    def _take_name(self) -> str:
        name = self._peek()
        if not _NAME.fullmatch(name):
            raise self._failure("syntax error: operand expected")
        self._position += 1
        return name

    def _primary(self) -> int:
        token = self._peek()
        if self._take("("):
            value = self._comma()
            if not self._take(")"):
                raise self._failure("missing `)'")
            return value
        if _NAME.fullmatch(token):
            self._position += 1
            if operator := self._take("++", "--"):
                return self._step(token, 1 if operator == "++" else -1, before=False)
            return self._variable(token)
        if not token[:1].isdigit():
            raise self._failure("syntax error: operand expected", back=int(not token and self._position > 0))
        self._position += 1
        return self._number(token)

    def _number(self, token: str) -> int:
        base, _, digits = token.rpartition("#")
        try:
            if base:
                return _wrap(int(digits, int(base)))
            if token[:2] in ("0x", "0X"):
                return _wrap(int(token, 16))
            return _wrap(int(token, 8) if token.startswith("0") and len(token) > 1 else int(token))
        except ValueError:
            raise self._failure("value too great for base", back=1) from None

    def _variable(self, name: str) -> int:
        if self._quiet:
            return 0
        text = self._variables.get(name, "").strip()
        return evaluate(text, self._variables, self._depth + 1) if text else 0

    def _store(self, name: str, value: int) -> int:
        if not self._quiet:
            self._variables[name] = str(value)
        return value

    def _step(self, name: str, change: int, *, before: bool) -> int:
        old = self._variable(name)
        new = self._store(name, _wrap(old + change))
        return new if before else old
