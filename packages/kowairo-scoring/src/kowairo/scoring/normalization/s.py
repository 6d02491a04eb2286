"""S-norm: the mean of Z-norm and T-norm."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kowairo.core import InputError
from kowairo.scoring.normalization.cohort_norm import CohortNorm
from kowairo.scoring.normalization.moments import Moments
from kowairo.scoring.normalization.shared_speakers import SharedSpeakers
from kowairo.scoring.normalization.t import t_norm
from kowairo.scoring.normalization.z import z_norm

Scale = Literal["half", "sqrt2"]
"""The sum of both sides is divided by 2 (their mean), or by the square root of 2."""


def s_norm(
    scores: NDArray[np.float64],
    enroll_mean: NDArray[np.float64],
    enroll_std: NDArray[np.float64],
    test_mean: NDArray[np.float64],
    test_std: NDArray[np.float64],
    *,
    scale: Scale = "half",
) -> NDArray[np.float64]:
    """S-norm, ``((s - mu_e) / sd_e + (s - mu_t) / sd_t) / 2``.

    The scale is the mean of the two sides unless "sqrt2" is asked for, which others use (BOSARIS,
    Hyperion); the error rates are the same, thresholds are not.

    Args:
        scores: (trial,) raw scores.
        enroll_mean: (trial,) mean of the enrolment utterance against the cohort.
        enroll_std: (trial,) its deviation, above 0.
        test_mean: (trial,) mean of the test utterance against the cohort.
        test_std: (trial,) its deviation, above 0.
        scale: "half" or "sqrt2".

    Returns:
        (trial,) float64, unchanged if the two sides are exchanged.

    Raises:
        InputError: The scale is unknown.

    Source: S. Shum et al., 2010 (there as a sum); P. Kenny, 2010.
    """
    if scale not in ("half", "sqrt2"):
        raise InputError(f"expected scale half or sqrt2, got {scale!r}")
    total = z_norm(scores, enroll_mean, enroll_std) + t_norm(scores, test_mean, test_std)
    return total / (2.0 if scale == "half" else np.sqrt(2.0))


class SNorm(CohortNorm):
    """S-norm over a fixed cohort (no adaptive choice of rows).

    Args:
        ddof: 0 = population deviation, 1 = sample deviation.
        scale: Divide the sum of the sides by 2 ("half") or by the square root of 2 ("sqrt2").
        shared_speakers: A cohort holding a trial's speaker is refused, or its rows are excluded.
    """

    def __init__(
        self, *, ddof: int = 0, scale: Scale = "half", shared_speakers: SharedSpeakers = "refuse"
    ) -> None:
        super().__init__(ddof=ddof, shared_speakers=shared_speakers)
        self.scale = scale

    def combine(self, scores: NDArray[np.float64], enroll: Moments, test: Moments) -> NDArray[np.float64]:
        """Return S-normed scores."""
        return s_norm(scores, *enroll, *test, scale=self.scale)
