"""A fresh process: import, one fit of 200 rows, exit. And the first fit ever, which compiles."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.timing import machine, table, versions, write_section

ROOT = Path(__file__).parent.parent
ROUNDS = 7
FIT = "import numpy as np; X = np.random.default_rng(0).normal(size=(200, 2)); "
OURS = FIT + "from kmeans_core import KMeans; KMeans(5, random_state=0).fit(X)"
THEIRS = FIT + "from sklearn.cluster import KMeans; KMeans(5, random_state=0).fit(X)"
LARGE = (
    "import resource, sys, numpy as np; X = np.random.default_rng(0).normal(size=(1_000_000, 8)); "
    "start = X[:20].copy(); from {} import KMeans; "
    "model = KMeans(20, init=start, n_init=1, max_iter=10); model.fit(X[:5000]); "
    "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; model.fit(X); "
    "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
)


def process(code: str, cache: str, checkout: Path = ROOT) -> tuple[float, float, str]:
    """Seconds and peak MB of a fresh process that imports `checkout`, and what it printed."""
    env = {**os.environ, "KMEANS_CORE_CACHE_DIR": cache, "PYTHONPATH": str(checkout)}
    start = time.perf_counter()
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=env)
    printed = child.stdout.read().decode() if child.stdout else ""
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    if status:
        raise RuntimeError(f"a benchmark process ended with status {status}")
    unit = 1024 if sys.platform != "darwin" else 1024**2
    return seconds, usage.ru_maxrss / unit, printed


def main(parts: list[str]) -> None:
    """Measure and write the section of RESULTS.md."""
    with tempfile.TemporaryDirectory() as cache:
        first = process(OURS, cache)[0]
        runs: dict[str, list[tuple[float, float, str]]] = {"ours": [], "scikit-learn": []}
        for _ in range(ROUNDS):
            runs["ours"].append(process(OURS, cache))
            runs["scikit-learn"].append(process(THEIRS, cache))
        beyond = {
            name: float(process(LARGE.format(module), cache)[2]) / 1024
            for name, module in (("ours", "kmeans_core"), ("scikit-learn", "sklearn.cluster"))
        }
    seconds = {name: statistics.median(r[0] for r in found) for name, found in runs.items()}
    memory = {name: statistics.median(r[1] for r in found) for name, found in runs.items()}
    rows = [
        ["first fit ever, compiling, s", f"{first:.1f}", "-", "-"],
        _row("fresh process, import and fit 200 rows, s", seconds, "{:.2f}"),
        _row("its peak memory, MB", memory, "{:.0f}"),
        _row("memory of a fit beyond its input, 1e6 x 8 float64, k=20, MB", beyond, "{:.0f}"),
    ]
    about = f"{machine()}; " + versions("numpy", "numba", "scikit-learn")
    found = table(["", "ours", "scikit-learn", "ours / theirs"], rows)
    write_section("cold", f"## Cold start and memory\n\n{about}.\n\n{found}")


def _row(what: str, values: dict[str, float], shape: str) -> list[str]:
    share = values["ours"] / values["scikit-learn"]
    return [
        what,
        shape.format(values["ours"]),
        shape.format(values["scikit-learn"]),
        f"{share:.2f}",
    ]


if __name__ == "__main__":
    main(sys.argv[1:])
