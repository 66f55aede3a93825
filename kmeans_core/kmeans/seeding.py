"""Which of the two ways of greedy k-means++ chooses the seeds, and on how many threads.

`small_seeding.py` measures every distance, `bounded_seeding.py` few of them. The rows they choose
are the same, ties excepted.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kmeans_core.engine.blocks import Workers
from kmeans_core.kmeans import bounded_seeding, small_seeding
from kmeans_core.kmeans.bounded_seeding import BoundedSeeds
from kmeans_core.kmeans.panels import Rows
from kmeans_core.kmeans.small_seeding import SmallSeeds, Wide

Seeds = BoundedSeeds | SmallSeeds

STEP_FLOPS_TO_SHARE = 4e6  # of a step: below, one thread does all steps
STEP_FLOPS_A_CALL = 2e8  # of a compiled call: below 0.1 s, so that Ctrl-C is heard


def greedy_indices(
    rows: Rows, first: int, draws: np.ndarray, workers: Workers, seeds: Seeds | None = None
) -> np.ndarray:
    """Rows chosen by greedy k-means++.

    Parameters
    ----------
    rows : Rows
        Packed for the search, see `sieve_rows`.
    first : int
        The first row.
    draws : ndarray of shape (n_clusters - 1, n_local_trials), uniform in [0, 1)
    seeds : Seeds, optional
        Those of an earlier call for as many rows, clusters and trials, to be used again. The rows
        that it returned are written over.

    Notes
    -----
    O(n d) time a step and candidate without pruning. Memory: 16 bytes a row, and a quarter of a
    byte a row and candidate; in a small table 16 bytes a row and 8 a number.
    """
    if seeds is None:
        n_more, n_trials = draws.shape
        seeds = new_seeds(rows, n_more + 1, n_trials, wide_if_small(rows, n_trials))
    if isinstance(seeds, SmallSeeds):
        _in_short_calls(small_seeding.greedy_steps, rows, seeds, first, draws)
    elif on_one_thread(rows, seeds, draws):
        _in_short_calls(bounded_seeding.greedy_steps, rows, seeds, first, draws)
    else:
        bounded_seeding.greedy_steps_threaded(rows, seeds, first, draws, workers)
    return seeds.indices


def wide_if_small(rows: Rows, n_trials: int) -> Wide | None:
    """The table packed for `small_seeding.py`, where that suits it: the choice between the ways."""
    suits = small_seeding.suits(rows.X.shape, n_trials)
    return small_seeding.wide_panels(rows) if suits else None


def new_seeds(rows: Rows, n_clusters: int, n_trials: int, wide: Wide | None) -> Seeds:
    """Memory for the way that `wide_if_small` says; the first step sets what has to be set."""
    if wide is not None:
        return small_seeding.new_seeds(wide, n_clusters, n_trials)
    return bounded_seeding.new_seeds(rows, n_clusters, n_trials)


def on_one_thread(rows: Rows, seeds: Seeds, draws: np.ndarray) -> bool:
    """Whether one thread does all steps."""
    return isinstance(seeds, SmallSeeds) or flops_of_step(rows, draws) < STEP_FLOPS_TO_SHARE


def flops_of_step(rows: Rows, draws: np.ndarray) -> float:
    """With every distance."""
    return 2.0 * rows.X.size * draws.shape[1]


def _in_short_calls(
    steps: Callable[..., None], rows: Rows, seeds: Seeds, first: int, draws: np.ndarray
) -> None:
    """All steps, in calls of at most STEP_FLOPS_A_CALL."""
    at_a_time = max(1, int(STEP_FLOPS_A_CALL / flops_of_step(rows, draws)))
    for begin in range(0, draws.shape[0] + 1, at_a_time):
        steps(rows, seeds, first, draws, begin, min(begin + at_a_time, draws.shape[0] + 1))
