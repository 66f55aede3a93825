"""Scalable k-means++, or k-means||: many rows are drawn in each of a few rounds, then thinned out.

B. Bahmani, B. Moseley, A. Vattani, R. Kumar, S. Vassilvitskii (2012), "Scalable k-means++",
PVLDB 5(7), doi 10.14778/2180912.2180915, algorithm 2.

k-means++ passes over the rows once per center, one pass after the other. Here five passes are
enough, each against a batch of rows as large as a search for 2k centers. Every drawn row gets the
weight of the rows that are nearest to it, and greedy k-means++ chooses k of them. It pays when k is
large or a pass over the rows is slow. The start is as good as that of k-means++, but another one.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_core.engine.aligned import aligned_empty
from kmeans_core.engine.jit import kernel
from kmeans_core.engine.simd import lane_count, load, load_like, minimum, select, splat_like, store
from kmeans_core.engine.threads import Workers
from kmeans_core.kmeans.data.packed_rows import Rows, panel_calls, screen_rows, with_blocks
from kmeans_core.kmeans.search.direct_form import empty_blocks, nearest_two_direct, pack_blocks
from kmeans_core.kmeans.seeding.draws import (
    default_local_trials,
    draws_needed,
    first_row,
    uniform_draws,
)
from kmeans_core.kmeans.seeding.seeds import greedy_indices

_ROUNDS = 5  # section 5 of the paper: more hardly lower the cost
_OVERSAMPLING = 2  # rows drawn per round, in multiples of k
_MOST_ROUNDS = 50  # where few rows are drawn at a time because few are distinct


def scalable_indices(rows: Rows, n_clusters: int, seed: int, workers: Workers) -> np.ndarray:
    """Rows chosen by k-means||, as indices of shape (n_clusters,).

    Parameters
    ----------
    rows : Rows
        Panels in the dtype of X, see `exact_rows`.
    n_clusters : int
    seed : int
        Of all draws.
    workers : Workers
        Share every pass.

    Notes
    -----
    O(n d k) time in all. Memory: 20 bytes per row in float64.
    """
    rng = np.random.RandomState(seed)
    weight = np.broadcast_to(rows.weight.astype(np.float64), rows.X.shape[:1])
    n_padded = rows.packed.shape[0] // rows.X.shape[1]
    closest = aligned_empty(n_padded, rows.X.dtype)
    closest[:] = np.inf
    nearest = np.zeros(n_padded, dtype=np.int32)
    chosen = np.array([first_row(weight, len(weight), rng.random_sample())])  # step 1
    _measure_batch(rows, chosen, 0, closest, nearest, workers)
    for round_ in range(_MOST_ROUNDS):  # steps 3-6
        share = weight * closest[: len(weight)]
        potential = float(share.sum())
        if potential == 0.0 or (round_ >= _ROUNDS and chosen.size >= n_clusters):
            break
        wanted = _OVERSAMPLING * n_clusters / potential
        batch = np.flatnonzero(rng.random_sample(len(weight)) < wanted * share)
        if batch.size:
            _measure_batch(rows, batch, chosen.size, closest, nearest, workers)
            chosen = np.concatenate([chosen, batch])
    chosen_weight = np.bincount(nearest[: len(weight)], weight, chosen.size)  # step 7
    return chosen[_thin_out(rows, chosen, chosen_weight, n_clusters, rng, workers)]


def _thin_out(
    rows: Rows, chosen: np.ndarray, weight: np.ndarray, n_clusters: int, rng: Any, workers: Workers
) -> np.ndarray:
    """Which of the chosen rows greedy k-means++ chooses, each with the weight given (step 8)."""
    few = with_blocks(screen_rows(rows.X[chosen], weight, rows.scale, workers), n_clusters)
    trials = default_local_trials(n_clusters)
    draws = uniform_draws(rng, draws_needed(n_clusters, trials))
    first = int(np.searchsorted(np.cumsum(weight / weight.sum()), draws[0], side="right"))
    draws = draws[1:].reshape(n_clusters - 1, trials)
    return greedy_indices(few, min(first, chosen.size - 1), draws, workers)


def _measure_batch(
    rows: Rows, batch: np.ndarray, first_number: int, closest: np.ndarray, nearest: np.ndarray,
    workers: Workers,
) -> None:  # fmt: skip
    """Measure every row to a batch of drawn rows, which are numbered from `first_number` on."""
    points = rows.X[batch] * rows.X.dtype.type(rows.scale)
    packed = empty_blocks(batch.size, rows.X.shape[1], rows.X.dtype)
    pack_blocks(points, np.zeros(rows.X.shape[1]), packed)

    def measure(start: int, stop: int) -> None:
        for panels in panel_calls(rows, batch.size, start, stop):
            _keep_nearest(rows, packed, first_number, *panels, closest, nearest)

    workers.run(measure, rows.n_blocks)


@kernel
def _keep_nearest(
    rows,  # IN  Rows
    packed_points,  # IN  the batch, as `pack_blocks` packs centers
    first_number,  # IN  number of its first row
    start,  # IN  first panel
    stop,  # IN
    closest,  # INOUT (n_panels * lanes,) squared distance to the nearest drawn row
    nearest,  # INOUT (n_panels * lanes,) int32: its number
):
    """Renew closest and nearest of the rows of these panels; a tie stays with the earlier row."""
    packed, lanes = rows.packed, lane_count(rows.packed)
    for panel in range(start, stop):
        distance, _, index = nearest_two_direct(packed, panel, packed_points)
        old = load(closest, panel * lanes)
        number = index + splat_like(np.int32(first_number), old)
        store(closest, panel * lanes, minimum(distance, old))
        kept = load_like(nearest, panel * lanes, old)
        store(nearest, panel * lanes, select(distance < old, number, kept))
