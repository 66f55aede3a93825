"""Derive: new columns by arithmetic on others, ``basket = spend / orders``; nothing is executed.

An expression is parsed and may hold only ``+ - * /``, numbers, ``log1p(...)``, parentheses and
names of columns; a name with spaces or signs is written in `backticks`.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from segment.errors import SegmentError
from segment.tables.cells import Cells
from segment.wording import did_you_mean, quote

OPERATORS: dict[type, Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}
LONGEST = 1000


def derive(frame: pd.DataFrame, rules: Sequence[str], cells: Cells) -> pd.DataFrame:
    """`frame` with one more column of numbers per rule; later rules may use earlier columns.

    A cell is missing if a cell that it needs is missing, or if it would not be a finite number.
    SegmentError where a rule holds anything else, or names a column that exists already.
    """
    for rule in rules:
        name, equals, expression = (part.strip() for part in rule.partition("="))
        name = name.strip("`")
        if not (name and equals and expression) or len(rule) > LONGEST:
            raise SegmentError(f"{quote(rule)} is not a rule like 'basket = spend / orders'")
        if name in frame.columns:
            raise SegmentError(f"{quote(rule)}: a column {quote(name)} exists already")
        frame = frame.assign(**{name: _Rule(rule, frame, cells).column(expression)})
    return frame


class _Rule:
    def __init__(self, rule: str, frame: pd.DataFrame, cells: Cells) -> None:
        self.rule, self.frame, self.cells = rule, frame, cells
        self.quoted: list[str] = []

    def column(self, expression: str) -> np.ndarray:
        def placeholder(match: re.Match[str]) -> str:
            self.quoted.append(match[1])
            return f" _{len(self.quoted) - 1}_ "

        try:
            tree = ast.parse(re.sub("`([^`]*)`", placeholder, expression), mode="eval")
            with np.errstate(all="ignore"):
                values = np.asarray(self.value(tree.body), dtype=np.float64)
        except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError) as error:
            if isinstance(error, SegmentError):
                raise
            raise self.refused("cannot be read") from None
        values = np.broadcast_to(values, len(self.frame))
        return np.where(np.isfinite(values), values, np.nan)

    def value(self, node: ast.AST) -> Any:
        match node:
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                return np.float64(number)
            case ast.Name(id=name):
                names = {f"_{i}_": quoted for i, quoted in enumerate(self.quoted)}
                return self.cells_of(names.get(name, name))
            case ast.BinOp(left, op, right) if type(op) in OPERATORS:
                return OPERATORS[type(op)](self.value(left), self.value(right))
            case ast.UnaryOp(op, operand) if type(op) in OPERATORS:
                return OPERATORS[type(op)](self.value(operand))
            case ast.Call(ast.Name("log1p"), [argument], []):
                return np.log1p(self.value(argument))
        raise self.refused("may hold only + - * /, log1p(...), numbers, parentheses and columns")

    def cells_of(self, name: str) -> np.ndarray:
        if name not in self.frame.columns:
            raise self.refused(f"no column {quote(name)}{did_you_mean(name, self.frame.columns)}")
        return self.cells.numbers(self.frame[name]).to_numpy()

    def refused(self, why: str) -> SegmentError:
        return SegmentError(f"{quote(self.rule)}: {why}")
