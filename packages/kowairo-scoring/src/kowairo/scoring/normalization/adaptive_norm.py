"""What the adaptive normalisers have in common: statistics over the nearest part of the cohort."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import EmbeddingSet, InputError
from kowairo.scoring.normalization._cohort_state import strings
from kowairo.scoring.normalization.cohort import Cohort
from kowairo.scoring.normalization.cohort_norm import CohortNorm
from kowairo.scoring.normalization.cohort_statistics import cohort_moments
from kowairo.scoring.normalization.cross_statistics import CrossStatistics
from kowairo.scoring.normalization.moments import Moments
from kowairo.scoring.normalization.shared_speakers import SharedSpeakers

Variant = Literal["own", "cross"]
"""Whose nearest cohort rows give a side's statistics: its own (AS-norm1) or the other side's (AS-norm2)."""

_ARRAYS = ("vectors", "nearest")


class AdaptiveNorm(CohortNorm):
    """A normaliser over the ``top_n`` cohort rows that are nearest to a side.

    Args:
        top_n: Nearest cohort rows to use.
        ddof: 0 = population deviation, 1 = sample deviation.
        variant: "own": the rows nearest to the side itself, so that statistics belong to an utterance.
            "cross": those nearest to the other side, so that they belong to a pair; the vectors and each
            utterance's nearest rows are kept, and pairs are measured when they are asked for.
        shared_speakers: A cohort holding a trial's speaker is refused, or its rows are excluded.

    Attributes:
        cross_statistics_: In place of the statistics of each side, if the variant is "cross".
    """

    cross_statistics_: CrossStatistics

    def __init__(
        self,
        *,
        top_n: int = 300,
        ddof: int = 0,
        variant: Variant = "own",
        shared_speakers: SharedSpeakers = "refuse",
    ) -> None:
        super().__init__(ddof=ddof, shared_speakers=shared_speakers)
        self.top_n = top_n
        self.variant = variant

    @property
    def is_cross(self) -> bool:
        """Tell the variants apart.

        Raises:
            InputError: It is neither.
        """
        if self.variant not in ("own", "cross"):
            raise InputError(f"expected variant own or cross, got {self.variant!r}")
        return self.variant == "cross"

    def measure(
        self, vectors: ArrayLike, cohort: Cohort, speakers: Sequence[str] | None
    ) -> tuple[Moments, Moments]:
        """Measure (n, dim) embeddings against the cohort rows nearest to each: the same for both sides."""
        moments = cohort_moments(vectors, cohort, top_n=self.top_n, ddof=self.ddof, speakers=speakers)
        return moments, moments

    def fit_utterances(
        self, embeddings: EmbeddingSet, cohort: Cohort, speakers: Sequence[str] | None
    ) -> None:
        """Learn what ``trial_moments`` needs to know of the utterances."""
        if not self.is_cross:
            super().fit_utterances(embeddings, cohort, speakers)
            return
        self.cross_statistics_ = CrossStatistics.fit(
            embeddings.utts, embeddings.vectors, cohort, top_n=self.top_n, speakers=speakers
        )

    @property
    def utterance_rows(self) -> Mapping[str, int]:
        """Row number of every utterance that was measured."""
        return self.cross_statistics_.index if self.is_cross else super().utterance_rows

    def trial_moments(
        self, enroll_rows: NDArray[np.int64], test_rows: NDArray[np.int64]
    ) -> tuple[Moments, Moments]:
        """Look the moments of both sides of every trial up, or measure them if they belong to the pair."""
        if not self.is_cross:
            return super().trial_moments(enroll_rows, test_rows)
        return self._cross_moments(self.cross_statistics_, enroll_rows, test_rows)

    def pair_moments(self, vectors: NDArray[np.floating]) -> tuple[Moments, Moments]:
        """Measure the (2, dim) embeddings of one pair: two times (1,) mean and deviation."""
        if not self.is_cross:
            return super().pair_moments(vectors)
        pair = CrossStatistics.fit(("enroll", "test"), vectors, self.cohort_, top_n=self.top_n)
        return self._cross_moments(pair, np.array([0]), np.array([1]))

    def _cross_moments(
        self, statistics: CrossStatistics, enroll_rows: NDArray[np.int64], test_rows: NDArray[np.int64]
    ) -> tuple[Moments, Moments]:
        return (
            statistics.moments(enroll_rows, test_rows, ddof=self.ddof),
            statistics.moments(test_rows, enroll_rows, ddof=self.ddof),
        )

    def state(self) -> tuple[dict[str, object], dict[str, NDArray[np.float64]]]:
        """Return what ``fit`` learned of the utterances: JSON values, and the arrays of ``state_names``."""
        if not self.is_cross:
            return super().state()
        learned = self.cross_statistics_
        speakers = None if learned.speakers is None else list(learned.speakers)
        arrays = {name: np.asarray(getattr(learned, name), dtype=np.float64) for name in _ARRAYS}
        return {"utts": list(learned.utts), "speakers": speakers}, arrays

    def state_names(self) -> tuple[str, ...]:
        """Name the arrays of ``state``."""
        return _ARRAYS if self.is_cross else super().state_names()

    def restore(self, learned: Mapping[str, object], arrays: Mapping[str, NDArray[np.float64]]) -> None:
        """Take back what ``state`` returned.

        Raises:
            InputError: The values do not fit each other.
        """
        if not self.is_cross:
            super().restore(learned, arrays)
            return
        utts, vectors, nearest = strings(learned.get("utts")), arrays["vectors"], arrays["nearest"]
        speakers = None if learned.get("speakers") is None else strings(learned["speakers"])
        if not len(utts) == len(vectors) == len(nearest) or (speakers and len(speakers) != len(utts)):
            raise InputError(f"the statistics do not fit the {len(utts)} utterances")
        self.cross_statistics_ = CrossStatistics(
            utts, vectors.astype(np.float32), self.cohort_, nearest.astype(np.int32), speakers
        )
