"""Metrics and choosing k beside scikit-learn: whole calls, input checks included.

Groups with unit spread around centers uniform in [-5, 5]^d, k=8, labels as drawn, seeds stated.
Both get the same rows and labels, and have to agree on the value.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import numpy as np

from benchmarks.timing import (
    in_turn,
    machine,
    milliseconds,
    ratio,
    table,
    versions,
    write_section,
)
from kmeans_core import metrics, selection

SEED = 7


def groups(n: int, d: int, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows and their labels."""
    rng = np.random.default_rng(SEED)
    labels = rng.integers(0, k, n)
    return rng.uniform(-5.0, 5.0, (k, d))[labels] + rng.normal(size=(n, d)), labels


# name, n, d, rounds
BESIDE = [
    ("silhouette_score", 10_000, 4, 5),
    ("silhouette_score", 20_000, 16, 3),
    ("davies_bouldin_score", 1_000_000, 8, 7),
    ("calinski_harabasz_score", 1_000_000, 8, 7),
    ("adjusted_rand_score", 1_000_000, 8, 5),
    ("adjusted_mutual_info_score", 1_000_000, 8, 3),
]


def arguments_of(name: str, n: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows and labels, or two labellings, as the metric takes them."""
    X, labels = groups(n, d, 8)
    if name.startswith("adjusted"):
        return labels, np.where(X[:, 0] > 0, labels, 0)
    return X, labels


def beside_scikit_learn() -> list[list[str]]:
    """A row a metric that scikit-learn has too."""
    import sklearn.metrics

    rows = []
    for name, n, d, rounds in BESIDE:
        given = arguments_of(name, n, d)

        def run(module: object, name: str = name, given: tuple = given) -> Callable:
            return lambda: getattr(module, name)(*given)

        found = in_turn({"ours": run(metrics), "theirs": run(sklearn.metrics)}, rounds)
        ours, theirs = found["ours"], found["theirs"]
        np.testing.assert_allclose(ours.result, theirs.result, rtol=1e-9)
        rows.append(
            [name, f"{n:,} x {d}", milliseconds(ours), milliseconds(theirs), ratio(ours, theirs)]
        )
    return rows


def alone() -> list[list[str]]:
    """A row for each thing that scikit-learn does not have."""
    large, labels = groups(100_000, 4, 8)
    small, _ = groups(2_000, 4, 6)
    runs = {
        "dunn_index, 100,000 x 4, k=8": (lambda: metrics.dunn_index(large, labels), 1),
        "silhouette_estimate, 100,000 x 4, k=8": (
            lambda: metrics.silhouette_estimate(large, labels, random_state=0),
            3,
        ),
        "choose_k, 2,000 x 4, k=2..10, n_init=10, 20 references, 20 resamples": (
            lambda: selection.choose_k(small),
            5,
        ),
    }
    rows = []
    for name, (run, rounds) in runs.items():
        rows.append([name, milliseconds(in_turn({"ours": run}, rounds)["ours"])])
    return rows


def elbow() -> list[str]:
    """The fits of an elbow alone: `fit_range` beside a loop over scikit-learn's KMeans."""
    from sklearn.cluster import KMeans

    X, _ = groups(2_000, 5, 6)
    found = in_turn(
        {
            "ours": lambda: selection.fit_range(X, range(2, 12), n_init=10, random_state=0),
            "theirs": lambda: [KMeans(k, n_init=10, random_state=0).fit(X) for k in range(2, 12)],
        },
        5,
    )
    ours, theirs = found["ours"], found["theirs"]
    return [
        "fits for k=2..11, n_init=10",
        "2,000 x 5",
        milliseconds(ours),
        milliseconds(theirs),
        ratio(ours, theirs),
    ]


def main(argv: list[str] | None = None) -> None:
    """Measure, print and write the section of RESULTS.md."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    header = ["", "n, d", "ours, ms", "scikit-learn, ms", "against scikit-learn"]
    text = "\n\n".join(
        [
            "## Metrics and choosing k",
            f"{machine()}; {versions('numpy', 'numba', 'scikit-learn')}. float64, medians of "
            "rounds in turn, in a warm process. Load of the machine before the run: "
            f"{load:.1f} (busy with other work above about 0.5: then ratios of calls that use all "
            "cores say little, scikit-learn's many small fits above all).",
            table(header, [*beside_scikit_learn(), elbow()]),
            "What scikit-learn does not have:",
            table(["", "ours, ms"], alone()),
        ]
    )
    print(text)
    write_section("metrics", text)


if __name__ == "__main__":
    main()
