"""Z-norm: scores in units of the enroll side's impostor scores."""

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


class ZNorm(ScoreNormalizer):
    """Z-norm over a fixed cohort (no adaptive choice of rows).

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
        """Return Z-normed scores.

        Raises:
            InputError: Not fitted, or an utterance was not measured.
        """
        mean, std = fitted_statistics(self).rows(scores.enroll)
        return with_values(scores, z_norm(scores.values, mean, std))
