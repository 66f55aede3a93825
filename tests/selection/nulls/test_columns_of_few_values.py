"""Categories and ties, on tables small enough to work out by hand."""

import numpy as np
import pytest

from kmeans_core.selection.nulls.categories import whole_categories
from kmeans_core.selection.nulls.ties import without_ties

THREE = np.eye(3)[[0, 1, 2, 0, 1, 2]]  # a category of three levels
TWO = np.eye(2)[[0, 0, 0, 1, 1, 1]]
NUMBER = np.array([[3.0], [1.0], [4.0], [1.0], [5.0], [9.0]])
FLAG = np.array([[0.0], [1.0], [1.0], [0.0], [0.0], [1.0]])
CONSTANT = np.ones((6, 1))


@pytest.mark.parametrize(
    "parts, expected",
    [
        ([THREE], [[0, 1, 2]]),
        ([TWO], [[0, 1]]),
        ([TWO, THREE], [[0, 1], [2, 3, 4]]),
        ([THREE, NUMBER, TWO], [[0, 1, 2], [4, 5]]),
        ([FLAG, TWO], [[1, 2]]),
        ([TWO, FLAG], [[0, 1]]),
        ([FLAG], []),
        ([FLAG, NUMBER], []),
        ([FLAG, 1.0 - FLAG], [[0, 1]]),
        ([NUMBER], []),
        ([THREE[:, :2]], []),  # a level is missing: two rows have none
        ([THREE[:, :1], CONSTANT, THREE[:, 1:]], []),
        ([CONSTANT, TWO], [[1, 2]]),
        ([CONSTANT, CONSTANT], []),
    ],
)
def test_columns_of_which_exactly_one_is_set(parts, expected):
    assert whole_categories(np.hstack(parts)) == expected


def test_a_category_is_known_on_any_scale():
    scaled = (np.hstack([NUMBER, THREE]) - 0.4) * [1.0, 2.0, 0.1, 7.0]
    assert whole_categories(scaled) == [[1, 2, 3]]


def test_each_value_is_spread_over_half_a_step_to_either_side():
    counts = np.repeat([0.0, 1.0, 2.0, 3.0], 50)[:, None]
    spread = without_ties(counts, np.random.RandomState(0))
    np.testing.assert_array_equal(np.round(spread), counts)
    moved = (spread - counts)[:, 0]
    assert -0.5 <= moved.min() < -0.45 and 0.45 < moved.max() <= 0.5
    assert len(np.unique(spread)) == 200 and counts[0] == 0.0


def test_the_step_is_the_median_one():
    prices = np.repeat([0.0, 2.0, 4.0, 6.0, 100.0], 20)[:, None]
    moved = without_ties(prices, np.random.RandomState(0)) - prices
    assert 0.9 < np.abs(moved).max() <= 1.0


def test_columns_without_ties_keep_their_bits_and_a_constant_stays():
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.normal(size=40), np.full(40, 7.0), np.arange(40) // 2])
    spread = without_ties(X, np.random.RandomState(0))
    np.testing.assert_array_equal(spread, X)  # 20 values in 40 rows are no ties
    assert spread is not X
    assert without_ties(X.astype(np.float32)[:, :1], np.random.RandomState(0)).dtype == np.float64


def test_a_quarter_of_the_rows_is_the_limit_and_two_values_always_are_ties():
    ten = np.repeat(np.arange(10.0), 4)[:, None]
    assert (without_ties(ten, np.random.RandomState(0)) != ten).any()
    eleven = np.append(ten, [[10.0], [10.0]], axis=0)  # 11 values in 42 rows
    np.testing.assert_array_equal(without_ties(eleven, np.random.RandomState(0)), eleven)
    two = np.array([[0.0], [1.0], [1.0]])
    assert (without_ties(two, np.random.RandomState(0)) != two).all()
