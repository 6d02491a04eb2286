"""The detection error trade-off curve."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError
from kowairo.scoring.metrics.rates import error_rates


@dataclass(frozen=True)
class DetPoints:
    """A detection error trade-off curve in normal deviates."""

    miss: NDArray[np.float64]
    """(point,) miss rates, fractions."""
    false_alarm: NDArray[np.float64]
    """(point,) false-alarm rates, fractions."""
    threshold: NDArray[np.float64]
    """(point,) scores."""
    miss_deviate: NDArray[np.float64]
    """(point,) probit of the miss rate, finite."""
    false_alarm_deviate: NDArray[np.float64]
    """(point,) probit of the false-alarm rate, finite."""


def det_points(target: ArrayLike, nontarget: ArrayLike, *, max_points: int = 2000) -> DetPoints:
    """Points of the DET curve: probit of the miss rate against probit of the false-alarm rate.

    Rates of 0 and 1 have no finite deviate; they are moved inside by half a trial,
    ``[0.5 / n, 1 - 0.5 / n]`` with the number of trials n of that side.

    Args:
        target: (trial,) scores of same-speaker trials, 2 or more.
        nontarget: (trial,) scores of different-speaker trials.
        max_points: Keep at most this many points, evenly spread along the curve.

    Returns:
        Rates, thresholds and deviates.

    Raises:
        InputError: There are fewer than 2 targets or no non-targets, a score is NaN or infinite, or
            ``max_points`` is below 2.

    Source: A. Martin et al., 1997.
    """
    if max_points < 2:
        raise InputError(f"expected max_points of 2 or more, got {max_points}")
    rates = error_rates(target, nontarget)
    last = rates.miss.size - 1
    keep = np.unique(np.linspace(0, last, min(max_points, last + 1)).round().astype(int))
    miss, false_alarm = rates.miss[keep], rates.false_alarm[keep]
    return DetPoints(
        miss=miss,
        false_alarm=false_alarm,
        threshold=rates.threshold[keep],
        miss_deviate=_probit(miss, np.size(target)),
        false_alarm_deviate=_probit(false_alarm, np.size(nontarget)),
    )


def _probit(rates: NDArray[np.float64], num_trials: int) -> NDArray[np.float64]:
    """Normal deviates of rates, kept finite by half a trial at both ends."""
    inside = np.clip(rates, 0.5 / num_trials, 1 - 0.5 / num_trials)
    return np.array([NormalDist().inv_cdf(rate) for rate in inside.tolist()])
