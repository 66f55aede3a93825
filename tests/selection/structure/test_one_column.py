"""One column with modes of its own, beside groups in several columns."""

import numpy as np
import pytest

from kmeans_core.selection.structure.one_column import column_alone

LIMIT = 0.6


def table(modes, n_features=4, column=2, seed=0, size=100):
    """Noise, and one column with a mode at each of `modes`."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(len(modes)), size)
    X = rng.normal(size=(len(labels), n_features))
    X[:, column] += np.array(modes)[labels]
    return X, labels


@pytest.mark.parametrize("modes", [(0.0, 8.0), (0.0, 8.0, 16.0)])
@pytest.mark.parametrize("column", [0, 2, 3])
def test_a_column_with_modes_is_named(modes, column):
    assert column_alone(*table(modes, column=column), LIMIT) == column


def test_round_groups_in_two_columns_are_no_column():
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(3), 80)
    X = rng.normal(size=(240, 3))
    X[:, :2] += 8.0 * np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])[labels]
    assert column_alone(X, labels, LIMIT) is None
    X, labels = table((0.0, 8.0))
    X[:, 0] += 2.0 * labels  # another column differs too, by two standard deviations
    assert column_alone(X, labels, LIMIT) is None


def test_a_column_that_does_not_part_is_not_named():
    X, labels = table((0.0, 8.0))
    assert column_alone(X, labels, limit=4.0) is None
    cut = (X[:, 0] > 0.0).astype(int)
    assert column_alone(X[:, [0, 1, 3]].copy(), cut, LIMIT) is None


def test_every_pair_must_be_parted_by_it():
    X, labels = table((0.0, 8.0))
    halves = labels + 2 * (labels == 1) * (X[:, 2] > 8.0)  # cuts the second mode in two
    assert column_alone(X, halves, LIMIT) is None


def test_copies_of_the_column_are_other_columns():
    X, labels = table((0.0, 8.0))
    assert column_alone(np.column_stack([X, X[:, 2]]), labels, LIMIT) is None


@pytest.mark.parametrize("n_constant", [1, 3])
def test_constant_columns_beside_it_are_alike(n_constant):
    X, labels = table((0.0, 8.0), n_features=1, column=0)
    wide = np.column_stack([np.full((200, n_constant), 7.0), X])
    assert column_alone(wide, labels, LIMIT) == n_constant


def test_a_column_that_is_one_of_two_numbers_beside_it_is_not_alike():
    X, labels = table((0.0, 8.0), n_features=1, column=0)
    assert column_alone(np.column_stack([labels.astype(float), X]), labels, LIMIT) is None


def test_one_column_or_one_cluster_is_no_question():
    X, labels = table((0.0, 8.0), n_features=1, column=0)
    assert column_alone(X, labels, LIMIT) is None
    X, labels = table((0.0, 8.0))
    assert column_alone(X, np.zeros_like(labels), LIMIT) is None
