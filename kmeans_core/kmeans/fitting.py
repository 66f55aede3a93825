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

ALGORITHMS: dict[str, Callable] = {"auto": Lloyd, "lloyd": Lloyd}


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


class Plan(NamedTuple):
    """A fit whose random draws are made: what is left can be done in any order."""

    rows: Rows
    settings: Settings
    starts: list[Start]
    limits: Limits


def fit_rows(rows: Rows, settings: Settings, rng: Any, workers: Workers) -> Result:
    """The best of `n_init` runs, by inertia; the first of equals."""
    return fit_plans([plan_fit(rows, settings, rng, workers)], workers)[0]


def plan_fit(rows: Rows, settings: Settings, rng: Any, workers: Workers) -> Plan:
    """Make every random draw of a fit."""
    rows = with_blocks(rows, settings.n_clusters)
    starts = [draw_start(rows, settings, rng) for _ in range(settings.n_init)]
    tol = settings.tol * mean_variance(rows, workers) if settings.tol > 0.0 else 0.0
    return Plan(rows, settings, starts, Limits(settings.max_iter, tol))


def fit_plans(plans: list[Plan], workers: Workers) -> list[Result]:
    """Run every start of every plan and keep the best of each plan.

    Small tables: a run a thread. Large ones: all threads on each run.
    """
    results: list[list] = [[None] * len(plan.starts) for plan in plans]
    small = []
    for place, plan in enumerate(plans):
        flops = 2.0 * plan.rows.X.size * plan.settings.n_clusters
        for number in range(len(plan.starts)):
            if flops < SMALL_FLOPS:
                small.append((place, number))
            else:
                results[place][number] = run_start(plan, number, workers)

    def some(first: int, last: int) -> None:
        for place, number in small[first:last]:
            results[place][number] = run_start(plans[place], number, Workers(1))

    if small:
        small.reverse()  # most clusters first, so that the last runs are short ones
        workers.run(some, len(small))
    return [best_of(plan, found) for plan, found in zip(plans, results, strict=True)]


def run_start(plan: Plan, number: int, workers: Workers) -> Result:
    """The run from one start of a plan."""
    rows, settings = plan.rows, plan.settings
    centers = initial_centers(rows, plan.starts[number], workers)
    algorithm = ALGORITHMS[settings.algorithm]
    return run_from(rows, centers, plan.limits, algorithm, workers, settings.verbose)


def best_of(plan: Plan, results: list[Result]) -> Result:
    """The run of lowest inertia, the first of equals; as in scikit-learn, not the same partition
    again for the sake of the last digits.
    """
    best = results[0]
    for result in results[1:]:
        if result.inertia < best.inertia and not same_partition(
            result.labels,
            best.labels,
            np.full(plan.settings.n_clusters, -1, dtype=np.int32),
        ):
            best = result
    return best._replace(inertia=unscaled(best.inertia, plan.rows))


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
