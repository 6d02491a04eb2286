"""ZT-norm: Z-norm, then T-norm by impostor scores that were Z-normed too."""

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


def zt_norm(
    scores: NDArray[np.float64],
    enroll_mean: NDArray[np.float64],
    enroll_std: NDArray[np.float64],
    normed_test_mean: NDArray[np.float64],
    normed_test_std: NDArray[np.float64],
) -> NDArray[np.float64]:
    """ZT-norm, ``((s - mu_e) / sd_e - mu'_t) / sd'_t``.

    Args:
        scores: (trial,) raw scores.
        enroll_mean: (trial,) mean of the enrolment utterance against the cohort.
        enroll_std: (trial,) its deviation, above 0.
        normed_test_mean: (trial,) mean of the cohort's scores against the test utterance, where each cohort
            row's scores were Z-normed against the other rows.
        normed_test_std: (trial,) their deviation, above 0.

    Returns:
        (trial,) float64.

    Source: R. Auckenthaler et al., 2000. What a row's own score (1) and its speaker's do to the row's
    statistics is left open there; here they are left out.
    """
    return t_norm(z_norm(scores, enroll_mean, enroll_std), normed_test_mean, normed_test_std)


class ZTNorm(CohortNorm):
    """ZT-norm over a fixed cohort; not symmetric, like Z-norm and T-norm themselves.

    Args:
        ddof: 0 = population deviation, 1 = sample deviation.
        shared_speakers: A cohort holding a trial's speaker is refused, or its rows are excluded.
    """

    def measure(
        self, vectors: ArrayLike, cohort: Cohort, speakers: Sequence[str] | None
    ) -> tuple[Moments, Moments]:
        """Measure (n, dim) embeddings: raw scores as enrolments, Z-normed scores as tests."""
        raw = cohort_moments(vectors, cohort, ddof=self.ddof, speakers=speakers)
        return raw, normed_cohort_moments(vectors, cohort, ddof=self.ddof, speakers=speakers)

    def combine(self, scores: NDArray[np.float64], enroll: Moments, test: Moments) -> NDArray[np.float64]:
        """Return ZT-normed scores."""
        return zt_norm(scores, *enroll, *test)
