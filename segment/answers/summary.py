"""Summary: a result in a few lines of text."""

from __future__ import annotations

import numpy as np

from segment.answers.result import Result
from segment.wording import percent, plural


def summary_lines(result: Result) -> list[str]:
    """One line on all customers, and one line per segment."""
    lines = [_all_customers(result)]
    rows = result.profile.table.to_dict(orient="records")
    for name, row in zip(result.profile.names, rows, strict=True):
        size = f"{plural(row['size'], 'customer')} ({percent(row['share'], 1)})"
        lines.append(f"segment {row['segment']}: {size}, {name}")
    return [" ".join(line.split()) for line in lines]  # a name may hold a newline


def _all_customers(result: Result) -> str:
    cleaned, silhouette = result.prepared.cleaned, result.clustering.silhouette
    counts = ((cleaned.n_blank, "blank row"), (cleaned.n_duplicates, "duplicate row"))
    dropped = ", ".join(plural(count, noun) for count, noun in counts if count)
    note = f" ({dropped} dropped)" if dropped else ""
    shown = "undefined" if np.isnan(silhouette) else f"{silhouette:.3f}"
    return (
        f"{plural(len(result.labels), 'customer')}{note} -> "
        f"{plural(result.n_segments, 'segment')}, silhouette {shown}"
    )
