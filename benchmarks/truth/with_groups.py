"""Families of tables with groups that k-means can find, where they are far enough apart.

Separation is the distance of two centers over the mean standard deviation of their two groups in
one direction. Every group has a neighbour at exactly the separation, and none nearer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from benchmarks.truth.drawing import Rows, between, correlated, number_of_rows, one_hot
from benchmarks.truth.drawing import side_by_side as beside
from benchmarks.truth.without_groups import LARGE, LARGE_SEEDS

MINORITY = 0.05


class Groups(NamedTuple):
    """What a table with groups consists of."""

    shares: np.ndarray  # (n_groups,) of the rows
    spreads: np.ndarray  # (n_groups,) standard deviation
    n_rows: int
    n_columns: int
    separation: float


def equal(n_groups: int, n_rows: int, n_columns: int, separation: float) -> Groups:
    """Groups of one size and spread."""
    shares = np.full(n_groups, 1.0 / n_groups)
    return Groups(shares, np.ones(n_groups), n_rows, n_columns, separation)


def centers_of(rng: np.random.Generator, groups: Groups) -> np.ndarray:
    """Centers, each placed at the separation from one that is there, (n_groups, n_columns)."""
    spreads, placed = groups.spreads, [np.zeros(groups.n_columns)]
    while len(placed) < len(spreads):
        new = len(placed)
        least = groups.separation * (spreads[:new] + spreads[new]) / 2.0
        beside_one = between(rng, 0, new - 1)
        way = rng.normal(size=groups.n_columns)
        center = placed[beside_one] + least[beside_one] * way / np.linalg.norm(way)
        if (np.linalg.norm(np.array(placed) - center, axis=1) >= least - 1e-9).all():
            placed.append(center)
    return np.array(placed)


def labels_of(rng: np.random.Generator, groups: Groups) -> np.ndarray:
    """The group of each row, in random order; sizes are the shares, rounded."""
    stops = np.round(np.cumsum(groups.shares) * groups.n_rows).astype(np.int64)
    return rng.permutation(np.repeat(np.arange(len(stops)), np.diff(stops, prepend=0)))


def draw(
    rng: np.random.Generator, groups: Groups, noise: Callable[[int, int], np.ndarray] | None = None
) -> Rows:
    """Rows around the centers; `noise` draws the deviations of a group, by default Gaussian."""
    centers, labels = centers_of(rng, groups), labels_of(rng, groups)
    X = centers[labels]
    for group, spread in enumerate(groups.spreads):
        is_here = labels == group
        size = (int(is_here.sum()), groups.n_columns)
        X[is_here] += spread * (rng.normal(size=size) if noise is None else noise(*size))
    return Rows(X, labels)


def _usual(
    rng: np.random.Generator, separation: float, most_groups: int = 6, seed: int | None = None
) -> Groups:
    """Equal groups in 2 to 6 columns; `seed` is given where a family has a large table."""
    n_columns, n_groups = between(rng, 2, 6), between(rng, 2, most_groups)
    n_rows = number_of_rows(rng, max(200, 50 * n_groups))
    return equal(n_groups, LARGE if seed in LARGE_SEEDS else n_rows, n_columns, separation)


def three_sd(rng: np.random.Generator, seed: int) -> Rows:
    """Equal round groups, 3 standard deviations apart."""
    return draw(rng, _usual(rng, 3.0))


def four_sd(rng: np.random.Generator, seed: int) -> Rows:
    """Equal round groups, 4 standard deviations apart."""
    return draw(rng, _usual(rng, 4.0))


def five_sd(rng: np.random.Generator, seed: int) -> Rows:
    """Equal round groups, 5 standard deviations apart."""
    return draw(rng, _usual(rng, 5.0, seed=seed))


def eight_sd(rng: np.random.Generator, seed: int) -> Rows:
    """Equal round groups, 6 to 8 standard deviations apart."""
    return draw(rng, _usual(rng, rng.uniform(6.0, 8.0)))


def six_round(rng: np.random.Generator, seed: int) -> Rows:
    """Six round groups in two columns, 8 standard deviations apart."""
    return draw(rng, equal(6, number_of_rows(rng, 300), 2, 8.0))


def unequal(rng: np.random.Generator, seed: int) -> Rows:
    """Sizes from 3% of the rows."""
    k = between(rng, 3, 5)
    small = rng.uniform(0.03, 0.06)
    others = (1.0 - small) * (0.2 / (k - 1) + 0.8 * rng.dirichlet(np.full(k - 1, 4.0)))
    n, d = number_of_rows(rng, 600), between(rng, 2, 5)
    shares = np.array([small, *others])
    return draw(rng, Groups(rng.permutation(shares), np.ones(k), n, d, rng.uniform(5.0, 8.0)))


def spreads(rng: np.random.Generator, seed: int) -> Rows:
    """Spreads that differ up to three times."""
    groups = _usual(rng, rng.uniform(5.0, 7.0), 5)
    wide = np.exp(rng.uniform(0.0, np.log(3.0), len(groups.spreads)))
    return draw(rng, groups._replace(spreads=wide))


def correlations(rng: np.random.Generator, seed: int) -> Rows:
    """Each group with correlations of its own."""
    groups = _usual(rng, rng.uniform(5.0, 8.0), 5)
    return draw(rng, groups, lambda n, d: correlated(rng, n, d, 0.9))


def many_groups(rng: np.random.Generator, seed: int) -> Rows:
    """Seven to twelve groups."""
    k, d = between(rng, 7, 12), between(rng, 2, 6)
    n = LARGE if seed in LARGE_SEEDS else number_of_rows(rng, 60 * k)
    return draw(rng, equal(k, n, d, rng.uniform(5.0, 7.0)))


def many_columns(rng: np.random.Generator, seed: int) -> Rows:
    """Groups in 8 to 12 columns."""
    n, k = number_of_rows(rng, 300), between(rng, 2, 6)
    return draw(rng, equal(k, n, between(rng, 8, 12), rng.uniform(5.0, 7.0)))


def noise_rows(rng: np.random.Generator, seed: int) -> Rows:
    """Groups and 5% of rows that belong to none, uniform in the box around the others."""
    rows = draw(rng, _usual(rng, rng.uniform(5.0, 7.0), 5))
    low, high = rows.X.min(axis=0), rows.X.max(axis=0)
    n_noise = round(len(rows.X) / 19.0)
    noise = rng.uniform(low, high, (n_noise, len(low)))
    return Rows(np.vstack([rows.X, noise]), np.concatenate([rows.labels, np.full(n_noise, -1)]))


def noise_columns(rng: np.random.Generator, seed: int) -> Rows:
    """Groups, and two columns that have nothing to do with them."""
    rows = draw(rng, _usual(rng, rng.uniform(5.0, 8.0), 4))
    extra = [rng.normal(size=len(rows.X)), rng.uniform(0.0, 4.0, len(rows.X))]
    return Rows(np.column_stack([rows.X, *extra]), rows.labels)


def skewed(rng: np.random.Generator, seed: int) -> Rows:
    """Amounts: groups on a logarithmic scale."""
    rows = draw(rng, _usual(rng, rng.uniform(5.0, 8.0), 5))
    return Rows(20.0 * np.exp(0.4 * (rows.X - rows.X.min(axis=0))), rows.labels)


def counts(rng: np.random.Generator, seed: int) -> Rows:
    """Poisson counts; the square root of one has a standard deviation of about 0.5."""
    groups = _usual(rng, rng.uniform(6.0, 8.0), 5)
    centers, labels = 0.5 * centers_of(rng, groups), labels_of(rng, groups)
    rates = (1.0 + centers - centers.min(axis=0)) ** 2
    return Rows(rng.poisson(rates[labels]).astype(np.float64), labels)


def long_tails(rng: np.random.Generator, seed: int) -> Rows:
    """Student's t with five degrees of freedom in each group."""
    groups = _usual(rng, rng.uniform(6.0, 9.0), 5)

    def noise(n: int, d: int) -> np.ndarray:
        return rng.normal(size=(n, d)) / np.sqrt(rng.chisquare(5, (n, 1)) / 3.0)

    return draw(rng, groups, noise)


def boxes(rng: np.random.Generator, seed: int) -> Rows:
    """Uniform cubes with gaps between them."""
    groups = _usual(rng, rng.uniform(6.0, 8.0), 5)
    side = np.sqrt(12.0)
    return draw(rng, groups, lambda n, d: side * (rng.random((n, d)) - 0.5))


def answers(rng: np.random.Generator, seed: int) -> Rows:
    """A questionnaire with groups: answers 1 to 5 around each group's own profile."""
    k, n_items, n = between(rng, 2, 4), between(rng, 5, 10), number_of_rows(rng, 300)
    profiles = rng.choice([1.7, 3.0, 4.3], (k, n_items))
    labels = labels_of(rng, equal(k, n, n_items, 0.0))
    latent = profiles[labels] + rng.normal(0.0, 0.7, (n, n_items))
    return Rows(np.clip(np.round(latent), 1.0, 5.0), labels)


def minorities(rng: np.random.Generator, seed: int) -> Rows:
    """4,000 rows: two groups of 5%, 6 standard deviations from the rest and from each other."""
    shares = np.array([1.0 - 2.0 * MINORITY, MINORITY, MINORITY])
    return draw(rng, Groups(shares, np.ones(3), 4_000, between(rng, 2, 5), 6.0))


def numbers_and_categories(rng: np.random.Generator, seed: int) -> Rows:
    """Groups in numbers, and two categories whose most frequent level is the group's in 80%."""
    rows = draw(rng, _usual(rng, rng.uniform(5.0, 7.0), 4))
    blocks, n = [], len(rows.X)
    for _ in range(2):
        own = rng.integers(0, 3, int(rows.labels.max()) + 1)
        codes = np.where(rng.random(n) < 0.8, own[rows.labels], rng.integers(0, 3, n))
        blocks.append(one_hot(codes, 3))
    return beside(rows.X, blocks)._replace(labels=rows.labels)


FAMILIES: dict[str, Callable[[np.random.Generator, int], Rows]] = {
    function.__name__.replace("_", " "): function
    for function in (
        three_sd,
        four_sd,
        five_sd,
        eight_sd,
        six_round,
        unequal,
        spreads,
        correlations,
        many_groups,
        many_columns,
        noise_rows,
        noise_columns,
        skewed,
        counts,
        long_tails,
        boxes,
        answers,
        minorities,
        numbers_and_categories,
    )
}
