"""Rows sorted by label: the layout that silhouette and Dunn run on.

All rows of a cluster lie side by side, so that a sum, a minimum or a maximum over a cluster is
a loop over one contiguous stretch, and a feature of all rows is contiguous too, so that the
distances from one row to all others are computed several at a time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.jit import device


class GroupedRows(NamedTuple):
    """The rows of a table, sorted by label.

    columns : ndarray of float64, shape (n_features, n_samples), the sorted rows, transposed
    starts : ndarray of int64, shape (n_labels + 1,); cluster c is columns[:, starts[c]:starts[c+1]]
    order : ndarray of int64, shape (n_samples,); sorted row i is row order[i] of the table
    """

    columns: np.ndarray
    starts: np.ndarray
    order: np.ndarray


def group_rows(X: np.ndarray, codes: np.ndarray, n_labels: int) -> GroupedRows:
    """Sort rows by label; rows of one label keep their order. One float64 copy of `X`."""
    order = np.argsort(codes, kind="stable")
    sizes = np.bincount(codes, minlength=n_labels)
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    columns = np.ascontiguousarray(X[order].T, dtype=np.float64)
    return GroupedRows(columns, starts, order)


@device
def squared_distances(
    columns,  # IN  (n_features, n_samples)
    i,  # IN  the row to measure from
    first,  # IN  the first row to measure to
    out,  # OUT (n_samples,), written from `first` on
):
    """Write the squared Euclidean distance from row `i` to every row from `first` on."""
    n_features, n_samples = columns.shape
    for j in range(first, n_samples):
        out[j] = 0.0
    for f in range(n_features):
        x = columns[f, i]
        for j in range(first, n_samples):
            difference = columns[f, j] - x
            out[j] += difference * difference
