"""Equal error rate, by every rule in use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError
from kowairo.scoring.metrics._hull import convex_hull
from kowairo.scoring.metrics._points import Points, selected_points, sorted_points
from kowairo.scoring.metrics._sides import Floats, as_sides

EERRule = Literal["roc", "rocch", "cdf", "max", "mean"]
"""How the rate is read off where no threshold makes both error rates equal."""


@dataclass(frozen=True)
class EER:
    """Equal error rate."""

    value: float
    """Fraction in [0, 1]."""
    threshold: float
    """Score at which both error rates are nearest to equal; accept at or above it."""


def eer(target: ArrayLike, nontarget: ArrayLike, *, rule: EERRule = "roc") -> EER:
    """Equal error rate.

    | rule | value | used by |
    | --- | --- | --- |
    | roc | straight lines between the points of the ROC, ties merged | kowairo, WeSpeaker, 3D-Speaker |
    | rocch | straight lines between the vertices of its convex hull: at most ``roc`` | Hyperion, BOSARIS |
    | cdf | miss rate where the two interpolated distribution functions are nearest | VoicePersonification |
    | max | larger of the two rates at the nearest corner of scikit-learn's ROC | clovaai, ESPnet |
    | mean | mean of the two rates at the nearest point | SpeechBrain |

    By ``roc``: at the first point k with ``miss_k >= fa_k``, ``a = d_(k-1) / (d_(k-1) - d_k)`` with
    ``d = miss - fa``, ``EER = miss_(k-1) + a (miss_k - miss_(k-1))``. A constant scorer has 0.5 by ``roc``,
    ``rocch`` and ``mean``, 1 by ``max`` and ``cdf``.

    Args:
        target: (trial,) scores of same-speaker trials, 2 or more.
        nontarget: (trial,) scores of different-speaker trials.
        rule: How the value is read off.

    Returns:
        Value and threshold. By ``roc`` and ``rocch`` the threshold is interpolated between two scores;
        where one of them is the infinity of "reject all" it is the finite score.

    Raises:
        InputError: There are fewer than 2 targets or no non-targets, a score is NaN or infinite, or the
            rule is unknown.
    """
    sides = as_sides(target, nontarget)
    if rule == "roc":
        return interpolated_eer(selected_points(*sides, crossing_bins))
    if rule == "rocch":
        return interpolated_eer(convex_hull(sorted_points(*sides)))
    if rule == "cdf":
        return _cdf_eer(*sides)
    if rule == "max":
        return _max_eer(sorted_points(*sides))
    if rule == "mean":
        return _mean_eer(sorted_points(*sides))
    raise InputError(f"expected an EER rule of {', '.join(get_args(EERRule))}, got {rule!r}")


def interpolated_eer(points: Points) -> EER:
    """Where straight lines between the points cross the diagonal."""
    difference = points.miss - points.false_alarm
    k = int(np.argmax(difference >= 0))  # never 0: the first point has miss 0 and false alarm 1
    part = difference[k - 1] / (difference[k - 1] - difference[k])
    value = points.miss[k - 1] + part * (points.miss[k] - points.miss[k - 1])
    low, high = points.threshold[k - 1], points.threshold[k]
    threshold = (1 - part) * low + part * high if np.isfinite(high) else low
    return EER(float(value), float(threshold))


def crossing_bins(targets_below: NDArray[np.int64], nontargets_below: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Bins of the two points between which the error rates cross."""
    num_target, num_nontarget = int(targets_below[-1]), int(nontargets_below[-1])
    miss = targets_below / num_target
    false_alarm = (num_nontarget - nontargets_below) / num_nontarget
    border = int(np.argmax(miss - false_alarm >= 0))  # the bin below this border holds the point before
    occupied = np.diff(targets_below + nontargets_below) > 0
    wanted = np.zeros(occupied.size, dtype=np.bool_)
    wanted[border - 1] = True
    wanted[border + np.flatnonzero(occupied[border:])[:1]] = True
    return wanted


def _cdf_eer(target: Floats, nontarget: Floats) -> EER:
    """Nearest point of the distribution functions, which rise in straight lines from score to score."""
    scores = np.unique(np.concatenate([target, nontarget]))
    miss = _interpolated_cdf(target, scores)
    false_alarm = 1.0 - _interpolated_cdf(nontarget, scores)
    nearest = int(np.argmin(np.abs(false_alarm - miss)))
    return EER(float(miss[nearest]), float(scores[nearest]))


def _interpolated_cdf(side: Floats, scores: Floats) -> NDArray[np.float64]:
    """Share of a side at or below each score; below its lowest score 1 / n, as the rule has it."""
    return np.interp(scores, np.sort(side), np.arange(1, side.size + 1) / side.size)


def _max_eer(points: Points) -> EER:
    """Larger rate at the nearest corner, from the strictest threshold down.

    scikit-learn leaves points out whose steps on both sides are equal; where the nearest point is one
    of them, the rate is that of a corner further off.
    """
    hits = points.num_target - points.misses[::-1]
    alarms = points.num_nontarget - points.rejections[::-1]
    corner = np.ones(hits.size, dtype=np.bool_)
    corner[1:-1] = (np.diff(hits, 2) != 0) | (np.diff(alarms, 2) != 0)
    miss, false_alarm = 1.0 - hits[corner] / points.num_target, alarms[corner] / points.num_nontarget
    nearest = int(np.argmin(np.abs(miss - false_alarm)))
    threshold = float(points.threshold[::-1][corner][nearest])
    return EER(float(max(miss[nearest], false_alarm[nearest])), threshold)


def _mean_eer(points: Points) -> EER:
    """Mean rate at the nearest point, from the most lenient threshold up; "accept all" is not tried."""
    miss, false_alarm = points.miss[1:], points.false_alarm[1:]
    nearest = int(np.argmin(np.abs(false_alarm - miss)))
    return EER(float(miss[nearest] + false_alarm[nearest]) / 2, float(points.threshold[1:][nearest]))
