"""Miss and false-alarm rates at every threshold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.scoring.metrics._points import sorted_points
from kowairo.scoring.metrics._sides import as_sides


@dataclass(frozen=True)
class ErrorRates:
    """Miss and false-alarm rate at every threshold where either can change."""

    threshold: NDArray[np.float64]
    """(point,) ascending: each distinct score, then infinity. A trial is accepted at or above it."""
    miss: NDArray[np.float64]
    """(point,) share of targets below the threshold, rising from 0 to 1."""
    false_alarm: NDArray[np.float64]
    """(point,) share of non-targets at or above the threshold, falling from 1 to 0."""


def error_rates(target: ArrayLike, nontarget: ArrayLike) -> ErrorRates:
    """Miss and false-alarm rates with equal scores merged into one point.

    Merging ties makes the result independent of the order of the trials; the first point accepts
    all and the last rejects all.

    Args:
        target: (trial,) scores of same-speaker trials, finite, 2 or more.
        nontarget: (trial,) scores of different-speaker trials, finite.

    Returns:
        Rates at ascending thresholds.

    Raises:
        InputError: There are fewer than 2 targets or no non-targets, or a score is NaN or infinite.
    """
    points = sorted_points(*as_sides(target, nontarget))
    return ErrorRates(points.threshold, points.miss, points.false_alarm)
