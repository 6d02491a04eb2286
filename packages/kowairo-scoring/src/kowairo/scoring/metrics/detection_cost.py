"""Detection cost: at the best threshold, and at the one that calibrated scores imply."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError
from kowairo.scoring.metrics._points import Points, Wanted, selected_points
from kowairo.scoring.metrics._sides import as_sides

CostScale = Literal["normalized", "raw"]
"""Divided by the cost of the better trivial system, or as it is."""


@dataclass(frozen=True)
class MinDCF:
    """Minimum of the detection cost over all thresholds."""

    value: float
    """The cost; if normalised at most 1, since rejecting or accepting all costs 1."""
    threshold: float
    """Score at which it is reached; infinity if rejecting all is cheapest."""


def min_dcf(
    target: ArrayLike,
    nontarget: ArrayLike,
    *,
    p_target: float = 0.01,
    c_miss: float = 1.0,
    c_fa: float = 1.0,
    scale: CostScale = "normalized",
) -> MinDCF:
    """Minimum detection cost, normalised by the better of the two trivial systems unless asked raw.

    ``min_t (c_miss p miss(t) + c_fa (1 - p) fa(t)) / min(c_miss p, c_fa (1 - p))``
    over all thresholds including "accept all" and "reject all", so that it never exceeds 1. The raw
    cost lacks the divisor: at p = 0.01 it is a hundredth.

    Args:
        target: (trial,) scores of same-speaker trials, 2 or more.
        nontarget: (trial,) scores of different-speaker trials.
        p_target: Prior of a target in (0, 1).
        c_miss: Cost of a miss, positive.
        c_fa: Cost of a false alarm, positive.
        scale: "normalized" or "raw".

    Returns:
        Value and threshold (the lowest one, where several give the minimum).

    Raises:
        InputError: There are fewer than 2 targets or no non-targets, a score is NaN or infinite, or a
            parameter is out of range.

    Source: NIST speaker recognition evaluation plans, 1996 on; normalisation as in 2008 and later.
    """
    weights = dcf_weights(p_target=p_target, c_miss=c_miss, c_fa=c_fa, scale=scale)
    points = selected_points(*as_sides(target, nontarget), cheapest_bins(*weights))
    return lowest_cost(points, *weights)


def act_dcf(
    target: ArrayLike,
    nontarget: ArrayLike,
    *,
    p_target: float = 0.01,
    c_miss: float = 1.0,
    c_fa: float = 1.0,
    scale: CostScale = "normalized",
) -> float:
    """Detection cost at the threshold that log-likelihood ratios imply.

    A trial is accepted where ``llr >= log(c_fa (1 - p) / (c_miss p))``. The cost above ``min_dcf`` is
    what a bad calibration costs; it may exceed 1.

    Args:
        target: (trial,) log-likelihood ratios (natural) of same-speaker trials, 2 or more.
        nontarget: (trial,) log-likelihood ratios of different-speaker trials.
        p_target: Prior of a target in (0, 1).
        c_miss: Cost of a miss, positive.
        c_fa: Cost of a false alarm, positive.
        scale: "normalized" or "raw".

    Returns:
        The cost.

    Raises:
        InputError: As of ``min_dcf``.

    Source: NIST speaker recognition evaluation plan, 2016 (actual cost).
    """
    miss_weight, fa_weight = dcf_weights(p_target=p_target, c_miss=c_miss, c_fa=c_fa, scale=scale)
    targets, nontargets = as_sides(target, nontarget)
    threshold = bayes_threshold(p_target=p_target, c_miss=c_miss, c_fa=c_fa)
    miss, false_alarm = np.mean(targets < threshold), np.mean(nontargets >= threshold)
    return float(miss_weight * miss + fa_weight * false_alarm)


def cprimary(
    target: ArrayLike,
    nontarget: ArrayLike,
    *,
    p_targets: Sequence[float] = (0.01, 0.005),
    kind: Literal["act", "min"] = "act",
) -> float:
    """Mean of the normalised detection costs at several priors, costs 1 and 1.

    Args:
        target: (trial,) log-likelihood ratios of same-speaker trials, 2 or more; any scores for "min".
        nontarget: (trial,) the same of different-speaker trials.
        p_targets: The priors; those of the default are of 2016 and 2018 (telephone speech).
        kind: "act" at the implied thresholds, "min" at the best one of each prior.

    Returns:
        The mean cost.

    Raises:
        InputError: As of ``min_dcf``, no prior is given, or the kind is unknown.

    Source: NIST speaker recognition evaluation plan, 2016, "primary cost".
    """
    if not p_targets:
        raise InputError("expected at least one target prior, got none")
    if kind == "act":
        return float(np.mean([act_dcf(target, nontarget, p_target=p) for p in p_targets]))
    if kind == "min":
        return float(np.mean([min_dcf(target, nontarget, p_target=p).value for p in p_targets]))
    raise InputError(f"expected the kind 'act' or 'min', got {kind!r}")


def bayes_threshold(*, p_target: float, c_miss: float = 1.0, c_fa: float = 1.0) -> float:
    """Log-likelihood ratio from which on accepting is the cheaper decision.

    Raises:
        InputError: ``p_target`` is not in (0, 1), or a cost is not positive.
    """
    _check_costs(p_target=p_target, c_miss=c_miss, c_fa=c_fa)
    return math.log(c_fa * (1.0 - p_target)) - math.log(c_miss * p_target)


def dcf_weights(
    *, p_target: float, c_miss: float = 1.0, c_fa: float = 1.0, scale: CostScale = "normalized"
) -> tuple[float, float]:
    """Weights of miss and false-alarm rate in the detection cost.

    Raises:
        InputError: ``p_target`` is not in (0, 1), a cost is not positive, or the scale is unknown.
    """
    _check_costs(p_target=p_target, c_miss=c_miss, c_fa=c_fa)
    if scale not in get_args(CostScale):
        raise InputError(f"expected the scale 'normalized' or 'raw', got {scale!r}")
    miss, false_alarm = c_miss * p_target, c_fa * (1.0 - p_target)
    divisor = min(miss, false_alarm) if scale == "normalized" else 1.0
    return miss / divisor, false_alarm / divisor


def lowest_cost(points: Points, miss_weight: float, fa_weight: float) -> MinDCF:
    """Cheapest of the points."""
    costs = miss_weight * points.miss + fa_weight * points.false_alarm
    best = int(np.argmin(costs))
    return MinDCF(float(costs[best]), float(points.threshold[best]))


def cheapest_bins(miss_weight: float, fa_weight: float) -> Wanted:
    """Choose the bins that may hold the cheapest point: those whose best case is no dearer than a border."""

    def wanted(targets_below: NDArray[np.int64], nontargets_below: NDArray[np.int64]) -> NDArray[np.bool_]:
        num_target, num_nontarget = int(targets_below[-1]), int(nontargets_below[-1])
        miss = miss_weight * (targets_below / num_target)
        false_alarm = fa_weight * ((num_nontarget - nontargets_below) / num_nontarget)
        best_case: NDArray[np.float64] = miss[:-1] + false_alarm[1:]
        cheapest: float = (miss + false_alarm).min()
        return best_case <= cheapest

    return wanted


def _check_costs(*, p_target: float, c_miss: float, c_fa: float) -> None:
    if not 0.0 < p_target < 1.0:
        raise InputError(f"expected p_target in (0, 1), got {p_target}")
    if not (0 < c_miss < math.inf and 0 < c_fa < math.inf):
        raise InputError(f"expected positive costs, got c_miss {c_miss} and c_fa {c_fa}")
