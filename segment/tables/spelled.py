"""Spelled: values as people write them, and the distinct ones of a column."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd


def distinct(column: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """The code of each cell, -1 where it is missing, and the distinct values."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes, categories = column.cat.codes.to_numpy(), _objects(column.cat.categories)
        is_used = np.bincount(codes + 1, minlength=len(categories) + 1)[1:] > 0
        if is_used.all():
            return codes.astype(np.intp), categories
        return np.append(np.cumsum(is_used) - 1, -1)[codes], categories[is_used]
    if column.dtype == object and not only_text(column):  # True and 1 would count as equal
        column = column.map(spell, na_action="ignore")
    codes, different = pd.factorize(column)
    return codes, np.asarray(different)


def _objects(values: pd.Index) -> np.ndarray:
    """Distinct values as Python's objects where they are texts, whatever pandas holds them as."""
    return values.to_numpy(dtype=object if pd.api.types.is_string_dtype(values) else None)


def stripped(different: np.ndarray) -> list[str]:
    """Distinct values as they are written, without outer spaces."""
    if pd.api.types.infer_dtype(different, skipna=False) == "string":
        return [text.strip() for text in different]
    return written(pd.Series(different)).tolist()


def spell(value: Any) -> str:
    """A value as people write it: 3.0 as ``3``, whole numbers with all their digits."""
    if isinstance(value, (float, np.floating)):
        number = float(value)
        return f"{number:.0f}" if abs(number) < 1e15 and number % 1 == 0 else str(value)
    return str(value)


def _spelled(values: np.ndarray) -> list[str]:
    """What `spell` makes of floats, many at once."""
    with np.errstate(invalid="ignore"):
        whole = (np.abs(values) < 1e15) & (values % 1 == 0)
    texts = np.array(list(map(str, values.tolist())), dtype=object)
    texts[whole] = values[whole].astype(np.int64).astype(str).astype(object)
    return texts.tolist()


def written(column: pd.Series) -> pd.Series:
    """Cells as they are written, without outer spaces; missing ones have no fixed spelling."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(object)
    if isinstance(column.dtype, np.dtype) and column.dtype.kind == "f":
        return pd.Series(_spelled(column.to_numpy()), index=column.index, dtype=object)
    if column.dtype == object or pd.api.types.is_float_dtype(column.dtype):
        column = column.astype(object).map(spell, na_action="ignore")
    return column.astype(str).str.strip()


def filled(column: pd.Series) -> pd.Series:
    """Cells as they are written, ``""`` where a cell is missing."""
    codes, different = distinct(column)
    texts = np.append(written(pd.Series(different)).to_numpy(dtype=object), "")
    return pd.Series(texts[codes], index=column.index, name=column.name, dtype=object)


def is_numeric(column: pd.Series) -> bool:
    """Whether pandas holds the column as numbers; True and False are texts here."""
    dtype = column.dtype
    return pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype)


def only_text(column: pd.Series) -> bool:
    """Whether every cell of a column is a text or missing."""
    return pd.api.types.infer_dtype(column, skipna=True) in ("string", "empty")


def texts_of(cells: Iterable[Any]) -> list[str]:
    """Cells of one row or column as texts; ``""`` where one is missing."""
    return [
        cell.strip() if type(cell) is str else "" if _is_nothing(cell) else spell(cell).strip()
        for cell in cells
    ]


def _is_nothing(cell: Any) -> bool:
    return cell is None or cell is pd.NaT or cell != cell
