"""Parameters: those of `Segmenter`, checked before any work starts."""

from __future__ import annotations

import numbers
from collections.abc import Mapping
from typing import Any

from segment.clusters.cluster import METHODS
from segment.errors import SegmentError
from segment.features.customers.clean import DUPLICATES
from segment.features.features import OUTLIERS, SCALES
from segment.tables.cells import ORDERS
from segment.wording import quote

LISTS = ("features", "drop", "numbers", "categories", "missing", "derive", "split")
ONE_OF = {
    "method": METHODS,
    "scale": SCALES,
    "outliers": OUTLIERS,
    "duplicates": (None, *DUPLICATES),
    "decimal": (None, ".", ","),
    "day_order": (None, *ORDERS),
}
# parameter -> its name in messages, lowest and highest value
WHOLE_NUMBERS = {
    "k_max": ("k_max", 2, None),
    "random_state": ("seed", 0, 2**32 - 1),
    "n_segments": ("the number of segments", 1, None),
    "n_threads": ("threads", 1, None),
}
REAL_NUMBERS = {
    "category_weight": ("category weight", 0, 1e6),
    "outlier_threshold": ("the outlier threshold", 0.1, 1e6),
    "min_variance": ("the least variance", 0, 1),
    "max_correlation": ("the highest correlation", 0, 1),
}
MAY_BE_NONE = ("n_segments", "n_threads", "k_max")


def check_parameters(values: Mapping[str, Any]) -> None:
    """SegmentError for the first parameter that cannot be used, with its value and the limits."""
    for name in LISTS:
        if isinstance(values[name], str):
            raise SegmentError(f"{name} must be a list of texts, not one text")
    for name, known in ONE_OF.items():
        if values[name] not in known:
            words = ", ".join(word if word.isalnum() else quote(word) for word in known if word)
            raise SegmentError(f"no {name} {quote(values[name])}; there are {words}")
    for name, (words, low, high) in WHOLE_NUMBERS.items():
        if values[name] is not None or name not in MAY_BE_NONE:
            _check_whole(values[name], words, low, high)
    for name, limits in REAL_NUMBERS.items():
        _check_real(values[name], *limits)
    for name, weight in (values["weights"] or {}).items():
        _check_real(weight, f"the weight of {quote(name)}", 0, 1e6)
    for name, (low, high) in (values["ranges"] or {}).items():
        if not low < high:
            raise SegmentError(f"the range of {quote(name)} must be low:high, got {low}:{high}")


def _check_real(value: Any, name: str, low: float, high: float) -> None:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not low <= value <= high:
        raise SegmentError(f"{name} must be a number from {low:g} to {high:g}, got {value!r}")


def _check_whole(value: Any, name: str, low: int, high: int | None) -> None:
    limits = f"at least {low}" if high is None else f"from {low} to {high}"
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not whole or value < low or (high is not None and value > high):
        raise SegmentError(f"{name} must be a whole number {limits}, got {value!r}")
