"""Ablation: the silhouette without each feature, which shows the features that matter."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core import KMeans, metrics
from segment.features.features import Category, Number

MOST_FEATURES = 30
SAMPLE = 2_000  # customers


class Ablation(NamedTuple):
    """One feature, and the mean silhouette of the same number of segments formed without it."""

    name: str
    silhouette: float


def leave_each_out(
    X: np.ndarray, recipe: list[Number | Category], k: int, seed: int, n_threads: int | None
) -> list[Ablation]:
    """k-means of at most 2,000 customers, once without each of 2 to 30 features; lowest first.

    The silhouette is that of the remaining features, so a rise means that the feature blurs the
    segments, not that it is useless. O(d) fits.
    """
    if not 2 <= len(recipe) <= MOST_FEATURES:
        return []
    if len(X) > SAMPLE:
        rows = np.random.default_rng(seed).choice(len(X), SAMPLE, replace=False)
        X = X[np.sort(rows)]
    widths = [step.width for step in recipe]
    owner = np.repeat(np.arange(len(recipe)), widths)
    found = []
    for position, step in enumerate(recipe):
        rest = np.ascontiguousarray(X[:, owner != position])
        if 2 <= k < len(np.unique(rest, axis=0)):
            model = KMeans(k, n_init=3, random_state=seed, n_threads=n_threads).fit(rest)
            score = float(metrics.silhouette_score(rest, model.labels_, n_threads=n_threads))
            found.append(Ablation(step.name, score))
    return sorted(found, key=lambda ablation: ablation.silhouette)
