"""k-means||: many rows are drawn in each of a few rounds, then thinned out.

B. Bahmani, B. Moseley, A. Vattani, R. Kumar, S. Vassilvitskii (2012), "Scalable k-means++",
PVLDB 5(7), doi 10.14778/2180912.2180915, algorithm 2.

k-means++ goes over the rows once for every center, one after another; here five passes are enough,
each against a batch of rows as large as a search for 2k centers. Every row drawn gets the weight
of the rows that are nearest to it, and greedy k-means++ chooses k of them. It pays when k is large
or a pass over the rows is slow; the start is as good as that of k-means++, not the same.
"""

from __future__ import annotations

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

ROUNDS = 5  # section 5 of the paper: more hardly lower the cost
OVERSAMPLING = 2  # rows drawn in a round, in multiples of k
MOST_ROUNDS = 50  # where few rows are drawn at a time because few are distinct


def scalable_indices(rows: Rows, n_clusters: int, seed: int, workers: Workers) -> np.ndarray:
    """Rows chosen by k-means||, as indices of shape (n_clusters,).

    Parameters
    ----------
    rows : Rows
        Panels in the dtype of X.
    seed : int
        Of all draws.

    Notes
    -----
    O(n d k) time in all. Memory: 20 bytes a row in float64.
    """
    rng = np.random.RandomState(seed)
    n_samples = rows.X.shape[0]
    weight = rows.weight.astype(np.float64)
    if rows.weight_step == 0:
        weight = np.full(n_samples, weight[0])
    n_padded = rows.packed.shape[0] // rows.X.shape[1]
    closest = aligned_empty(n_padded, rows.X.dtype)
    closest[:] = np.inf
    nearest_seed = np.zeros(n_padded, dtype=np.int32)
    chosen = np.array([first_row(weight, n_samples, rng.random_sample())])  # step 1
    _own(rows, chosen, 0, closest, nearest_seed, workers)
    for number in range(MOST_ROUNDS):  # steps 3-6
        share = weight * closest[:n_samples]
        potential = float(share.sum())
        if potential == 0.0 or (number >= ROUNDS and chosen.size >= n_clusters):
            break
        wanted = OVERSAMPLING * n_clusters / potential
        batch = np.flatnonzero(rng.random_sample(n_samples) < wanted * share)
        if batch.size:
            _own(rows, batch, chosen.size, closest, nearest_seed, workers)
            chosen = np.concatenate([chosen, batch])
    cluster_weight = np.bincount(
        nearest_seed[:n_samples], weights=weight, minlength=chosen.size
    )  # step 7
    few = with_blocks(screen_rows(rows.X[chosen], cluster_weight, rows.scale, workers), n_clusters)
    trials = default_local_trials(n_clusters)
    draws = uniform_draws(rng, draws_needed(n_clusters, trials))
    first = int(
        np.searchsorted(np.cumsum(cluster_weight / cluster_weight.sum()), draws[0], side="right")
    )
    draws = draws[1:].reshape(n_clusters - 1, trials)
    return chosen[greedy_indices(few, min(first, chosen.size - 1), draws, workers)]


def _own(
    rows: Rows, batch: np.ndarray, first_number: int, closest: np.ndarray, nearest_seed: np.ndarray,
    workers: Workers,
) -> None:  # fmt: skip
    """Let the rows of a batch, numbered from `first_number`, own what is nearer to them."""
    points = rows.X[batch] * rows.X.dtype.type(rows.scale)
    packed = empty_blocks(batch.size, rows.X.shape[1], rows.X.dtype)
    pack_blocks(points, np.zeros(rows.X.shape[1]), packed)

    def own(start: int, stop: int) -> None:
        for first_panel, last_panel in panel_calls(rows, batch.size, start, stop):
            own_nearest(rows, packed, first_number, first_panel, last_panel, closest, nearest_seed)

    workers.run(own, rows.n_blocks)


@kernel
def own_nearest(
    rows,  # IN  Rows
    packed_points,  # IN  a batch of points, as `pack_blocks` packs centers
    first_number,  # IN  number of the first of them
    first,  # IN  first panel
    last,  # IN  panel after the last
    closest,  # INOUT (n_panels * lanes,): squared distance to the nearest point so far
    nearest_seed,  # INOUT (n_panels * lanes,) int32: its number
):
    """Writes closest and nearest_seed of the rows of these panels."""
    packed = rows.packed
    lanes = lane_count(packed)
    for panel in range(first, last):
        distance, _, index = nearest_two_direct(packed, panel, packed_points)
        old = load(closest, panel * lanes)
        own = load_like(nearest_seed, panel * lanes, old)
        store(closest, panel * lanes, minimum(distance, old))
        number = index + splat_like(np.int32(first_number), old)
        store(nearest_seed, panel * lanes, select(distance < old, number, own))
