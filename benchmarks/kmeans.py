"""k-means beside its peers: whole `fit` calls, everything included.

Data: centers uniform in [-5, 5]^d, unit spread unless stated, seeds stated. All contestants get
the same rows, the same start and the same number of iterations, and have to agree on the inertia.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from benchmarks.peers import contestants, ours
from benchmarks.roofline import Roofline, lloyd_floor, measure
from benchmarks.timing import (
    README,
    Timed,
    in_turn,
    machine,
    milliseconds,
    ratio,
    table,
    versions,
    write_section,
)

SEED = 7
PEERS = ("scikit-learn", "intelex", "faiss")
DTYPES = ("float32", "float64")
ITERATIONS = 10  # of the first table


class Case(NamedTuple):
    """One row of a table."""

    n: int
    d: int
    k: int
    spread: float
    rounds: int


FIXED = [
    Case(1_000_000, 4, 8, 1, 7),
    Case(1_000_000, 8, 20, 1, 7),
    Case(1_000_000, 32, 100, 1, 3),
    Case(100_000, 128, 256, 1, 3),
    Case(60_000, 784, 256, 1, 3),
]
CONVERGE = [
    Case(1_000_000, 8, 20, 3, 3),
    Case(100_000, 128, 256, 5, 3),
    Case(1_000_000, 32, 100, 1.5, 1),
]
DEFAULTS = [
    Case(200, 2, 5, 1, 50),
    Case(2_000, 5, 6, 1, 50),
    Case(1_000_000, 4, 8, 1, 5),
    Case(1_000_000, 8, 20, 1, 3),
    Case(300_000, 32, 100, 1, 3),
]
EQUAL_K = 20  # of the coded table
ELBOW, ELBOW_K = Case(2_000, 5, 6, 1, 15), range(2, 12)


def blobs(case: Case, dtype: str) -> tuple[np.ndarray, np.ndarray]:
    """Rows, and k of them to start from."""
    rng = np.random.default_rng(SEED)
    centers = rng.uniform(-5, 5, (case.k, case.d))
    X = centers[rng.integers(0, case.k, case.n)]
    X += case.spread * rng.normal(size=X.shape)
    start = X[rng.choice(case.n, case.k, replace=False)]
    return X.astype(dtype), start.astype(dtype)


def from_start(case: Case, start: np.ndarray) -> dict[str, Any]:
    """Parameters of the runs from given centers, which end when no label changes."""
    return {"n_clusters": case.k, "init": start, "n_init": 1, "tol": 0}


def named_algorithms(case: Case) -> list[str]:
    """Those that are tried on their own to convergence; the kd-tree only in few dimensions."""
    from kmeans_core.kmeans.algorithms import ALGORITHMS

    return [name for name in ALGORITHMS if name != "kdtree" or case.d <= 8]


def fixed(roofline: Roofline) -> str:
    """Ten iterations from the same start: the kernel and what is around it."""
    rows = []
    for case in FIXED:
        for dtype in DTYPES:
            X, start = blobs(case, dtype)
            common = from_start(case, start)
            runs = contestants(X, **common, max_iter=ITERATIONS, algorithm="lloyd")
            runs["auto"] = ours(X, **common, max_iter=ITERATIONS, algorithm="auto")
            times = in_turn(runs, case.rounds)
            agree(times, 1e-4 if dtype == "float32" else 1e-9)
            one = ours(X, **common, max_iter=2, algorithm="lloyd")
            short = in_turn({"ours": one}, case.rounds)["ours"]
            more = times["ours"].result.n_iter - short.result.n_iter  # it may converge early
            marginal = (times["ours"].median - short.median) / more
            floor = lloyd_floor(roofline, case.n, case.d, case.k)
            rows.append(
                [
                    *name(case, dtype),
                    milliseconds(times["ours"]),
                    *(milliseconds(times.get(peer)) for peer in PEERS),
                    *(ratio(times["ours"], times.get(peer)) for peer in PEERS),
                    f"{marginal * 1e3:.2f}",
                    f"{floor * 1e3:.2f}",
                    milliseconds(times["auto"]),
                ]
            )
            print(" ".join(rows[-1]), file=sys.stderr)
    header = ["n, d, k", "dtype", "ours, ms", *(f"{p}, ms" for p in PEERS)]
    header += [*(f"against {p}" for p in PEERS), "an iteration, ms", "its floor, ms"]
    return table([*header, "ours by `auto`, ms"], rows)


def converge() -> str:
    """From the same start until no label changes: how much the bounds save."""
    rows = []
    for case in CONVERGE:
        X, start = blobs(case, "float64")
        common = {**from_start(case, start), "max_iter": 300}
        runs = contestants(X, **common, algorithm="auto")
        runs.pop("faiss", None)  # it stops after a number of iterations only
        for algorithm in named_algorithms(case):
            runs[algorithm] = ours(X, **common, algorithm=algorithm)
        times = in_turn(runs, case.rounds, warm_up=case.n * case.d < 1e7)
        agree(times, 1e-9)
        all_of_them = case.n * case.k * times["ours"].result.n_iter
        share = times["ours"].result.n_distances / all_of_them
        each = [f"{name} {milliseconds(times[name])}" for name in named_algorithms(case)]
        rows.append(
            [
                f"{case.n:,} x {case.d}, {case.k}, spread {case.spread}",
                str(times["ours"].result.n_iter),
                milliseconds(times["ours"]),
                *(milliseconds(times.get(peer)) for peer in PEERS[:2]),
                *(ratio(times["ours"], times.get(peer)) for peer in PEERS[:2]),
                f"{share:.0%}",
                ", ".join(each),
            ]
        )
        print(" ".join(rows[-1]), file=sys.stderr)
    header = ["n, d, k", "iterations", "auto, ms", *(f"{p}, ms" for p in PEERS[:2])]
    header += [*(f"against {p}" for p in PEERS[:2]), "distances evaluated", "by algorithm, ms"]
    return "\n\n".join([table(header, rows), equal_rows()])


def defaults() -> str:
    """Default parameters, seeding included; then an elbow of many small fits."""
    rows = []
    for case in DEFAULTS:
        for dtype in DTYPES:
            X, _ = blobs(case, dtype)
            times = in_turn(contestants(X, n_clusters=case.k, random_state=SEED), case.rounds)
            same = abs(times["ours"].result.inertia / times["scikit-learn"].result.inertia - 1)
            rows.append(
                [
                    *name(case, dtype),
                    milliseconds(times["ours"]),
                    *(milliseconds(times.get(peer)) for peer in PEERS[:2]),
                    *(ratio(times["ours"], times.get(peer)) for peer in PEERS[:2]),
                    f"{same:.0e}",
                ]
            )
            print(" ".join(rows[-1]), file=sys.stderr)
    header = ["n, d, k", "dtype", "ours, ms", *(f"{p}, ms" for p in PEERS[:2])]
    header += [*(f"against {p}" for p in PEERS[:2]), "inertia against scikit-learn's"]
    return "\n\n".join([table(header, rows), elbow()])


def customers(dtype: str) -> np.ndarray:
    """A million customers in three coded columns: age, income band, rating; 8,855 distinct rows."""
    rng = np.random.default_rng(SEED)
    low, high = np.array([18, 1, 1]), np.array([95, 24, 6])
    columns = [rng.integers(a, b, 1_000_000) for a, b in zip(low, high, strict=True)]
    return np.column_stack(columns).astype(dtype)


def equal_rows() -> str:
    """From the same start to convergence on a coded table: `auto` joins equal rows, exactly."""
    rows = []
    for dtype in DTYPES:
        X = customers(dtype)
        start = X[np.random.default_rng(SEED).choice(len(X), EQUAL_K, replace=False)]
        common = {"n_clusters": EQUAL_K, "init": start, "n_init": 1, "tol": 0, "max_iter": 300}
        runs = contestants(X, **common, algorithm="auto")
        runs.pop("faiss", None)  # it stops after a number of iterations only
        runs["lloyd"] = ours(X, **common, algorithm="lloyd")
        times = in_turn(runs, 5)
        rows.append(
            [
                f"{X.shape[0]:,} x {X.shape[1]}, {EQUAL_K}",
                dtype,
                str(times["ours"].result.n_iter),
                milliseconds(times["ours"]),
                milliseconds(times["lloyd"]),
                ratio(times["ours"], times["lloyd"]),
                *(milliseconds(times.get(peer)) for peer in PEERS[:2]),
                *(ratio(times["ours"], times.get(peer)) for peer in PEERS[:2]),
            ]
        )
        print(" ".join(rows[-1]), file=sys.stderr)
    header = ["a coded table, k", "dtype", "iterations", "equal rows joined, ms"]
    header += ["not joined, ms", "gain", *(f"{p}, ms" for p in PEERS[:2])]
    return table([*header, *(f"against {p}" for p in PEERS[:2])], rows)


def elbow() -> str:
    """k = 2..11 with n_init=10 of 2,000 x 5, float64: 100 small runs."""
    from kmeans_core.selection import fit_range

    X, _ = blobs(ELBOW, "float64")
    fits = [contestants(X, n_clusters=k, n_init=10, random_state=SEED) for k in ELBOW_K]
    names = [peer for peer in ("ours", *PEERS[:2]) if peer in fits[0]]
    runs: dict[str, Callable] = {peer: partial(_fit_all, fits, peer) for peer in names}
    runs["the sweep"] = lambda: fit_range(X, ELBOW_K, n_init=10, random_state=SEED)
    times = in_turn(runs, ELBOW.rounds)
    rows = [
        [
            what,
            milliseconds(times[key]),
            *(milliseconds(times.get(peer)) for peer in PEERS[:2]),
            *(ratio(times[key], times.get(peer)) for peer in PEERS[:2]),
        ]
        for what, key in (("ten fits", "ours"), ("one sweep in `selection`", "the sweep"))
    ]
    header = [
        "an elbow, k=2..11, n_init=10, 2,000 x 5",
        "ours, ms",
        *(f"{p}, ms" for p in PEERS[:2]),
    ]
    return table([*header, *(f"against {p}" for p in PEERS[:2])], rows)


def _fit_all(fits: list[dict[str, Callable]], peer: str) -> list:
    return [fit[peer]() for fit in fits]


def name(case: Case, dtype: str) -> list[str]:
    """The first two cells of a row."""
    return [f"{case.n:,} x {case.d}, {case.k}", dtype]


def agree(times: dict[str, Timed], tolerance: float) -> None:
    """All contestants found the same inertia; a figure for a wrong result means nothing."""
    mine = times["ours"].result.inertia
    for peer, timed in times.items():
        if peer == "faiss":  # float32 throughout, and it splits empty clusters its own way
            continue
        if abs(timed.result.inertia / mine - 1) > tolerance:
            raise AssertionError(f"{peer} found inertia {timed.result.inertia}, ours is {mine}")


def main(parts: list[str]) -> None:
    """Measure one part and write its section of RESULTS.md; "kmeans" also the README's table."""
    about = f"{machine()}; " + versions(
        "numpy", "numba", "scikit-learn", "scikit-learn-intelex", "faiss-cpu"
    )
    if "kmeans" in parts:
        roofline = measure()
        found = fixed(roofline)
        limits = (
            f"Measured in this run: {roofline.flops['float32'] / 1e9:.0f} GFLOP/s float32, "
            f"{roofline.flops['float64'] / 1e9:.0f} float64, "
            f"{roofline.bandwidth / 1e9:.0f} GB/s read."
        )
        text = (
            f"## k-means: ten Lloyd iterations from the same start\n\n{about}. {limits}\n\n{found}"
        )
        write_section("kmeans", text)
        write_section("results", found, README)
    if "converge" in parts:
        text = f"## k-means to convergence from the same start, float64\n\n{about}.\n\n{converge()}"
        write_section("converge", text)
    if "defaults" in parts:
        text = f"## k-means with default parameters\n\n{about}.\n\n{defaults()}"
        write_section("defaults", text)


if __name__ == "__main__":
    main(sys.argv[1:] or ["kmeans", "converge", "defaults"])
