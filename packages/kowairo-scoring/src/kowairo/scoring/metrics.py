"""Error rates of verification scores: EER, minDCF and DET points."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError
from kowairo.scoring._checks import as_scores


@dataclass(frozen=True)
class EER:
    """Equal error rate."""

    value: float
    """Fraction in [0, 1]."""
    threshold: float
    """Score at which both error rates are nearest to equal; accept at or above it."""


@dataclass(frozen=True)
class MinDCF:
    """Minimum of the normalised detection cost."""

    value: float
    """At most 1, since rejecting or accepting all costs 1."""
    threshold: float
    """Score at which it is reached; infinity if rejecting all is cheapest."""


@dataclass(frozen=True)
class ErrorRates:
    """Miss and false-alarm rate at every threshold where either can change."""

    threshold: NDArray[np.float64]
    """(point,) ascending: each distinct score, then infinity. A trial is accepted at or above it."""
    miss: NDArray[np.float64]
    """(point,) share of targets below the threshold, rising from 0 to 1."""
    false_alarm: NDArray[np.float64]
    """(point,) share of non-targets at or above the threshold, falling from 1 to 0."""


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


def error_rates(target: ArrayLike, nontarget: ArrayLike) -> ErrorRates:
    """Miss and false-alarm rates with equal scores merged into one point.

    Merging ties makes the result independent of the order of the trials; the first point accepts
    all and the last rejects all.

    Args:
        target: (trial,) scores of same-speaker trials, finite.
        nontarget: (trial,) scores of different-speaker trials, finite.

    Returns:
        Rates at ascending thresholds.

    Raises:
        InputError: A side is empty or holds NaN or infinity.
    """
    targets = np.sort(as_scores(target, name="target"))
    nontargets = np.sort(as_scores(nontarget, name="nontarget"))
    distinct = np.unique(np.concatenate([targets, nontargets]))
    miss = np.searchsorted(targets, distinct, side="left") / targets.size
    false_alarm = 1.0 - np.searchsorted(nontargets, distinct, side="left") / nontargets.size
    return ErrorRates(np.append(distinct, np.inf), np.append(miss, 1.0), np.append(false_alarm, 0.0))


def eer(target: ArrayLike, nontarget: ArrayLike) -> EER:
    """Equal error rate of the ROC with ties merged and straight lines between its points.

    At the first point k with ``miss_k >= fa_k``: ``a = d_(k-1) / (d_(k-1) - d_k)`` with
    ``d = miss - fa``, ``EER = miss_(k-1) + a (miss_k - miss_(k-1))``. A constant scorer has 0.5.
    This is the interpolated ROC, not its convex hull (which gives values at most as large).

    Args:
        target: (trial,) scores of same-speaker trials.
        nontarget: (trial,) scores of different-speaker trials.

    Returns:
        Value and threshold. Between two scores the threshold is interpolated too; where one of them
        is the infinity of "reject all" it is the finite score.

    Raises:
        InputError: A side is empty or holds NaN or infinity.
    """
    rates = error_rates(target, nontarget)
    difference = rates.miss - rates.false_alarm
    k = int(np.argmax(difference >= 0))  # never 0: the first point has miss 0 and false alarm 1
    part = difference[k - 1] / (difference[k - 1] - difference[k])
    value = rates.miss[k - 1] + part * (rates.miss[k] - rates.miss[k - 1])
    low, high = rates.threshold[k - 1], rates.threshold[k]
    threshold = low + part * (high - low) if np.isfinite(high) else low
    return EER(float(value), float(threshold))


def min_dcf(
    target: ArrayLike,
    nontarget: ArrayLike,
    *,
    p_target: float = 0.01,
    c_miss: float = 1.0,
    c_fa: float = 1.0,
) -> MinDCF:
    """Minimum detection cost, normalised by the better of the two trivial systems.

    ``min_t (c_miss p miss(t) + c_fa (1 - p) fa(t)) / min(c_miss p, c_fa (1 - p))``
    over all thresholds including "accept all" and "reject all", so that it never exceeds 1.

    Args:
        target: (trial,) scores of same-speaker trials.
        nontarget: (trial,) scores of different-speaker trials.
        p_target: Prior of a target in (0, 1).
        c_miss: Cost of a miss, positive.
        c_fa: Cost of a false alarm, positive.

    Returns:
        Value and threshold (the lowest one, where several give the minimum).

    Raises:
        InputError: A side is empty, or a parameter is out of range.

    Source: NIST speaker recognition evaluation plans, 1996 on; normalisation as in 2008 and later.
    """
    miss_weight, fa_weight = dcf_weights(p_target=p_target, c_miss=c_miss, c_fa=c_fa)
    rates = error_rates(target, nontarget)
    costs = miss_weight * rates.miss + fa_weight * rates.false_alarm
    best = int(np.argmin(costs))
    return MinDCF(float(costs[best]), float(rates.threshold[best]))


def dcf_weights(*, p_target: float, c_miss: float = 1.0, c_fa: float = 1.0) -> tuple[float, float]:
    """Weights of miss and false-alarm rate in the normalised cost.

    Raises:
        InputError: ``p_target`` is not in (0, 1), or a cost is not positive.
    """
    if not 0.0 < p_target < 1.0:
        raise InputError(f"expected p_target in (0, 1), got {p_target}")
    if not (c_miss > 0 and c_fa > 0):
        raise InputError(f"expected positive costs, got c_miss {c_miss} and c_fa {c_fa}")
    miss, false_alarm = c_miss * p_target, c_fa * (1.0 - p_target)
    return miss / min(miss, false_alarm), false_alarm / min(miss, false_alarm)


def det_points(target: ArrayLike, nontarget: ArrayLike, *, max_points: int = 2000) -> DetPoints:
    """Points of the DET curve: probit of the miss rate against probit of the false-alarm rate.

    Rates of 0 and 1 have no finite deviate; they are moved inside by half a trial,
    ``[0.5 / n, 1 - 0.5 / n]`` with the number of trials n of that side.

    Args:
        target: (trial,) scores of same-speaker trials.
        nontarget: (trial,) scores of different-speaker trials.
        max_points: Keep at most this many points, evenly spread along the curve.

    Returns:
        Rates, thresholds and deviates.

    Raises:
        InputError: A side is empty, or ``max_points`` is below 2.

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
