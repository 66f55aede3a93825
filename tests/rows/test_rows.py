"""The floor under all clusterers: scale, distance, and what rounding may do to a distance."""

import math
from fractions import Fraction

import numpy as np
import pytest

from kmeans_core.engine.jit import kernel
from kmeans_core.engine.threads import Workers
from kmeans_core.rows.distance import rounding_error, squared_distance
from kmeans_core.rows.layout import padded_features
from kmeans_core.rows.scale import magnitude, power_of_two_scale

DTYPES = [np.float32, np.float64]


@kernel
def distances(X, scale, centers, found):
    """Writes the squared distances of all rows to all centers."""
    for i in range(X.shape[0]):
        for j in range(centers.shape[0]):
            found[i, j] = squared_distance(X, i, scale, centers, j)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("d", [1, 7, 8, 9, 33])
def test_a_squared_distance_is_exact_up_to_its_rounding_error(d, dtype):
    rng = np.random.default_rng(d)
    X, centers = (rng.normal(size=(5, d)).astype(dtype) for _ in range(2))
    found = np.empty((5, 5))
    distances(X, 0.25, centers, found)
    for i in range(5):
        for j in range(5):
            pairs = zip(X[i].tolist(), centers[j].tolist(), strict=True)
            exact = sum((Fraction(x) / 4 - Fraction(c)) ** 2 for x, c in pairs)
            error = abs(Fraction(float(found[i, j])) - exact) / exact
            assert error <= rounding_error(d, np.dtype(np.float64))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("largest", "scale"), [(1.0, 0.5), (0.75, 1.0), (3.0, 0.25), (2.0**-20, 2.0**19), (0.0, 1.0)]
)
def test_the_scale_brings_the_largest_number_into_half_to_one(largest, scale, dtype):
    assert power_of_two_scale(largest, np.dtype(dtype)) == scale


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_scale_and_one_over_it_are_normal_numbers(dtype):
    limits = np.finfo(dtype)
    for largest in (float(limits.max), float(limits.smallest_subnormal)):
        scale = power_of_two_scale(largest, np.dtype(dtype))
        assert math.frexp(scale)[0] == 0.5
        for number in (dtype(scale), dtype(1 / scale)):
            assert limits.smallest_normal <= number < np.inf


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("size", [1, 7, 100, 1_000_003])
def test_the_largest_magnitude_is_found_and_nan_or_infinity_give_nan(size, dtype):
    X = np.random.default_rng(size).normal(size=(size, 1)).astype(dtype)
    with Workers(2) as workers:
        assert magnitude(X, workers) == np.abs(X).max()
        for bad in (np.nan, np.inf, -np.inf):
            X[size // 2] = bad
            assert math.isnan(magnitude(X, workers))


def test_a_row_of_sums_fills_whole_registers():
    lanes = padded_features(1)
    assert [padded_features(d) for d in (1, lanes, lanes + 1)] == [lanes, lanes, 2 * lanes]
