"""Outliers: values far from the others on the scale that a column is compared on.

An outlier is a value whose robust z, 0.6745 |x - median| / MAD after the transform, is above the
threshold; where more than half of a column is one value, MAD is 0 and no value is an outlier. If
more than 1% of a column would be outliers, they are a part of the column, and none is moved.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from segment.errors import SegmentError
from segment.features.columns.sentences import cells_at
from segment.features.transform import Transform
from segment.wording import amount, listed, plural, quote

MAD_TO_STD = 0.6745  # of a normal distribution: Iglewicz and Hoaglin (1993), the robust z
MOST = 0.01  # of the values of a column, one at least; more are not outliers


class Outliers(NamedTuple):
    """What lies far out in one column: a row of the report's table."""

    name: str
    low: float  # the limits, in the units of the column
    high: float
    outside: np.ndarray  # (n_rows,), True for an outlier
    moved: bool  # False: more than 1% lie outside, so they stay
    log: bool

    @property
    def n(self) -> int:
        """The number of values outside the limits."""
        return int(self.outside.sum())


class Treated(NamedTuple):
    """The outliers of all columns, the rows to keep, and the sentences on them."""

    found: list[Outliers]
    kept: np.ndarray  # (n_rows,)
    decisions: list[str]

    def limits(self, name: str) -> tuple[float, float]:
        """The limits to which a column's values are moved."""
        moved = [(o.low, o.high) for o in self.found if o.name == name and o.moved]
        return moved[0] if moved else (-np.inf, np.inf)


def find_outliers(
    frame: pd.DataFrame, transforms: dict[str, Transform], threshold: float
) -> list[Outliers]:
    """The outliers of each column that has some."""
    found = []
    for name, transform in transforms.items():
        raw = frame[name].to_numpy(dtype=np.float64, na_value=np.nan)
        judged = np.where(raw == 0, np.nan, raw) if transform.zeros_apart else raw
        values = transform.apply(judged)
        present = values[~np.isnan(values)]
        if not len(present):
            continue
        median = float(np.median(present))
        reach = threshold * float(np.median(np.abs(present - median))) / MAD_TO_STD
        with np.errstate(invalid="ignore"):
            outside = (values < median - reach) | (values > median + reach)
        if not outside.any() or not 0 < reach < np.inf:
            continue
        low, high = (float(transform.invert(end)) for end in (median - reach, median + reach))
        moved = int(outside.sum()) <= max(1, MOST * len(present))
        found.append(Outliers(name, low, high, outside, moved, transform.log))
    return found


def treat(
    frame: pd.DataFrame,
    transforms: dict[str, Transform],
    rule: str,
    threshold: float,
    rows: np.ndarray,
) -> Treated:
    """What is done about outliers: 'winsorise', 'drop' or 'keep'.

    `rows` are the numbers of the rows, for naming cells. SegmentError where every row would be
    dropped.
    """
    kept = np.ones(len(frame), dtype=bool)
    if rule == "keep":
        return Treated([], kept, ["Kept outliers as they are, as requested."])
    found = find_outliers(frame, transforms, threshold)
    if rule == "drop":
        for outliers in found:
            kept &= ~outliers.outside
        if not kept.any():
            raise SegmentError(
                "every customer is an outlier in some column; use --outliers winsorise"
            )
        said = [_sentence(frame, [o], threshold, rows, "Dropped the customers of") for o in found]
        return Treated([], kept, said)
    moved = [o for o in found if o.moved]
    decisions = []
    if moved:
        decisions.append(_sentence(frame, moved, threshold, rows, "Moved"))
        decisions.append(
            "Averages keep outliers as they are (--outliers keep or drop treats them otherwise)."
        )
    stay = [f"{quote(o.name)} ({o.n:,})" for o in found if not o.moved]
    if stay:
        decisions.append(
            f"Moved no value of {listed(stay)}, though these lie far out (robust z above "
            f"{threshold:g}): they are more than {MOST:.0%} of the column, so they belong to it."
        )
    return Treated(found, kept, decisions)


def _sentence(
    frame: pd.DataFrame, found: list[Outliers], threshold: float, rows: np.ndarray, verb: str
) -> str:
    """One sentence on all columns with outliers; it names the farthest cells."""
    parts = [_part(frame, outliers, rows, verb == "Moved") for outliers in found]
    what = f"(robust z above {threshold:g})"
    if len(found) == 1:
        first = found[0]
        limit = f" to {_ends(first, frame[first.name])} for the clustering" * (verb == "Moved")
        cells = _farthest(frame, first, rows)
        return f"{verb} {plural(first.n, 'outlier')} of {quote(first.name)} {what}{limit}: {cells}."
    n_cells = sum(outliers.n for outliers in found)
    touched = int(np.any([outliers.outside for outliers in found], axis=0).sum())
    return (
        f"{verb} {plural(n_cells, 'outlier')} {what} in {plural(len(found), 'column')}, of "
        f"{plural(touched, 'customer')} of {len(frame):,}, to the nearest limit for the "
        f"clustering: {listed(parts)}."
    )


def _part(frame: pd.DataFrame, outliers: Outliers, rows: np.ndarray, moved: bool) -> str:
    limit = f" to {_ends(outliers, frame[outliers.name])}" if moved else ""
    farthest = _order(frame[outliers.name], outliers)[:1]
    cells = cells_at(frame[outliers.name].map(amount), farthest, rows)
    return f"{outliers.n:,} of {quote(outliers.name)}{limit} ({cells})"


def _farthest(frame: pd.DataFrame, outliers: Outliers, rows: np.ndarray) -> str:
    values = frame[outliers.name]
    return cells_at(values.map(amount), _order(values, outliers), rows)


def _order(values: pd.Series, outliers: Outliers) -> np.ndarray:
    """The positions of the outliers, the farthest from the middle first."""
    middle = (outliers.low + outliers.high) / 2 if np.isfinite(outliers.high) else outliers.low
    far = (values - middle).abs().to_numpy()
    positions = np.flatnonzero(outliers.outside)
    return positions[np.argsort(-far[positions], kind="stable")]


def _ends(outliers: Outliers, values: pd.Series) -> str:
    ends = zip(
        (outliers.low, outliers.high),
        (
            (values[outliers.outside] < outliers.low).any(),
            (values[outliers.outside] > outliers.high).any(),
        ),
        strict=True,
    )
    return " and ".join(amount(limit) for limit, beyond in ends if beyond)
