"""The dip: against a linear program, against the package diptest, and what cannot change it."""

import diptest
import naive
import numpy as np
import pytest

from kmeans_core.selection import dip_statistic
from kmeans_core.selection.nulls.dip import dip_of_sorted, nearest_unimodal

KINDS = {
    "normal": lambda rng, n: rng.normal(size=n),
    "uniform": lambda rng, n: rng.uniform(size=n),
    "exponential, one decimal": lambda rng, n: rng.exponential(size=n).round(1),
    "two modes": lambda rng, n: rng.normal(size=n) + rng.uniform(0, 8) * (np.arange(n) % 2),
    "an outlier": lambda rng, n: np.append(rng.normal(size=n - 1), 1e9),
    "five answers": lambda rng, n: rng.integers(1, 6, n).astype(float),
    "zero or one": lambda rng, n: rng.integers(0, 2, n).astype(float),
    "many zeros": lambda rng, n: np.where(rng.random(n) < 0.4, 0.0, rng.lognormal(size=n)),
    "evenly spaced": lambda rng, n: np.arange(float(n)),
    "in steps": lambda rng, n: rng.integers(0, 3, n) + rng.integers(0, 3, n) / 100.0,
}


def dip_of_package(values):
    """Of some samples of few, evenly spaced values the package gives 0, below the least dip."""
    return max(diptest.dipstat(values), 1 / (2 * len(values)))


@pytest.mark.parametrize("kind", KINDS)
def test_the_dip_is_the_least_distance_of_a_law_with_one_mode(kind):
    rng = np.random.default_rng(len(kind))
    for n in (2, 3, 4, 5, 7, 9, 12):
        values = np.sort(KINDS[kind](rng, n))
        assert dip_statistic(values) == pytest.approx(naive.dip(values), abs=1e-7)


@pytest.mark.parametrize("kind", KINDS)
def test_the_dip_is_that_of_the_package_diptest(kind):
    rng = np.random.default_rng(len(kind))
    for n in [*range(4, 30), *rng.integers(30, 3_000, 25).tolist()]:
        values = KINDS[kind](rng, n)
        assert dip_statistic(values) == pytest.approx(dip_of_package(values), rel=1e-9)


@pytest.mark.parametrize(
    "values, dip",
    [
        ([7.0], 1 / 2),
        ([3.0, 3.0, 3.0, 3.0], 1 / 8),
        ([0.0, 1.0], 1 / 4),
        ([0.0, 0.0, 1.0, 1.0], 1 / 4),
        ([0.0, 0.0, 0.0, 1.0], 1 / 8),
        ([0.0, 1.0, 2.0, 3.0, 4.0], 1 / 10),
        ([0.0, 0.0, 0.0, 9.0, 9.0, 9.0, 9.0, 9.0], 3 / 16),
    ],
)
def test_dips_that_can_be_worked_out_by_hand(values, dip):
    assert dip_statistic(values) == pytest.approx(dip, rel=1e-12)


def test_two_points_far_apart_have_the_largest_dip():
    far = np.repeat([0.0, 100.0], 500) + np.random.default_rng(0).normal(size=1_000)
    assert 0.23 < dip_statistic(far) <= 0.25


@pytest.mark.parametrize("kind", KINDS)
def test_order_scale_and_origin_do_not_change_it(kind):
    rng = np.random.default_rng(len(kind))
    values = KINDS[kind](rng, 101)
    dip = dip_statistic(values)
    assert dip_statistic(rng.permutation(values)) == dip
    for changed in (-values, 2.0**60 * values, 2.0**-60 * values):
        assert dip_statistic(changed) == pytest.approx(dip, rel=1e-12)
    if kind != "an outlier":  # beside which the shift rounds the others
        assert dip_statistic(0.3 * values - 5.0) == pytest.approx(dip, rel=1e-6)


def test_of_uniform_samples_it_is_about_what_its_page_says():
    rng = np.random.default_rng(0)
    for n, mean in ((20, 0.34), (1_000, 0.39)):
        dips = [np.sqrt(n) * dip_statistic(rng.uniform(size=n)) for _ in range(1_000)]
        assert np.mean(dips) == pytest.approx(mean, abs=0.015)
        assert np.mean(np.array(dips) > 0.62) < 0.02


def test_integers_float32_and_lists_are_taken_and_left_as_they_are():
    values = np.array([5, 1, 1, 4, 9, 2], dtype=np.int32)
    expected = dip_statistic(values.astype(float))
    assert dip_statistic(values.astype(np.float32)) == dip_statistic(values.tolist()) == expected
    assert values.tolist() == [5, 1, 1, 4, 9, 2]


def test_the_interval_holds_the_mode():
    p = (np.arange(400) + 0.5) / 400
    peaked = np.sign(p - 0.5) * -np.log(2 * np.minimum(p, 1 - p))  # Laplace
    found = dip_of_sorted(peaked)
    assert found.start <= 200 <= found.last and found.last - found.start < 100
    assert found.dip == 1 / 800
    falling = dip_of_sorted(-np.log(1 - p))  # exponential: the mode is at its begin
    assert falling.start == 0 and falling.last < 100


# ---- the nearest law with one mode ---------------------------------------------------------------


def is_rising_then_falling(slopes, tolerance):
    return any(
        (np.diff(slopes[: top + 1]) >= -tolerance).all()
        and (np.diff(slopes[top:]) <= tolerance).all()
        for top in range(len(slopes))
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", [8, 25, 200])
def test_the_nearest_law_has_one_mode_and_keeps_the_range(kind, n):
    rng = np.random.default_rng(n)
    values = np.sort(KINDS[kind](rng, n))
    found = nearest_unimodal(values)
    assert len(found) == n and (np.diff(found) >= 0.0).all()
    assert values[0] <= found[0] and found[-1] <= values[-1]
    steps = np.diff(found)  # each holds the same share of rows: the density is its inverse
    assert is_rising_then_falling(-steps, 1e-9 * (values[-1] - values[0]))


def test_a_sample_with_one_mode_is_hardly_changed_and_two_modes_become_one():
    rng = np.random.default_rng(0)
    one = np.sort(rng.normal(size=2_000))
    assert np.abs(nearest_unimodal(one) - one)[20:-20].max() < 0.15
    two = np.sort(np.append(one, one + 8.0))
    filled = nearest_unimodal(two)
    assert dip_statistic(two) > 0.1 and dip_statistic(filled) < 0.001
    share = np.mean((filled > 2.5) & (filled < 5.5))  # where the sample has 1 row of 100
    assert np.mean((two > 2.5) & (two < 5.5)) < 0.02 and share > 0.15


def test_evenly_spaced_and_equal_values_stay():
    np.testing.assert_allclose(
        nearest_unimodal(np.arange(11.0)), (np.arange(11) + 0.5) / 11 * 10, rtol=1e-12
    )
    np.testing.assert_array_equal(nearest_unimodal(np.full(9, 2.5)), np.full(9, 2.5))


@pytest.mark.parametrize(
    "values, error, message",
    [
        ([], ValueError, "0 sample"),
        ([[1.0, 2.0], [3.0, 4.0]], ValueError, r"one dimension, got shape \(2, 2\)"),
        (3.0, ValueError, r"one dimension, got shape \(\)"),
        ([1.0, np.nan], ValueError, "NaN"),
        ([1.0, np.inf], ValueError, "infinity"),
        (["a", "b"], ValueError, "numbers only"),
        ([1.0, 2.0j], ValueError, "Complex"),
        (np.ma.masked_greater([1.0, 2.0, 9.0], 5.0), ValueError, "masked"),
    ],
)
def test_bad_input_is_refused(values, error, message):
    with pytest.raises(error, match=message):
        dip_statistic(values)
