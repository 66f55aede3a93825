"""A table as a fit uses it: checked, scaled, and packed once for all runs and all k of a sweep."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from kmeans_core.engine.threads import Workers
from kmeans_core.kmeans.data.constant_columns import large_constants, zeroed
from kmeans_core.kmeans.data.distinct_rows import find_distinct_rows
from kmeans_core.kmeans.data.float64_panels import Float64Panels, float64_panels
from kmeans_core.kmeans.data.packed_rows import (
    Rows,
    exact_rows,
    screen_rows,
    weight_of,
    with_blocks,
)
from kmeans_core.kmeans.data.variance import mean_variance
from kmeans_core.rows.scale import magnitude, power_of_two_scale


class RunData(NamedTuple):
    """What a run iterates on: packed rows.

    For distinct rows, also the original rows and the map from each to its distinct row.
    """

    rows: Rows
    all_rows: Rows | None = None  # the rows of the fit, where `rows` are the distinct ones
    inverse: np.ndarray | None = None  # (n_samples,) the distinct row that each of them equals
    own: Any = None  # what the algorithm has packed for itself beside the rows


class Dataset:
    """A checked matrix and what is made of it: each packed copy once, when it is first needed.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features), C-ordered, float32 or float64
        0 in large constant columns (constant_columns.py).
    weight : ndarray of shape (n_samples,), optional
    scale : float
        A power of two; packed values are multiplied by it.
    constants : ndarray of shape (n_features,), optional
        The values of the large constant columns, 0 elsewhere.

    Attributes
    ----------
    kept : dict
        What has been made so far, by name. An algorithm keeps its own here too, a kd-tree for
        example.

    Notes
    -----
    Three packed forms, because three computations need three. The search needs float32 and an
    offset; k-means|| the caller's dtype and no offset, or its draws would change; greedy k-means++
    on a small table float64 in panels that have the rows of the search's.
    """

    def __init__(
        self,
        X: np.ndarray,
        weight: np.ndarray | None,
        scale: float,
        constants: np.ndarray | None = None,
    ) -> None:
        self.X, self.weight, self.scale, self.constants = X, weight, scale, constants
        self.kept: dict[str, Any] = {}

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """``make()``, kept under `name` and not made again."""
        if name not in self.kept:
            self.kept[name] = make()
        return self.kept[name]

    def screen(self, workers: Workers) -> Rows:
        """Panels of float32, in which nearest centers are searched."""
        return self.once("screen", lambda: screen_rows(self.X, self.weight, self.scale, workers))

    def exact(self, workers: Workers) -> Rows:
        """Panels in the dtype of X, on which k-means|| measures."""
        return self.once("exact", lambda: exact_rows(self.X, self.weight, self.scale, workers))

    def drop_exact(self) -> None:
        """Free the panels of `exact`."""
        self.kept.pop("exact", None)

    def float64(self, workers: Workers) -> Float64Panels:
        """Panels of float64, on which greedy k-means++ measures in a small table."""
        return self.once("float64", lambda: float64_panels(self.screen(workers)))

    def distinct(self) -> tuple[Dataset, np.ndarray] | None:
        """The distinct rows, and which of them each row equals; None where these do not pay."""
        return self.once("distinct", self._find_distinct)

    def _find_distinct(self) -> tuple[Dataset, np.ndarray] | None:
        found = find_distinct_rows(self.X, self.weight)
        if found is None:
            return None
        return Dataset(found.X, found.weight, self.scale), found.inverse

    def iterated(self, join_equal: bool) -> Dataset:
        """The rows that a run iterates on: with `join_equal`, the distinct ones if these pay."""
        distinct = self.distinct() if join_equal else None
        return self if distinct is None else distinct[0]

    def run_data(self, n_clusters: int, join_equal: bool, workers: Workers) -> RunData:
        """The panels that a run searches, cut into the fixed partition for `n_clusters`."""
        rows = with_blocks(self.iterated(join_equal).screen(workers), n_clusters)
        distinct = self.distinct() if join_equal else None
        if distinct is None:
            return RunData(rows)
        weight, step = weight_of(self.X, self.weight)
        all_rows = rows._replace(X=self.X, weight=weight, weight_step=step)
        return RunData(rows, all_rows, distinct[1])

    def without_constants(self, centers: np.ndarray) -> np.ndarray:
        """The caller's centers, as centers among the rows of `X`."""
        return centers if self.constants is None else centers - self.constants

    def with_constants(self, centers: np.ndarray) -> np.ndarray:
        """Centers among the rows of `X`, as centers among the caller's rows."""
        return centers if self.constants is None else centers + self.constants

    def variance(self, workers: Workers) -> float:
        """`mean_variance` of the rows, to which `tol` is relative."""
        return self.once(
            "variance", lambda: mean_variance(with_blocks(self.screen(workers), 1), workers)
        )


def open_dataset(
    X: np.ndarray, weight: np.ndarray | None, workers: Workers, *, in_place: bool = False
) -> Dataset:
    """A `Dataset` of a checked matrix: one pass for the scale.

    Large constant columns are set to 0 in a copy, or in `X` itself if `in_place`.
    """
    constants = large_constants(X)
    if constants is not None:
        X = zeroed(X, constants != 0.0, in_place=in_place)
    return Dataset(X, weight, power_of_two_scale(magnitude(X, workers), X.dtype), constants)
