"""Arrays and parameters in; clean arrays, or one clear error, out.

Every input of the package is checked here once. After that, arrays are float32 or float64,
C-ordered and finite, and kernels check nothing.
"""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np
from numpy.random.bit_generator import ISeedSequence

FLOATS = (np.float64, np.float32)
MISSING = ("NAType", "NaTType")  # types of the missing values of pandas
LARGEST = 2**31 - 1  # the largest count in a kernel
FILL = "fill or drop such rows first."


def check_matrix(
    X: Any,
    name: str = "X",
    *,
    dtype: Any = None,
    min_rows: int = 1,
    copy: bool = False,
    finite: bool = True,
) -> np.ndarray:
    """A C-ordered, finite float32 or float64 matrix from any array-like.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        float32 and float64 keep their type; every other real type becomes float64.
    name : str
        Name of the argument, for errors.
    dtype : numpy dtype, optional
        Convert to this float type instead.
    min_rows : int
        Fewest rows allowed.
    copy : bool
        Return a new array, also if the input could be used as it is.
    finite : bool
        False: the caller finds NaN and infinities in a pass of its own.

    Returns
    -------
    ndarray of float32 or float64, shape (n_samples, n_features)
        Without `copy` it may share the memory of `X`, also of a read-only one: it is not to be
        written to.

    Raises
    ------
    TypeError
        `X` is sparse.
    ValueError
        Not two-dimensional, empty, not numeric, complex, or with a NaN or an infinity.

    Notes
    -----
    O(n d) time. A copy is made only with `copy`, or of another dtype or memory layout.
    """
    array = _numeric_array(X, name)
    _check_shape(array, name, min_rows)
    target = np.dtype(dtype) if dtype is not None else array.dtype
    if target not in FLOATS:
        target = np.dtype(np.float64)
    with np.errstate(over="ignore"):  # of values too large for float32
        clean = (np.array if copy else np.asarray)(array, dtype=target, order="C")
    if finite:
        _check_finite(clean, name)
    return _as_writable(clean)


def _check_shape(array: np.ndarray, name: str, min_rows: int) -> None:
    if array.ndim != 2:
        hint = "Reshape your data: reshape(-1, 1) for one feature, reshape(1, -1) for one row."
        raise ValueError(
            f"{name} must have 2 dimensions (rows, features), got {array.ndim}. "
            f"Expected 2D array, got {'scalar' if array.ndim == 0 else f'{array.ndim}D'} array "
            f"instead. {hint}"
        )
    if array.shape[0] < min_rows:
        raise ValueError(
            f"Found array with {array.shape[0]} sample(s) (shape={array.shape}) while a minimum "
            f"of {min_rows} is required for {name}."
        )
    if array.shape[1] < 1:
        raise ValueError(
            f"Found array with 0 feature(s) (shape={array.shape}) while a minimum of 1 is "
            f"required for {name}."
        )


class _Memory:
    """The memory of an array, declared writable."""

    def __init__(self, array: np.ndarray) -> None:
        interface = array.__array_interface__
        self.array = array  # keeps the memory alive
        self.__array_interface__ = interface | {"data": (interface["data"][0], False)}


def _as_writable(array: np.ndarray) -> np.ndarray:
    """A view of a read-only array that Numba types like a writable one; never written to.

    Columns of pandas are read-only. Numba would compile every kernel a second time for them, 7 s.
    """
    return array if array.flags.writeable else np.asarray(_Memory(array))


def _numeric_array(X: Any, name: str) -> np.ndarray:
    if hasattr(X, "tocsr"):
        raise TypeError(
            f"Sparse input is not supported for {name}: pass {name}.toarray() if it fits in memory."
        )
    if isinstance(X, np.ma.MaskedArray) and np.ma.is_masked(X):
        raise ValueError(f"{name} is a masked array with masked cells: fill or drop them first.")
    try:
        if hasattr(X, "column_names") and not hasattr(X, "__array__"):  # an older Arrow table
            array = np.column_stack([np.asarray(column) for column in X.columns])
        else:
            array = np.asarray(X)
    except ValueError as error:
        raise ValueError(f"{name} is not a rectangular array of numbers: {error}") from None
    if array.dtype.kind == "c":
        raise ValueError(f"Complex data not supported: {name} has dtype {array.dtype}.")
    if array.dtype.kind == "O":
        try:
            array = array.astype(np.float64)
        except (TypeError, ValueError) as error:
            _check_cells(array, name)
            kind = TypeError if isinstance(error, TypeError) else ValueError
            raise kind(f"{name} must hold numbers only: {error}") from None
    if array.dtype.kind not in "fiub":
        raise ValueError(f"{name} must hold numbers only, its dtype is {array.dtype}.")
    return array


def _check_cells(array: np.ndarray, name: str) -> None:
    """Raise for the first object that is not a number, or a missing value."""
    for index in np.ndindex(array.shape):
        try:
            float(array[index])
        except (TypeError, ValueError) as error:
            if array.ndim == 0:
                kind = type(array[index]).__name__
                raise TypeError(f"{name} must be an array of numbers, got a {kind}.") from None
            where = f"first at {_position(index)}"
            if type(array[index]).__name__ in MISSING:
                raise ValueError(f"Input {name} contains NaN ({where}): {FILL}") from None
            raise type(error)(f"{name} must hold numbers only: {error} ({where})") from None


def _position(index: tuple[int, ...]) -> str:
    words = ("row", "column") if len(index) <= 2 else ("index",) * len(index)
    return ", ".join(f"{word} {i}" for word, i in zip(words, index, strict=False))


def _check_finite(array: np.ndarray, name: str) -> None:
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(array.sum()):  # one pass; a NaN or an infinity cannot cancel out
            return
    bad = ~np.isfinite(array)
    if bad.any():
        row, column = np.argwhere(bad)[0]
        kind = "NaN" if np.isnan(array[row, column]) else _infinity(array.dtype)
        raise ValueError(
            f"Input {name} contains {kind} (first at row {row}, column {column}): {FILL}"
        )


def _infinity(dtype: np.dtype) -> str:
    return "infinity" + (", or more than float32 holds" if dtype == np.float32 else "")


def check_sample_weight(sample_weight: Any, n_samples: int, dtype: Any) -> np.ndarray | None:
    """Weights as a vector, or None if all rows have the same weight.

    Parameters
    ----------
    sample_weight : array-like of shape (n_samples,), float or None
        One number is the weight of every row.
    n_samples : int
    dtype : numpy dtype
        Of the result.

    Returns
    -------
    ndarray of `dtype`, shape (n_samples,), or None
        None for None. Not to be written to, as in `check_matrix`.

    Raises
    ------
    ValueError
        Wrong length, not numeric, negative, not finite, or all zero.
    """
    if sample_weight is None:
        return None
    sample_weight = weight_per_row(sample_weight, n_samples)
    with np.errstate(over="ignore"):  # of values too large for float32
        weight = np.ascontiguousarray(_numeric_array(sample_weight, "sample_weight"), dtype=dtype)
    if weight.ndim != 1:
        raise ValueError(f"Sample weights must be 1D array or scalar, got {weight.ndim}D.")
    if weight.shape != (n_samples,):
        raise ValueError(
            f"sample_weight.shape == {weight.shape}, expected ({n_samples},): one weight per row."
        )
    if not np.isfinite(weight).all():
        raise ValueError(f"Input sample_weight contains NaN or {_infinity(weight.dtype)}.")
    if (weight < 0).any():
        row = int(np.argmax(weight < 0))
        raise ValueError(f"Negative values in sample_weight: {weight[row]} at row {row}; limit 0.")
    if not (weight > 0).any():
        raise ValueError("sample_weight is zero for every row: at least one must be positive.")
    with np.errstate(over="ignore"):
        total = weight.sum(dtype=np.float64)
    if total == np.inf:
        raise ValueError("sample_weight adds up to more than float64 can hold: divide all weights.")
    return _as_writable(weight)


def weight_per_row(sample_weight: Any, n_samples: int) -> Any:
    """One number as an array of `n_samples` such weights; anything else unchanged."""
    if isinstance(sample_weight, numbers.Real):
        return np.full(n_samples, sample_weight, dtype=np.float64)
    return sample_weight


def check_integer(value: Any, name: str, *, low: int, high: int | None = None) -> int:
    """`value` as an int.

    Raises
    ------
    TypeError
        Not an integer; a truth value.
    ValueError
        Outside low..high.
    """
    if isinstance(value, bool | np.bool_) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} must be an integer of at least {low}, got {value!r}.")
    number = int(value)
    if number < low or (high is not None and number > high):
        limit = f"at least {low}" if high is None else f"between {low} and {high}"
        raise ValueError(f"{name} must be {limit}, got {value}.")
    return number


def check_n_threads(n_threads: Any) -> None:
    """None or an integer of at least 1; errors as of `check_integer`."""
    if n_threads is not None:
        check_integer(n_threads, "n_threads", low=1)


def check_real(value: Any, name: str, *, low: float) -> float:
    """`value` as a float.

    Raises
    ------
    TypeError
        Not a real number; a truth value.
    ValueError
        Below `low`, NaN or infinite.
    """
    if isinstance(value, bool | np.bool_) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number of at least {low}, got {value!r}.")
    number = float(value)
    if not low <= number < np.inf:
        raise ValueError(f"{name} must be a finite number of at least {low}, got {value}.")
    return number


def check_choice(value: Any, name: str, allowed: tuple[str, ...]) -> str:
    """`value`; ValueError unless it is one of `allowed`."""
    if not isinstance(value, str) or value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed))}, got {value!r}.")
    return value


def check_n_clusters(n_clusters: Any, n_samples: int, name: str = "n_clusters") -> int:
    """`n_clusters` as an int in 1..n_samples; errors as of `check_integer`."""
    n_clusters = check_integer(n_clusters, name, low=1)
    if n_clusters > n_samples:
        raise ValueError(
            f"n_samples={n_samples} should be >= {name}={n_clusters}: "
            "use fewer clusters or more rows."
        )
    return n_clusters


class _NoEntropy(ISeedSequence):
    """A seed of zeros, for a state that is overwritten before its first use."""

    def generate_state(self, n_words: int, dtype: Any = np.uint32) -> Any:
        return [0] * n_words  # a list takes numpy 5 us to read, an array 50 us


def _seeded(seed: int) -> np.random.RandomState:
    """``RandomState(seed)`` in 9 us instead of 200: without a first state, which is overwritten."""
    generator = np.random.RandomState(np.random.MT19937(_NoEntropy()))  # type: ignore[arg-type]
    generator.seed(seed)
    return generator


def check_random_state(seed: Any) -> Any:
    """A numpy RandomState or Generator.

    Parameters
    ----------
    seed : int, RandomState, Generator or None
        None is numpy's global RandomState. An int in 0..2**32 - 1 gives ``RandomState(seed)``.

    Returns
    -------
    RandomState or Generator

    Raises
    ------
    ValueError
        Anything else.
    """
    if seed is None:
        return np.random.mtrand._rand
    if isinstance(seed, np.random.RandomState | np.random.Generator):
        return seed
    if isinstance(seed, numbers.Integral) and not isinstance(seed, bool):
        number = int(seed)
        if not 0 <= number < 2**32:
            raise ValueError(f"random_state must be between 0 and 2**32 - 1, got {seed}.")
        return _seeded(number)
    raise ValueError(
        "random_state must be None, an int, a numpy RandomState or a numpy Generator, "
        f"got {seed!r}."
    )
