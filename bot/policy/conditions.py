"""Conditions of a policy file, such as "amount > 50000 or nature == 'major'".

They are written like Python's comparisons and read with its own parser, but nothing else of the
language is let in: names of known facts, texts, numbers, comparisons, and, or, not, in.
"""

import ast
import operator
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

Fact = str | float | bool | tuple[str, ...]
LONGEST = 500  # characters
DEEPEST = 20  # conditions within conditions

_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda one, many: one in many,
    ast.NotIn: lambda one, many: one not in many,
}


@dataclass(frozen=True, slots=True)
class Condition:
    text: str
    names: frozenset[str]  # of the facts it asks for

    def holds(self, facts: Mapping[str, Fact]) -> bool:
        """A comparison of a text with a number does not hold, rather than fail."""
        return bool(_value(_parsed(self.text), facts))


def read(text: str, known: Collection[str]) -> Condition:
    """Raises ValueError for what is no condition over the `known` facts."""
    if not isinstance(text, str) or len(text) > LONGEST:
        raise ValueError(text)
    tree = _parsed(text)
    _check(tree, DEEPEST)
    names = frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
    if not names <= set(known):
        raise ValueError(", ".join(sorted(names - set(known))))
    return Condition(text, names)


def _parsed(text: str) -> ast.expr:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise ValueError(text) from error


def _check(node: ast.expr, deepest: int) -> None:
    if deepest == 0:
        raise ValueError("too many conditions within conditions")
    match node:
        case ast.Name() | ast.Constant(value=str() | int() | float()):
            return
        case ast.BoolOp(values=parts) | ast.Tuple(elts=parts) | ast.List(elts=parts):
            pass
        case ast.UnaryOp(op=ast.Not(), operand=one):
            parts = [one]
        case ast.Compare(left=left, ops=ops, comparators=others):
            if not all(type(op) in _COMPARISONS for op in ops):
                raise ValueError("a comparison that is not known")
            parts = [left, *others]
        case _:
            raise ValueError("neither a comparison nor a fact")
    for part in parts:
        _check(part, deepest - 1)


def _value(node: ast.expr, facts: Mapping[str, Fact]) -> Any:  # noqa: PLR0911
    match node:
        case ast.Name(id=name):
            return facts[name]
        case ast.Constant(value=value):
            return value
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return tuple(_value(part, facts) for part in parts)
        case ast.BoolOp(op=ast.And(), values=parts):
            return all(_value(part, facts) for part in parts)
        case ast.BoolOp(values=parts):
            return any(_value(part, facts) for part in parts)
        case ast.UnaryOp(operand=one):
            return not _value(one, facts)
    assert isinstance(node, ast.Compare)  # nothing else was let in
    return _compared(node, facts)


def _compared(node: ast.Compare, facts: Mapping[str, Fact]) -> bool:
    one = _value(node.left, facts)
    others = (_value(each, facts) for each in node.comparators)
    for op, other in zip(node.ops, others, strict=True):
        try:
            held = _COMPARISONS[type(op)](one, other)
        except TypeError:
            return False
        if not held:
            return False
        one = other
    return True
