"""Cosine similarity of embeddings, and the length normalisation it rests on."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError
from kowairo.scoring._checks import as_matrix
from kowairo.scoring._fast_cosine import pair_kernel

_BLOCK_ROWS = 4096  # about 6 MB of float64 per side at 192 dimensions
_GATHERED_ROWS = 1024  # both sides, 1.5 MB of float32 at 192 dimensions, stay in a core's own cache


def length_normalize(vectors: ArrayLike) -> NDArray[np.float64]:
    """Scale every row to unit Euclidean length, ``x / |x|``.

    Args:
        vectors: (n, dim), finite.

    Returns:
        (n, dim) float64, a copy; the input is not touched.

    Raises:
        InputError: A row has length zero (its direction is not defined), or is not finite.
    """
    matrix = as_matrix(vectors, name="vectors")
    lengths = np.linalg.norm(matrix, axis=1)
    if (zero := np.flatnonzero(lengths == 0)).size:
        raise InputError(
            f"expected embeddings with a direction, got {zero.size} all-zero rows, the first is row {zero[0]}"
        )
    unit: NDArray[np.float64] = matrix / lengths[:, None]
    return unit


def cosine_scores(enroll: ArrayLike, test: ArrayLike) -> NDArray[np.float64]:
    """Cosine of each enrolment row with the test row beside it, ``e . t / (|e| |t|)``.

    Args:
        enroll: (trial, dim).
        test: (trial, dim).

    Returns:
        (trial,) float64 in [-1, 1]. Never remapped to [0, 1], so that thresholds keep one meaning.

    Raises:
        InputError: The shapes differ, or a row is zero or not finite.
    """
    left, right = as_matrix(enroll, name="enroll"), as_matrix(test, name="test")
    if left.shape != right.shape:
        raise InputError(f"expected enroll and test of one shape, got {left.shape} and {right.shape}")
    scores = np.empty(len(left))
    for start in range(0, len(left), _BLOCK_ROWS):
        rows = slice(start, start + _BLOCK_ROWS)
        scores[rows] = np.einsum("ij,ij->i", length_normalize(left[rows]), length_normalize(right[rows]))
    return np.clip(scores, -1.0, 1.0)


def pair_scores(
    vectors: NDArray[np.floating],
    enroll_rows: NDArray[np.integer],
    test_rows: NDArray[np.integer],
) -> NDArray[np.float64]:
    """Inner products of chosen rows; with rows of unit length these are cosines.

    Factors are float32, as embeddings are: a cosine is off by 1e-7 at most, whatever the dimension. With
    numba the sum is float64; without it rows are gathered in blocks that stay in the cache, and the sum is
    float32. Neither way needs memory that grows with the trials, apart from the result.

    Args:
        vectors: (n, dim).
        enroll_rows: (trial,) row of each trial's enrolment side, in [0, n).
        test_rows: (trial,) row of each trial's test side, in [0, n).

    Returns:
        (trial,) float64.

    Raises:
        InputError: A row number is out of range, or the two sides differ in length.
    """
    single = np.ascontiguousarray(vectors, dtype=np.float32)
    left = _checked_rows(enroll_rows, len(single), name="enroll_rows")
    right = _checked_rows(test_rows, len(single), name="test_rows")
    if left.shape != right.shape:
        raise InputError(f"expected as many enrolments as tests, got {left.size} and {right.size}")
    scores = np.empty(len(left))
    if (kernel := pair_kernel()) is not None:
        kernel(single, left, right, scores)
    else:
        _gathered_products(single, left, right, scores)
    return scores


def cosine_pairs(
    vectors: ArrayLike, enroll_rows: NDArray[np.integer], test_rows: NDArray[np.integer]
) -> NDArray[np.float64]:
    """Cosine of chosen rows, each row scaled to unit length once however many trials it is in.

    Args:
        vectors: (n, dim), finite.
        enroll_rows: (trial,) row of each trial's enrolment side.
        test_rows: (trial,) row of each trial's test side.

    Returns:
        (trial,) float64 in [-1, 1], within 1e-7 of the exact cosine.

    Raises:
        InputError: A vector is zero or not finite, or a row number is out of range.
    """
    return np.clip(pair_scores(length_normalize(vectors), enroll_rows, test_rows), -1.0, 1.0)


def _checked_rows(rows: NDArray[np.integer], count: int, *, name: str) -> NDArray[np.int64]:
    # The compiled kernel does not look: a row out of range would read foreign memory.
    if rows.ndim != 1 or (rows.size and not 0 <= rows.min() <= rows.max() < count):
        raise InputError(f"expected {name} (trial,) in 0..{count - 1}, got shape {rows.shape} of other rows")
    return np.ascontiguousarray(rows, dtype=np.int64)


def _gathered_products(
    vectors: NDArray[np.float32],
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    out: NDArray[np.float64],
) -> None:
    sides = np.empty((2, _GATHERED_ROWS, vectors.shape[1]), dtype=np.float32)
    for start in range(0, len(left), _GATHERED_ROWS):
        block = slice(start, min(start + _GATHERED_ROWS, len(left)))
        first, second = sides[:, : block.stop - start]
        # mode="clip" spares a buffered copy; the row numbers have been checked.
        np.take(vectors, left[block], axis=0, out=first, mode="clip")
        np.take(vectors, right[block], axis=0, out=second, mode="clip")
        out[block] = np.vecdot(first, second)
