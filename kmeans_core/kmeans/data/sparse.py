"""Sparse rows written out block by block, so that a sparse fit has the bits of the dense one.

k-means moves its centers to means, which are dense, and the kernels measure rows in dense panels.
So a sparse matrix is written out once. It is recognised by its attributes (SciPy's CSR has
`indptr`, `indices` and `data`; every other format has `.tocsr()`), and SciPy is never imported.

There are two steps. `open_rows` checks everything that can be wrong with the matrix and writes
nothing. `dense_rows` writes it out, after the caller has checked all its other arguments.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from kmeans_core.engine.jit import kernel
from kmeans_core.engine.memory import available_memory
from kmeans_core.validation import check_matrix

_ROWS_PER_CALL = 1 << 12  # so that Ctrl-C is heard


class Csr(NamedTuple):
    """Compressed rows: row i has data[p] in column indices[p] for p in indptr[i]..indptr[i+1]-1."""

    data: np.ndarray  # (n_stored,)
    indices: np.ndarray  # (n_stored,) int32 or int64, any order; numbers of one cell add up
    indptr: np.ndarray  # (n_samples + 1,) int32 or int64
    shape: tuple[int, int]
    source: Any  # the caller's matrix, in CSR

    @property
    def dtype(self) -> np.dtype:
        """float32 or float64, also that of the dense rows."""
        return self.data.dtype


def open_rows(X: Any, *, dtype: Any = None) -> np.ndarray | Csr:
    """As `check_matrix`; a sparse matrix is checked and not yet written out.

    Parameters
    ----------
    X : array-like or sparse matrix of shape (n_samples, n_features)
    dtype : numpy dtype, optional
        Convert to this float type instead of keeping the caller's.

    Returns
    -------
    ndarray of shape (n_samples, n_features), C-ordered, finite, float32 or float64; or Csr
        Both have `shape` and `dtype`.

    Raises
    ------
    TypeError, ValueError
        As `check_matrix`, or the arrays of the sparse matrix contradict each other.
    """
    if not (hasattr(X, "tocsr") or hasattr(X, "indptr")):
        return check_matrix(X, dtype=dtype)
    return _compressed(X, dtype)


def dense_rows(given: np.ndarray | Csr, needed: int) -> np.ndarray:
    """The rows that `open_rows` has checked, as an array.

    Parameters
    ----------
    given : ndarray or Csr
        An array is returned as it is.
    needed : int
        Bytes that the array and all that is made of it will take.

    Raises
    ------
    ValueError
        NaN, infinity, or finite numbers of one cell that add up to infinity.
    MemoryError
        The matrix is sparse, and fewer bytes than `needed` are available.
    """
    if not isinstance(given, Csr):
        return given
    _check_memory(given, needed)
    dense = np.zeros(given.shape, dtype=given.dtype)
    for start in range(0, given.shape[0], _ROWS_PER_CALL):
        stop = min(start + _ROWS_PER_CALL, given.shape[0])
        write_rows(given.data, given.indices, given.indptr, start, stop, dense)
    return check_matrix(dense)


def _compressed(X: Any, dtype: Any) -> Csr:
    """The arrays of `X` as CSR, of types that the kernel knows, checked against each other."""
    if len(X.shape) != 2 or 0 in X.shape:
        # raises, with an array of one number or none: X may be huge
        check_matrix(np.empty(X.shape if 0 in X.shape else (1,) * len(X.shape)))
    if getattr(X, "format", "csr") != "csr" or not hasattr(X, "indptr"):
        X = X.tocsr()
    # As a matrix of one column, the stored numbers get the checks and conversions of any matrix.
    column = np.asarray(X.data).reshape(-1, 1)
    data = check_matrix(column, dtype=dtype, finite=False, min_rows=0).reshape(-1)
    indices, indptr = (
        np.ascontiguousarray(a, dtype=a.dtype if a.dtype in (np.int32, np.int64) else np.int64)
        for a in (np.asarray(X.indices), np.asarray(X.indptr))
    )
    _check_cells(indices, indptr, data.size, X.shape)
    return Csr(data, indices, indptr, tuple(X.shape), X)


def _check_cells(
    indices: np.ndarray, indptr: np.ndarray, n_stored: int, shape: tuple[int, int]
) -> None:
    """ValueError unless every stored number has a cell in the matrix: the kernel does not check."""
    ends = indptr.shape == (shape[0] + 1,) and indptr[0] == 0
    if not ends or (np.diff(indptr) < 0).any() or indptr[-1] > min(n_stored, indices.size):
        raise ValueError(
            f"Sparse X contradicts itself: indptr must rise from 0 to at most the {n_stored} "
            f"stored numbers in {shape[0] + 1} steps."
        )
    used = indices[: indptr[-1]]
    if used.size and (used.min() < 0 or used.max() >= shape[1]):
        raise ValueError(
            f"Sparse X contradicts itself: column indices must lie in 0..{shape[1] - 1}, they run "
            f"from {used.min()} to {used.max()}."
        )


def _check_memory(csr: Csr, needed: int) -> None:
    """MemoryError with the figures if `needed` bytes are more than are available."""
    available = available_memory()
    if available is not None and needed > available:
        raise MemoryError(
            f"X is sparse, and k-means packs it into dense panels: {csr.shape[0]} x {csr.shape[1]} "
            f"{csr.dtype} numbers and their packed copy need {_size(needed)}, and "
            f"{_size(available)} are available: reduce the features, pass float32, or fit a "
            "sample of the rows."
        )


def _size(n_bytes: int) -> str:
    return f"{n_bytes / 1e9:.1f} GB" if n_bytes >= 1e9 else f"{n_bytes / 1e6:.1f} MB"


@kernel
def write_rows(
    data,  # IN  (n_stored,)
    indices,  # IN  (n_stored,)
    indptr,  # IN  (n_samples + 1,)
    start,  # IN  first row
    stop,  # IN
    dense,  # INOUT (n_samples, n_features), zeros
):
    """Add the stored numbers of these rows, in the order in which they are stored."""
    for i in range(start, stop):
        for p in range(indptr[i], indptr[i + 1]):
            dense[i, indices[p]] += data[p]
