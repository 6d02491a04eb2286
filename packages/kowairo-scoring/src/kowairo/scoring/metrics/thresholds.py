"""The threshold of a decision, chosen by a named rule."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from kowairo.core import InputError
from kowairo.scoring.metrics._points import Points, sorted_points
from kowairo.scoring.metrics._sides import Floats, as_sides
from kowairo.scoring.metrics.detection_cost import bayes_threshold, dcf_weights, lowest_cost
from kowairo.scoring.metrics.equal_error_rate import interpolated_eer

ThresholdRule = Literal["eer", "min_dcf", "bayes", "false_alarm", "miss", "accuracy"]
"""What the threshold is to reach."""


@dataclass(frozen=True)
class DecisionThreshold:
    """A threshold and the errors that it makes on the trials it was chosen on."""

    value: float
    """Accept at or above it; infinity rejects all."""
    miss: float
    """Share of targets below it."""
    false_alarm: float
    """Share of non-targets at or above it."""
    num_misses: int
    """Targets below it."""
    num_false_alarms: int
    """Non-targets at or above it."""


def choose_threshold(
    target: ArrayLike,
    nontarget: ArrayLike,
    *,
    rule: ThresholdRule,
    p_target: float = 0.01,
    rate: float = 0.01,
) -> DecisionThreshold:
    """Choose a threshold on a list of scores.

    | rule | threshold |
    | --- | --- |
    | eer | where both error rates are equal, interpolated |
    | min_dcf | the cheapest one at ``p_target``, costs 1 and 1 |
    | bayes | ``log((1 - p_target) / p_target)``, for log-likelihood ratios; looks at no score |
    | false_alarm | the lowest score with a false-alarm rate of at most ``rate`` |
    | miss | the highest score with a miss rate of at most ``rate`` |
    | accuracy | the one with the fewest wrong decisions on this list |

    Args:
        target: (trial,) scores of same-speaker trials, 2 or more.
        nontarget: (trial,) scores of different-speaker trials.
        rule: What the threshold is to reach.
        p_target: Target prior of ``min_dcf`` and ``bayes``.
        rate: Largest error rate of ``false_alarm`` and ``miss``, in [0, 1].

    Returns:
        The threshold and its errors. Among equally good ones it is the lowest, except by ``miss``.

    Raises:
        InputError: There are fewer than 2 targets or no non-targets, a score is NaN or infinite, the rule
            is unknown, or a prior or rate is out of range.
    """
    if not 0.0 <= rate <= 1.0:
        raise InputError(f"expected an error rate in [0, 1], got {rate}")
    sides = as_sides(target, nontarget)
    value = _value(sorted_points(*sides), rule, p_target=p_target, rate=rate)
    return _with_errors(value, *sides)


def _value(points: Points, rule: ThresholdRule, *, p_target: float, rate: float) -> float:
    """Threshold by the rule."""
    if rule == "eer":
        return interpolated_eer(points).threshold
    if rule == "min_dcf":
        return lowest_cost(points, *dcf_weights(p_target=p_target)).threshold
    if rule == "bayes":
        return bayes_threshold(p_target=p_target)
    if rule == "false_alarm":
        allowed = math.floor(rate * points.num_nontarget + 1e-9)  # 0.07 * 100 is just above 7
        return float(points.threshold[points.num_nontarget - points.rejections <= allowed][0])
    if rule == "miss":
        allowed = math.floor(rate * points.num_target + 1e-9)
        return float(points.threshold[points.misses <= allowed][-1])
    if rule == "accuracy":
        return lowest_cost(points, float(points.num_target), float(points.num_nontarget)).threshold
    raise InputError(f"expected a threshold rule of {', '.join(get_args(ThresholdRule))}, got {rule!r}")


def _with_errors(value: float, target: Floats, nontarget: Floats) -> DecisionThreshold:
    """Count the errors at a threshold."""
    misses, alarms = int(np.count_nonzero(target < value)), int(np.count_nonzero(nontarget >= value))
    return DecisionThreshold(value, misses / target.size, alarms / nontarget.size, misses, alarms)
