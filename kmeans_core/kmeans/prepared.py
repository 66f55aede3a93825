"""What the restarts of a fit, and the fits of a sweep, share: packed rows, a tree, equal rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kmeans_core.engine.blocks import Workers
from kmeans_core.kmeans import small_seeding
from kmeans_core.kmeans.collapse import collapse_rows, worth_collapsing
from kmeans_core.kmeans.constant import large_constants, zeroed
from kmeans_core.kmeans.iteration import Table
from kmeans_core.kmeans.panels import (
    Rows,
    exact_rows,
    magnitude,
    power_of_two_scale,
    sieve_rows,
    weight_of,
    with_blocks,
)
from kmeans_core.kmeans.variance import mean_variance

if TYPE_CHECKING:
    from kmeans_core.kmeans.rowtree import Tree


class Prepared:
    """A checked matrix with its scale and, once they are asked for, its packed copies.

    `exact` is in the dtype of X, for k-means||, `wide` in float64, for the seeds of small tables,
    and `sieve` in float32, for all else. `X` has 0 in
    large constant columns (constant.py), `constants` their values.
    """

    def __init__(
        self,
        X: np.ndarray,
        weight: np.ndarray | None,
        scale: float,
        constants: np.ndarray | None = None,
    ) -> None:
        self.X, self.weight, self.scale, self.constants = X, weight, scale, constants
        self._exact: Rows | None = None
        self._sieve: Rows | None = None
        self._wide: small_seeding.Wide | None = None
        self._tree: tuple[Rows, Tree] | None = None
        self._collapsed: tuple[Prepared, np.ndarray] | None = None
        self._is_looked_over = False
        self._variance: float | None = None

    def sieve(self, workers: Workers) -> Rows:
        """The panels of float32."""
        if self._sieve is None:
            self._sieve = sieve_rows(self.X, self.weight, self.scale, workers)
        return self._sieve

    def wide(self, n_trials: int, workers: Workers) -> small_seeding.Wide | None:
        """The panels of float64 that seeds of a small table are chosen among; else None."""
        if not small_seeding.suits(self.X.shape, n_trials):
            return None
        if self._wide is None:
            self._wide = small_seeding.wide_panels(self.sieve(workers))
        return self._wide

    def exact(self, workers: Workers) -> Rows:
        """The panels in the dtype of X."""
        if self._exact is None:
            self._exact = exact_rows(self.X, self.weight, self.scale, workers)
        return self._exact

    def tree(self, workers: Workers) -> tuple[Rows, Tree]:
        """The panels of float32 in the order of a tree, and the tree."""
        if self._tree is None:
            from kmeans_core.kmeans.rowtree import grow_tree

            self._tree = grow_tree(self.X, self.weight, self.scale, workers)
        return self._tree

    def collapsed(self) -> tuple[Prepared, np.ndarray] | None:
        """The different rows, and which of them each row equals; None where it does not pay."""
        if not self._is_looked_over:
            self._is_looked_over = True
            equal = collapse_rows(self.X, self.weight) if worth_collapsing(self.X) else None
            if equal is not None:
                self._collapsed = Prepared(equal.X, equal.weight, self.scale), equal.place
        return self._collapsed

    def iterated(self, algorithm: str) -> Prepared:
        """What a run by this algorithm iterates on."""
        collapsed = self.collapsed() if algorithm == "auto" else None
        return self if collapsed is None else collapsed[0]

    def table(self, algorithm: str, n_clusters: int, workers: Workers) -> Table:
        """The packed rows for a run by this algorithm."""
        if algorithm == "kdtree":
            rows, tree = self.tree(workers)
            return Table(with_blocks(rows, n_clusters), tree)
        collapsed = self.collapsed() if algorithm == "auto" else None
        if collapsed is None:
            return Table(with_blocks(self.sieve(workers), n_clusters))
        different, place = collapsed
        rows = with_blocks(different.sieve(workers), n_clusters)
        weight, step = weight_of(self.X, self.weight)
        whole = rows._replace(X=self.X, weight=weight, weight_step=step)
        return Table(rows, None, whole, place)

    def without_constants(self, centers: np.ndarray) -> np.ndarray:
        """The caller's centers, among the rows of `X`."""
        return centers if self.constants is None else centers - self.constants

    def with_constants(self, centers: np.ndarray) -> np.ndarray:
        """These centers among the caller's rows."""
        return centers if self.constants is None else centers + self.constants

    def drop_exact(self) -> None:
        """Give the memory of `exact` back."""
        self._exact = None

    def variance(self, workers: Workers) -> float:
        """`mean_variance` of the rows."""
        if self._variance is None:
            self._variance = mean_variance(with_blocks(self.sieve(workers), 1), workers)
        return self._variance


def prepare(
    X: np.ndarray, weight: np.ndarray | None, workers: Workers, *, in_place: bool = False
) -> Prepared:
    """Look over a checked matrix; what all restarts and all k of a sweep share.

    Large constant columns are set to 0 in a copy, or `in_place`.
    """
    constants = large_constants(X)
    if constants is not None:
        X = zeroed(X, constants != 0.0, in_place=in_place)
    return Prepared(X, weight, power_of_two_scale(magnitude(X, workers), X.dtype), constants)
