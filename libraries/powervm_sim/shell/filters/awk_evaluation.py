"""Variables, fields and expressions of awk."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import islice

from powervm_sim.shell.filters import awk_functions
from powervm_sim.shell.filters.awk_syntax import Tree
from powervm_sim.shell.filters.awk_values import Field, Value, compare, number, text, truth
from powervm_sim.shell.filters.base import ToolError
from powervm_sim.shell.pipes import TooMuchData
from powervm_sim.shell.posix import Expression, ExpressionError

_MOST_FIELDS = 10_000
_MOST_ITEMS = 200_000
_LONGEST = 512 * 1024
Array = dict[str, Value]


class Evaluator:
    """Evaluates expressions; holds all that a program can name."""

    def __init__(self, environment: Array) -> None:
        self._variables: dict[str, Value] = {
            "FS": " ",
            "OFS": " ",
            "ORS": "\n",
            "RS": "\n",
            "NR": 0.0,
            "FNR": 0.0,
            "SUBSEP": "\x1c",
            "OFMT": "%.6g",
            "CONVFMT": "%.6g",
            "RSTART": 0.0,
            "RLENGTH": -1.0,
        }
        self._arrays: dict[str, Array] = {"ENVIRON": environment}
        self._record = ""
        self._fields: list[Value] | None = []
        self._stale = False
        self._expressions: dict[str, Expression] = {}
        self._chance = random.Random(0)  # noqa: S311 - awk's rand() is the same in every run, too
        self._kinds: dict[str, Callable[[Tree], Value]] = {
            "number": lambda tree: float(int(tree.text, 16)) if tree.text[:2] in ("0x", "0X") else float(tree.text),
            "string": lambda tree: tree.text,
            "regex": lambda tree: float(self._expression(tree.text).search(self.record()) is not None),
            "name": lambda tree: self.get(tree.text),
            "field": lambda tree: self.field(self._index(tree)),
            "item": self._item,
            "group": lambda tree: self.value(tree.parts[0]),
            "list": lambda tree: self._key(tree.parts),
            "assign": self._assign,
            "choose": lambda tree: self.value(tree.parts[1] if truth(self.value(tree.parts[0])) else tree.parts[2]),
            "or": lambda tree: float(truth(self.value(tree.parts[0])) or truth(self.value(tree.parts[1]))),
            "and": lambda tree: float(truth(self.value(tree.parts[0])) and truth(self.value(tree.parts[1]))),
            "in": lambda tree: float(self._key(tree.parts) in self.array(tree.text)),
            "match": self._match,
            "compare": self._compare,
            "join": self._join,
            "arithmetic": self._arithmetic,
            "unary": self._unary,
            "before": lambda tree: self._step(tree, before=True),
            "after": lambda tree: self._step(tree, before=False),
            "call": self._call,
        }

    def value(self, tree: Tree) -> Value:
        """The value of an expression. Raises ToolError."""
        return self._kinds[tree.kind](tree)

    def get(self, name: str) -> Value:
        """A variable."""
        if name == "NF":
            return float(len(self._all_fields()))
        if name in self._arrays:
            raise ToolError(f"cmd. line:1: attempt to use array `{name}' in a scalar context")
        return self._variables.get(name)

    def set(self, name: str, value: Value) -> None:
        """Give a variable a value."""
        if name == "NF":
            count = int(number(value))
            if not 0 <= count <= _MOST_FIELDS:
                raise ToolError(f"cmd. line:1: NF set to {count}: not simulated")
            fields = self._all_fields()
            self._fields = (fields + [""] * count)[:count]
            self._stale = True
        elif name in self._arrays:
            raise ToolError(f"cmd. line:1: attempt to use array `{name}' in a scalar context")
        else:
            self._variables[name] = value

    def array(self, name: str) -> Array:
        """An array; made when it is not there."""
        if name in self._variables:
            raise ToolError(f"cmd. line:1: attempt to use scalar `{name}' as an array")
        return self._arrays.setdefault(name, {})

    def delete(self, tree: Tree) -> None:
        """``delete name`` or ``delete name[key]``."""
        if tree.parts:
            self.array(tree.text).pop(self._key(tree.parts), None)
        else:
            self.array(tree.text).clear()

    def set_record(self, record: str) -> None:
        """A new ``$0``."""
        self._record = record
        self._fields = None
        self._stale = False

    def record(self) -> str:
        """``$0``."""
        if self._stale and self._fields is not None:
            self._record = text(self._variables["OFS"]).join(text(field) for field in self._fields)
            self._stale = False
        return self._record

    def field(self, index: int) -> Value:
        """``$index``."""
        if index == 0:
            return Field(self.record())
        fields = self._all_fields()
        return fields[index - 1] if index <= len(fields) else None

    def _all_fields(self) -> list[Value]:
        if self._fields is None:
            self._fields = list(self._split(self._record, text(self._variables["FS"])))
        return self._fields

    def _split(self, source: str, separator: str) -> list[Field]:
        if not source:
            return []
        if separator == " ":
            return [Field(piece) for piece in source.split()]
        if not separator:
            return [Field(character) for character in source]
        if len(separator) == 1 and separator != "\\":
            return [Field(piece) for piece in source.split(separator)]
        pieces: list[Field] = []
        position = 0
        for found in self._expression(separator).matches(source):
            if found.end > found.start:
                pieces.append(Field(source[position : found.start]))
                position = found.end
        return [*pieces, Field(source[position:])]

    def _index(self, tree: Tree) -> int:
        index = number(self.value(tree.parts[0]))
        if not -1 < index <= _MOST_FIELDS:
            raise ToolError(f"cmd. line:1: attempt to access field {int(index) if index == index else index}")
        return int(index)

    def _key(self, parts: tuple[Tree, ...]) -> str:
        return text(self._variables["SUBSEP"]).join(text(self.value(part)) for part in parts)

    def _item(self, tree: Tree) -> Value:
        array = self.array(tree.text)
        if len(array) > _MOST_ITEMS:
            raise TooMuchData(tree.text)
        return array.setdefault(self._key(tree.parts), None)

    def _store(self, target: Tree, value: Value) -> None:
        if isinstance(value, str) and len(value) > _LONGEST:
            raise TooMuchData("text")
        if target.kind == "name":
            self.set(target.text, value)
        elif target.kind == "item":
            self._item(target)
            self.array(target.text)[self._key(target.parts)] = value
        else:
            self._store_field(self._index(target), value)

    def _store_field(self, index: int, value: Value) -> None:
        if index == 0:
            self.set_record(text(value))
            return
        fields = self._all_fields()
        fields.extend([""] * (index - len(fields)))
        fields[index - 1] = value
        self._stale = True

    def _assign(self, tree: Tree) -> Value:
        target, source = tree.parts
        value = self.value(source)
        if tree.text:
            value = self._computed(tree.text, number(self.value(target)), number(value))
        self._store(target, value)
        return value

    def _step(self, tree: Tree, *, before: bool) -> Value:
        old = number(self.value(tree.parts[0]))
        new = old + (1 if tree.text == "+" else -1)
        self._store(tree.parts[0], new)
        return new if before else old

    def _match(self, tree: Tree) -> Value:
        subject, pattern = tree.parts
        found = self._pattern(pattern).search(text(self.value(subject))) is not None
        return float(found == (tree.text == "~"))

    def _pattern(self, tree: Tree) -> Expression:
        """An operand that is a regular expression: as written, or the text of its value."""
        return self._expression(tree.text if tree.kind == "regex" else text(self.value(tree)))

    def _expression(self, source: str) -> Expression:
        if source not in self._expressions:
            if len(self._expressions) > 200:
                self._expressions.clear()
            try:
                self._expressions[source] = Expression(source, extended=True, escapes=True)
            except ExpressionError as error:
                raise ToolError(f"cmd. line:1: fatal: {error}: /{source}/") from None
        return self._expressions[source]

    def _compare(self, tree: Tree) -> Value:
        left, right = self.value(tree.parts[0]), self.value(tree.parts[1])
        result = compare(left, right)
        holds = {
            "<": result < 0,
            "<=": result <= 0,
            "==": result == 0,
            "!=": result != 0,
            ">": result > 0,
            ">=": result >= 0,
        }
        return float(holds[tree.text])

    def _join(self, tree: Tree) -> Value:
        left, right = self.value(tree.parts[0]), self.value(tree.parts[1])
        template = text(self._variables["CONVFMT"])
        return text(left, template) + text(right, template)

    def _arithmetic(self, tree: Tree) -> Value:
        left = number(self.value(tree.parts[0]))
        return self._computed(tree.text, left, number(self.value(tree.parts[1])))

    @staticmethod
    def _computed(operator: str, left: float, right: float) -> float:
        if operator in "/%" and right == 0:
            raise ToolError(
                f"cmd. line:1: fatal: division by zero attempted{' in `%' + chr(39) if operator == '%' else ''}"
            )
        try:
            if operator == "+":
                return left + right
            if operator == "-":
                return left - right
            if operator == "*":
                return left * right
            if operator == "/":
                return left / right
            if operator == "%":
                return float(left - right * int(left / right))
            power = left**right
            return power.real if isinstance(power, complex) else float(power)
        except (OverflowError, ZeroDivisionError, ValueError):
            return float("inf")

    def _unary(self, tree: Tree) -> Value:
        value = self.value(tree.parts[0])
        if tree.text == "!":
            return float(not truth(value))
        return -number(value) if tree.text == "-" else number(value)

    def _call(self, tree: Tree) -> Value:
        name, parts = tree.text, tree.parts
        if name == "length":
            return self._length(parts)
        if name == "split":
            return self._split_into(parts)
        if name in ("sub", "gsub"):
            return self._substitute(parts, every=name == "gsub")
        if name == "match":
            return self._find(parts)
        if name == "rand":
            return self._chance.random()
        if name == "srand":
            self._chance.seed(number(self.value(parts[0])) if parts else 0)
            return 0.0
        return awk_functions.call(name, [self.value(part) for part in parts])

    def _length(self, parts: tuple[Tree, ...]) -> Value:
        if not parts:
            return float(len(self.record()))
        if parts[0].kind == "name" and parts[0].text in self._arrays:
            return float(len(self._arrays[parts[0].text]))
        return float(len(text(self.value(parts[0]))))

    def _counted(self, name: str, parts: tuple[Tree, ...], allowed: tuple[int, ...]) -> None:
        if len(parts) not in allowed:
            raise ToolError(f"cmd. line:1: {len(parts)} is invalid as number of arguments for {name}")

    def _split_into(self, parts: tuple[Tree, ...]) -> Value:
        self._counted("split", parts, (2, 3))
        source = text(self.value(parts[0]))
        if len(parts) == 3:
            separator = parts[2].text if parts[2].kind == "regex" else text(self.value(parts[2]))
        else:
            separator = text(self._variables["FS"])
        pieces = self._split(source, separator)
        array = self.array(parts[1].text)
        array.clear()
        array.update({str(index): piece for index, piece in enumerate(pieces, 1)})
        return float(len(pieces))

    def _substitute(self, parts: tuple[Tree, ...], *, every: bool) -> Value:
        self._counted("sub", parts, (2, 3))
        target = parts[2] if len(parts) == 3 else Tree("field", parts=(Tree("number", "0"),))
        replacement = text(self.value(parts[1]))
        source = text(self.value(target))
        expression = self._pattern(parts[0])
        pieces: list[str] = []
        position = 0
        for found in islice(expression.matches(source), None if every else 1):
            pieces += [source[position : found.start], _inserted(replacement, found.group())]
            position = found.end
        if pieces and target.kind in ("name", "item", "field"):
            self._store(target, "".join(pieces) + source[position:])
        return float(len(pieces) // 2)

    def _find(self, parts: tuple[Tree, ...]) -> Value:
        self._counted("match", parts, (2,))
        found = self._pattern(parts[1]).search(text(self.value(parts[0])))
        start = float(found.start + 1) if found else 0.0
        self.set("RSTART", start)
        self.set("RLENGTH", float(found.end - found.start) if found else -1.0)
        return start


def _inserted(replacement: str, matched: str) -> str:
    """``&`` stands for the match, ``\\\\&`` for itself."""
    if "&" not in replacement:
        return replacement.replace("\\\\", "\\")
    pieces: list[str] = []
    position = 0
    while position < len(replacement):
        if replacement.startswith(("\\&", "\\\\"), position):
            pieces.append(replacement[position + 1])
            position += 2
            continue
        pieces.append(matched if replacement[position] == "&" else replacement[position])
        position += 1
    return "".join(pieces)
