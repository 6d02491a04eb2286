"""Calibration by the best non-decreasing map (pool adjacent violators)."""

from __future__ import annotations

from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.scoring.calibration._training import as_column, as_labels, check_prior
from kowairo.scoring.calibration.base import Calibrator, require_fitted


def isotonic_llrs(
    scores: NDArray[np.float64], target: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Best non-decreasing log-likelihood ratios of the distinct scores, finite at both ends.

    Equal scores are merged. One pseudo-target lies below the lowest score and one pseudo-non-target
    above the highest; the pool-adjacent-violators algorithm then gives every pool of ``t`` targets and
    ``n`` non-targets ``ln(t / (N_t + 1)) - ln(n / (N_n + 1))``. Thus no number of trials claims
    certainty, and a constant scorer has 0. (BOSARIS puts one of each kind at both ends, which leaves a
    constant scorer a bias towards the rarer kind.)

    Args:
        scores: (trial,) finite.
        target: (trial,) both kinds present.

    Returns:
        (score,) distinct scores, ascending, and their (score,) log-likelihood ratios.

    Source: M. Ayer et al., 1955; B. Zadrozny and C. Elkan, 2002; N. Brümmer and J. du Preez, 2006, on
    its use for likelihood ratios (the solution is best at every prior at once).
    """
    from scipy.optimize import isotonic_regression  # slow to import, needed only here

    distinct, index = np.unique(scores, return_inverse=True)
    counts = np.bincount(index, minlength=distinct.size)
    targets = np.bincount(index, weights=target, minlength=distinct.size)
    padded = np.concatenate([[1.0], targets, [0.0]])
    totals = np.concatenate([[1.0], counts, [1.0]])
    share = isotonic_regression(padded / totals, weights=totals).x[1:-1]
    num_target = padded.sum()
    prior_odds = np.log(num_target / (totals.sum() - num_target))
    return distinct, np.log(share) - np.log1p(-share) - prior_odds


class IsotonicCalibrator(Calibrator):
    """The non-decreasing map with the least cross-entropy on its training trials (``isotonic_llrs``).

    Between two training scores the map is a straight line, beyond them it is constant. It follows any
    shape but overfits a few hundred trials, and makes ties of what it pools: prefer logistic regression
    unless there are thousands of trials of each kind. The prior changes nothing, since the
    solution is best at every one.

    Attributes:
        scores_: (knot,) ascending training scores at which the slope changes.
        llrs_: (knot,) their log-likelihood ratios, non-decreasing.
    """

    learned: ClassVar[tuple[str, ...]] = ("scores_", "llrs_")

    scores_: NDArray[np.float64]
    llrs_: NDArray[np.float64]

    def fit(self, scores: ArrayLike, target: ArrayLike, *, prior: float = 0.5) -> Self:
        """Learn the map from (trial,) scores; see ``Calibrator.fit``."""
        values = as_column(scores)
        labels = as_labels(target, expected=len(values))
        check_prior(prior)
        distinct, llrs = isotonic_llrs(values, labels)
        step = np.diff(llrs) != 0
        edge = np.append(True, step) | np.append(step, True)  # first and last score of every pool
        self.scores_, self.llrs_, self.prior_ = distinct[edge], llrs[edge], prior
        return self

    def transform(self, scores: ArrayLike) -> NDArray[np.float64]:
        """Map (trial,) scores to log-likelihood ratios; see ``Calibrator.transform``."""
        require_fitted(self)
        llrs: NDArray[np.float64] = np.interp(as_column(scores), self.scores_, self.llrs_)
        return llrs
