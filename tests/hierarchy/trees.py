"""What the tests of trees share: tables, the deepest tree there is, and when two are the same."""

import numpy as np

from kmeans_core.hierarchy.linkages.update_rules import INVERTING_METHODS, METHODS

MONOTONE = [method for method in METHODS if method not in INVERTING_METHODS]


def table(seed, n_samples=40, n_features=3):
    return np.random.default_rng(seed).normal(size=(n_samples, n_features))


def chain(n_merges):
    """Row t+1 joins what rows 0..t have become."""
    t = np.arange(n_merges)
    joined = np.where(t == 0, 0, n_merges + t)
    low, high = np.minimum(joined, t + 1), np.maximum(joined, t + 1)
    return np.column_stack([low, high, t + 1.0, t + 2.0])


def assert_same_tree(Z, expected, rtol=1e-9):
    np.testing.assert_array_equal(Z[:, [0, 1, 3]], expected[:, [0, 1, 3]])
    np.testing.assert_allclose(Z[:, 2], expected[:, 2], rtol=rtol, atol=1e-12)
