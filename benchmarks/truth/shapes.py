"""Families of tables whose groups are not round: k-means cuts them, single linkage sees them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.truth.drawing import Rows, between, number_of_rows


def _labelled(rng: np.random.Generator, parts: list[np.ndarray], spread: float) -> Rows:
    """The parts under one another, in random order, with Gaussian noise added."""
    labels = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    order = rng.permutation(len(labels))
    X = np.vstack(parts)[order]
    return Rows(X + rng.normal(0.0, spread, X.shape), labels[order])


def _circle(rng: np.random.Generator, n: int, radius: float, turn: float = 2 * np.pi) -> np.ndarray:
    angle = rng.uniform(0.0, turn, n)
    return radius * np.column_stack([np.cos(angle), np.sin(angle)])


def rings(rng: np.random.Generator, seed: int) -> Rows:
    """Two or three rings around one center, equally dense."""
    radii = np.array([1.0, 3.0, 5.0][: between(rng, 2, 3)])
    n = number_of_rows(rng, 300)
    sizes = np.round(n * radii / radii.sum()).astype(int)
    parts = [_circle(rng, size, radius) for size, radius in zip(sizes, radii, strict=True)]
    return _labelled(rng, parts, rng.uniform(0.1, 0.25))


def ring_and_core(rng: np.random.Generator, seed: int) -> Rows:
    """A ring around a round group."""
    n = number_of_rows(rng, 300)
    parts = [np.zeros((n // 3, 2)), _circle(rng, n - n // 3, 4.0)]
    return _labelled(rng, parts, rng.uniform(0.3, 0.5))


def moons(rng: np.random.Generator, seed: int) -> Rows:
    """Two half circles, one inside the other."""
    n = number_of_rows(rng)
    upper = _circle(rng, n // 2, 1.0, np.pi)
    lower = np.array([1.0, 0.5]) - _circle(rng, n - n // 2, 1.0, np.pi)
    return _labelled(rng, [upper, lower], rng.uniform(0.04, 0.09))


def chains(rng: np.random.Generator, seed: int) -> Rows:
    """Two or three curves like an S, side by side."""
    n_chains, n = between(rng, 2, 3), number_of_rows(rng, 300)
    parts = []
    for number in range(n_chains):
        way = rng.uniform(0.0, 1.0, n // n_chains)
        parts.append(np.column_stack([10.0 * way, np.sin(2 * np.pi * way) + 1.5 * number]))
    return _labelled(rng, parts, rng.uniform(0.08, 0.14))


def strips(rng: np.random.Generator, seed: int) -> Rows:
    """Two or three long strips side by side, in a direction of no column."""
    n_strips, n = between(rng, 2, 3), number_of_rows(rng, 300)
    parts = []
    for number in range(n_strips):
        way = rng.uniform(-12.0, 12.0, n // n_strips)
        parts.append(np.column_stack([way, np.full(len(way), 3.0 * number)]))
    rows = _labelled(rng, parts, 0.35)
    turned = np.array([[1.0, 1.0], [-1.0, 1.0]]) / np.sqrt(2.0)
    return rows._replace(X=rows.X @ turned)


FAMILIES: dict[str, Callable[[np.random.Generator, int], Rows]] = {
    function.__name__.replace("_", " "): function
    for function in (rings, ring_and_core, moons, chains, strips)
}
