"""Rank of the own speaker among all."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError
from kowairo.scoring._checks import as_matrix


def own_ranks(
    scores: ArrayLike, labels: ArrayLike, *, unknown: int | None = None
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.int64]]:
    """Rank of each known probe's own speaker, from 1; equal scores count as better ones.

    Args:
        scores: (probe, speaker)
        labels: (probe,) int, column of the probe's speaker.
        unknown: Label of probes without a column; None allows none.

    Returns:
        The scores as a matrix, (probe,) which probes have a column, (known probe,) their ranks.

    Raises:
        InputError: Shapes differ, a score is not finite, or a label is out of range.
    """
    matrix, columns = as_matrix(scores, name="scores"), np.asarray(labels, dtype=np.int64)
    if columns.shape != matrix.shape[:1] or not columns.size:
        raise InputError(f"expected one label per row of scores {matrix.shape}, got {columns.shape}")
    known = columns != unknown if unknown is not None else np.ones(columns.size, dtype=np.bool_)
    if wrong := columns[known & ((columns < 0) | (columns >= matrix.shape[1]))].tolist():
        raise InputError(f"expected labels in 0..{matrix.shape[1] - 1}, got {wrong[0]}")
    own = matrix[known, columns[known]]
    ranks = np.count_nonzero(matrix[known] >= own[:, None], axis=1).astype(np.int64)
    return matrix, known, ranks
