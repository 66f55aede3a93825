"""Uniform tables in the smaller of two boxes, and thinning."""

import numpy as np

from kmeans_core.selection.nulls.box import some_rows, tightest_box, uniform_rows


def test_the_tightest_box_holds_every_row_and_nothing_smaller_would():
    rng = np.random.default_rng(0)
    square = rng.uniform(size=(500, 2))
    long = square @ [[10.0, 0.0], [0.0, 1.0]] @ np.array([[1.0, 1.0], [-1.0, 1.0]]) / np.sqrt(2)
    for X, area in ((square, 1.0), (long, 10.0)):
        box = tightest_box(X)
        along = (X - box.center) @ box.axes.T
        np.testing.assert_allclose(along.min(axis=0), box.corner, atol=1e-9)
        np.testing.assert_allclose(along.max(axis=0), box.corner + box.extent, atol=1e-9)
        assert 0.9 * area < box.extent.prod() < 1.1 * area
        drawn = uniform_rows(box, 1_000, np.random.RandomState(0))
        np.testing.assert_allclose(drawn.mean(axis=0), X.mean(axis=0), atol=0.4)


def test_a_flat_table_has_a_flat_box():
    X = np.column_stack([np.arange(20.0), np.full(20, 3.0)])
    drawn = uniform_rows(tightest_box(X), 50, np.random.RandomState(0))
    np.testing.assert_allclose(drawn[:, 1], 3.0)
    same = uniform_rows(tightest_box(np.ones((5, 2))), 4, np.random.RandomState(0))
    np.testing.assert_array_equal(same, np.ones((4, 2)))


def test_some_rows_keep_their_order():
    X = np.arange(100)[:, None]
    assert some_rows(X, 100, np.random.RandomState(0)) is X
    kept = some_rows(X, 10, np.random.RandomState(0))
    assert len(kept) == 10 and (np.diff(kept[:, 0]) > 0).all()
