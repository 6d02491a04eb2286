"""Adaptive T-norm: T-norm over the part of the cohort that is nearest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kowairo.scoring.normalization.adaptive_norm import AdaptiveNorm
from kowairo.scoring.normalization.moments import Moments
from kowairo.scoring.normalization.t import t_norm


class AdaptiveTNorm(AdaptiveNorm):
    """T-norm over the nearest cohort rows.

    Args:
        top_n: Nearest cohort rows to use.
        ddof: 0 = population deviation, 1 = sample deviation.
        variant: "own" = the rows nearest to the test, "cross" = those nearest to the enrolment.
        shared_speakers: A cohort holding a trial's speaker is refused, or its rows are excluded.

    Source: D. E. Sturim, D. A. Reynolds, 2005 (AT-norm chose the cohort by the enrolment: "cross").
    """

    def combine(self, scores: NDArray[np.float64], enroll: Moments, test: Moments) -> NDArray[np.float64]:
        """Return T-normed scores."""
        return t_norm(scores, test.mean, test.std)
