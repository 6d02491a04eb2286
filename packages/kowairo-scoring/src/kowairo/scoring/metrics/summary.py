"""EER and minDCFs of one score list in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.scoring.metrics._points import selected_points
from kowairo.scoring.metrics._sides import as_sides
from kowairo.scoring.metrics.detection_cost import MinDCF, cheapest_bins, dcf_weights, lowest_cost
from kowairo.scoring.metrics.equal_error_rate import EER, crossing_bins, interpolated_eer


@dataclass(frozen=True)
class VerificationSummary:
    """The figures that a table of results holds."""

    eer: EER
    """Equal error rate by the rule ``roc``."""
    min_dcf: dict[float, MinDCF]
    """Normalised minDCF by target prior."""


def verification_summary(
    target: ArrayLike, nontarget: ArrayLike, *, p_targets: Sequence[float] = (0.01, 0.05)
) -> VerificationSummary:
    """EER and normalised minDCFs; the scores are gone through once, however many priors there are.

    Args:
        target: (trial,) scores of same-speaker trials, 2 or more; float32 is read without a copy.
        nontarget: (trial,) scores of different-speaker trials.
        p_targets: Target priors of the minDCFs, costs 1 and 1.

    Returns:
        The same as ``eer`` and ``min_dcf`` give one by one.

    Raises:
        InputError: There are fewer than 2 targets or no non-targets, a score is NaN or infinite, or a
            prior is out of range.
    """
    sides = as_sides(target, nontarget)
    weights = {p_target: dcf_weights(p_target=p_target) for p_target in p_targets}
    rules = [crossing_bins, *(cheapest_bins(*pair) for pair in weights.values())]

    def wanted(targets_below: NDArray[np.int64], nontargets_below: NDArray[np.int64]) -> NDArray[np.bool_]:
        masks = [rule(targets_below, nontargets_below) for rule in rules]
        any_of_them: NDArray[np.bool_] = np.any(masks, axis=0)
        return any_of_them

    points = selected_points(*sides, wanted)
    costs = {p_target: lowest_cost(points, *pair) for p_target, pair in weights.items()}
    return VerificationSummary(interpolated_eer(points), costs)
