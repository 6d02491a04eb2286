"""Adaptive Z-norm: Z-norm over the part of the cohort that is nearest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kowairo.scoring.normalization.adaptive_norm import AdaptiveNorm
from kowairo.scoring.normalization.moments import Moments
from kowairo.scoring.normalization.z import z_norm


class AdaptiveZNorm(AdaptiveNorm):
    """Z-norm over the nearest cohort rows.

    Args:
        top_n: Nearest cohort rows to use.
        ddof: 0 = population deviation, 1 = sample deviation.
        variant: "own" = the rows nearest to the enrolment, "cross" = those nearest to the test.
        shared_speakers: A cohort holding a trial's speaker is refused, or its rows are excluded.

    Source: the formula of ``z_norm`` with the choice of rows of ``adaptive_s_norm``; SpeechBrain's z-norm
    with a cohort size is this, with ddof 1.
    """

    def combine(self, scores: NDArray[np.float64], enroll: Moments, test: Moments) -> NDArray[np.float64]:
        """Return Z-normed scores."""
        return z_norm(scores, enroll.mean, enroll.std)
