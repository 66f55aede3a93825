"""Prepare: a table becomes a matrix of features, and every step leaves sentences on what it did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from segment.errors import SegmentError
from segment.features.columns.choose import Columns, check_choices, choose_columns, read_columns
from segment.features.columns.roles import Choices
from segment.features.customers.clean import Cleaned, RowChoices, clean
from segment.features.derive import derive
from segment.features.features import FeatureOptions, Features, build_matrix, make_features


class Settings(NamedTuple):
    """What the user decided about rows, columns and features."""

    rows: RowChoices
    derive: Sequence[str]
    choices: Choices
    features: FeatureOptions


class Examined(NamedTuple):
    """A table whose rows are cleaned and whose columns are read."""

    cleaned: Cleaned
    columns: Columns
    rules: tuple[str, ...]  # by which columns were derived
    sections: list[tuple[str, list[str]]]  # heading, sentences


class Prepared(NamedTuple):
    """A table ready for clustering: cleaned, its columns read, its features made."""

    cleaned: Cleaned
    columns: Columns
    features: Features
    rules: tuple[str, ...]  # by which columns were derived
    sections: list[tuple[str, list[str]]]  # heading, sentences


def examine(frame: pd.DataFrame, settings: Settings, read_decisions: Sequence[str]) -> Examined:
    """What a checked table holds; `read_decisions` come from reading it.

    A table that cannot be segmented as it is has ``cleaned.refusal``. SegmentError where a choice
    does not fit the table, or no column can form segments.
    """
    choices, options, rules = settings.choices, settings.features, tuple(settings.derive)
    cells = choices.cells(frame)
    given = set(frame.columns)
    frame = derive(frame, rules, cells)
    check_choices(choices, frame, settings.rows.id_column)
    cleaned = clean(frame, settings.rows, choices.named, cells)
    always_read = {*frame.columns} - given | {*options.weights, *options.fill}
    columns = choose_columns(cleaned, choices, cells, always_read)
    derived = [f"Derived {rule}." for rule in rules]
    sections = [
        ("The table", [*read_decisions, *cleaned.decisions]),
        ("The columns", [*derived, *columns.decisions]),
    ]
    return Examined(cleaned, columns, rules, sections)


def prepare(examined: Examined, options: FeatureOptions) -> Prepared:
    """The matrix of a table that was examined.

    SegmentError where an id repeats, or an option does not fit a column.
    """
    cleaned, columns, rules, sections = examined
    if cleaned.refusal:
        raise SegmentError(cleaned.refusal)
    features = make_features(columns, options, cleaned.rows)
    sections = [*sections, ("Making them comparable", features.decisions)]
    if not features.kept.all():
        cleaned, columns = _keep_rows(cleaned, columns, features.kept)
    return Prepared(cleaned, columns, features, rules, sections)


def matrix_of(frame: pd.DataFrame, prepared: Prepared) -> np.ndarray:
    """The features of other customers, filled and scaled as those of `prepared`.

    SegmentError where a column that forms segments is missing.
    """
    cells = prepared.columns.cells
    derived = derive(frame, prepared.rules, cells)
    return build_matrix(
        prepared.features.recipe, read_columns(prepared.columns.readers, derived, cells)
    )


def _keep_rows(cleaned: Cleaned, columns: Columns, kept: np.ndarray) -> tuple[Cleaned, Columns]:
    """Both without the customers that were dropped as outliers."""
    frame = cleaned.frame.loc[kept].reset_index(drop=True)
    again = cleaned.columns.cells.columns(frame)
    cleaned = cleaned._replace(rows=cleaned.rows[kept], frame=frame, columns=again)
    return cleaned, columns._replace(frame=columns.frame.loc[kept].reset_index(drop=True))
