"""From a cut tree to labels: numbered by size, and given to new rows by what is nearest to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from kmeans_core.hierarchy.distances.nearest_points import nearest_points


class LabelledPoints(NamedTuple):
    """Points, and the label that a new row gets from the nearest one."""

    points: np.ndarray  # (n_points, n_features) float64
    labels: np.ndarray  # (n_points,) int64


def number_by_size(
    labels: np.ndarray, X: np.ndarray | None, weight: np.ndarray | None
) -> np.ndarray:
    """Labels renumbered: largest cluster first, then the one that holds the smallest row.

    Without `X`, the one that holds the earliest row comes first.
    """
    sizes = np.bincount(labels, weights=weight)
    order = np.arange(len(labels)) if X is None else np.lexsort(X.T[::-1])
    first = np.full(len(sizes), len(labels))
    np.minimum.at(first, labels[order], np.arange(len(labels)))
    rank = np.empty(len(sizes), dtype=np.int64)
    rank[np.lexsort((first, -sizes))] = np.arange(len(sizes))
    return rank[labels]


def members(rows: np.ndarray, labels: np.ndarray) -> LabelledPoints:
    """Every row, with its label."""
    return LabelledPoints(rows.copy(), labels)


def centroids(rows: np.ndarray, labels: np.ndarray, weight: np.ndarray | None) -> LabelledPoints:
    """The weighted mean of each cluster, with the cluster's label."""
    totals = np.bincount(labels, weights=weight)
    # Around one row of the data, so that means far from zero keep their digits.
    shifted = (rows - rows[0]) * (1.0 if weight is None else weight[:, None])
    sums = np.stack([np.bincount(labels, weights=column) for column in shifted.T], axis=1)
    return LabelledPoints(rows[0] + sums / totals[:, None], np.arange(len(totals)))


def nearest_labels(X: np.ndarray, known: LabelledPoints, metric: str | Callable) -> np.ndarray:
    """For each row of `X`, the label of the nearest point; the lowest index on ties."""
    return known.labels[nearest_points(X, known.points, metric)]
