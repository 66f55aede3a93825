"""The draws that choose starts: scikit-learn's order, and all of them made before any is used."""

import numpy as np
import pytest

from kmeans_core import KMeans
from kmeans_core.kmeans.seeding.draws import first_row


@pytest.mark.parametrize("n", [3, 1000, 1_000_000])
def test_the_first_row_is_the_one_that_choice_draws(n):
    draws = np.r_[np.random.RandomState(0).random_sample(5), 0.0, 1 - 2**-53, 0.5, 1 / 3]
    share = np.full(n, 1.0) / n
    cumulative = np.cumsum(share)
    cumulative /= cumulative[-1]
    for draw in np.r_[draws, np.nextafter(draws, 0), (np.floor(draws * n) + 1e-9) / n]:
        assert first_row(None, n, draw) == np.searchsorted(cumulative, draw, side="right")


@pytest.mark.parametrize("kind", [np.random.RandomState, np.random.default_rng])
def test_all_starts_take_the_draws_that_they_would_take_one_by_one(kind):
    X = np.random.default_rng(1).normal(size=(300, 3))
    at_once, one_by_one = kind(5), kind(5)
    best = KMeans(4, n_init=3, random_state=at_once).fit(X)
    alone = [KMeans(4, n_init=1, random_state=one_by_one).fit(X) for _ in range(3)]
    assert best.inertia_ == min(fit.inertia_ for fit in alone)
    assert at_once.uniform() == one_by_one.uniform()
