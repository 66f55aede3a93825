"""Profile: averages and shares of each segment, over observed values, never over filled ones."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from segment.features.columns.choose import Columns

SLIGHT, NOTABLE, MARKED = 0.2, 0.5, 1.5  # standard deviations from the average customer
MAJORITY = 0.6


class Profile(NamedTuple):
    """The table of profile.csv, and how far each segment is from the average customer.

    `deviations` has a row per segment and a column per mean or share: (segment - all) / standard
    deviation of single customers, which for a share p is sqrt(p (1 - p)).
    """

    table: pd.DataFrame
    overall: pd.Series
    deviations: pd.DataFrame
    names: list[str]
    sources: dict[str, str]  # the column of the table behind each mean or share


def make_profile(columns: Columns, segments: np.ndarray) -> Profile:
    """Sizes, means and shares by segment (1..k), and a name for each segment."""
    observed, sources = _indicators(columns)
    groups = observed.groupby(segments)
    means = groups.mean()
    overall, spread = observed.mean(), observed.std(ddof=0)
    deviations = ((means - overall) / spread.where(spread > 0, 1.0)).fillna(0.0)
    size = pd.Series(np.bincount(segments)[1:], index=means.index)
    sizes = pd.DataFrame({"size": size, "share": size / size.sum()})
    table = pd.concat([sizes, means], axis=1).rename_axis("segment").reset_index()
    return Profile(table, overall, deviations, _names(deviations, means), sources)


def _indicators(columns: Columns) -> tuple[pd.DataFrame, dict[str, str]]:
    """A number as it is, a category as a 0/1 column per level; missing where not observed."""
    parts, sources = {}, {}
    for name in columns.frame.columns:
        column = columns.frame[name]
        if name in columns.numbers:
            parts[f"mean({name})"] = column
            sources[f"mean({name})"] = name
            continue
        for level in sorted(column.dropna().unique()):
            is_level = (column == level).astype("float64")
            parts[f"share({name}={level})"] = is_level.where(column.notna())
            sources[f"share({name}={level})"] = name
    return pd.DataFrame(parts), sources


def short_label(label: str) -> str:
    """``mean(Age)`` as ``Age``, ``share(Sex=F)`` as ``Sex=F``."""
    return label.split("(", 1)[1][:-1]


def _names(deviations: pd.DataFrame, means: pd.DataFrame) -> list[str]:
    """The two strongest traits of each segment; more where two segments would share a name."""
    traits = [_traits(deviations.loc[s], means.loc[s]) for s in deviations.index]
    names = [", ".join(t[:2]) for t in traits]
    for n_traits in (3, 4):
        shared = {name for name in names if names.count(name) > 1}
        names = [
            ", ".join(t[:n_traits]) if name in shared else name
            for t, name in zip(traits, names, strict=True)
        ]
    return [name or "close to the average customer" for name in names]


def _traits(deviations: pd.Series, means: pd.Series) -> list[str]:
    """In words, the farthest from the average first; slight ones only if there are no others."""
    ordered = deviations.abs().sort_values(ascending=False, kind="stable").index
    for limit in (NOTABLE, SLIGHT):
        traits = [_trait(label, deviations[label], means[label], limit) for label in ordered]
        if any(traits):
            return [trait for trait in traits if trait]
    return []


def _trait(label: str, deviation: float, mean: float, limit: float) -> str:
    if label.startswith("share("):
        strong = deviation >= limit and mean >= MAJORITY
        return f"mostly {short_label(label)}" if strong else ""
    if abs(deviation) < limit:
        return ""
    degree = "very " if abs(deviation) >= MARKED else "" if limit == NOTABLE else "rather "
    return f"{degree}{'high' if deviation > 0 else 'low'} {short_label(label)}"
