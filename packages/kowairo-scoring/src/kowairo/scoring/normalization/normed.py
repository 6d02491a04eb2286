"""Cohort scores of which one side was normalised before: the second step of ZT- and TZ-norm."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from kowairo.scoring.normalization.cohort import Cohort
from kowairo.scoring.normalization.cohort_statistics import cells_in, no_cells
from kowairo.scoring.normalization.moments import Moments

_BLOCK_ROWS = 4096  # some MB of float64


def normed_cohort_moments(
    vectors: ArrayLike, cohort: Cohort, *, ddof: int = 0, speakers: Sequence[str] | None = None
) -> Moments:
    """Mean and deviation of cohort scores that were first normalised by each cohort row's own statistics.

    Row k's scores become ``(s - mu_k) / sd_k``, with mean and deviation over the other rows of the cohort
    that are not of its speaker: what Z-norm (or, cosines being symmetric, T-norm) does to an impostor trial.

    Args:
        vectors: (n, dim) embeddings of any length.
        cohort: The impostors, compared by cosine.
        ddof: 0 or 1, for both steps.
        speakers: (n,) speaker of each row, to leave its own cohort rows out; None = leave out nothing.

    Returns:
        Mean (n,) and deviation (n,), float64.

    Raises:
        InputError: The cohort is not compared by cosine, holds one speaker only, or does not fit.
    """
    matrix = np.asarray(vectors)
    own = no_cells() if speakers is None else cohort.own_cells(speakers)
    normed = cohort.normed_moments(ddof=ddof)
    mean, std = np.empty(len(matrix)), np.empty(len(matrix))
    for start in range(0, len(matrix), _BLOCK_ROWS):
        rows = slice(start, min(start + _BLOCK_ROWS, len(matrix)))
        unit = cohort.project(matrix[rows], first_row=start)
        augmented = np.column_stack([unit, np.ones(len(unit))])
        mean[rows], std[rows] = normed.of(augmented, cells_in(own, rows), ddof=ddof)
    return Moments(mean, std)
