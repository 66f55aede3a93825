"""A table without groups that is like another one in all else.

Its columns have the same values where many rows share one, the same skew, the same tails, and the
same rank correlations; but each column has one mode, and all dependence is that of one Gaussian
cloud (a Gaussian copula). Skewed amounts, counts, answers of a questionnaire and categories are
then no evidence of groups by themselves.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.selection.nulls.categories import whole_categories
from kmeans_core.selection.nulls.dip import nearest_unimodal

ATOM = 0.05  # of the rows: a value with this share is kept as it is
FEWEST = 8  # values that a law is fitted to


class Variable(NamedTuple):
    """A column, or the 0/1 columns of one category, in an order that its ranks follow."""

    columns: list[int]  # where they stand in the table
    sorted_rows: np.ndarray  # (n_samples, n_columns): what the null table draws, in order


class Copula(NamedTuple):
    """What rows are drawn from: see `copula_of`."""

    variables: list[Variable]
    root: np.ndarray  # (n_variables, n_variables): times its transpose, the correlations


def copula_of(X: np.ndarray) -> Copula:
    """The copula of a table.

    Parameters
    ----------
    X : ndarray of float64, shape (n_samples, n_features)

    Returns
    -------
    Copula

    Notes
    -----
    A value of at least 5% of the rows stays as it is; the other values of its column become
    quantiles of the nearest law with one mode, see `nearest_unimodal`. The columns as they are
    would keep the modes that groups make, and the null table would hide them. The 0/1 columns of a
    category are one variable, its levels in the order of their means on the first principal
    component of the other columns. A rank correlation r_s belongs to the correlation
    2 sin(pi r_s / 6) of a Gaussian copula (Kruskal 1958, doi 10.1080/01621459.1958.10501481).

    O(n d log n + n d^2 + d^3) time.
    """
    categories = whole_categories(X)
    in_category = {column for category in categories for column in category}
    free = [column for column in range(X.shape[1]) if column not in in_category]
    ranks, variables = [], []
    for column in free:
        ranks.append(mean_ranks(X[:, column]))
        variables.append(Variable([column], one_mode(X[:, column])[:, None]))
    for category in categories:
        level = _ordered_levels(X, category)
        ranks.append(mean_ranks(level))
        in_order = np.argsort(level, kind="stable")
        variables.append(Variable(category, X[in_order][:, category]))
    values, axes = np.linalg.eigh(_correlations(np.column_stack(ranks)))
    return Copula(variables, axes * np.sqrt(np.maximum(values, 0.0)))


def copula_rows(copula: Copula, rng: np.random.RandomState) -> np.ndarray:
    """A table of the size of the one that `copula` is of.

    A column that varies alone is drawn with replacement. In a fixed order its tables would all be
    the same, without the scatter of samples: of 48 columns of 1,000 rows with one mode five were
    then taken for two groups, and of 40 drawn anew none.
    """
    n_samples = len(copula.variables[0].sorted_rows)
    n_features = sum(len(variable.columns) for variable in copula.variables)
    scores = rng.standard_normal((n_samples, len(copula.root))) @ copula.root.T
    table = np.empty((n_samples, n_features))
    is_alone = sum(map(_varies, copula.variables)) == 1
    for variable, score in zip(copula.variables, scores.T, strict=True):
        rows, in_order = variable.sorted_rows, np.argsort(score, kind="stable")
        if is_alone and len(variable.columns) == 1:
            rows = rows[rng.randint(0, n_samples, n_samples)]
        table[in_order[:, None], variable.columns] = rows
    return table


def _varies(variable: Variable) -> bool:
    return bool((variable.sorted_rows[0] != variable.sorted_rows[-1]).any())


def one_mode(column: np.ndarray) -> np.ndarray:
    """The values of a column in order, with one mode beside the values that many rows share."""
    values, counts = np.unique(column, return_counts=True)
    shared = counts >= max(2.0, ATOM * len(column))
    kept = np.repeat(values[shared], counts[shared])
    others = np.repeat(values[~shared], counts[~shared])
    if len(others) >= FEWEST:
        others = nearest_unimodal(others)
    return np.sort(np.concatenate([kept, others]))


def mean_ranks(column: np.ndarray) -> np.ndarray:
    """Ranks from 0.5; equal values share the mean of theirs."""
    _, position, counts = np.unique(column, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - counts / 2.0)[position.reshape(-1)]


def _ordered_levels(X: np.ndarray, category: list[int]) -> np.ndarray:
    """The level of each row, numbered by its mean on the first axis of the other columns."""
    block = X[:, category]
    level = np.argmax(block > block.min(axis=0), axis=1)
    others = np.delete(X, category, axis=1)
    if not others.shape[1]:
        return level
    centred = others - others.mean(axis=0)
    first = centred @ np.linalg.eigh(centred.T @ centred)[1][:, -1]
    sums, counts = np.bincount(level, weights=first), np.bincount(level)
    order = np.argsort(sums / np.maximum(counts, 1), kind="stable")
    return np.argsort(order, kind="stable")[level]


def _correlations(ranks: np.ndarray) -> np.ndarray:
    """Correlations of the normal scores whose rank correlations are those of the table."""
    centred = ranks - ranks.mean(axis=0)
    lengths = np.sqrt((centred**2).sum(axis=0))
    centred /= np.where(lengths > 0.0, lengths, 1.0)
    found = 2.0 * np.sin(np.pi / 6.0 * np.clip(centred.T @ centred, -1.0, 1.0))
    np.fill_diagonal(found, 1.0)
    return found
