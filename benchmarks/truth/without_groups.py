"""Families of tables without groups: one cloud each, of shapes that customer tables have."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import stats

from benchmarks.truth.drawing import (
    Rows,
    between,
    correlated,
    number_of_rows,
    one_hot,
    rotation,
    side_by_side,
)

LARGE = 20_000  # rows of the last seed of each half, in the families that have a large table
LARGE_SEEDS = (18, 19)
CUTS = np.array([-1.5, -0.5, 0.5, 1.5])  # of a latent answer, between 1, 2, 3, 4 and 5


def _size(rng: np.random.Generator, most: int = 8, seed: int | None = None) -> tuple[int, int]:
    """Numbers of rows and of columns; `seed` is given where a family has a large table."""
    n_rows = number_of_rows(rng)
    return (LARGE if seed in LARGE_SEEDS else n_rows), between(rng, 2, most)


def uniform_box(rng: np.random.Generator, seed: int) -> Rows:
    """Uniform in a box along the columns."""
    return Rows(rng.uniform(0.0, 100.0, _size(rng)))


def ball(rng: np.random.Generator, seed: int) -> Rows:
    """Uniform in a ball."""
    n, d = _size(rng, 6)
    X = rng.normal(size=(n, d))
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    return Rows(50.0 + 20.0 * X * rng.random((n, 1)) ** (1.0 / d))


def gaussian(rng: np.random.Generator, seed: int) -> Rows:
    """One Gaussian with correlated columns."""
    return Rows(50.0 + 10.0 * correlated(rng, *_size(rng, 10, seed), 0.9))


def lognormal(rng: np.random.Generator, seed: int) -> Rows:
    """Amounts: exp of a Gaussian with correlated columns, median 100."""
    n, d = _size(rng, seed=seed)
    return Rows(100.0 * np.exp(rng.uniform(0.4, 1.5, d) * correlated(rng, n, d)))


def exponential(rng: np.random.Generator, seed: int) -> Rows:
    """Independent exponential columns."""
    return Rows(rng.exponential(rng.choice([1.0, 30.0, 500.0]), _size(rng)))


def student(rng: np.random.Generator, seed: int) -> Rows:
    """Student's t with three degrees of freedom, one cloud with long tails."""
    n, d = _size(rng, 6)
    return Rows(correlated(rng, n, d) / np.sqrt(rng.chisquare(3, (n, 1)) / 3.0))


def zero_inflated(rng: np.random.Generator, seed: int) -> Rows:
    """Amounts of which 10 to 60% per column are 0; who has more of one has more of the others."""
    n, d = _size(rng, 6)
    u = stats.norm.cdf(correlated(rng, n, d, 0.6))
    zeros = rng.uniform(0.1, 0.6, d)
    rest = np.clip((u - zeros) / (1.0 - zeros), 1e-6, 1.0 - 1e-6)
    return Rows(np.where(u < zeros, 0.0, np.round(50.0 * np.exp(stats.norm.ppf(rest)), 2)))


def poisson(rng: np.random.Generator, seed: int) -> Rows:
    """Counts; in half of the tables each row has a rate of its own (Poisson-gamma)."""
    n, d = _size(rng)
    rates = np.exp(rng.uniform(np.log(1.0), np.log(15.0), d))
    own = rng.gamma(3.0, 1.0 / 3.0, (n, 1)) if rng.random() < 0.5 else 1.0
    return Rows(rng.poisson(rates * own, (n, d)).astype(np.float64))


def _answers(rng: np.random.Generator, n_rows: int, n_items: int) -> np.ndarray:
    """Answers 1 to 5; the items of one trait are correlated, and the traits a little."""
    n_traits = between(rng, 2, 3)
    traits = np.sqrt(0.7) * rng.normal(size=(n_rows, n_traits))
    traits += np.sqrt(0.3) * rng.normal(size=(n_rows, 1))
    loadings = rng.uniform(0.5, 0.85, n_items)
    own = rng.normal(size=(n_rows, n_items)) * np.sqrt(1.0 - loadings**2)
    latent = traits[:, np.arange(n_items) % n_traits] * loadings + own + rng.normal(0, 0.5, n_items)
    return 1.0 + np.searchsorted(CUTS, latent)


def likert(rng: np.random.Generator, seed: int) -> Rows:
    """A questionnaire: answers 1 to 5 of two or three latent traits."""
    return Rows(_answers(rng, number_of_rows(rng), between(rng, 4, 12)))


def _category(rng: np.random.Generator, n_rows: int) -> np.ndarray:
    n_levels = between(rng, 2, 5)
    shares = rng.dirichlet(np.full(n_levels, 3.0))
    return one_hot(rng.choice(n_levels, n_rows, p=shares), n_levels)


def categories(rng: np.random.Generator, seed: int) -> Rows:
    """Three to six independent categories, each in 0/1 columns."""
    n = number_of_rows(rng)
    return side_by_side(np.empty((n, 0)), [_category(rng, n) for _ in range(between(rng, 3, 6))])


def numbers_and_categories(rng: np.random.Generator, seed: int) -> Rows:
    """One Gaussian beside one to three independent categories."""
    n, d = _size(rng, 5)
    blocks = [_category(rng, n) for _ in range(between(rng, 1, 3))]
    return side_by_side(50.0 + 10.0 * correlated(rng, n, d), blocks)


def ridge(rng: np.random.Generator, seed: int) -> Rows:
    """A straight strip, 5 to 20 times longer than wide, in a direction of no column."""
    n, d = _size(rng, 5)
    X = rng.normal(size=(n, d))
    X[:, 0] = rng.uniform(5.0, 20.0) * rng.uniform(-np.sqrt(3.0), np.sqrt(3.0), n)
    return Rows(X @ rotation(rng, d))


def laws(rng: np.random.Generator, seed: int) -> Rows:
    """Correlated columns, each with a law of its own, all with one mode."""
    n, d = _size(rng)
    u = stats.norm.cdf(correlated(rng, n, d)).clip(1e-9, 1.0 - 1e-9)
    every = [stats.gamma(2.0, scale=30.0), stats.norm(40.0, 12.0), stats.beta(2.0, 3.0)]
    every += [stats.uniform(18.0, 60.0), stats.lognorm(0.8, scale=200.0), stats.triang(0.3)]
    return Rows(np.column_stack([every[between(rng, 0, 5)].ppf(column) for column in u.T]))


def shares(rng: np.random.Generator, seed: int) -> Rows:
    """Shares of a sum, Dirichlet: the columns of a row add up to 1."""
    n, d = number_of_rows(rng), between(rng, 3, 7)
    return Rows(rng.dirichlet(rng.uniform(1.5, 6.0, d), n))


def funnel(rng: np.random.Generator, seed: int) -> Rows:
    """One cloud whose spread grows along the first column."""
    n, d = _size(rng, 5)
    X = rng.normal(size=(n, d))
    X[:, 1:] *= np.exp(rng.uniform(0.3, 0.6) * X[:, :1])
    return Rows(X)


def mixed(rng: np.random.Generator, seed: int) -> Rows:
    """Counts, amounts and answers 1 to 5, correlated only within the answers."""
    n = number_of_rows(rng)
    counts = rng.poisson(np.exp(rng.uniform(0.7, 2.5, 2)), (n, 2))
    amounts = 80.0 * np.exp(rng.uniform(0.5, 1.2, 2) * correlated(rng, n, 2))
    return Rows(np.hstack([counts, amounts, _answers(rng, n, between(rng, 2, 6))]))


FAMILIES: dict[str, Callable[[np.random.Generator, int], Rows]] = {
    function.__name__.replace("_", " "): function
    for function in (
        uniform_box,
        ball,
        gaussian,
        lognormal,
        exponential,
        student,
        zero_inflated,
        poisson,
        likert,
        categories,
        numbers_and_categories,
        ridge,
        laws,
        shares,
        funnel,
        mixed,
    )
}
