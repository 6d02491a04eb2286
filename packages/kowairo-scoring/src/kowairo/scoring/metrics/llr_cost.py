"""Cost of log-likelihood ratios over all priors."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from kowairo.scoring.metrics._hull import convex_hull
from kowairo.scoring.metrics._points import sorted_points
from kowairo.scoring.metrics._sides import as_sides


def cllr(target: ArrayLike, nontarget: ArrayLike) -> float:
    """Cost of log-likelihood ratios, in bits per trial.

    ``(mean log2(1 + exp(-target)) + mean log2(1 + exp(nontarget))) / 2``: 0 for certain and right ones,
    1 for all 0, above 1 for misleading ones.

    Args:
        target: (trial,) log-likelihood ratios (natural) of same-speaker trials, 2 or more, finite.
        nontarget: (trial,) log-likelihood ratios of different-speaker trials, finite.

    Returns:
        The cost.

    Raises:
        InputError: There are fewer than 2 targets or no non-targets, or a ratio is NaN or infinite.

    Source: N. Brummer and J. du Preez, 2006.
    """
    targets, nontargets = (side.astype(np.float64) for side in as_sides(target, nontarget))
    misses, alarms = np.logaddexp(0.0, -targets).mean(), np.logaddexp(0.0, nontargets).mean()
    return float(misses + alarms) / (2 * math.log(2))


def min_cllr(target: ArrayLike, nontarget: ArrayLike) -> float:
    """Cost that is left when the best rising map turns the scores into log-likelihood ratios.

    The map is that of pooled adjacent violators, fitted on the same trials: ``cllr - min_cllr`` is what
    bad calibration costs, ``min_cllr`` what bad discrimination does. A constant scorer has 1.

    Args:
        target: (trial,) scores of same-speaker trials, 2 or more.
        nontarget: (trial,) scores of different-speaker trials.

    Returns:
        The cost, in [0, 1].

    Raises:
        InputError: As of ``cllr``.

    Source: N. Brummer and J. du Preez, 2006.
    """
    hull = convex_hull(sorted_points(*as_sides(target, nontarget)))
    hits = np.diff(hull.misses) / hull.num_target  # (segment,) share of the targets with this ratio
    alarms = np.diff(hull.rejections) / hull.num_nontarget
    mixed = (hits > 0) & (alarms > 0)  # a segment of one class has an infinite ratio, which costs nothing
    hits, alarms = hits[mixed], alarms[mixed]
    cost = (hits * np.log1p(alarms / hits)).sum() + (alarms * np.log1p(hits / alarms)).sum()
    return float(cost) / (2 * math.log(2))
