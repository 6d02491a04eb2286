"""Cosine similarity of embeddings, and the length normalisation it rests on."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError
from kowairo.scoring._checks import as_matrix

_BLOCK_ROWS = 4096  # about 6 MB of float64 per side at 192 dimensions


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
    vectors: NDArray[np.float64],
    enroll_rows: NDArray[np.int64],
    test_rows: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Inner products of chosen rows, gathered in blocks so that memory does not grow with the trials.

    Args:
        vectors: (n, dim); with rows of unit length the result is the cosine.
        enroll_rows: (trial,) int64, row of each trial's enrolment side.
        test_rows: (trial,) int64, row of each trial's test side.

    Returns:
        (trial,) float64.
    """
    scores = np.empty(len(enroll_rows))
    for start in range(0, len(enroll_rows), _BLOCK_ROWS):
        block = slice(start, start + _BLOCK_ROWS)
        scores[block] = np.einsum("ij,ij->i", vectors[enroll_rows[block]], vectors[test_rows[block]])
    return scores
