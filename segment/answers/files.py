"""Files: what each file of a result folder holds, as text."""

from __future__ import annotations

import numpy as np
import pandas as pd

from segment.answers.result import Result
from segment.errors import SegmentError
from segment.features.customers.clean import Cleaned
from segment.tables.spelled import spell


def segments_table(cleaned: Cleaned, segments: np.ndarray) -> pd.DataFrame:
    """The id of each customer as it is in the table (or `row`, from 1), and the segment.

    SegmentError where the id column is named ``segment``.
    """
    name, ids = "row", pd.Series(cleaned.rows)
    if cleaned.id_column is not None:
        name, ids = cleaned.id_column, cleaned.frame[cleaned.id_column]
        if not isinstance(ids.dtype, np.dtype) or ids.dtype.kind not in "iu":
            ids = ids.astype(object).map(spell, na_action="ignore")
    if name == "segment":
        raise SegmentError("the id column is named 'segment', as the result's; rename it")
    return pd.DataFrame({name: ids.to_numpy(), "segment": segments})


def result_files(result: Result, title: str) -> dict[str, str]:
    """The text of each file by its name; `title` heads the report."""
    from segment.answers.report import render  # drawing is slow to import, and not always needed

    tables = {
        "segments.csv": result.segments,
        "profile.csv": result.profile.table,
        "metrics.csv": result.clustering.metrics,
    }
    files = {name: t.to_csv(index=False, lineterminator="\n") for name, t in tables.items()}
    return {**files, "report.html": render(result, title)}
