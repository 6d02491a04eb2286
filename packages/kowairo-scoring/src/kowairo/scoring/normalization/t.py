"""T-norm: scores in units of the test side's impostor scores."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kowairo.scoring.normalization.cohort_norm import CohortNorm
from kowairo.scoring.normalization.moments import Moments


def t_norm(
    scores: NDArray[np.float64], test_mean: NDArray[np.float64], test_std: NDArray[np.float64]
) -> NDArray[np.float64]:
    """T-norm, ``(s - mu_t) / sd_t`` with the test side's statistics over the whole cohort.

    Args:
        scores: (trial,) raw scores.
        test_mean: (trial,) mean of the trial's test utterance against the cohort.
        test_std: (trial,) its deviation, above 0.

    Returns:
        (trial,) float64.

    Source: R. Auckenthaler et al., 2000.
    """
    return (scores - test_mean) / test_std


class TNorm(CohortNorm):
    """T-norm over a fixed cohort (no adaptive choice of rows).

    Args:
        ddof: 0 = population deviation, 1 = sample deviation.
        shared_speakers: A cohort holding a trial's speaker is refused, or its rows are excluded.
    """

    def combine(self, scores: NDArray[np.float64], enroll: Moments, test: Moments) -> NDArray[np.float64]:
        """Return T-normed scores."""
        return t_norm(scores, test.mean, test.std)
