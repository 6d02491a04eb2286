"""S-norm: the mean of Z-norm and T-norm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

import numpy as np
from numpy.typing import NDArray

from kowairo.core import EmbeddingSet, Scores
from kowairo.scoring.normalization.cohort import Cohort, SharedSpeakers
from kowairo.scoring.normalization.cohort_statistics import CohortStatistics
from kowairo.scoring.normalization.score_normalizer import (
    ScoreNormalizer,
    fit_statistics,
    fitted_statistics,
    with_values,
)
from kowairo.scoring.normalization.t import t_norm
from kowairo.scoring.normalization.z import z_norm


def s_norm(
    scores: NDArray[np.float64],
    enroll_mean: NDArray[np.float64],
    enroll_std: NDArray[np.float64],
    test_mean: NDArray[np.float64],
    test_std: NDArray[np.float64],
) -> NDArray[np.float64]:
    """S-norm, ``((s - mu_e) / sd_e + (s - mu_t) / sd_t) / 2``.

    The scale is the mean of the two sides. Other toolkits divide by sqrt(2) (BOSARIS, Hyperion) or not
    at all; the error rates are the same, thresholds are not.

    Args:
        scores: (trial,) raw scores.
        enroll_mean: (trial,) mean of the enrolment utterance against the cohort.
        enroll_std: (trial,) its deviation, above 0.
        test_mean: (trial,) mean of the test utterance against the cohort.
        test_std: (trial,) its deviation, above 0.

    Returns:
        (trial,) float64, unchanged if the two sides are exchanged.

    Source: S. Shum et al., 2010 (there as a sum); P. Kenny, 2010.
    """
    return (z_norm(scores, enroll_mean, enroll_std) + t_norm(scores, test_mean, test_std)) / 2


class SNorm(ScoreNormalizer):
    """S-norm over a fixed cohort (no adaptive choice of rows).

    Args:
        ddof: 0 = population deviation, 1 = sample deviation.
        shared_speakers: A cohort holding a trial's speaker is refused, or its rows are excluded.

    Attributes:
        statistics_: Mean and deviation of every utterance, after fitting.
    """

    statistics_: CohortStatistics

    def __init__(self, *, ddof: int = 0, shared_speakers: SharedSpeakers = "refuse") -> None:
        self.ddof = ddof
        self.shared_speakers = shared_speakers

    def fit(
        self, embeddings: EmbeddingSet, cohort: Cohort, *, utt2spk: Mapping[str, str] | None = None
    ) -> Self:
        """Measure every utterance against the whole cohort.

        Raises:
            InputError: The cohort shares a speaker, or does not fit the embeddings.
        """
        self.statistics_ = fit_statistics(
            embeddings,
            cohort,
            utt2spk=utt2spk,
            shared_speakers=self.shared_speakers,
            top_n=None,
            ddof=self.ddof,
        )
        return self

    def transform(self, scores: Scores) -> Scores:
        """Return S-normed scores.

        Raises:
            InputError: Not fitted, or an utterance was not measured.
        """
        statistics = fitted_statistics(self)
        enroll, test = statistics.rows(scores.enroll), statistics.rows(scores.test)
        return with_values(scores, s_norm(scores.values, *enroll, *test))
