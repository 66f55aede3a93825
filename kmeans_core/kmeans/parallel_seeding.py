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

from kmeans_core.engine.blocks import Workers
from kmeans_core.engine.jit import kernel
from kmeans_core.engine.simd import lane_count, load, load_like, minimum, select, splat_like, store
from kmeans_core.kmeans import seeding
from kmeans_core.kmeans.differences import by_differences, empty_blocks, pack_blocks
from kmeans_core.kmeans.draws import default_local_trials, draws_needed, first_row, uniform_draws
from kmeans_core.kmeans.iteration import in_short_calls
from kmeans_core.kmeans.panels import (
    Rows,
    aligned_empty,
    sieve_rows,
    with_blocks,
)

ROUNDS = 5  # section 5 of the paper: more hardly lower the cost
OVERSAMPLING = 2  # rows drawn in a round, in multiples of k
MOST_ROUNDS = 50  # where few rows are drawn at a time because few are distinct


def parallel_indices(rows: Rows, n_clusters: int, seed: int, workers: Workers) -> np.ndarray:
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
    owner = np.zeros(n_padded, dtype=np.int32)
    chosen = np.array([first_row(weight, n_samples, rng.random_sample())])  # step 1
    _own(rows, chosen, 0, closest, owner, workers)
    for number in range(MOST_ROUNDS):  # steps 3-6
        share = weight * closest[:n_samples]
        potential = float(share.sum())
        if potential == 0.0 or (number >= ROUNDS and chosen.size >= n_clusters):
            break
        wanted = OVERSAMPLING * n_clusters / potential
        batch = np.flatnonzero(rng.random_sample(n_samples) < wanted * share)
        if batch.size:
            _own(rows, batch, chosen.size, closest, owner, workers)
            chosen = np.concatenate([chosen, batch])
    mass = np.bincount(owner[:n_samples], weights=weight, minlength=chosen.size)  # step 7
    few = with_blocks(sieve_rows(rows.X[chosen], mass, rows.scale, workers), n_clusters)
    trials = default_local_trials(n_clusters)
    draws = uniform_draws(rng, draws_needed(n_clusters, trials))
    first = int(np.searchsorted(np.cumsum(mass / mass.sum()), draws[0], side="right"))
    draws = draws[1:].reshape(n_clusters - 1, trials)
    return chosen[seeding.greedy_indices(few, min(first, chosen.size - 1), draws, workers)]


def _own(
    rows: Rows, batch: np.ndarray, first_number: int, closest: np.ndarray, owner: np.ndarray,
    workers: Workers,
) -> None:  # fmt: skip
    """Let the rows of a batch, numbered from `first_number`, own what is nearer to them."""
    points = rows.X[batch] * rows.X.dtype.type(rows.scale)
    packed = empty_blocks(batch.size, rows.X.shape[1], rows.X.dtype)
    pack_blocks(points, np.zeros(rows.X.shape[1]), packed)

    def own(first: int, last: int) -> None:
        own_nearest(rows, packed, first_number, first, last, closest, owner)

    workers.run(in_short_calls(rows, batch.size, own), rows.n_blocks)


@kernel
def own_nearest(
    rows,  # IN  Rows
    packed_points,  # IN  a batch of points, as `pack_blocks` packs centers
    first_number,  # IN  number of the first of them
    first,  # IN  first panel
    last,  # IN  panel after the last
    closest,  # INOUT (n_panels * lanes,): squared distance to the nearest point so far
    owner,  # INOUT (n_panels * lanes,) int32: its number
):
    """Writes closest and owner of the rows of these panels."""
    packed = rows.packed
    lanes = lane_count(packed)
    for panel in range(first, last):
        distance, _, index = by_differences(packed, panel, packed_points)
        old = load(closest, panel * lanes)
        own = load_like(owner, panel * lanes, old)
        store(closest, panel * lanes, minimum(distance, old))
        number = index + splat_like(np.int32(first_number), old)
        store(owner, panel * lanes, select(distance < old, number, own))
