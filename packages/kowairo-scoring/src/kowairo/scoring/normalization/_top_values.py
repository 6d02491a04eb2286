"""The highest scores of every row of a block, without sorting the block."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

_SAMPLE = 1000  # columns that guess the threshold
_MARGIN_SDS = 3.0  # so that the guess is too high for a few rows in a thousand only
_WORTH_IT = 8  # below this many columns per wanted one a plain partition is as fast

Real = TypeVar("Real", bound=np.floating)


def top_values(scores: NDArray[Real], top_n: int) -> NDArray[Real]:
    """Return the ``top_n`` highest values of each row, in no particular order.

    A threshold that a little more than ``top_n`` values of a row exceed is guessed from evenly spaced
    columns; only what exceeds it is partitioned. The result is exact: rows whose guess was too high are
    partitioned whole. (A partition of all columns costs about 1.3 times the matrix product that made the
    scores, this about 0.4 times; see benchmarks/results/cohort_statistics.md.)

    Args:
        scores: (n, cohort) without NaN.
        top_n: Values to keep, 1 to cohort.

    Returns:
        (n, top_n).
    """
    width = scores.shape[1]
    if top_n == width:
        return scores
    if width < _WORTH_IT * top_n or width < 2 * _SAMPLE or not scores.flags.c_contiguous:
        return _partitioned(scores, top_n)
    above = np.flatnonzero(scores >= _thresholds(scores, top_n)[:, None])
    counts = np.diff(np.searchsorted(above, np.arange(len(scores) + 1) * width))
    candidates = np.full((len(scores), max(top_n, counts.max())), -np.inf, dtype=scores.dtype)
    candidates[np.arange(candidates.shape[1]) < counts[:, None]] = scores.ravel()[above]
    top = _partitioned(candidates, top_n)
    short = counts < top_n
    top[short] = _partitioned(scores[short], top_n)
    return top


def _thresholds(scores: NDArray[Real], top_n: int) -> NDArray[Real]:
    """Guess for each row a value that a little more than ``top_n`` of its values reach."""
    width = scores.shape[1]
    sample = np.ascontiguousarray(scores[:, :: width // _SAMPLE])
    expected = top_n * sample.shape[1] / width
    rank = int(expected + _MARGIN_SDS * np.sqrt(expected)) + 1
    thresholds: NDArray[Real] = _partitioned(sample, rank).min(axis=1)
    return thresholds


def _partitioned(scores: NDArray[Real], top_n: int) -> NDArray[Real]:
    return np.partition(scores, scores.shape[1] - top_n, axis=1)[:, -top_n:]
