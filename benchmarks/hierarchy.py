"""Linkages beside SciPy, fastcluster and scikit-learn: whole calls from vectors, checks included.

Rows are standard normal, without groups, seeds stated: the worst case for trees and bounds. All
contestants get the same rows and have to agree on the heights. Peers that need a distance matrix
compute it inside their call, as ours does what it needs.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.timing import (
    Timed,
    in_turn,
    machine,
    ratio,
    table,
    versions,
    write_section,
)
from kmeans_core import linkage

ROOT = Path(__file__).parent.parent
SEED = 7
SIZES = [(2_000, 5), (20_000, 1)]  # rows, rounds
FEATURES = (4, 16)
VECTOR_METHODS = ("single", "ward", "centroid", "median")  # of fastcluster without a matrix
SKLEARN_METHODS = ("single", "complete", "average", "ward")
PEERS = ("scipy", "fastcluster", "fastcluster, vectors", "scikit-learn")


def methods() -> tuple[str, ...]:
    """Every linkage; looked up late, as `pairs` reads this file beside older versions."""
    from kmeans_core.hierarchy.linkages.update_rules import METHODS

    return tuple(METHODS)


# method, rows, features: ours alone, in a process of its own
GROWTH = [
    ("ward", 20_000, 4),
    ("ward", 50_000, 4),
    ("ward", 100_000, 4),
    ("single", 20_000, 4),
    ("single", 100_000, 4),
    ("single", 100_000, 16),
    ("single", 1_000_000, 2),
    ("single", 1_000_000, 4),
    ("complete", 20_000, 4),
    ("average", 20_000, 16),
    ("centroid", 20_000, 4),
]
PEER_MEMORY = [("scipy", "complete", 20_000, 4), ("fastcluster", "complete", 20_000, 4)]

# VmHWM, not ru_maxrss: on Linux a new process starts with the peak of the one that made it.
CHILD = """
import json, re, resource, sys, time
import numpy as np
from {module} import {name} as run

def peak():
    try:
        return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024
    except OSError:
        unit = 1024**2 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit

X = np.random.default_rng({seed}).normal(size=({n}, {d}))
run(X[:9000].copy(), {method!r})
before, start = peak(), time.perf_counter()
run(X, {method!r})
seconds = time.perf_counter() - start
print(json.dumps([seconds, peak() - before]))
"""


def rows_of(n: int, d: int) -> np.ndarray:
    return np.random.default_rng(SEED).normal(size=(n, d))


def peers(X: np.ndarray, method: str) -> dict[str, Callable]:
    """The calls of the peers that are installed; each returns heights.

    Where a call takes 15 s, scikit-learn is left out: with fewer rows it takes SciPy's time; it has
    no weighted, centroid and median. SciPy, slower than fastcluster, is left out where it takes
    half a minute.
    """
    found: dict[str, Callable] = {}
    try:
        import scipy.cluster.hierarchy as scipy_hierarchy

        if X.size <= 100_000:
            found["scipy"] = lambda: scipy_hierarchy.linkage(X, method)[:, 2]
    except ImportError:
        pass
    try:
        import fastcluster

        found["fastcluster"] = lambda: fastcluster.linkage(X, method)[:, 2]
        if method in VECTOR_METHODS:
            found["fastcluster, vectors"] = lambda: fastcluster.linkage_vector(X, method)[:, 2]
    except ImportError:
        pass
    if len(X) > 10_000 or method not in SKLEARN_METHODS:
        return found
    try:
        from sklearn.cluster import AgglomerativeClustering

        model = AgglomerativeClustering(2, linkage=method, compute_distances=True)
        found["scikit-learn"] = lambda: model.fit(X).distances_
    except ImportError:
        pass
    return found


def compare(n: int, d: int, method: str, rounds: int) -> list[str]:
    """A row of the table: seconds of all, and how many times as long the peers take."""
    X = rows_of(n, d)

    def ours() -> np.ndarray:
        return linkage(X, method)[:, 2]

    few = rounds == 1  # peers take long: ours runs before, between and after them
    before = in_turn({"ours": ours}, 1, warm_up=False)["ours"].seconds if few else []
    found = in_turn({"ours": ours, **peers(X, method)}, rounds, warm_up=not few)
    after = in_turn({"ours": ours}, 1, warm_up=False)["ours"].seconds if few else []
    mine = Timed(found["ours"].result, before + found.pop("ours").seconds + after)
    for theirs in found.values():
        np.testing.assert_allclose(np.sort(theirs.result), np.sort(mine.result), rtol=1e-6)
    best = min(found.values(), key=lambda timed: timed.median, default=None)
    return [
        method,
        f"{n:,} x {d}",
        seconds(mine),
        *(seconds(found.get(peer)) for peer in PEERS),
        ratio(mine, found.get("scipy")),
        ratio(mine, best),
    ]


def seconds(timed: Timed | None) -> str:
    return (
        "-"
        if timed is None
        else f"{timed.median:.2g}"
        if timed.median < 1
        else f"{timed.median:.1f}"
    )


def in_a_process(module: str, name: str, method: str, n: int, d: int) -> tuple[float, float]:
    """Seconds of one warm call in a fresh process, and the MB that it took beyond its input."""
    code = CHILD.format(module=module, name=name, seed=SEED, n=n, d=d, method=method)
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    runs = []
    for _ in range(1 if module != "kmeans_core" else 3):
        output = subprocess.run(
            [sys.executable, "-c", code], env=env, check=True, capture_output=True, text=True
        ).stdout
        runs.append(json.loads(output))
    return statistics.median(run[0] for run in runs), max(run[1] for run in runs)


def growth() -> list[list[str]]:
    """Time and memory as the table grows."""
    modules = {"scipy": "scipy.cluster.hierarchy", "fastcluster": "fastcluster"}
    cases = [("ours", *case) for case in GROWTH] + PEER_MEMORY
    rows = []
    for who, method, n, d in cases:
        module = modules.get(who, "kmeans_core")
        try:
            took, memory = in_a_process(module, "linkage", method, n, d)
        except subprocess.CalledProcessError:
            continue  # a peer that is not installed
        rows.append([who, method, f"{n:,} x {d}", f"{took:.2f}", f"{memory:,.0f}"])
    return rows


def warm_up() -> None:
    """Compile what will be timed, and let peers import what they import late."""
    for d in FEATURES:
        for n in (300, 9_000):
            for method in methods():
                linkage(rows_of(n, d), method)
        for method in methods():
            for run in peers(rows_of(300, d), method).values():
                run()


def main(argv: list[str] | None = None) -> None:
    """Measure, print and write the section of RESULTS.md."""
    warm_up()
    rows = [
        compare(n, d, method, rounds)
        for n, rounds in SIZES
        for d in FEATURES
        for method in methods()
    ]
    names = versions("numpy", "numba", "scipy", "fastcluster", "scikit-learn")
    header = ["linkage", "n, d", "ours, s", *(f"{peer}, s" for peer in PEERS)]
    text = "\n\n".join(
        [
            "## Hierarchical clustering",
            f"{machine()}; {names}. float64, whole calls from vectors, in turn in a warm process; "
            "with 20,000 rows one round of the peers, with three of ours around it.",
            table([*header, "against scipy", "against the best peer"], rows),
            "Growth, in a process of its own; memory beyond the input:",
            table(["", "linkage", "n, d", "s", "MB"], growth()),
        ]
    )
    print(text)
    write_section("hierarchy", text)


if __name__ == "__main__":
    main()
