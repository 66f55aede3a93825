"""All families, and a table of each for every seed: even seeds to tune with, odd ones to judge."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from typing import NamedTuple

import numpy as np

from benchmarks.truth import shapes, shuffled, with_groups, without_groups
from benchmarks.truth.drawing import Rows

NONE, ROUND, SHAPE = "none", "round", "shape"
HALVES = {"tune": 0, "final": 1}  # the remainder of the seed by 2
SEEDS_PER_HALF = 10


class Table(NamedTuple):
    """A table and the truth about it."""

    family: str  # as in "none/ball", "round/unequal", "shape/moons"
    seed: int
    X: np.ndarray  # (n_rows, n_columns) float64, in the units of a customer table
    labels: np.ndarray | None  # (n_rows,), the group from 0, -1 for noise; None: no groups
    k_true: int  # 1 without groups
    categories: tuple[tuple[int, int], ...]  # start, stop of the 0/1 columns of each category

    @property
    def kind(self) -> str:
        """'none', 'round' or 'shape'."""
        return self.family.split("/")[0]


FAMILIES: dict[str, Callable[[np.random.Generator, int], Rows]] = {
    **{f"{NONE}/{name}": draw for name, draw in without_groups.FAMILIES.items()},
    f"{NONE}/shuffled": shuffled.shuffled,
    **{f"{ROUND}/{name}": draw for name, draw in with_groups.FAMILIES.items()},
    **{f"{SHAPE}/{name}": draw for name, draw in shapes.FAMILIES.items()},
}


def families(pattern: str = "*") -> list[str]:
    """Names that match a pattern such as ``none/*``, without what needs a folder that is missing.

    Several patterns are separated by commas.
    """
    wanted = pattern.split(",")
    names = [name for name in FAMILIES if any(fnmatch(name, one) for one in wanted)]
    missing = f"{NONE}/shuffled"
    if missing in names and not shuffled.is_here():
        print(f"{missing} is left out: there is no folder ../shared/data with the real tables.")
        names.remove(missing)
    return names


def make_table(family: str, seed: int) -> Table:
    """The table of one family and seed; the same bits whenever it is made."""
    rng = np.random.default_rng([zlib.crc32(family.encode()), seed])
    rows = FAMILIES[family](rng, seed)
    k_true = 1 if rows.labels is None else int(rows.labels.max()) + 1
    X = np.ascontiguousarray(rows.X, dtype=np.float64)
    return Table(family, seed, X, rows.labels, k_true, rows.categories)


def seeds_of(half: str, n_seeds: int = SEEDS_PER_HALF) -> list[int]:
    """The first seeds of a half."""
    return [2 * number + HALVES[half] for number in range(n_seeds)]


def tables(half: str, pattern: str = "*", n_seeds: int = SEEDS_PER_HALF) -> Iterator[Table]:
    """Every table of one half, family by family."""
    for family in families(pattern):
        for seed in seeds_of(half, n_seeds):
            yield make_table(family, seed)
