"""Arrow: Parquet files, and any object with the Arrow stream interface."""

from __future__ import annotations

from typing import Any

import pandas as pd

from segment.errors import SegmentError, extra_needed


def read_parquet(content: bytes, name: str) -> pd.DataFrame:
    """The table in a Parquet file; SegmentError where it is damaged, or pyarrow is missing."""
    _pyarrow()
    import pyarrow.parquet

    try:
        table = pyarrow.parquet.read_table(pyarrow.BufferReader(content))
    except pyarrow.ArrowException as error:
        raise SegmentError(f"{name} cannot be read as Parquet: {error}") from None
    return _from_table(table)


def from_arrow(stream: Any) -> pd.DataFrame:
    """A pandas table of anything with the Arrow stream interface; whole numbers stay exact.

    SegmentError where it has no such interface, or pyarrow is missing.
    """
    if not hasattr(stream, "__arrow_c_stream__"):
        raise SegmentError(
            "a table must be a pandas DataFrame or have the Arrow stream interface, got "
            f"{type(stream).__name__}"
        )
    return _from_table(_pyarrow().table(stream))


def _from_table(table: Any) -> pd.DataFrame:
    frame = table.to_pandas(integer_object_nulls=True)
    return frame.reset_index(drop=frame.index.names == [None])  # a named index is a column


def _pyarrow() -> Any:
    try:
        import pyarrow
    except ModuleNotFoundError:
        raise extra_needed("reading Parquet or an Arrow stream", "pyarrow", "files") from None
    return pyarrow
