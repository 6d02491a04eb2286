"""Z-norm: scores in units of the enroll side's impostor scores."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kowairo.scoring.normalization.cohort_norm import CohortNorm
from kowairo.scoring.normalization.moments import Moments


def z_norm(
    scores: NDArray[np.float64], enroll_mean: NDArray[np.float64], enroll_std: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Z-norm, ``(s - mu_e) / sd_e`` with the enroll side's statistics over the whole cohort.

    Args:
        scores: (trial,) raw scores.
        enroll_mean: (trial,) mean of the trial's enroll utterance against the cohort.
        enroll_std: (trial,) its deviation, above 0.

    Returns:
        (trial,) float64.

    Source: K. P. Li and J. E. Porter, 1988; R. Auckenthaler et al., 2000.
    """
    return (scores - enroll_mean) / enroll_std


class ZNorm(CohortNorm):
    """Z-norm over a fixed cohort (no adaptive choice of rows).

    Args:
        ddof: 0 = population deviation, 1 = sample deviation.
        shared_speakers: A cohort holding a trial's speaker is refused, or its rows are excluded.
    """

    def combine(self, scores: NDArray[np.float64], enroll: Moments, test: Moments) -> NDArray[np.float64]:
        """Return Z-normed scores."""
        return z_norm(scores, enroll.mean, enroll.std)
