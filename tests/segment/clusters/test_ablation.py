"""The silhouette without each feature."""

from __future__ import annotations

import numpy as np
import pytest
from small_tables import two_groups

from kmeans_core import KMeans, metrics
from segment import Segmenter
from segment.clusters import ablation
from segment.features.features import Number


def test_without_a_feature_that_holds_segments_apart_the_silhouette_falls():
    rng = np.random.default_rng(0)
    table = two_groups(90, Noise=rng.normal(size=90), More=rng.normal(size=90))
    without = {w.name: w.silhouette for w in Segmenter(2).fit(table).result_.ablations}
    assert set(without) == {"Age", "Income", "Noise", "More"}
    assert max(without["Age"], without["Income"]) < min(without["Noise"], without["More"])
    X = Segmenter(2).fit(table).X_[:, 1:]
    labels = np.arange(90) % 2
    assert without["Age"] >= metrics.silhouette_score(X, labels) - 0.05


@pytest.mark.parametrize("n_threads", [1, 2, None])
def test_every_step_keeps_to_n_threads(monkeypatch, n_threads):
    used = []

    class Recorded(KMeans):
        def fit(self, X):
            used.append(self.n_threads)
            return super().fit(X)

    def score(X, labels, n_threads=None):
        used.append(n_threads)
        return 0.5

    monkeypatch.setattr(ablation, "KMeans", Recorded)
    monkeypatch.setattr(ablation.metrics, "silhouette_score", score)
    X = np.random.default_rng(0).normal(size=(30, 2))
    recipe = [Number("a", 0.0, 0.0, 1.0), Number("b", 0.0, 0.0, 1.0)]
    assert len(ablation.leave_each_out(X, recipe, 2, 0, n_threads)) == 2
    assert used == [n_threads] * 4
