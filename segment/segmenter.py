"""Segmenter: the whole way from a table to segments and a report, from Python."""

from __future__ import annotations

import numbers as abstract
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from kmeans_core import AgglomerativeClustering, KMeans
from segment import report
from segment.cells import ORDERS, only_text, percent, spell
from segment.clean import DUPLICATES, Cleaned, clean
from segment.cluster import METHODS, Clustering, find_segments
from segment.columns import Columns, check_choices, choose_columns, read_columns
from segment.derive import derive
from segment.errors import SegmentError, plural, quote
from segment.explore import explore
from segment.features import OUTLIERS, SCALES, FeatureOptions, Features, build_matrix, make_features
from segment.leave_out import leave_each_out
from segment.load import check_names, from_arrow
from segment.profile import make_profile
from segment.roles import Choices

ONE_OF = {
    "method": METHODS,
    "scale": SCALES,
    "outliers": OUTLIERS,
    "duplicates": (None, *DUPLICATES),
    "decimal": (None, ".", ","),
    "day_order": (None, *ORDERS),
}
NESTED = (list, tuple, dict, set, frozenset, np.ndarray)


class Prepared(NamedTuple):
    """A table on its way to segments: cleaned, its columns read, its features made."""

    cleaned: Cleaned
    columns: Columns
    features: Features
    sections: list[tuple[str, list[str]]]


@dataclass(eq=False)
class Segmenter:
    """Customer segments of a table.

    Parameters
    ----------
    n_segments : int, optional
        Number of segments; by default the one in 2..`k_max` that `selection.choose_k` chooses.
    k_max : int
        Largest number of segments to try, at least 2.
    method : {'kmeans', 'single', 'complete', 'average', 'ward'}
        The hierarchical ones take at most 20,000 customers.
    features, drop : sequence of str, optional
        Form segments from these columns only; or from all but these.
    id_column : str, optional
        The column that names a customer; by default it is looked for.
    category_weight : float
        What a category counts beside a number; 0 leaves categories out of the distances.
    random_state : int
        The same seed gives the same segments, for any number of threads.
    n_threads : int, optional
        None: as many as this process may use.
    numbers, categories : sequence of str, optional
        Columns to read as amounts, or as categories, whatever they look like.
    missing : sequence of str, optional
        More words for a missing cell, besides ``NA``, ``?``, ``-`` and blanks.
    decimal, day_order : {'.', ','}, {'dmy', 'mdy', 'ymd'}, optional
        How numbers and dates are written; by default it is guessed.
    duplicates : {'first', 'last', 'mean'}, optional
        Which row stands for an id that has several; by default this is an error.
    ranges : mapping of str to (low, high), optional
        Possible values of columns; others are missing. Ages and years of birth have their own.
    derive : sequence of str, optional
        New columns, as in ``"basket = spend / orders"``: see `segment.derive`.
    as_of : str, optional
        The day to which ages and recencies count; by default the last date in the table.
    outliers, outlier_threshold : {'winsorise', 'drop', 'keep'}, float
        What to do with values whose robust z is above the threshold.
    fill : mapping of str to str or float, optional
        What missing cells of a column become: 'median', 'mode' or a constant.
    scale : {'auto', 'standard', 'robust', 'minmax', 'log'}
        'auto' is 'standard', after log(1 + x) for skewed columns without negatives.
    weights : mapping of str to float, optional
        What columns count; 1 if not named.
    min_variance, max_correlation : float
        Leave out columns of numbers with less variance, on a scale from 0 to 1, or with a
        higher correlation with an earlier column.

    Attributes
    ----------
    segments_ : DataFrame
        The id (or `row`, from 1) and the segment of each customer, in input order.
    labels_ : ndarray of int64, shape (n_customers,)
        The segment of each customer, 1..k, the largest segment first.
    profile_, metrics_ : DataFrame
        What each segment is like; how good each number of segments is.
    decisions_ : list of str
        What was decided on the way, and why.
    model_ : KMeans or AgglomerativeClustering
        The clusterer, fitted to `X_`, the (n_customers, n_columns) matrix of features; its labels
        count from 0, in its own order. That of a hierarchical method is fitted when it is first
        asked for; the merges are in `Z_` at once, in SciPy's format.

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
    k_max: int = 10
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
            What was decided in reading the table, to be told in the report.

        Raises
        ------
        SegmentError
            The table or a parameter cannot be used, in one line that says how to mend it. The
            object is left as it was.

        Notes
        -----
        The clustering dominates: `kmeans_core.selection.choose_k` over all k with 10 restarts each.
        """
        cleaned, columns, features, sections = self.prepare(frame, read_decisions)
        found = find_segments(
            features.X,
            n_segments=self.n_segments,
            k_max=self.k_max,
            method=self.method,
            seed=self.random_state,
            n_threads=self.n_threads,
        )
        details, table = make_profile(columns, found.segments), _segments_table(cleaned, found)
        self.segments_, self.labels_, self.details_ = table, found.segments, details
        self.profile_, self.metrics_ = details.table, found.metrics
        self.X_, self.recipe_, self.columns_ = features.X, features.recipe, columns
        self.Z_, self.knee_ = found.Z, found.knee
        self.silhouette_ = found.silhouette
        self.found_, self.cleaned_ = found, cleaned
        self.exploration_ = explore(cleaned, columns)
        self.without_ = leave_each_out(
            features.X, features.recipe, len(self.profile_), self.random_state, self.n_threads
        )
        self.sections_ = [*sections, ("The segments", found.decisions)]
        self.decisions_ = [s for _, sentences in self.sections_ for s in sentences]
        self.notices_ = found.notices
        self.dunn_note_ = found.dunn_note
        return self

    def prepare(self, frame: Any, read_decisions: Sequence[str] = ()) -> Prepared:
        """All that `fit` does before it forms segments: what is found, and what is decided."""
        self.check()
        frame = _check_frame(frame)
        choices = self._options(Choices)
        cells = choices.cells(frame)
        given = set(frame.columns)
        frame = derive(frame, self.derive or (), cells)
        check_choices(choices, frame, self.id_column)
        cleaned = clean(frame, self.id_column, choices.named, self.duplicates, cells)
        wanted = {*frame.columns} - given | {*(self.weights or {}), *(self.fill or {})}
        columns = choose_columns(cleaned, choices, cells, wanted)
        features = make_features(columns, self._options(FeatureOptions), cleaned.rows)
        sections = [
            ("The table", [*read_decisions, *cleaned.decisions]),
            (
                "The columns",
                [*(f"Derived {rule}." for rule in self.derive or ()), *columns.decisions],
            ),
            ("Making them comparable", features.decisions),
        ]
        if not features.kept.all():
            rows, kept = cleaned.rows[features.kept], cleaned.frame.loc[features.kept]
            cleaned = cleaned._replace(rows=rows, frame=kept.reset_index(drop=True))
            kept = columns.frame.loc[features.kept].reset_index(drop=True)
            columns = columns._replace(frame=kept)
        return Prepared(cleaned, columns, features, sections)

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
        self._check_fitted()
        cells = self.columns_.cells
        frame = derive(_check_frame(frame), self.derive or (), cells)
        X = build_matrix(self.recipe_, read_columns(self.columns_.readers, frame, cells))
        if self.Z_ is None:
            return self.found_.segment_of_label[self.found_.model.predict(X)]
        distances = [((X - center) ** 2).sum(axis=1) for center in self.found_.centers]
        return np.argmin(distances, axis=0) + 1

    @property
    def model_(self) -> KMeans | AgglomerativeClustering:
        """The fitted clusterer; see Attributes."""
        if self.found_.model is None:  # a second tree: as costly as the first, and rarely wanted
            tree = AgglomerativeClustering(len(self.profile_), linkage=self.method).fit(self.X_)
            self.found_ = self.found_._replace(model=tree)
        return self.found_.model

    def report(self, path: str | Path, title: str = "customers") -> None:
        """Write the report, one self-contained HTML file; SegmentError where that cannot be."""
        self._check_fitted()
        page = report.render(self, title)
        try:
            Path(path).write_text(page, encoding="utf-8", errors="replace")
        except OSError as error:
            raise SegmentError(f"cannot write {quote(path)}: {error.strerror}") from None

    def files(self, title: str = "customers") -> dict[str, str]:
        """The files of a result folder by name, as text."""
        return {
            "segments.csv": self.segments_.to_csv(index=False, lineterminator="\n"),
            "profile.csv": self.profile_.to_csv(index=False, lineterminator="\n"),
            "metrics.csv": self.metrics_.to_csv(index=False, lineterminator="\n"),
            "report.html": report.render(self, title),
        }

    def summary(self) -> list[str]:
        """One line on all customers, and one line a segment."""
        dropped = [
            plural(count, noun)
            for count, noun in (
                (self.cleaned_.n_blank, "blank row"),
                (self.cleaned_.n_duplicates, "duplicate row"),
            )
            if count
        ]
        note = f" ({', '.join(dropped)} dropped)" if dropped else ""
        silhouette = "undefined" if np.isnan(self.silhouette_) else f"{self.silhouette_:.3f}"
        lines = [
            f"{plural(len(self.labels_), 'customer')}{note} -> "
            f"{plural(len(self.profile_), 'segment')}, silhouette {silhouette}"
        ]
        for name, row in zip(
            self.details_.names, self.profile_.to_dict(orient="records"), strict=True
        ):
            size = f"{plural(row['size'], 'customer')} ({percent(row['share'], 1)})"
            lines.append(f"segment {row['segment']}: {size}, {name}")
        return [" ".join(line.split()) for line in lines]  # a name with a newline stays one line

    def _check_fitted(self) -> None:
        if not hasattr(self, "labels_"):
            raise SegmentError("this Segmenter is not fitted yet; call fit(table) first")

    def _options(self, kind: Any) -> Any:
        """Those of the parameters that a step takes; None is the step's own default."""
        given = {name: getattr(self, name) for name in kind._fields}
        return kind(**{name: value for name, value in given.items() if value is not None})

    def check(self) -> None:
        """SegmentError for a parameter that cannot be used."""
        for name in ("features", "drop", "numbers", "categories", "missing", "derive"):
            if isinstance(getattr(self, name), str):
                raise SegmentError(f"{name} must be a list of texts, not one text")
        for name, known in ONE_OF.items():
            if getattr(self, name) not in known:
                listed = ", ".join(str(word) for word in known if word)
                raise SegmentError(f"no {name} {quote(getattr(self, name))}; there are {listed}")
        _whole(self.k_max, "k_max", 2)
        _whole(self.random_state, "seed", 0, 2**32 - 1)
        if self.n_segments is not None:
            _whole(self.n_segments, "the number of segments", 1)
        if self.n_threads is not None:
            _whole(self.n_threads, "threads", 1)
        _real(self.category_weight, "category weight", 0, 1e6)
        _real(self.outlier_threshold, "the outlier threshold", 0.1, 1e6)
        _real(self.min_variance, "the least variance", 0, 1)
        _real(self.max_correlation, "the highest correlation", 0, 1)
        for name, weight in (self.weights or {}).items():
            _real(weight, f"the weight of {quote(name)}", 0, 1e6)
        for name, (low, high) in (self.ranges or {}).items():
            if not low < high:
                raise SegmentError(f"the range of {quote(name)} must be low:high, got {low}:{high}")


def _real(value: Any, name: str, low: float, high: float) -> None:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not low <= value <= high:
        raise SegmentError(f"{name} must be a number from {low:g} to {high:g}, got {value!r}")


def _whole(value: Any, name: str, low: int, high: int | None = None) -> None:
    limits = f"at least {low}" if high is None else f"from {low} to {high}"
    whole = isinstance(value, abstract.Integral) and not isinstance(value, bool)
    if not whole or value < low or (high is not None and value > high):
        raise SegmentError(f"{name} must be a whole number {limits}, got {value!r}")


def _check_frame(frame: Any) -> pd.DataFrame:
    if not isinstance(frame, pd.DataFrame):
        frame = from_arrow(frame)
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


def _segments_table(cleaned: Cleaned, found: Clustering) -> pd.DataFrame:
    name, ids = "row", pd.Series(cleaned.rows)
    if cleaned.id_column is not None:
        name, ids = cleaned.id_column, cleaned.frame[cleaned.id_column]
        if not isinstance(ids.dtype, np.dtype) or ids.dtype.kind not in "iu":
            ids = ids.astype(object).map(spell, na_action="ignore")
    if name == "segment":
        raise SegmentError("the id column is named 'segment', as the result's; rename it")
    return pd.DataFrame({name: ids.to_numpy(), "segment": found.segments})
