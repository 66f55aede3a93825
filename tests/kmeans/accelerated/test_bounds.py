"""The bounds of the pruning algorithms are bounds: against naive distances, at every step."""

import numpy as np
import pytest

from kmeans_core.engine.threads import Workers
from kmeans_core.kmeans import strategy
from kmeans_core.kmeans.accelerated.bounds import BoundedLloyd
from kmeans_core.kmeans.accelerated.hamerly import Hamerly
from kmeans_core.kmeans.algorithms import ALGORITHMS, load_algorithm
from kmeans_core.kmeans.data.dataset import RunData, open_dataset
from kmeans_core.kmeans.data.packed_rows import with_blocks
from kmeans_core.kmeans.fit.threaded_run import set_centers
from kmeans_core.kmeans.iteration.empty_clusters import relocate_empty_clusters
from kmeans_core.kmeans.iteration.lloyd import Lloyd
from kmeans_core.kmeans.iteration.run import begin, new_run
from kmeans_core.kmeans.iteration.sums import move_centers, sum_blocks
from kmeans_core.kmeans.search import nearest
from kmeans_core.kmeans.search.nearest import pack_centers
from kmeans_core.rows.layout import LANES

DTYPES = [np.float32, np.float64]
PRUNING = [c for c in map(load_algorithm, ALGORITHMS) if issubclass(c, BoundedLloyd)]


def distances_to(rows, centers):
    """(n_samples, n_clusters) distances in float64, in units of the scaled rows."""
    wide = rows.X.astype(np.float64) * rows.scale
    return np.sqrt(((wide[:, None] - centers.astype(np.float64)) ** 2).sum(axis=2))


def smallest_other(distances, labels):
    """Every row's distance to the nearest center that is not its own."""
    others = distances.copy()
    others[np.arange(len(labels)), labels] = np.inf
    return others.min(axis=1)


def in_float64(bounds):
    """The same named tuple, its arrays in float64."""
    arrays = {f: a for f, a in bounds._asdict().items() if isinstance(a, np.ndarray)}
    return bounds._replace(**{f: a.astype(np.float64) for f, a in arrays.items()})


def assert_bounds(rows, run, bounds):
    """Check every bound that the algorithm keeps; what it adds to Hamerly's says which it is."""
    n, k = len(rows.X), len(run.centers)
    labels, distances = run.labels[:n], distances_to(rows, run.centers)
    wide, common = in_float64(bounds), in_float64(bounds.common)
    own = distances[np.arange(n), labels]
    assert (common.upper[:n] + common.drift[labels] >= own).all()
    others = smallest_other(distances, labels)
    assert (common.lower[:n] - common.other_drift[labels] <= others).all()
    if hasattr(bounds, "drift_limit"):
        gaps = np.full(len(run.labels), np.inf)
        gaps[:n] = others - own
        left = wide.drift_limit - wide.total_drift
        assert ((left <= 0) | (left <= gaps.reshape(-1, LANES).min(axis=1))).all()
    if hasattr(bounds, "group_drift"):
        for group in range(bounds.finer.shape[1]):
            members = slice(group * LANES, (group + 1) * LANES)
            without_own = distances[:, members].copy()
            inside = labels // LANES == group
            without_own[inside, labels[inside] % LANES] = np.inf
            lower = wide.finer[:, group] - wide.group_drift[group]
            assert (lower <= without_own.min(axis=1)).all()
    if hasattr(bounds, "half"):
        distances[np.arange(n), labels] = np.inf  # the bound of its own center is not used
        assert (wide.finer[:, :k] - common.drift[:k] <= distances).all()


def started(rows, start):
    """A run about to make its first assignment, from centers in the caller's units."""
    run = set_centers(rows, new_run(rows, len(start)), start, True)
    begin(rows, run, False)
    return run


def assign(algorithm, run, data, workers):
    """One assignment, as `lloyd.iterate` makes it."""
    run.n_changed[:] = run.n_distances[:] = 0
    pack_centers(run.centers, data.rows, run.packed_centers)
    workers.run(algorithm.assign, data.rows.n_blocks)


def bounds_from_the_second_iteration_on(monkeypatch):
    monkeypatch.setattr(strategy, "BOUNDS_BEGIN_SHARE", 1.0)
    monkeypatch.setattr(strategy, "SHORT_SEARCH", 1)


def run_and_check(X, weight, start, algorithm):
    """A run to convergence beside Lloyd's: the same bits and true bounds after every step."""
    workers = Workers(1)
    rows = with_blocks(open_dataset(X, weight, workers).screen(workers), len(start))
    data, runs = RunData(rows), [started(rows, start) for _ in range(2)]
    plain, pruning = Lloyd(data, runs[0]), algorithm(data, runs[1])
    n_checked = 0
    for number in range(60):
        for run, variant in zip(runs, (plain, pruning), strict=True):
            assign(variant, run, data, workers)
        np.testing.assert_array_equal(runs[0].labels, runs[1].labels)
        np.testing.assert_array_equal(runs[0].sums, runs[1].sums)
        if pruning.bounds is not None:
            assert_bounds(rows, runs[1], pruning.bounds)
            n_checked += 1
        if number > 5 and runs[0].n_changed.sum() == 0:
            break
        for run in runs:
            if sum_blocks(run) > 0:
                relocate_empty_clusters(rows, run, workers)
            move_centers(run)
        np.testing.assert_array_equal(runs[0].centers, runs[1].centers)
        pruning.centers_moved()
        if pruning.bounds is not None:
            assert_bounds(rows, runs[1], pruning.bounds)
    assert n_checked > 5


def table(name, dtype):
    """Rows, weights and a start that are hard in one way."""
    rng = np.random.default_rng(11)
    n, d, k = 1003, 5, 37
    centers = rng.uniform(-5, 5, (k, d))
    X = centers[rng.integers(k, size=n)] + 1.5 * rng.normal(size=(n, d))
    weight = rng.integers(0, 4, n).astype(dtype) if name == "weights" else None
    if name == "far from the origin":
        X += 1e8 if dtype == np.float64 else 1e4
    if name == "groups far apart":
        X[::2] += 1e8 if dtype == np.float64 else 1e4
    X = X.astype(dtype)
    start = X[rng.choice(n, k, replace=False)]
    if name == "empty clusters":
        start[5:9], start[20] = 1e3, -1e3
    if name == "equal centers":
        start[3], start[30] = start[20], start[20]
    return X, weight, start


TABLES = [
    "plain", "weights", "far from the origin", "groups far apart", "empty clusters",
    "equal centers",
]  # fmt: skip


@pytest.mark.parametrize("algorithm", PRUNING)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", TABLES)
def test_bounds_are_bounds_and_the_bits_are_those_of_lloyd(name, dtype, algorithm, monkeypatch):
    bounds_from_the_second_iteration_on(monkeypatch)
    run_and_check(*table(name, dtype), algorithm)


@pytest.mark.parametrize("algorithm", PRUNING)
@pytest.mark.parametrize(("n", "d", "k"), [(40, 1, 1), (50, 1, 2), (333, 2, 16), (700, 19, 33)])
def test_bounds_are_bounds_for_all_shapes(n, d, k, algorithm, monkeypatch):
    bounds_from_the_second_iteration_on(monkeypatch)
    rng = np.random.default_rng([n, d, k])
    X = rng.normal(size=(n, d))
    run_and_check(X, None, X[rng.choice(n, k, replace=False)], algorithm)


@pytest.mark.parametrize("algorithm", PRUNING)
def test_integers_full_of_ties(algorithm, monkeypatch):
    bounds_from_the_second_iteration_on(monkeypatch)
    rng = np.random.default_rng(12)
    X = rng.integers(0, 6, (2000, 2)).astype(np.float64)
    run_and_check(X, None, np.unique(X, axis=0)[rng.choice(36, 20, replace=False)], algorithm)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("far", [0, 1])
def test_bounds_made_by_products_are_bounds(dtype, far, monkeypatch):
    bounds_from_the_second_iteration_on(monkeypatch)
    monkeypatch.setattr(nearest, "MANY_REGISTERS", False)
    monkeypatch.setattr(strategy, "FEWEST_PRODUCT_FLOPS", 0)
    rng = np.random.default_rng(5)
    X = rng.uniform(-3, 3, (23, 17))[rng.integers(23, size=1503)] + rng.normal(size=(1503, 17))
    X = (X + 300 * far).astype(dtype)
    start = X[rng.choice(1503, 23, replace=False)]
    with Workers(1) as workers:
        rows = open_dataset(X, None, workers).screen(workers)
    assert started(rows, start).packed_centers.ndim == 2
    run_and_check(X, None, start, Hamerly)


def test_a_panel_is_not_looked_at_while_the_centers_have_moved_less_than_its_least_gap(monkeypatch):
    bounds_from_the_second_iteration_on(monkeypatch)
    rng = np.random.default_rng(3)
    X = np.repeat([[-9.0, 0.0], [9.0, 0.0], [0.0, 30.0]], 40 * LANES, axis=0)
    X += rng.normal(size=X.shape)
    with Workers(1) as workers:
        rows = open_dataset(X, None, workers).screen(workers)
    run, data = started(rows, X[:: 40 * LANES]), RunData(rows)
    hamerly = Hamerly(data, run)
    for _ in range(4):
        assign(hamerly, run, data, Workers(1))
        sum_blocks(run)
        move_centers(run)
        hamerly.centers_moved()
    bounds = hamerly.bounds
    assert run.n_distances.sum() == 0
    assert (bounds.drift_limit > bounds.total_drift[0]).all()
    bounds.common.upper[:], bounds.common.lower[:] = np.inf, -np.inf  # these are not read
    hamerly.assign_panels(0, 120)
    assert run.n_distances.sum() == 0
    bounds.total_drift[0] = bounds.drift_limit[7]  # now all centers may have moved as far as that
    hamerly.assign_panels(7, 8)
    assert run.n_distances.sum() == LANES * 3
