"""Uniform tables in the box of another one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Box(NamedTuple):
    """A box around a table: ``corner + u * extent`` with u in 0..1, times `axes`, plus `center`."""

    center: np.ndarray  # (n_features,)
    axes: np.ndarray  # (n_features, n_features), one axis per row
    corner: np.ndarray  # (n_features,), along the axes
    extent: np.ndarray  # (n_features,)


def tightest_box(X: np.ndarray) -> Box:
    """The smaller of the two boxes of Tibshirani, Walther and Hastie 2001, section 4.

    One lies along the features, the other along the principal components. Neither is always
    better: correlated columns leave most of the first box empty; of a square, the second box may
    have twice the area.

    Parameters
    ----------
    X : ndarray of float32 or float64, shape (n_samples, n_features)

    Returns
    -------
    Box

    Notes
    -----
    O(n d^2 + d^3) time, O(n d) memory.
    """
    center = X.mean(axis=0)
    centred = np.asarray(X - center, dtype=np.float64)
    straight = np.eye(X.shape[1])
    principal = np.linalg.eigh(_scatter(centred))[1].T
    boxes = [_box(centred, center, axes) for axes in (straight, principal)]
    return min(boxes, key=_log_volume)


def _scatter(centred: np.ndarray) -> np.ndarray:
    """The scatter matrix, with the largest value scaled to 1: its axes are the same."""
    largest = float(np.abs(centred).max())
    scaled = centred / (largest or 1.0)
    return scaled.T @ scaled


def _box(centred: np.ndarray, center: np.ndarray, axes: np.ndarray) -> Box:
    along = centred @ axes.T
    corner = along.min(axis=0)
    return Box(center, axes, corner, along.max(axis=0) - corner)


def _log_volume(box: Box) -> float:
    """A flat direction counts as 1e-9 of the widest, so that two flat boxes can be compared."""
    widest = float(box.extent.max()) or 1.0
    return float(np.log(np.maximum(box.extent, 1e-9 * widest)).sum())


def uniform_rows(box: Box, n_rows: int, rng: np.random.RandomState) -> np.ndarray:
    """Rows drawn uniformly from the box, shape (n_rows, n_features)."""
    draws = rng.random_sample((n_rows, len(box.extent)))
    return np.ascontiguousarray((box.corner + draws * box.extent) @ box.axes + box.center)


def some_rows(X: np.ndarray, most: int, rng: np.random.RandomState) -> np.ndarray:
    """All rows, or `most` of them drawn at random, in their order."""
    if len(X) <= most:
        return X
    return X[np.sort(rng.permutation(len(X))[:most])]
