"""A whole fit on packed rows: starts, restarts, the best of them.

`KMeans.fit` and the sweep over k in `kmeans_core.selection` both come through here, so for the
same k and seed they give the same bits. Everything random is drawn before anything is computed,
in scikit-learn's order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from kmeans_core.engine.blocks import Workers
from kmeans_core.engine.jit import kernel
from kmeans_core.engine.simd import broadcast, lane_count, lanes_of, load, load_like, store, widen
from kmeans_core.kmeans import seeding
from kmeans_core.kmeans.hamerly import Hamerly
from kmeans_core.kmeans.iteration import SMALL_FLOPS, Limits, Lloyd, Result, run_from, unscaled
from kmeans_core.kmeans.panels import (
    Rows,
    aligned_zeros,
    magnitude,
    pack_rows,
    panel_weight,
    power_of_two_scale,
    with_blocks,
)

ALGORITHMS: dict[str, Callable] = {"auto": Lloyd, "lloyd": Lloyd, "hamerly": Hamerly}


class Settings(NamedTuple):
    """The parameters of KMeans that a fit needs, checked."""

    n_clusters: int
    init: Any  # 'k-means++', 'random', an array or a callable that returns checked centers
    n_init: int
    max_iter: int
    tol: float
    algorithm: str
    verbose: bool


class Start(NamedTuple):
    """Where a run begins: given centers, or the draws of greedy k-means++."""

    centers: np.ndarray | None
    first: int
    draws: np.ndarray | None


def prepare(X: np.ndarray, weight: np.ndarray | None, workers: Workers) -> Rows:
    """Pack a checked matrix; what all restarts and all k of a sweep share."""
    scale = power_of_two_scale(magnitude(X, workers), X.dtype)
    return pack_rows(X, weight, scale, workers)


def fit_rows(rows: Rows, settings: Settings, rng: Any, workers: Workers) -> Result:
    """The best of `n_init` runs, by inertia; the first of equals."""
    rows = with_blocks(rows, settings.n_clusters)
    starts = [draw_start(rows, settings, rng) for _ in range(settings.n_init)]
    tol = settings.tol * mean_variance(rows, workers) if settings.tol > 0.0 else 0.0
    limits = Limits(settings.max_iter, tol)
    results: list[Result | None] = [None] * len(starts)

    def run(number: int, its_workers: Workers) -> None:
        centers = initial_centers(rows, starts[number], its_workers)
        algorithm = ALGORITHMS[settings.algorithm]
        results[number] = run_from(rows, centers, limits, algorithm, its_workers, settings.verbose)

    if len(starts) > 1 and 2.0 * rows.X.size * settings.n_clusters < SMALL_FLOPS:
        # A small table: a run a thread. A large one: all threads on each run.
        def some(first: int, last: int) -> None:
            for number in range(first, last):
                run(number, Workers(1))

        workers.run(some, len(starts))
    else:
        for number in range(len(starts)):
            run(number, workers)
    best = results[0]
    assert best is not None
    for result in results[1:]:
        assert result is not None
        if result.inertia < best.inertia and not same_partition(
            result.labels, best.labels, np.full(settings.n_clusters, -1, dtype=np.int32)
        ):
            best = result
    return best._replace(inertia=unscaled(best.inertia, rows))


def draw_start(rows: Rows, settings: Settings, rng: Any) -> Start:
    """Make the random draws of one start. An array or a callable draws nothing here."""
    X, k, init = rows.X, settings.n_clusters, settings.init
    weight = rows.weight if rows.weight_step or X.shape[0] == 1 else None
    if isinstance(init, np.ndarray):
        return Start(init, 0, None)
    if callable(init):
        return Start(init(X, k, rng), 0, None)
    if init == "random":
        return Start(X[seeding.random_indices(weight, X.shape[0], k, rng)], 0, None)
    trials = seeding.default_local_trials(k)
    draws = seeding.uniform_draws(rng, seeding.draws_needed(k, trials))
    first = seeding.first_row(weight, X.shape[0], draws[0])
    return Start(None, first, draws[1:].reshape(k - 1, trials))


def initial_centers(rows: Rows, start: Start, workers: Workers) -> np.ndarray:
    """The centers that a run begins with, in the caller's units."""
    if start.centers is not None:
        return start.centers
    assert start.draws is not None
    return rows.X[seeding.greedy_indices(rows, start.first, start.draws, workers)]


@kernel
def same_partition(
    labels,  # IN  (n_samples,) int32
    others,  # IN  (n_samples,) int32
    partner,  # scratch (n_clusters,) int32, all -1
):
    """True if the two labellings differ at most in the numbers of the clusters."""
    for i in range(labels.shape[0]):
        if partner[labels[i]] == -1:
            partner[labels[i]] = others[i]
        elif partner[labels[i]] != others[i]:
            return False
    return True


def mean_variance(rows: Rows, workers: Workers) -> float:
    """Weighted variance of the features, averaged over them, in units of the scaled rows.

    Values are taken relative to the first row: far from the origin, the mean of squares minus the
    square of the mean would lose all digits.
    """
    n_features, lanes = rows.X.shape[1], lanes_of(rows.X.dtype)
    moments = aligned_zeros((rows.n_blocks, 2, n_features, lanes))
    mass = np.zeros(rows.n_blocks)
    pivot = rows.X[0] * rows.X.dtype.type(rows.scale)
    workers.run(lambda a, b: add_moments(rows, pivot, a, b, moments, mass), rows.n_blocks)
    total, sums = mass.sum(), moments.sum(axis=(0, 3))
    return float(np.mean(np.maximum(sums[1] / total - (sums[0] / total) ** 2, 0.0)))


@kernel
def add_moments(
    rows,  # IN  Rows
    pivot,  # IN  (n_features,)
    first,  # IN  first block
    last,  # IN  block after the last
    moments,  # INOUT (n_blocks, 2, n_features, lanes) float64: sums of x - pivot and its square
    mass,  # OUT (n_blocks,) float64
):
    """Writes moments and mass of these blocks."""
    packed, weight, step = rows.packed, rows.weight, rows.weight_step
    lanes, n_samples, n_features = lane_count(packed), rows.X.shape[0], rows.X.shape[1]
    n_panels = packed.shape[0] // (lanes * n_features)
    for block in range(first, last):
        base, total = block * 2 * n_features * lanes, 0.0
        for panel in range(
            block * rows.block_panels, min((block + 1) * rows.block_panels, n_panels)
        ):
            like = load(packed, panel * n_features * lanes)
            w = panel_weight(weight, step, panel, lanes, n_samples, like)
            for lane in range(lanes):
                total += w[lane]
            for f in range(n_features):
                x = load(packed, (panel * n_features + f) * lanes)
                shifted = widen(x - broadcast(pivot, f))
                one, two = base + f * lanes, base + (n_features + f) * lanes
                weighted = w * shifted
                store(moments, one, load_like(moments, one, x) + weighted)
                store(moments, two, load_like(moments, two, x) + weighted * shifted)
        mass[block] = total
