"""Cluster: how many segments there are, and which customer is in which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from kmeans_core import metrics, selection
from segment.clusters.choose import Trust, trust_of, vote_sentence
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
    trust: Trust | None  # None where there are too few distinct customers
    silhouettes: pd.DataFrame  # segment, silhouette: of all customers, or of a sample
    decisions: list[str]
    notices: list[str]  # decisions that the report shows at its top


class ClusterOptions(NamedTuple):
    """What the user decided about the clustering."""

    n_segments: int | None = None
    k_max: int = 10
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


def find_segments(X: np.ndarray, options: ClusterOptions = DEFAULTS) -> Clustering:
    """Cluster the rows of `X` for every k in the range, and let `selection.choose_k` choose.

    The range is 2..min(k_max, distinct rows - 1). If `n_segments` is given, it is chosen, and the
    range is still tried, for comparison. SegmentError where there are too few distinct rows, fewer
    than `n_segments`, or too many rows for a hierarchical method.
    """
    tried, n_segments = _try_range(X, options), options.n_segments
    if n_segments is None:
        k = tried.rows[0].n_clusters if tried.choice is None else tried.choice.n_clusters
        sentences, notices = _chosen(k, tried)
    else:
        k = n_segments
        sentences, notices = _as_requested(k, tried)
    decisions = [*_method_sentences(tried.sweep, len(X)), *sentences, *notices]
    return _clustering(X, tried, k, options, (decisions, notices))


def _try_range(X: np.ndarray, options: ClusterOptions) -> _Tried:
    """Clusterings into every k of the range, and into `n_segments`; see `find_segments`."""
    n_segments, k_max = options.n_segments, options.k_max
    n_distinct = len(np.unique(X, axis=0))
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
    sentences: tuple[list[str], list[str]],
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
        trust=None if choice is None else trust_of(choice, segment_of_label),
        silhouettes=_silhouettes(X, segments, options),
        decisions=sentences[0],
        notices=sentences[1],
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
    span, choice = _span(tried), tried.choice
    if tried.rows:
        sentences.append(f"Of {span}, {_elbow(tried.knee)}.")
    best = selection.plurality(choice.votes) if choice is not None and choice.votes else k
    if choice is not None and best != k:
        notices.append(
            f"{k} segments were requested; of {span}, {best} would have been chosen. "
            f"{vote_sentence(choice)}"
        )
    return sentences, notices


def _chosen(k: int, tried: _Tried) -> tuple[list[str], list[str]]:
    """Sentences and notices where the number of segments was chosen here."""
    choice, knee, n_possible = tried.choice, tried.knee, tried.n_distinct - 1
    silhouette = next(row.silhouette for row in tried.rows if row.n_clusters == k)
    sentences = [f"Chose {k} segments of {_span(tried)} (mean silhouette {silhouette:.3f})."]
    notices = []
    if choice is not None:
        sentences.append(vote_sentence(choice))
    if k == n_possible:
        notices.append(
            f"{k} is the largest number of segments that can be compared, the chosen features "
            f"having only {n_possible + 1} distinct rows; more customers or features may show more."
        )
    elif k == tried.rows[-1].n_clusters:
        notices.append(
            f"{k} is the largest number of segments that was tried, so more may be better still: "
            "try a larger --k-max."
        )
    if knee not in (None, k):
        notices.append(
            f"The vote chooses {k} segments, the elbow is at {knee}: the two disagree, so "
            f"look at {knee} segments as well (-k {knee})."
        )
        return sentences, notices
    agreed = f"{_elbow(knee)} too: the two agree" if knee else f"{_elbow(knee)}; the vote decides"
    return [*sentences, f"{agreed[0].upper()}{agreed[1:]}."], notices


def _elbow(knee: int | None) -> str:
    return "there is no clear elbow" if knee is None else f"the elbow is at {knee}"


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
