"""Cluster: how many segments there are, and which customer is in which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from kmeans_core import metrics, selection
from segment.clusters.choose import (
    Trust,
    rule_sentence,
    trust_of,
    trust_without_choice,
    votes_sentence,
)
from segment.errors import SegmentError
from segment.wording import plural

METHODS = ("kmeans", "single", "complete", "average", "ward")
METRICS = ("wcss", "silhouette", "davies_bouldin", "calinski_harabasz", "dunn")
HIERARCHICAL_LIMIT = 20_000  # customers; average linkage of 20,000, all k: 8 s, 0.5 GB
RESTARTS = 10
FEWEST_DISTINCT = 4  # distinct customers; with fewer there is nothing to choose


class Clustering(NamedTuple):
    """The chosen clustering; `segments` are 1..k, largest first."""

    segments: np.ndarray  # (n_customers,)
    segment_of_label: np.ndarray  # (k,), from the model's labels
    centers: np.ndarray  # (k, n_columns), means of the matrix by segment
    silhouette: float
    metrics: pd.DataFrame
    knee: int | None
    method: str
    model: Any  # a fitted KMeans; None for a hierarchical method
    Z: np.ndarray | None  # the merges of a hierarchical method
    dunn_note: str
    trust: Trust
    silhouettes: pd.DataFrame  # segment, silhouette: of all customers, or of a sample
    decisions: list[str]
    notices: list[str]  # decisions that the report shows at its top


class ClusterOptions(NamedTuple):
    """What the user decided about the clustering."""

    n_segments: int | None = None
    k_max: int | None = None  # None: 10, and on small tables a fifth of the customers
    method: str = "kmeans"
    random_state: int = 0
    n_threads: int | None = None


DEFAULTS = ClusterOptions()


class _Tried(NamedTuple):
    """Every number of segments that was tried."""

    sweep: selection.Sweep
    choice: selection.Choice | None  # None where there are too few distinct rows
    rows: list[Any]  # those of the sweep whose k is in the range
    knee: int | None
    n_distinct: int


class _Words(NamedTuple):
    """Names of columns, and sentences for the report."""

    columns: Sequence[str]
    decisions: list[str]
    notices: list[str]


def find_segments(
    X: np.ndarray, options: ClusterOptions = DEFAULTS, columns: Sequence[str] = ()
) -> Clustering:
    """Cluster the rows of `X` for every k in the range, and let `selection.choose_k` choose.

    `columns` are the names of the columns of `X`, by default their numbers. The range is
    2..min(k_max, distinct rows - 1). If `n_segments` is given, it is chosen, and the range is still
    tried, for comparison. SegmentError where there are too few distinct rows, fewer than
    `n_segments`, or too many rows for a hierarchical method.
    """
    tried, n_segments = _try_range(X, options), options.n_segments
    if n_segments is None:
        k = tried.rows[0].n_clusters if tried.choice is None else tried.choice.n_clusters
        sentences, notices = _chosen(k, tried)
    else:
        k = n_segments
        sentences, notices = _as_requested(k, tried)
    decisions = [*_method_sentences(tried.sweep, len(X)), *sentences, *notices]
    names = columns or [str(number + 1) for number in range(X.shape[1])]
    return _clustering(X, tried, k, options, _Words(names, decisions, notices))


def _try_range(X: np.ndarray, options: ClusterOptions) -> _Tried:
    """Clusterings into every k of the range, and into `n_segments`; see `find_segments`."""
    n_segments, n_distinct = options.n_segments, len(np.unique(X, axis=0))
    k_max = options.k_max or selection.default_range(len(X))[-1]
    ks = _range_of_k(n_distinct, n_segments, k_max)
    _refuse_too_many_rows(len(X), options.method)
    in_range = [k for k in ks if 2 <= k <= min(k_max, n_distinct - 1)]
    how: dict[str, Any] = {"method": options.method, "n_init": RESTARTS}
    how |= {"random_state": options.random_state, "n_threads": options.n_threads}
    choice = None
    if n_distinct >= FEWEST_DISTINCT:
        choice = selection.choose_k(X, in_range, n_clusters=n_segments, **how)
    sweep = selection.sweep(X, ks, **how) if choice is None else choice.sweep
    rows = [row for row in sweep.rows if row.n_clusters in in_range]
    knee = selection.knee([row.n_clusters for row in rows], [row.wcss for row in rows])
    return _Tried(sweep, choice, rows, knee, n_distinct)


def _clustering(
    X: np.ndarray,
    tried: _Tried,
    k: int,
    options: ClusterOptions,
    words: _Words,
) -> Clustering:
    """The clustering into `k`, its segments numbered by size."""
    sweep, choice = tried.sweep, tried.choice
    position = [row.n_clusters for row in sweep.rows].index(k)
    segments, segment_of_label = number_by_size(sweep.rows[position].labels)
    return Clustering(
        segments=segments,
        segment_of_label=segment_of_label,
        centers=np.array([X[segments == s].mean(axis=0) for s in range(1, k + 1)]),
        silhouette=sweep.rows[position].silhouette,
        metrics=_metrics_table(sweep.rows, k),
        knee=tried.knee,
        method=sweep.method,
        model=sweep.models[position],
        Z=sweep.Z,
        dunn_note=sweep.dunn_left_out or "",
        trust=(
            trust_without_choice(tried.n_distinct)
            if choice is None
            else trust_of(choice, segment_of_label, words.columns)
        ),
        silhouettes=_silhouettes(X, segments, options),
        decisions=words.decisions,
        notices=words.notices,
    )


def segments_of_new_rows(X: np.ndarray, clustering: Clustering) -> np.ndarray:
    """The segment of each row of `X`: of the model's nearest center, or of the nearest mean."""
    if clustering.model is not None:
        return clustering.segment_of_label[clustering.model.predict(X)]
    distances = [((X - center) ** 2).sum(axis=1) for center in clustering.centers]
    return np.argmin(distances, axis=0) + 1


def _silhouettes(X: np.ndarray, segments: np.ndarray, options: ClusterOptions) -> pd.DataFrame:
    """The silhouettes of all customers or of a sample; empty where they are not defined."""
    if not 2 <= segments.max() < len(segments):
        return pd.DataFrame({"segment": segments[:0], "silhouette": np.empty(0)})
    found = metrics.silhouette_estimate(
        X, segments, random_state=options.random_state, n_threads=options.n_threads
    )
    return pd.DataFrame({"segment": segments[found.rows], "silhouette": found.values})


def _metrics_table(rows: Sequence[Any], k: int) -> pd.DataFrame:
    """The table of metrics.csv; an undefined metric is empty."""
    table = pd.DataFrame(rows)[["n_clusters", *METRICS]].rename(columns={"n_clusters": "k"})
    table["chosen"] = (table["k"] == k).astype("int64")
    return table


def _as_requested(k: int, tried: _Tried) -> tuple[list[str], list[str]]:
    """Sentences and notices where the user gave the number of segments."""
    sentences, notices = [f"Formed {plural(k, 'segment')}, as requested."], []
    choice = tried.choice
    if choice is not None and tried.rows and choice.best != k:
        notices.append(
            f"{k} segments were requested; of {_span(tried)}, {choice.best} would have been "
            f"chosen. {rule_sentence(choice)}"
        )
    if choice is not None and choice.votes:
        sentences.append(votes_sentence(choice))
    return sentences, notices


def _chosen(k: int, tried: _Tried) -> tuple[list[str], list[str]]:
    """Sentences and notices where the number of segments was chosen here."""
    choice = tried.choice
    silhouette = next(row.silhouette for row in tried.rows if row.n_clusters == k)
    sentences = [f"Chose {k} segments of {_span(tried)} (mean silhouette {silhouette:.3f})."]
    if choice is not None:
        sentences += [rule_sentence(choice), votes_sentence(choice)]
        if choice.rule == "gap":
            sentences += _elbow(k, tried.knee)
    return sentences, _end_of_range(k, tried)


def _elbow(k: int, knee: int | None) -> list[str]:
    """The elbow, where no valley decides: one more number that can be defended."""
    if knee is None:
        return []
    meaning = f"The elbow of the spread left inside segments is at {knee}"
    if knee == k:
        return [f"{meaning} too: more segments reduce it only slowly."]
    return [
        f"{meaning}: from there on, more segments reduce it only slowly. As no valley decides "
        f"here, {knee} segments can be defended as well (-k {knee})."
    ]


def _end_of_range(k: int, tried: _Tried) -> list[str]:
    """A notice where the chosen number is the last one that was tried."""
    n_possible = tried.n_distinct - 1
    if k == n_possible:
        return [
            f"{k} is the largest number of segments that can be compared, the chosen features "
            f"having only {n_possible + 1} distinct rows; more customers or features may show more."
        ]
    if k != tried.rows[-1].n_clusters:
        return []
    return [
        f"{k} is the largest number of segments that was tried, so more may be better still: "
        f"try a larger --k-max, such as --k-max {2 * k}."
    ]


def _method_sentences(sweep: selection.Sweep, n_rows: int) -> list[str]:
    sentences = [f"Formed segments by hierarchical clustering with {sweep.method} linkage."]
    if sweep.method == "kmeans":
        sentences = [f"Formed segments by k-means, the best of {RESTARTS} starts for each number."]
    if sweep.silhouette_sampled:
        sentences.append(
            f"Computed silhouettes of {sweep.silhouette_rows:,} of {n_rows:,} customers, drawn at "
            "random from every segment by the seed; the standard error of their mean is at most "
            f"{max(row.silhouette_error for row in sweep.rows):.4f}."
        )
    return sentences


def _span(tried: _Tried) -> str:
    """The range of k in words; empty if no k is in it."""
    if not tried.rows:
        return ""
    first, last = tried.rows[0].n_clusters, tried.rows[-1].n_clusters
    return f"{first} to {last}" if last > first else f"{first} alone"


def _range_of_k(n_distinct: int, n_segments: int | None, k_max: int) -> list[int]:
    if n_segments is not None and n_segments > n_distinct:
        raise SegmentError(
            f"{plural(n_segments, 'segment')} were requested, but the chosen features have only "
            f"{plural(n_distinct, 'distinct row')}; request at most that many"
        )
    ks = set(range(2, min(k_max, n_distinct - 1) + 1))
    if n_segments is not None:
        ks.add(n_segments)
    if not ks:
        raise SegmentError(
            f"the chosen features have only {plural(n_distinct, 'distinct row')}, too few to "
            "choose a number of segments; add customers or features, or pass -k"
        )
    return sorted(ks)


def _refuse_too_many_rows(n_rows: int, method: str) -> None:
    if method != "kmeans" and n_rows > HIERARCHICAL_LIMIT:
        pairs = n_rows * (n_rows - 1) // 2
        raise SegmentError(
            f"--method {method} compares all pairs of customers, and {n_rows:,} customers are "
            f"{pairs:,} pairs; its limit is {HIERARCHICAL_LIMIT:,} customers, use --method kmeans"
        )


def number_by_size(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Segments 1..k, largest first, ties to the one with the earliest row.

    Returns the segment of each row, and the segment of each label.
    """
    size = np.bincount(labels)
    first = np.full(len(size), len(labels))
    np.minimum.at(first, labels, np.arange(len(labels)))
    order = np.lexsort((first, -size))
    segment_of_label = np.empty(len(size), dtype=np.int64)
    segment_of_label[order] = np.arange(1, len(size) + 1)
    return segment_of_label[labels], segment_of_label
