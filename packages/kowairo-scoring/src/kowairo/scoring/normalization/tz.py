"""TZ-norm: T-norm, then Z-norm by impostor scores that were T-normed too."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.scoring.normalization.cohort import Cohort
from kowairo.scoring.normalization.cohort_norm import CohortNorm
from kowairo.scoring.normalization.cohort_statistics import cohort_moments
from kowairo.scoring.normalization.moments import Moments
from kowairo.scoring.normalization.normed import normed_cohort_moments
from kowairo.scoring.normalization.t import t_norm
from kowairo.scoring.normalization.z import z_norm


def tz_norm(
    scores: NDArray[np.float64],
    normed_enroll_mean: NDArray[np.float64],
    normed_enroll_std: NDArray[np.float64],
    test_mean: NDArray[np.float64],
    test_std: NDArray[np.float64],
) -> NDArray[np.float64]:
    """TZ-norm, ``((s - mu_t) / sd_t - mu'_e) / sd'_e``: ZT-norm with the sides exchanged.

    Args:
        scores: (trial,) raw scores.
        normed_enroll_mean: (trial,) mean of the enrolment utterance's scores against the cohort, where each
            cohort row's scores were T-normed against the other rows.
        normed_enroll_std: (trial,) their deviation, above 0.
        test_mean: (trial,) mean of the test utterance against the cohort.
        test_std: (trial,) its deviation, above 0.

    Returns:
        (trial,) float64.

    Source: as ``zt_norm``.
    """
    return z_norm(t_norm(scores, test_mean, test_std), normed_enroll_mean, normed_enroll_std)


class TZNorm(CohortNorm):
    """TZ-norm over a fixed cohort.

    Args:
        ddof: 0 = population deviation, 1 = sample deviation.
        shared_speakers: A cohort holding a trial's speaker is refused, or its rows are excluded.
    """

    def measure(
        self, vectors: ArrayLike, cohort: Cohort, speakers: Sequence[str] | None
    ) -> tuple[Moments, Moments]:
        """Measure (n, dim) embeddings: T-normed scores as enrolments, raw scores as tests."""
        raw = cohort_moments(vectors, cohort, ddof=self.ddof, speakers=speakers)
        return normed_cohort_moments(vectors, cohort, ddof=self.ddof, speakers=speakers), raw

    def combine(self, scores: NDArray[np.float64], enroll: Moments, test: Moments) -> NDArray[np.float64]:
        """Return TZ-normed scores."""
        return tz_norm(scores, *enroll, *test)
