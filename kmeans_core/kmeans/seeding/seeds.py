"""Seeds by greedy k-means++: which of its two versions chooses them, and on how many threads.

`greedy.py` computes every distance, `greedy_pruned.py` few of them. They choose the same rows,
exact ties of two candidates excepted.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kmeans_core.engine.short_calls import short_calls
from kmeans_core.engine.threads import Workers
from kmeans_core.kmeans import strategy
from kmeans_core.kmeans.data.float64_panels import Float64Panels, float64_panels
from kmeans_core.kmeans.data.packed_rows import Rows
from kmeans_core.kmeans.seeding import greedy, greedy_pruned
from kmeans_core.kmeans.seeding.greedy import GreedySeeds
from kmeans_core.kmeans.seeding.greedy_pruned import PrunedSeeds

Seeds = PrunedSeeds | GreedySeeds


def greedy_indices(
    rows: Rows, first: int, draws: np.ndarray, workers: Workers, seeds: Seeds | None = None
) -> np.ndarray:
    """Rows chosen by greedy k-means++, as indices of shape (n_clusters,).

    Parameters
    ----------
    rows : Rows
        Packed for the search, see `screen_rows`.
    first : int
        The first row.
    draws : ndarray of shape (n_clusters - 1, n_local_trials), uniform in [0, 1)
    workers : Workers
        Share the steps of a large table.
    seeds : Seeds, optional
        Memory of an earlier call for the same numbers of rows, clusters and trials. The indices
        that it returned are overwritten.

    Notes
    -----
    O(n d) time per step and candidate without pruning. Memory: 16 bytes per row, and a quarter of a
    byte per row and candidate; for a small table 16 bytes per row and 8 per number.
    """
    if seeds is None:
        n_more, n_trials = draws.shape
        prunes = strategy.must_prune_seeding(rows.X.shape, n_trials)
        seeds = new_seeds(rows, n_more + 1, n_trials, None if prunes else float64_panels(rows))
    if isinstance(seeds, GreedySeeds):
        _in_short_calls(greedy.greedy_steps, rows, seeds, first, draws)
    elif _on_one_thread(rows, seeds, draws):
        _in_short_calls(greedy_pruned.greedy_steps, rows, seeds, first, draws)
    else:
        greedy_pruned.greedy_steps_threaded(rows, seeds, first, draws, workers)
    return seeds.indices


def new_seeds(rows: Rows, n_clusters: int, n_trials: int, panels: Float64Panels | None) -> Seeds:
    """Memory for `greedy.py` where panels of float64 are given, else for `greedy_pruned.py`."""
    if panels is not None:
        return greedy.new_seeds(panels, n_clusters, n_trials)
    return greedy_pruned.new_seeds(rows, n_clusters, n_trials)


def _on_one_thread(rows: Rows, seeds: Seeds, draws: np.ndarray) -> bool:
    """Whether one thread takes all steps."""
    return isinstance(seeds, GreedySeeds) or not strategy.must_share_step(
        rows.X.size, draws.shape[1]
    )


def _in_short_calls(
    steps: Callable[..., None], rows: Rows, seeds: Seeds, first: int, draws: np.ndarray
) -> None:
    """Take all steps, in compiled calls short enough for Ctrl-C."""
    flops = strategy.flops_per_step(rows.X.size, draws.shape[1])
    ns_per_step = strategy.NS_PER_SEEDING_FLOP * flops
    for start, stop in short_calls(0, draws.shape[0] + 1, ns_per_step):
        steps(rows, seeds, first, draws, start, stop)
