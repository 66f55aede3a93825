"""Lane vectors against plain loops, for each width, in checked mode, and in the numpy twin.

The width, the checks and the JIT are settled when the package is imported, so the last test runs
the others again in fresh processes with other settings.
"""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kmeans_core.engine import simd
from kmeans_core.engine.jit import kernel
from kmeans_core.engine.simd import (
    any_lane,
    bits_of,
    broadcast,
    count_bits,
    count_lanes,
    fma,
    from_bits,
    gather,
    lane_bits,
    lane_count,
    lanes_of,
    load,
    load_like,
    load_wide,
    lowest_bit,
    max_lanes,
    maximum,
    min_lanes,
    minimum,
    prefetch,
    put,
    select,
    splat,
    splat_like,
    sqrt,
    store,
    sum_lanes,
    widen,
)

DTYPES = [np.float32, np.float64]
CHECKED = simd.CHECKED or os.environ.get("NUMBA_DISABLE_JIT") == "1"


def operands(dtype):
    """Three registers of small whole numbers: every result below is exact."""
    n = lanes_of(dtype)
    rng = np.random.default_rng(n)
    return [rng.integers(-8, 8, n).astype(dtype) for _ in range(3)]


@kernel
def _arithmetic(a, b, c, out):
    n = lane_count(a)
    x, y, z = load(a, 0), load(b, 0), load(c, 0)
    store(out, 0, x + y)
    store(out, n, x - y)
    store(out, 2 * n, x * y)
    store(out, 3 * n, fma(x, y, z))
    store(out, 4 * n, sqrt(x * x))
    store(out, 5 * n, minimum(x, y))
    store(out, 6 * n, maximum(x, y))
    store(out, 7 * n, x + 2.0)
    store(out, 8 * n, 2.0 - x)
    store(out, 9 * n, splat(a.dtype.type(3), a))
    store(out, 10 * n, splat_like(a[1], x))
    store(out, 11 * n, broadcast(b, 1))
    store(out, 12 * n, put(x, 1, b[0]))


@pytest.mark.parametrize("dtype", DTYPES)
def test_arithmetic(dtype):
    a, b, c = operands(dtype)
    out = np.zeros(13 * len(a), dtype=dtype)
    _arithmetic(a, b, c, out)
    with_put = a.copy()
    with_put[1] = b[0]
    expected = [a + b, a - b, a * b, a * b + c, abs(a), np.minimum(a, b), np.maximum(a, b)]
    expected += [a + 2, 2 - a, np.full_like(a, 3), np.full_like(a, a[1]), np.full_like(a, b[1])]
    np.testing.assert_array_equal(out.reshape(13, -1), [*expected, with_put])


@kernel
def _comparisons(a, b, out):
    n = lane_count(a)
    x, y = load(a, 0), load(b, 0)
    one, zero = splat(a.dtype.type(1), a), splat(a.dtype.type(0), a)
    store(out, 0, select(x < y, one, zero))
    store(out, n, select(x <= y, one, zero))
    store(out, 2 * n, select(x != y, one, zero))
    store(out, 3 * n, select((x < y) & (x != zero), one, zero))
    store(out, 4 * n, select((x < y) | (y < x), one, zero))
    return any_lane(x < y), any_lane(x < x), count_lanes(x <= y), any_lane(x != x)


@pytest.mark.parametrize("dtype", DTYPES)
def test_comparisons(dtype):
    a, b, _ = operands(dtype)
    b[-1] = a[-1]
    out = np.zeros(5 * len(a), dtype=dtype)
    less, never, count, differs = _comparisons(a, b, out)
    expected = [a < b, a <= b, a != b, (a < b) & (a != 0), a != b]
    np.testing.assert_array_equal(out.reshape(5, -1), expected)
    assert (less, never, count, differs) == ((a < b).any(), False, (a <= b).sum(), False)


@kernel
def _bits(a, b):
    return lane_bits(load(a, 0) < load(b, 0))


@pytest.mark.parametrize("dtype", DTYPES)
def test_bits_of_a_mask(dtype):
    a, b, _ = operands(dtype)
    bits = _bits(a, b)
    assert [bits >> lane & 1 for lane in range(len(a))] == (a < b).tolist()
    assert bits >> len(a) == 0


@kernel
def _tagged(a, kept, tag, out, tags):
    numbers = splat(np.int32(tag), a)
    tagged = from_bits((bits_of(load(a, 0)) & splat(np.int32(kept), a)) | numbers)
    store(out, 0, tagged)
    store(tags, 0, bits_of(tagged) & ~np.int32(kept))


def test_bits_of_numbers_and_back():
    n = lanes_of(np.float32)
    a = np.random.default_rng(3).normal(size=n).astype(np.float32)
    out, tags = np.empty(n, np.float32), np.empty(n, np.int32)
    _tagged(a, -16, 11, out, tags)
    np.testing.assert_array_equal(out, ((a.view(np.int32) & -16) | 11).view(np.float32))
    np.testing.assert_array_equal(tags, 11)
    np.testing.assert_allclose(out, a, rtol=2.0**-19)


@pytest.mark.parametrize("dtype", DTYPES)
def test_nan_is_not_less_and_not_equal(dtype):
    a, b, _ = operands(dtype)
    a[0] = np.nan
    out = np.zeros(5 * len(a), dtype=dtype)
    differs = _comparisons(a, b, out)[3]
    np.testing.assert_array_equal(out.reshape(5, -1)[:, 0], [0, 0, 1, 0, 0])
    assert differs


@kernel
def _first(a, position):
    x, zero = load(a, 0), splat(a.dtype.type(0), a)
    prefetch(a, position)  # only a hint: it may reach outside
    return lowest_bit(lane_bits(zero < x)), count_bits(lane_bits(zero < x)), lane_bits(x != x)


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_first_lane_of_a_mask(dtype):
    a = np.zeros(lanes_of(dtype), dtype=dtype)
    for lane in reversed(range(len(a))):
        a[lane] = 1
        first, count, none = _first(a, 10_000)
        assert (first, count) == (lane, len(a) - lane)
        assert none == 0


@kernel
def _extremes(a, b, out):
    n = lane_count(a)
    store(out, 0, minimum(load(a, 0), load(b, 0)))
    store(out, n, maximum(load(a, 0), load(b, 0)))


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_second_operand_wins_where_one_is_nan(dtype):
    a, b, _ = operands(dtype)
    a[0], b[1] = np.nan, np.nan
    out = np.zeros(2 * len(a), dtype=dtype)
    _extremes(a, b, out)
    for row in out.reshape(2, -1):
        np.testing.assert_array_equal(row[:2], [b[0], np.nan])


@kernel
def _one_value(a):
    x = load(a, 0)
    return sum_lanes(x), min_lanes(x), max_lanes(x), x[1]


@pytest.mark.parametrize("dtype", DTYPES)
def test_from_lanes_to_one_value(dtype):
    a = operands(dtype)[0]
    assert _one_value(a) == (a.sum(), a.min(), a.max(), a[1])


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_order_of_a_sum_is_by_halves(dtype):
    a = np.random.default_rng(0).normal(size=lanes_of(dtype)).astype(dtype)
    by_halves = a
    while len(by_halves) > 1:
        half = len(by_halves) // 2
        by_halves = by_halves[:half] + by_halves[half:]
    assert _one_value(a)[0] == by_halves[0]


@kernel
def _mixed(a, integers, out, wide, whole):
    n = lane_count(a)
    x = load(a, 1)  # from any position
    positions = load_like(integers, 0, x)
    store(out, 0, gather(a, positions))
    store(out, n, select(positions < splat_like(np.int32(2), x), x, x + 1.0))
    store(wide, 0, widen(x))
    store(whole, 0, load_wide(a, 1))
    store(integers, 0, positions + splat_like(np.int32(1), x))


@pytest.mark.parametrize("dtype", DTYPES)
def test_types_and_positions(dtype):
    n = lanes_of(dtype)
    a = np.arange(10, 11 + n).astype(dtype)
    integers = np.random.default_rng(1).integers(0, n, n).astype(np.int32)
    before = integers.copy()
    out, wide, whole = np.zeros(2 * n, dtype), np.zeros(n), np.zeros(lanes_of(np.float64))
    _mixed(a, integers, out, wide, whole)
    np.testing.assert_array_equal(out[:n], a[before])
    np.testing.assert_array_equal(out[n:], np.where(before < 2, a[1:], a[1:] + 1))
    np.testing.assert_array_equal(wide, a[1:])
    np.testing.assert_array_equal(whole, a[1 : 1 + len(whole)])
    np.testing.assert_array_equal(integers, before + 1)


@kernel
def _load_from(a, start, out):
    store(out, 0, load(a, start))


@kernel
def _store_to(a, start, out):
    store(out, start, load(a, 0))


@kernel
def _gather_from(a, positions, out):
    store(out, 0, gather(a, load_like(positions, 0, load(out, 0))))


if CHECKED:  # unchecked by design elsewhere; the last test runs this in checked mode

    @pytest.mark.parametrize("dtype", DTYPES)
    @pytest.mark.parametrize("start", [-1, 1])
    def test_reaching_outside_an_array_is_an_index_error(dtype, start):
        a = np.zeros(lanes_of(dtype), dtype=dtype)
        for reach in (_load_from, _store_to):
            reach(a, 0, a.copy())
            with pytest.raises(IndexError, match="outside the array"):
                reach(a, start, a.copy())
        positions = np.zeros(len(a), dtype=np.int32)
        _gather_from(a, positions, a.copy())
        positions[-1] = len(a)
        with pytest.raises(IndexError, match="out"):
            _gather_from(a, positions, a.copy())


# ---- a whole fit -------------------------------------------------------------------------------


def _fits(dtype):
    """Labels, iterations and inertia of some small fits, as JSON can hold them."""
    from kmeans_core import KMeans

    results = []
    for n, d, k in [(3, 1, 1), (20, 2, 3), (70, 5, 6), (61, 9, 11)]:
        rng = np.random.default_rng([n, d, k])
        centers = rng.uniform(-5, 5, (k, d))
        X = (centers[rng.integers(k, size=n)] + 0.5 * rng.normal(size=(n, d))).astype(dtype)
        weight = rng.uniform(0.5, 2, n)
        for sample_weight in (None, weight):
            ours = KMeans(k, random_state=0, tol=0).fit(X, sample_weight=sample_weight)
            results.append([ours.labels_.tolist(), ours.n_iter_, ours.inertia_])
    return results


# Every setting compiles a fit anew, in one dtype each: most of the time of these tests.
SETTINGS = {
    "128 bits, 32 registers, checked": {  # as with NEON
        "SIMD_AGAIN": "float64",
        "KMEANS_CORE_LANE_BITS": "128",
        "KMEANS_CORE_REGISTERS": "32",
        "KMEANS_CORE_CHECK_LANES": "1",
        "NUMBA_BOUNDSCHECK": "1",
    },
    "512 bits, 32 registers": {
        "SIMD_AGAIN": "float64",
        "KMEANS_CORE_LANE_BITS": "512",
        "KMEANS_CORE_REGISTERS": "32",
    },
    "numpy twin": {"SIMD_AGAIN": "float32", "NUMBA_DISABLE_JIT": "1"},
    "numpy twin, 128 bits": {
        "SIMD_AGAIN": "float64",
        "NUMBA_DISABLE_JIT": "1",
        "KMEANS_CORE_LANE_BITS": "128",
    },
}
if platform.machine() in ("x86_64", "AMD64"):
    SETTINGS["without fma"] = {  # what every x86-64 has: registers of 128 bits
        "SIMD_AGAIN": "float64",
        "WITHOUT_FMA": "1",
        "LANES_BY": "arithmetic",  # the test of that name; what it leaves out has no fma in it
        "NUMBA_CPU_NAME": "x86-64",
        "NUMBA_CPU_FEATURES": "+sse,+sse2",
    }


if "SIMD_AGAIN" not in os.environ:

    @pytest.mark.slow
    @pytest.mark.parametrize("name", SETTINGS)
    def test_other_settings_pass_the_same_tests_and_give_the_same_fits(name):
        env = os.environ | SETTINGS[name]
        inner = subprocess.run([sys.executable, __file__], env=env, capture_output=True, text=True)
        assert inner.returncode == 0, inner.stdout + inner.stderr
        fits = json.loads(inner.stdout.splitlines()[-1])
        for (labels, n_iter, inertia), expected in zip(fits, _fits(env["SIMD_AGAIN"]), strict=True):
            assert (labels, n_iter) == (expected[0], expected[1])
            assert inertia == pytest.approx(expected[2], rel=1e-5, abs=1e-9)


if __name__ == "__main__":
    assert not (simd.HAS_FMA and "WITHOUT_FMA" in os.environ)
    quiet = ["-q", "-p", "no:cacheprovider", "--no-header"]
    code = pytest.main([__file__, *quiet, "-k", os.environ.get("LANES_BY", "test")])
    # The search by products, a table that is plain and one with ties.
    tests = str(Path(__file__).parents[1] / "kmeans" / "search" / "test_product_form.py")
    code = code or pytest.main([tests, *quiet, "-k", "certain and (plain or equal) and (6 or 65)"])
    print(json.dumps(_fits(os.environ["SIMD_AGAIN"])))
    sys.exit(code)
