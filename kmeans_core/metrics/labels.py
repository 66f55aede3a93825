"""Labels in, codes out: what every metric asks of a labelling before it starts."""

from __future__ import annotations

from typing import Any

import numpy as np


def check_labels(labels: Any, n_samples: int, name: str = "labels") -> tuple[np.ndarray, int]:
    """Any labels (numbers, text, truth values) as codes 0..n_labels-1, in sorted order.

    Returns
    -------
    codes : ndarray of int64, shape (n_samples,)
    n_labels : int

    Raises
    ------
    ValueError
        Not one-dimensional, of another length, or with a NaN.

    Notes
    -----
    O(n log n) time, O(n) memory.
    """
    array = np.asarray(labels)
    if array.ndim != 1:
        raise ValueError(f"{name} must be 1D: shape is {array.shape!r}.")
    if array.shape[0] != n_samples:
        raise ValueError(
            f"Found input variables with inconsistent numbers of samples: "
            f"[{n_samples}, {array.shape[0]}]: {name} needs one label a row."
        )
    if array.dtype.kind == "f" and np.isnan(array).any():
        row = int(np.argmax(np.isnan(array)))
        raise ValueError(f"Input {name} contains NaN (first at row {row}).")
    try:
        values, codes = np.unique(array, return_inverse=True)
    except TypeError:
        raise ValueError(
            f"{name} mixes types that cannot be ordered, such as text and None."
        ) from None
    return codes.astype(np.int64, copy=False).reshape(-1), len(values)


def check_number_of_labels(n_labels: int, n_samples: int) -> None:
    """ValueError unless 2 <= n_labels <= n_samples - 1.

    With one cluster there is no other cluster to compare with; where every row is a cluster of
    its own, there is no distance within one.
    """
    if not 1 < n_labels < n_samples:
        why = (
            "one cluster has no other to be compared with"
            if n_labels < 2
            else "as many clusters as rows leave no distance within a cluster"
        )
        raise ValueError(
            f"Number of labels is {n_labels}. Valid values are 2 to n_samples - 1 (inclusive), "
            f"here 2 to {n_samples - 1}: {why}."
        )
