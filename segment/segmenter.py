"""Segmenter: the whole way from a table to segments and a report, from Python."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from kmeans_core import AgglomerativeClustering, KMeans
from segment.answers.explore import explore
from segment.answers.files import result_files, segments_table
from segment.answers.profile import make_profile
from segment.answers.result import Result
from segment.answers.summary import summary_lines
from segment.clusters.ablation import leave_each_out
from segment.clusters.cluster import ClusterOptions, find_segments, segments_of_new_rows
from segment.errors import SegmentError, check_drawing
from segment.features.columns.roles import Choices
from segment.features.customers.clean import RowChoices
from segment.features.features import FeatureOptions
from segment.features.prepare import Examined, Prepared, Settings, examine, matrix_of, prepare
from segment.parameters import check_parameters
from segment.tables.dataframe import check_frame
from segment.wording import quote

check_drawing()  # before a table is read and not after its segments are formed


@dataclass(eq=False)
class Segmenter:
    """Customer segments of a table.

    Parameters
    ----------
    n_segments : int, optional
        Number of segments; by default the one in 2..`k_max` that `selection.choose_k` chooses.
    k_max : int, optional
        Largest number of segments to try, at least 2; by default 10, and on small tables a fifth of
        the number of customers.
    method : {'kmeans', 'single', 'complete', 'average', 'ward'}
        The hierarchical ones take at most 20,000 customers.
    features, drop : sequence of str, optional
        Form segments from these columns only, or from all but these.
    id_column : str, optional
        The column that names a customer; by default it is searched for.
    category_weight : float
        Weight of a category, relative to a number; 0 leaves categories out of the distances.
    random_state : int
        The same seed gives the same segments, for any number of threads.
    n_threads : int, optional
        None: all that this process may use.
    numbers, categories : sequence of str, optional
        Columns to read as amounts, or as categories, whatever their cells are.
    missing : sequence of str, optional
        More words for a missing cell, besides ``NA``, ``?``, ``-`` and blanks.
    decimal, day_order : {'.', ','}, {'dmy', 'mdy', 'ymd'}, optional
        How numbers and dates are written; by default it is guessed.
    duplicates : {'first', 'last', 'mean'}, optional
        The row to keep of several with one id; by default these are an error.
    keep_duplicates : bool, optional
        Whether rows that equal an earlier one are kept. By default they are dropped, unless the
        table has no id and columns so coarse that customers are equal by chance.
    split : sequence of str, optional
        Columns whose cells hold several values: each value becomes a yes / no column. Lists in
        brackets, or with semicolons, are found without it.
    recode : mapping of str to mapping of str to str, optional
        Other texts for some texts of a column, as in ``{"city": {"Muenchen": "München"}}``.
    ranges : mapping of str to (low, high), optional
        Possible values of columns; others are missing. Ages and years of birth have their own.
    derive : sequence of str, optional
        New columns, as in ``"basket = spend / orders"``: see `segment.features.derive`.
    as_of : str, optional
        The day to which ages and recencies count; by default the last date in the table.
    outliers, outlier_threshold : {'winsorise', 'drop', 'keep'}, float
        The treatment of values whose robust z is above the threshold.
    fill : mapping of str to str or float, optional
        What missing cells of a column become: 'median', 'mode' or a constant.
    scale : {'auto', 'standard', 'robust', 'minmax', 'log'}
        'auto' is 'standard', after log(1 + x) for skewed columns without negatives.
    weights : mapping of str to float, optional
        Weights of columns; 1 if not named.
    min_variance, max_correlation : float
        Leave out columns of numbers with less variance, on a scale from 0 to 1, or with a
        higher correlation with an earlier column.

    Attributes
    ----------
    result_ : Result
        Everything that the last fit found, as one frozen object; the other attributes read it.
    segments_ : DataFrame
        The id (or `row`, from 1) and the segment of each customer, in input order.
    labels_ : ndarray of int64, shape (n_customers,)
        The segment of each customer, 1..k, the largest segment first.
    profile_, metrics_ : DataFrame
        Averages and shares of each segment; the quality of each number of segments.
    decisions_ : list of str
        What was decided on the way, and why.
    model_ : KMeans or AgglomerativeClustering
        The clusterer, fitted to `X_`, the (n_customers, n_columns) matrix of features; its labels
        count from 0, in its own order. That of a hierarchical method is fitted when it is first
        read; the merges are in `Z_` at once, in SciPy's format.

    Examples
    --------
    >>> from segment import Segmenter
    >>> from segment.demo import demo_customers
    >>> segmenter = Segmenter().fit(demo_customers(500).table)
    >>> len(segmenter.profile_)
    5
    """

    n_segments: int | None = None
    _: KW_ONLY
    k_max: int | None = None
    method: str = "kmeans"
    features: Sequence[str] | None = None
    drop: Sequence[str] | None = None
    id_column: str | None = None
    category_weight: float = 0.5
    random_state: int = 0
    n_threads: int | None = None
    numbers: Sequence[str] | None = None
    categories: Sequence[str] | None = None
    missing: Sequence[str] | None = None
    decimal: str | None = None
    day_order: str | None = None
    duplicates: str | None = None
    keep_duplicates: bool | None = None
    split: Sequence[str] | None = None
    recode: Mapping[str, Mapping[str, str]] | None = None
    ranges: Mapping[str, tuple[float, float]] | None = None
    derive: Sequence[str] | None = None
    as_of: str | None = None
    outliers: str = "winsorise"
    outlier_threshold: float = 5.0
    fill: Mapping[str, Any] | None = None
    scale: str = "auto"
    weights: Mapping[str, float] | None = None
    min_variance: float = 0.0
    max_correlation: float = 1.0

    def fit(self, frame: Any, read_decisions: Sequence[str] = ()) -> Segmenter:
        """Segment the customers of `frame`, which is not changed.

        Parameters
        ----------
        frame : DataFrame of shape (n_rows, n_columns), or anything with the Arrow stream interface
            Text, numbers or both; names of columns differ.
        read_decisions : sequence of str
            What was decided in reading the table; the report repeats these sentences.

        Raises
        ------
        SegmentError
            The table or a parameter cannot be used; the message is one line and names the remedy.
            The object is left as it was, as it is when a fit is interrupted.

        Notes
        -----
        The clustering dominates: `kmeans_core.selection.choose_k` over all k with 10 restarts each.
        """
        prepared = self.prepare(frame, read_decisions)
        X, recipe = prepared.features.X, prepared.features.recipe
        columns = [step.name for step in recipe for _ in range(step.width)]
        clustering = find_segments(X, self._options(ClusterOptions), columns)
        profile = make_profile(prepared.columns, clustering.segments)
        self.result_ = Result(
            prepared=prepared,
            clustering=clustering,
            segments=segments_table(prepared.cleaned, clustering.segments),
            profile=profile,
            exploration=explore(prepared.cleaned, prepared.columns),
            ablations=leave_each_out(
                X, recipe, len(profile.table), self.random_state, self.n_threads
            ),
        )
        return self

    def prepare(self, frame: Any, read_decisions: Sequence[str] = ()) -> Prepared:
        """All that `fit` does before it forms segments: what is found, and what is decided."""
        return self.prepare_examined(self.examine(frame, read_decisions))

    def prepare_examined(self, examined: Examined) -> Prepared:
        """What `prepare` does with a table after `examine`."""
        return prepare(examined, self._options(FeatureOptions))

    def examine(self, frame: Any, read_decisions: Sequence[str] = ()) -> Examined:
        """What is in `frame`, and what is decided on its rows and columns.

        A table that `fit` would refuse because an id repeats has ``cleaned.refusal``.
        """
        return examine(check_frame(frame), self._settings(), read_decisions)

    def _settings(self) -> Settings:
        self.check()
        return Settings(
            rows=self._options(RowChoices),
            derive=self.derive or (),
            choices=self._options(Choices),
            features=self._options(FeatureOptions),
        )

    def predict(self, frame: Any) -> np.ndarray:
        """The segment of each row of `frame`, filled and scaled as the customers of `fit` were.

        Every row gets one, also blank rows and duplicates. k-means: the segment of the nearest
        center, so customers of `fit` get their own. Hierarchical methods have no rule for new
        customers; here it is the nearest mean of a segment, which may move a customer of `fit`.

        Returns
        -------
        ndarray of int64, shape (n_rows,)

        Raises
        ------
        SegmentError
            Not fitted, or a column that forms segments is missing.
        """
        result = self._fitted()
        return segments_of_new_rows(
            matrix_of(check_frame(frame), result.prepared), result.clustering
        )

    def report(self, path: str | Path, title: str = "customers") -> None:
        """Write the report, one self-contained HTML file; SegmentError where that cannot be."""
        from segment.answers.report import render  # drawing is slow to import

        page = render(self._fitted(), title)
        try:
            Path(path).write_text(page, encoding="utf-8", errors="replace")
        except OSError as error:
            raise SegmentError(f"cannot write {quote(path)}: {error.strerror}") from None

    def files(self, title: str = "customers") -> dict[str, str]:
        """The files of a result folder by name, as text."""
        return result_files(self._fitted(), title)

    def summary(self) -> list[str]:
        """One line on all customers, and one line per segment."""
        return summary_lines(self._fitted())

    def check(self) -> None:
        """SegmentError for a parameter that cannot be used."""
        check_parameters({f.name: getattr(self, f.name) for f in dataclasses.fields(self)})

    @property
    def segments_(self) -> pd.DataFrame:
        """The id (or `row`, from 1) and the segment of each customer, in input order."""
        return self.result_.segments

    @property
    def labels_(self) -> np.ndarray:
        """The segment of each customer, 1..k, int64 of shape (n_customers,)."""
        return self.result_.labels

    @property
    def profile_(self) -> pd.DataFrame:
        """Size, share, averages and shares of each segment."""
        return self.result_.profile.table

    @property
    def metrics_(self) -> pd.DataFrame:
        """The metrics of each number of segments that was tried."""
        return self.result_.clustering.metrics

    @property
    def decisions_(self) -> list[str]:
        """What was decided on the way, and why."""
        return self.result_.decisions

    @property
    def model_(self) -> KMeans | AgglomerativeClustering:
        """The clusterer, fitted to `X_`."""
        return self.result_.model

    @property
    def X_(self) -> np.ndarray:
        """The matrix of features, float64 of shape (n_customers, n_columns)."""
        return self.result_.prepared.features.X

    @property
    def Z_(self) -> np.ndarray | None:
        """The merges of a hierarchical method in SciPy's format; None for k-means."""
        return self.result_.clustering.Z

    def _fitted(self) -> Result:
        if not hasattr(self, "result_"):
            raise SegmentError("this Segmenter is not fitted yet; call fit(table) first")
        return self.result_

    def _options(self, kind: Any) -> Any:
        """Those of the parameters that a step takes; None is the step's own default."""
        given = {name: getattr(self, name) for name in kind._fields}
        return kind(**{name: value for name, value in given.items() if value is not None})
