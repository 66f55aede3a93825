"""The tables: each is made from a fixed seed, once, and must not be changed."""

from __future__ import annotations

import functools

import numpy as np

SEED = 20240


def _rng(*key: float) -> np.random.Generator:
    return np.random.default_rng([SEED, *(int(1000 * abs(number)) for number in key)])


def _fixed(X: np.ndarray) -> np.ndarray:
    X.flags.writeable = False
    return X


@functools.lru_cache(maxsize=40)
def blobs(n: int, d: int, groups: int, spread: float = 1.0, dtype: str = "float64") -> np.ndarray:
    """Normal groups around centers uniform in [-5, 5]^d."""
    rng = _rng(n, d, groups, spread)
    X = rng.uniform(-5, 5, (groups, d))[rng.integers(0, groups, n)]
    return _fixed((X + spread * rng.normal(size=X.shape)).astype(dtype))


@functools.lru_cache(maxsize=40)
def integer_grid(n: int, d: int, levels: int, dtype: str = "float64") -> np.ndarray:
    """Whole numbers below `levels`: ties in plenty, and equal rows."""
    return _fixed(_rng(n, d, levels).integers(0, levels, (n, d)).astype(dtype))


@functools.lru_cache(maxsize=40)
def equal_rows(n: int, d: int, n_distinct: int, dtype: str = "float64") -> np.ndarray:
    """`n` rows, each one of `n_distinct`."""
    rng = _rng(n, d, n_distinct)
    return _fixed(rng.normal(size=(n_distinct, d))[rng.integers(0, n_distinct, n)].astype(dtype))


@functools.lru_cache(maxsize=4)
def seemingly_equal_rows(n: int, d: int) -> np.ndarray:
    """Few distinct rows at the 4,096 evenly spaced places, all others distinct."""
    rng = _rng(n, d)
    X = rng.normal(size=(n, d))
    places = np.linspace(0, n - 1, 4096).astype(np.intp)
    X[places] = rng.normal(size=(50, d))[rng.integers(0, 50, len(places))]
    return _fixed(X)


@functools.lru_cache(maxsize=10)
def constant_columns(n: int, d: int, dtype: str = "float64") -> np.ndarray:
    """`d` columns that vary, and between them constant ones: 0, 3.7 and a very large one."""
    X = blobs(n, d, 5)
    columns = [np.zeros(n), *X.T[:2], np.full(n, 3.7), *X.T[2:], np.full(n, 1e13)]
    return _fixed(np.column_stack(columns).astype(dtype))


@functools.lru_cache(maxsize=4)
def stripes(n: int) -> np.ndarray:
    """Two long stripes side by side: groups that k-means cuts across."""
    rng = _rng(n)
    X = np.column_stack([rng.uniform(0, 30, n), rng.normal(size=n) / 3])
    X[::2, 1] += 4
    return _fixed(X)


@functools.lru_cache(maxsize=10)
def sparse_rows(n: int, d: int, dtype: str = "float64"):
    """CSR, one number in ten not zero, in four groups of rows that use other columns."""
    from scipy.sparse import csr_matrix

    rng = _rng(n, d)
    X = rng.exponential(size=(n, d)) * (rng.random((n, d)) < 0.1)
    X[np.arange(n), rng.integers(0, 4, n) * (d // 4)] += 3.0
    return csr_matrix(X.astype(dtype))


@functools.lru_cache(maxsize=40)
def weights(n: int) -> np.ndarray:
    """Positive weights, every tenth 0."""
    weight = _rng(n).exponential(size=n)
    weight[::10] = 0.0
    return _fixed(weight)


def first_rows(X: np.ndarray, k: int) -> np.ndarray:
    """`k` evenly spaced rows to start from."""
    return X[np.linspace(0, len(X) - 1, k).astype(np.intp)].copy()


def with_far_centers(X: np.ndarray, k: int, n_far: int) -> np.ndarray:
    """Centers of which the last `n_far` are nobody's nearest."""
    centers = first_rows(X, k)
    spans = np.arange(1, n_far + 1)[:, None].astype(X.dtype)
    centers[-n_far:] = X.max(axis=0) + spans * 10 * (np.ptp(X, axis=0).max() + 1)
    return centers
