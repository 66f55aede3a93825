"""Scales: words that have an order, and bands of amounts, become whole numbers in that order.

Known scales are those of questionnaires and sizes in sixteen languages, see `scale_words`; bands
such as ``40K - 60K`` are ordered by the numbers in them. A column must have three levels of a scale
and nothing else.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from segment.features.kinds.scale_words import SCALES
from segment.tables.written.missing import AMONG_NUMBERS
from segment.tables.written.numbers import read_numbers

LEAST = 3  # levels that a column must have of a scale


class Scale(NamedTuple):
    """An order of words: the rank of each, and what it is called in sentences."""

    ranks: Mapping[str, float]  # by key
    words: str


def key_of(text: str) -> str:
    """A text without differences of case and spaces or a leading number: ``low`` of ``1 - Low``."""
    bare = " ".join(text.casefold().replace("’", "'").split())
    return re.sub(r"^\(?\d{1,2}\)?\s*[-.:=)]\s*(?=[^\W\d])", "", bare)


def _known() -> list[Scale]:
    scales = []
    for block in SCALES.strip().split("\n\n"):
        line = " ".join(block.split())
        steps = [step.split("|") for step in line.split(" < ")]
        ranks = {key_of(word): float(rank) for rank, words in enumerate(steps, 1) for word in words}
        scales.append(Scale(ranks, f"{steps[0][0]} ... {steps[-1][0]}"))
    return scales


KNOWN = _known()


def scale_of(levels: Iterable[str], least: int = LEAST) -> Scale | None:
    """The scale that all levels belong to, with ranks from 1 for its words; None if there is none.

    Words for missing are left out. The steps of a known scale that are used get the ranks 1, 2, 3
    ...; its other words get ranks between and beyond these, for customers who come later.
    """
    keys = {key_of(level) for level in levels if level.lower() not in AMONG_NUMBERS}
    if len(keys) < least:
        return None
    for scale in KNOWN:
        if keys <= scale.ranks.keys() and len({scale.ranks[k] for k in keys}) >= least:
            return ranked(scale, keys)
    return bands_of(keys) if least >= LEAST else None


def ranked(scale: Scale, keys: Iterable[str]) -> Scale:
    """The scale with the ranks 1, 2, 3 ... for the steps of these words."""
    used = sorted({scale.ranks[key] for key in keys})
    ranks = np.arange(1.0, len(used) + 1)

    def rank(step: float) -> float:
        beyond = min(0.0, step - used[0]) + max(0.0, step - used[-1])
        return float(np.interp(step, used, ranks)) + beyond

    return Scale({key: rank(step) for key, step in scale.ranks.items()}, scale.words)


_NUMBER = r"\d[\d.,' ]*"
_TAIL = re.compile(r"[^\d]*$")
_BETWEEN = re.compile(
    rf"[^\d]{{0,12}}?({_NUMBER}\s*[kmb]?)[^\d]{{0,9}}?(?:-|–|—|to|bis|a|à|until|up to|~|\.\.+|and)"
    rf"[^\d-]{{0,9}}?({_NUMBER}\s*[kmb]?)[^\d]*",
)
_LESS = re.compile(
    rf"(?:<=?|≤|less than|under|below|up to|unter|bis|weniger als|bis zu|moins de|jusqu'à|menos de|"
    rf"hasta|até|meno di|fino a|lower than|at most)[^\d]{{0,9}}?({_NUMBER}\s*[kmb]?)[^\d]*"
)
_MORE = re.compile(
    rf"(?:(?:>=?|≥|more than|over|above|from|at least|über|mehr als|ab|plus de|más de|mas de|"
    rf"mais de|acima de|più di|oltre|greater than)[^\d]{{0,9}}?({_NUMBER}\s*[kmb]?)[^\d]*|"
    rf"[^\d]{{0,5}}({_NUMBER}\s*[kmb]?)[^\d]{{0,9}}?(?:\+|and more|and above|and over|or more|"
    rf"plus|and older|or older|and up|und mehr|und älter|et plus|y más|ou mais|e più|or above)"
    rf"[^\d]*)"
)  # fmt: skip


def bands_of(keys: Iterable[str]) -> Scale | None:
    """Bands such as less than 40K, 40K - 60K, 120K +, in their order; None where one is no band."""
    found: list[tuple[float, float, str]] = []
    n_between = 0
    for key in keys:
        band = _band(key)
        if band is None:
            return None
        n_between += int(np.isfinite(band).all())
        found.append((*band, key))
    found.sort()
    pairs = itertools.pairwise(found)
    overlap = any(a[1] > b[0] + 1e-9 and a[0] != b[0] for a, b in pairs)
    if not n_between or overlap or len({(a, b) for a, b, _ in found}) < len(found):
        return None
    ranks = {key: float(rank) for rank, (_, _, key) in enumerate(found, 1)}
    return Scale(ranks, f"{found[0][2]} ... {found[-1][2]}")


def _band(key: str) -> tuple[float, float] | None:
    text = key.replace("$", "").replace("€", "").replace("£", "").replace("₹", "").strip()
    if match := _LESS.fullmatch(text):
        return -np.inf, _amount(match[1])
    if match := _BETWEEN.fullmatch(text):
        low, high = _amount(match[1]), _amount(match[2])
        if low < high and re.search(r"[kmb]\s*$", match[2]) and not re.search("[kmb]", match[1]):
            scaled = _amount(match[1].strip() + match[2].strip()[-1])  # 40-60K
            low = scaled if scaled < high else low
        return (low, high) if low < high else None
    if match := _MORE.fullmatch(text):
        return _amount(match[1] or match[2]), np.inf
    return None


def _amount(text: str) -> float:
    text = text.strip().rstrip(",.")
    array = np.empty(1, dtype=object)
    array[0] = text.upper().replace(" ", "")
    value = read_numbers(array, ".").values[0]
    return float(value) if value == value else float("nan")
