"""Tables that are like another one but have no groups."""

import numpy as np
import pytest
from scipy import stats

from kmeans_core.selection import dip_statistic
from kmeans_core.selection.nulls.copula import copula_of, copula_rows, mean_ranks, one_mode


def drawn_from(X, seed=0):
    return copula_rows(copula_of(X), np.random.RandomState(seed))


def customers(n=2_000, seed=0):
    """Amounts with 40% zeros, skewed amounts, and an age; all correlated."""
    rng = np.random.default_rng(seed)
    cloud = rng.normal(size=(n, 3)) @ [[1.0, 0.8, -0.5], [0.0, 0.6, 0.3], [0.0, 0.0, 0.8]]
    spent = np.where(stats.norm.cdf(cloud[:, 0]) < 0.4, 0.0, np.exp(cloud[:, 0]))
    return np.column_stack([spent, np.exp(1.5 * cloud[:, 1]), 45.0 + 12.0 * cloud[:, 2]])


def test_atoms_are_kept_and_tails_end_where_they_ended():
    X = customers()
    drawn = drawn_from(X)
    assert drawn.shape == X.shape
    assert np.count_nonzero(drawn[:, 0] == 0.0) == np.count_nonzero(X[:, 0] == 0.0) > 600
    assert (drawn.min(axis=0) >= X.min(axis=0)).all() and (drawn.max(axis=0) <= X.max(axis=0)).all()
    for share in (0.5, 0.9, 0.99):
        expected = np.quantile(X, share, axis=0)
        np.testing.assert_allclose(np.quantile(drawn, share, axis=0), expected, rtol=0.1, atol=0.1)


def test_rank_correlations_are_kept():
    X = customers()
    ours, theirs = (stats.spearmanr(table).statistic for table in (drawn_from(X), X))
    np.testing.assert_allclose(ours, theirs, atol=0.08)
    assert abs(theirs[0, 1]) > 0.5 and theirs[0, 2] < -0.3


def test_answers_keep_every_count():
    rng = np.random.default_rng(0)
    X = rng.choice([1.0, 2.0, 3.0, 4.0, 5.0], size=(500, 3), p=[0.1, 0.3, 0.1, 0.3, 0.2])
    np.testing.assert_array_equal(np.sort(drawn_from(X), axis=0), np.sort(X, axis=0))


def test_groups_leave_no_modes():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(900, 2)) + 9.0 * np.array([[0, 0], [1, 0], [0, 1]])[np.arange(900) % 3]
    drawn = drawn_from(X)
    for column, old in zip(drawn.T, X.T, strict=True):
        assert dip_statistic(old) > 0.08
        assert dip_statistic(column) < 2 / len(X)  # the least that a sample can have is half of 1/n


def test_the_columns_of_a_category_are_drawn_together():
    rng = np.random.default_rng(2)
    level = rng.choice(4, size=1_000, p=[0.4, 0.3, 0.2, 0.1])
    X = np.column_stack([rng.normal(size=1_000) + 2.0 * level, np.eye(4)[level], rng.random(1_000)])
    drawn = drawn_from(X)
    np.testing.assert_array_equal(drawn[:, 1:5].sum(axis=1), 1.0)
    np.testing.assert_array_equal(drawn[:, 1:5].sum(axis=0), X[:, 1:5].sum(axis=0))
    means = [drawn[drawn[:, 1 + k] == 1.0, 0].mean() for k in range(4)]
    assert (np.diff(means) > 0.0).all()  # the levels go on following the number


def test_a_table_of_one_category_alone_is_shuffled():
    X = np.eye(3)[np.arange(30) % 3]
    drawn = drawn_from(X)
    np.testing.assert_array_equal(drawn.sum(axis=1), 1.0)
    np.testing.assert_array_equal(drawn.sum(axis=0), 10.0)


def test_the_seed_decides_and_tables_differ():
    copula = copula_of(customers(200))
    one, again, other = (copula_rows(copula, np.random.RandomState(seed)) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize(
    "X",
    [
        np.ones((6, 2)),
        np.column_stack([np.full(40, 3.0), np.arange(40.0)]),
        np.column_stack([np.arange(40.0), -np.arange(40.0)]),
        np.random.default_rng(0).normal(size=(4, 9)),
        np.arange(3.0)[:, None],
    ],
    ids=["equal", "a constant", "opposite", "wide", "tiny"],
)
def test_degenerate_tables_have_a_copula(X):
    drawn = drawn_from(X)
    assert drawn.shape == X.shape and np.isfinite(drawn).all()
    assert (drawn >= X.min(axis=0)).all() and (drawn <= X.max(axis=0)).all()


def test_opposite_columns_stay_opposite():
    X = np.column_stack([np.arange(40.0), -np.arange(40.0)])
    drawn = drawn_from(X)
    assert stats.spearmanr(drawn).statistic == pytest.approx(-1.0)


@pytest.mark.parametrize("seed", range(5))
def test_mean_ranks_are_those_of_scipy(seed):
    column = np.random.default_rng(seed).integers(0, 9, 40) / 4.0
    np.testing.assert_array_equal(mean_ranks(column), stats.rankdata(column) - 0.5)


def test_what_counts_as_an_atom():
    column = np.concatenate([np.zeros(5), np.arange(1.0, 96.0)])  # 5 of 100 rows
    assert np.count_nonzero(one_mode(column) == 0.0) == 5
    column[0] = 0.5  # 4 of 100
    assert np.count_nonzero(one_mode(column) == 0.0) < 4
    few = np.array([1.0, 2.0, 2.0, 5.0, 9.0])  # too few for a law: as they are
    np.testing.assert_array_equal(one_mode(few), few)


def test_a_column_that_varies_alone_is_drawn_anew():
    X = np.column_stack([np.random.default_rng(0).normal(size=200), np.ones(200)])
    one, other = (np.sort(drawn_from(X, seed)[:, 0]) for seed in (0, 1))
    assert not np.array_equal(one, other)
