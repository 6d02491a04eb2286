"""The contract of score normalisation."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Self

import numpy as np
from numpy.typing import NDArray

from kowairo.core import EmbeddingSet, InputError, Scores
from kowairo.scoring.normalization.cohort import Cohort, SharedSpeakers, check_cohort_speakers
from kowairo.scoring.normalization.cohort_statistics import CohortStatistics


class ScoreNormalizer(ABC):
    """Fitted on a cohort and the utterances of the trials; then maps scores to comparable scores.

    The cohort's vectors must have gone through the same back-end as the scores.
    """

    @abstractmethod
    def fit(
        self, embeddings: EmbeddingSet, cohort: Cohort, *, utt2spk: Mapping[str, str] | None = None
    ) -> Self:
        """Measure the utterances of the trials against the cohort.

        Args:
            embeddings: Holds every utterance of the trials.
            cohort: The impostors.
            utt2spk: Speakers of the utterances. With it a cohort that shares a speaker with them is refused
                or, if so asked, its rows are left out for that speaker.

        Returns:
            Itself.
        """

    @abstractmethod
    def transform(self, scores: Scores) -> Scores:
        """Return normalised scores of the same trials in the same order."""


def fit_statistics(
    embeddings: EmbeddingSet,
    cohort: Cohort,
    *,
    utt2spk: Mapping[str, str] | None,
    shared_speakers: SharedSpeakers,
    top_n: int | None,
    ddof: int,
) -> CohortStatistics:
    """Check the cohort's speakers, then measure every utterance against it."""
    if utt2spk is not None:
        trial_speakers = {utt2spk[utt] for utt in embeddings.utts if utt in utt2spk}
        check_cohort_speakers(cohort, trial_speakers, shared_speakers=shared_speakers)
    return CohortStatistics.fit(embeddings, cohort, top_n=top_n, ddof=ddof, utt2spk=utt2spk)


def fitted_statistics(normalizer: ScoreNormalizer) -> CohortStatistics:
    """Return the ``statistics_`` of a fitted normaliser.

    Raises:
        InputError: It is not fitted.
    """
    statistics: CohortStatistics | None = getattr(normalizer, "statistics_", None)
    if statistics is None:
        raise InputError(f"expected a fitted {type(normalizer).__name__}; call fit first")
    return statistics


def with_values(scores: Scores, values: NDArray[np.float64]) -> Scores:
    """Return the trials of ``scores`` with other values."""
    return Scores(scores.enroll, scores.test, values)
