"""Which clusters of two labellings correspond?

Cluster numbers are arbitrary: two runs that find the same clusters may number them differently. The
best pairing is an assignment problem on the table of common rows.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from kmeans_core.engine.jit import kernel
from kmeans_core.metrics.contingency import contingency


class Matching(NamedTuple):
    """Pairs of clusters, one from each labelling, each cluster in at most one pair."""

    pairs: list[tuple[Any, Any]]  # (label_true, label_pred), in the order of label_true
    n_common: int  # rows whose two labels are a pair
    share: float  # the same as a share of all rows


def match_labels(labels_true: Any, labels_pred: Any, *, sample_weight: Any = None) -> Matching:
    """Pair the clusters of two labellings so that the most rows are in paired clusters.

    Parameters
    ----------
    labels_true, labels_pred : array-like of shape (n_samples,)
        Any labels.
    sample_weight : array-like of whole numbers, shape (n_samples,), optional

    Returns
    -------
    Matching
        min(k, l) pairs for k and l clusters. A pair may have no common row. Of several best
        pairings, always the same one is returned.

    Raises
    ------
    ValueError
        Not one-dimensional, of different lengths, with a NaN; weights that are not whole.

    Notes
    -----
    O(n log n + k^2 l) time, O(n + k l) memory for k <= l clusters: shortest augmenting paths.
    The share is not adjusted for chance: two random halvings agree on half of the rows.

    References
    ----------
    Kuhn 1955, "The Hungarian method for the assignment problem", doi 10.1002/nav.3800020109;
    Jonker and Volgenant 1987, doi 10.1007/BF02278710, without their initialisation.
    """
    table = contingency(labels_true, labels_pred, sample_weight)
    common = np.zeros((len(table.first_names), len(table.second_names)), dtype=np.int64)
    common[table.first, table.second] = table.counts
    rows, columns = assign(-common)
    n_common = int(common[rows, columns].sum())
    names = zip(table.first_names[rows].tolist(), table.second_names[columns].tolist(), strict=True)
    share = n_common / table.n_samples if table.n_samples else 1.0
    return Matching(list(names), n_common, share)


def assign(cost: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """min(shape) pairs of a row and a column, each in one pair at most, of smallest total cost.

    Returns the rows in rising order, and their columns.
    """
    if cost.shape[0] > cost.shape[1]:
        columns, rows = assign(cost.T)
        order = np.argsort(rows)
        return rows[order], columns[order]
    n_rows, n_columns = cost.shape
    row_of = np.full(n_columns + 1, -1, dtype=np.int64)
    if n_rows:
        search = _Search(
            row_potential=np.zeros(n_rows),
            column_potential=np.zeros(n_columns + 1),
            distance=np.empty(n_columns + 1),
            previous=np.empty(n_columns + 1, dtype=np.int64),
            reached=np.empty(n_columns + 1, dtype=np.bool_),
        )
        _augment(np.ascontiguousarray(cost, dtype=np.float64), row_of, search)
    columns = np.flatnonzero(row_of[:n_columns] >= 0)
    order = np.argsort(row_of[columns])
    return row_of[columns][order], columns[order]


class _Search(NamedTuple):
    """Potentials, zeros at first, and the shortest paths from one row."""

    row_potential: np.ndarray  # (n_rows,)
    column_potential: np.ndarray  # (n_columns + 1,)
    distance: np.ndarray  # WORK (n_columns + 1,)
    previous: np.ndarray  # WORK (n_columns + 1,): the column before this one on its path
    reached: np.ndarray  # WORK (n_columns + 1,)


@kernel
def _augment(
    cost,  # IN  (n_rows, n_columns), n_rows <= n_columns
    row_of,  # INOUT (n_columns + 1,), -1 on entry: the row that has a column
    search,  # WORK _Search
):
    """Gives each row in turn a column, along the shortest path of exchanges. Writes row_of.

    Before and after every row, cost[i, j] >= row_potential[i] + column_potential[j], with equality
    for pairs: so the pairs so far are the cheapest ones. A path begins at the extra column.
    """
    row_potential, column_potential = search.row_potential, search.column_potential
    distance, previous, reached = search.distance, search.previous, search.reached
    n_rows, n_columns = cost.shape
    for row in range(n_rows):
        for j in range(n_columns + 1):
            distance[j], reached[j], previous[j] = np.inf, False, n_columns
        row_of[n_columns] = row
        column = n_columns
        while row_of[column] >= 0:
            reached[column] = True
            i, nearest, following = row_of[column], np.inf, n_columns
            for j in range(n_columns):
                if not reached[j]:
                    reduced = cost[i, j] - row_potential[i] - column_potential[j]
                    if reduced < distance[j]:
                        distance[j], previous[j] = reduced, column
                    if distance[j] < nearest:
                        nearest, following = distance[j], j
            for j in range(n_columns + 1):
                if reached[j]:
                    row_potential[row_of[j]] += nearest
                    column_potential[j] -= nearest
                else:
                    distance[j] -= nearest
            column = following
        while column != n_columns:  # back along the path, each column takes the row before it
            row_of[column] = row_of[previous[column]]
            column = previous[column]
        row_of[n_columns] = -1
