"""Data frames from Python, checked and named as a table from a file is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from segment.errors import SegmentError
from segment.tables.arrow import from_arrow
from segment.tables.spelled import only_text
from segment.wording import quote

NESTED = (list, tuple, dict, set, frozenset, np.ndarray)


def check_frame(frame: Any) -> pd.DataFrame:
    """A copy of `frame` with names as texts and rows counted from 0; the cells are shared.

    SegmentError where it is no table, its names repeat, or a cell holds more than one value.
    """
    if not isinstance(frame, pd.DataFrame):
        frame = from_arrow(frame)
    frame = _with_ids(frame)
    check_names(frame)
    mixed = [n for n in frame.columns if frame[n].dtype == object and not only_text(frame[n])]
    for name in mixed:
        nested = frame[name].map(lambda cell: isinstance(cell, NESTED)).to_numpy()
        if nested.any():
            kind = type(frame[name].iloc[nested.argmax()]).__name__
            raise SegmentError(
                f"column {quote(name)} holds a {kind} in row {nested.argmax() + 1}; a cell must be "
                "one value: a number, a text or a date"
            )
    return frame.set_axis([str(name) for name in frame.columns], axis=1).reset_index(drop=True)


def _with_ids(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with an index of ids as its first column.

    Such an index has a name, or texts that all differ; positions of rows are no ids.
    """
    index = frame.index
    named = [name for name in index.names if name is not None]
    if isinstance(index, pd.RangeIndex) and not named:
        return frame
    if named:
        taken = {*map(str, frame.columns)} & {*map(str, named)}
        return frame.reset_index(drop=True) if taken else frame.reset_index()
    is_text = not pd.api.types.is_numeric_dtype(index.dtype) and index.nlevels == 1
    if not is_text or not index.is_unique or "id" in frame.columns or not len(frame):
        return frame.reset_index(drop=True)
    return frame.rename_axis("id").reset_index()


def check_names(frame: pd.DataFrame, name: str = "the table") -> None:
    """SegmentError if there are no rows, no columns, or two columns of one name."""
    for column in frame.columns[frame.columns.duplicated()]:
        raise SegmentError(f"{name} has two columns named {quote(column)}; rename one")
    if frame.empty:
        raise SegmentError(f"{name} has no {'rows' if frame.shape[1] else 'columns'}")
