"""The contingency table of two labellings: how many rows have each pair of labels."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from kmeans_core.metrics.labels import code_labels, label_array
from kmeans_core.validation import check_sample_weight

CELLS_PER_ROW = 4  # up to this a table of all cells is counted; beyond, the rows are sorted


class Contingency(NamedTuple):
    """The cells that have a row, and the sizes of the clusters, in int64."""

    counts: np.ndarray  # (n_cells,) rows per cell; empty cells are left out
    first: np.ndarray  # (n_cells,) cluster of the first labelling
    second: np.ndarray  # (n_cells,) cluster of the second
    first_sizes: np.ndarray  # (n_first,)
    second_sizes: np.ndarray  # (n_second,)
    first_names: np.ndarray  # (n_first,) the labels themselves, sorted
    second_names: np.ndarray  # (n_second,)
    n_samples: int


def contingency(labels_true: Any, labels_pred: Any, sample_weight: Any = None) -> Contingency:
    """Count rows by pair of labels. O(n log n) time, O(n) memory.

    Raises
    ------
    ValueError
        Not one-dimensional, of different lengths, with a NaN; weights that are not whole numbers
        (agreement counts rows and pairs of rows).
    """
    array = label_array(labels_true, "labels_true")
    n_samples = len(array) if array.ndim else 0
    first_names, first = code_labels(array, n_samples, "labels_true")
    second_names, second = code_labels(labels_pred, n_samples, "labels_pred")
    cells = first * max(1, len(second_names)) + second
    weight = _whole_weights(sample_weight, n_samples)
    if weight is not None:
        kept = weight > 0
        cells, weight = cells[kept], weight[kept]
    used, count = _count(cells, weight, len(first_names) * len(second_names))
    rows, columns = np.divmod(used, max(1, len(second_names)))
    return Contingency(
        counts=count,
        first=rows,
        second=columns,
        first_sizes=_sums(rows, count, len(first_names)),
        second_sizes=_sums(columns, count, len(second_names)),
        first_names=first_names,
        second_names=second_names,
        n_samples=int(count.sum()),
    )


def _count(
    cells: np.ndarray, weight: np.ndarray | None, n_cells: int
) -> tuple[np.ndarray, np.ndarray]:
    """The cells that have rows, in rising order, and their numbers of rows."""
    if n_cells <= CELLS_PER_ROW * len(cells):
        count = _sums(cells, weight, n_cells)
        used = np.flatnonzero(count)
        return used, count[used]
    used, inverse = np.unique(cells, return_inverse=True)
    return used, _sums(inverse.reshape(-1), weight, len(used))


def _sums(index: np.ndarray, values: np.ndarray | None, n_sums: int) -> np.ndarray:
    """Whole numbers (None: ones) added up by index; exact up to 2^53, as sums in float64."""
    return np.bincount(index, values, n_sums).astype(np.int64)


def _whole_weights(sample_weight: Any, n_samples: int) -> np.ndarray | None:
    weight = check_sample_weight(sample_weight, n_samples, np.float64)
    if weight is None:
        return None
    if (weight != np.floor(weight)).any():
        row = int(np.argmax(weight != np.floor(weight)))
        raise ValueError(
            f"sample_weight must be whole numbers here, got {weight[row]} at row {row}: agreement "
            "counts rows and pairs of rows."
        )
    return weight.astype(np.int64)
