"""Mean and deviation of cohort scores."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kowairo.core import InputError

STD_FLOOR = 1e-5
"""Smallest deviation that is divided by; a cohort that scores everything alike carries no scale."""

_BLOCK_ROWS = 4096  # rows at a time: some MB of float64


class Moments(NamedTuple):
    """Mean and deviation of cohort scores, one of each per utterance or per trial."""

    mean: NDArray[np.float64]
    """(n,)"""
    std: NDArray[np.float64]
    """(n,), at least ``STD_FLOOR``."""


def masked_moments(scores: NDArray[np.floating], *, ddof: int) -> Moments:
    """Mean and deviation along the cohort axis, leaving -inf cells out.

    Args:
        scores: (n, cohort), -inf = not to be counted.
        ddof: 0 = population deviation, 1 = sample deviation.

    Returns:
        Mean (n,) and deviation (n,), float64, the deviation floored at ``STD_FLOOR``.

    Raises:
        InputError: A row has no more than ``ddof`` valid cells.
    """
    valid = scores > -np.inf
    count = valid.sum(axis=1)
    _check_counts(count, ddof=ddof)
    values = np.where(valid, scores, 0).astype(np.float64, copy=False)
    mean = values.sum(axis=1) / count
    squares = np.where(valid, values - mean[:, None], 0.0) ** 2
    return Moments(mean, _floored(squares.sum(axis=1) / (count - ddof)))


class LinearMoments:
    """Mean and deviation over a cohort whose scores are inner products, without making the scores.

    With m the mean of the k cohort rows and C their covariance, a vector x has ``mean = x . m`` and
    ``var = x' C x k / (k - ddof)``. The cells to leave out are few: they are computed and taken off.

    Args:
        rows: (cohort, dim); the score of x and a row is their inner product.
    """

    def __init__(self, rows: NDArray[np.float64]) -> None:
        self._center = rows.mean(axis=0)
        self._deviations = rows - self._center
        self._scatter = self._deviations.T @ self._deviations

    def of(
        self,
        vectors: NDArray[np.float64],
        left_out: tuple[NDArray[np.int64], NDArray[np.int64]],
        *,
        ddof: int,
    ) -> Moments:
        """Measure some vectors.

        Args:
            vectors: (n, dim).
            left_out: (pair,) row of ``vectors`` and (pair,) cohort row of each cell to leave out.
            ddof: 0 = population deviation, 1 = sample deviation.

        Returns:
            Mean (n,) and deviation (n,), the deviation floored at ``STD_FLOOR``.

        Raises:
            InputError: A vector has no more than ``ddof`` cells left.
        """
        rows, cells = left_out[0], self._cells(vectors, *left_out)
        sums, squares = (np.bincount(rows, each, minlength=len(vectors)) for each in (cells, cells**2))
        count = len(self._deviations) - np.bincount(rows, minlength=len(vectors))
        _check_counts(count, ddof=ddof)
        shift = -sums / count
        total = np.einsum("ij,ij->i", vectors @ self._scatter, vectors) - squares - count * shift**2
        return Moments(vectors @ self._center + shift, _floored(np.maximum(total, 0) / (count - ddof)))

    def _cells(
        self, vectors: NDArray[np.float64], rows: NDArray[np.int64], columns: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Scores of single cells, less the vector's mean score."""
        cells = np.empty(len(rows))
        for start in range(0, len(rows), _BLOCK_ROWS):
            block = slice(start, start + _BLOCK_ROWS)
            cells[block] = np.einsum("ij,ij->i", vectors[rows[block]], self._deviations[columns[block]])
        return cells


def _check_counts(count: NDArray[np.int64], *, ddof: int) -> None:
    if ddof not in (0, 1):
        raise InputError(f"expected ddof 0 or 1, got {ddof}")
    if (count <= ddof).any():
        raise InputError(
            f"an utterance has {int(count.min())} cohort rows of other speakers, more than {ddof} are needed"
        )


def _floored(variance: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.maximum(np.sqrt(variance), STD_FLOOR)
