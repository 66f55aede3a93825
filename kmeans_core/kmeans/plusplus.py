"""`kmeans_plusplus`: only the seeds of k-means, with scikit-learn's parameters and results."""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_core.engine.threads import Workers, usable_threads
from kmeans_core.kmeans.data.dataset import open_dataset
from kmeans_core.kmeans.data.memory import bytes_of_panels
from kmeans_core.kmeans.data.packed_rows import with_blocks
from kmeans_core.kmeans.data.sparse import dense_rows, open_rows
from kmeans_core.kmeans.seeding.draws import (
    default_local_trials,
    draws_needed,
    first_row,
    uniform_draws,
)
from kmeans_core.kmeans.seeding.seeds import greedy_indices
from kmeans_core.validation import (
    LARGEST,
    check_integer,
    check_n_clusters,
    check_random_state,
    check_sample_weight,
)


def kmeans_plusplus(
    X: Any,
    n_clusters: int,
    *,
    sample_weight: Any = None,
    x_squared_norms: Any = None,
    random_state: Any = None,
    n_local_trials: int | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Seeds for k-means by greedy k-means++: rows that lie far from each other.

    Parameters
    ----------
    X : array-like or sparse matrix of shape (n_samples, n_features)
    n_clusters : int
        Number of seeds, 1..n_samples.
    sample_weight : array-like of shape (n_samples,), optional
        Not negative, not all zero. A row is drawn in proportion to its weight.
    x_squared_norms : array-like of shape (n_samples,), optional
        Accepted for scikit-learn's sake, and not used: distances are computed in the direct form.
    random_state : None, int, RandomState or Generator
        The same int chooses the rows that scikit-learn chooses, ties excepted.
    n_local_trials : int, optional
        Candidates per step; default 2 + ln(n_clusters).

    Returns
    -------
    centers : ndarray of shape (n_clusters, n_features), dtype of X
    indices : ndarray of shape (n_clusters,), int64
        The rows chosen: ``centers == X[indices]``.

    Raises
    ------
    ValueError, TypeError
        `X` or a parameter is not usable.
    MemoryError
        `X` is sparse, and written out it cannot fit.

    Notes
    -----
    O(n k d log k) time, O(n) memory beside the rows packed in float32. Of candidates that leave the
    same potential the first is kept.

    References
    ----------
    D. Arthur, S. Vassilvitskii (2007), "k-means++: the advantages of careful seeding", SODA.
    """
    given = open_rows(X)
    k = check_n_clusters(n_clusters, given.shape[0])
    weight = check_sample_weight(sample_weight, given.shape[0], given.dtype)
    n_norms = given.shape[0] if x_squared_norms is None else np.size(x_squared_norms)
    if n_norms != given.shape[0]:
        raise ValueError(
            f"The length of x_squared_norms {n_norms} should be equal to the length of n_samples "
            f"{given.shape[0]}."
        )
    if n_local_trials is None:
        trials = default_local_trials(k)
    else:
        trials = check_integer(n_local_trials, "n_local_trials", low=1, high=LARGEST)
    rng = check_random_state(random_state)
    X = dense_rows(given, bytes_of_panels(given.shape, given.dtype))
    draws = uniform_draws(rng, draws_needed(k, trials))
    first = first_row(weight, X.shape[0], draws[0])
    with Workers(usable_threads()) as workers:
        rows = with_blocks(open_dataset(X, weight, workers).screen(workers), k)
        indices = greedy_indices(rows, first, draws[1:].reshape(k - 1, trials), workers)
    return X[indices], indices
