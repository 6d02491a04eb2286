"""AS-norm: S-norm over the part of the cohort that is nearest to the trial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import EmbeddingSet, InputError, Scores
from kowairo.scoring.cosine import length_normalize
from kowairo.scoring.normalization.cohort import Cohort, SharedSpeakers, check_cohort_speakers
from kowairo.scoring.normalization.cohort_statistics import (
    CohortStatistics,
    masked_moments,
    speakers_of,
)
from kowairo.scoring.normalization.s import s_norm
from kowairo.scoring.normalization.score_normalizer import (
    ScoreNormalizer,
    fit_statistics,
    fitted_statistics,
    with_values,
)

Variant = Literal["own", "cross"]
"""Whose nearest cohort rows give a side's statistics: its own (AS-norm1) or the other side's (AS-norm2)."""

_BLOCK_CELLS = 2_000_000  # scores held at a time: 16 MB


def adaptive_s_norm(
    scores: ArrayLike,
    enroll_cohort: ArrayLike,
    test_cohort: ArrayLike,
    *,
    top_n: int = 300,
    ddof: int = 0,
    variant: Variant = "own",
) -> NDArray[np.float64]:
    """AS-norm of trials whose cohort scores are given.

    ``((s - mu_e) / sd_e + (s - mu_t) / sd_t) / 2`` where each side's mean and deviation are taken over
    ``top_n`` cohort rows: variant "own" the rows that score highest with that side, variant "cross" the
    rows that score highest with the other side. A cell of -inf is a row that must not be used for that side.

    Args:
        scores: (trial,) raw scores.
        enroll_cohort: (trial, cohort) scores of the enrolment side against the cohort.
        test_cohort: (trial, cohort) scores of the test side against the same rows.
        top_n: Rows to use; all, if the cohort is smaller.
        ddof: 0 = population deviation (the convention here), 1 = sample deviation.
        variant: "own" or "cross".

    Returns:
        (trial,) float64. The mean of the two sides, not their sum over sqrt(2).

    Raises:
        InputError: An option is unknown, or too few cells are valid.

    Source: Z. N. Karam, W. M. Campbell, N. Dehak, 2011 (adaptive symmetric normalisation); S. Cumani et
    al., 2011; P. Matejka et al., 2017 (variants AS-norm1 and AS-norm2).
    """
    enroll, test = np.asarray(enroll_cohort, dtype=np.float64), np.asarray(test_cohort, dtype=np.float64)
    enroll_rows, test_rows = _top_rows(enroll, top_n), _top_rows(test, top_n)
    if _is_cross(variant):
        enroll_rows, test_rows = test_rows, enroll_rows
    enroll_moments = masked_moments(np.take_along_axis(enroll, enroll_rows, axis=1), ddof=ddof)
    test_moments = masked_moments(np.take_along_axis(test, test_rows, axis=1), ddof=ddof)
    return s_norm(np.asarray(scores, dtype=np.float64), *enroll_moments, *test_moments)


class AdaptiveSNorm(ScoreNormalizer):
    """AS-norm with statistics that are fitted once per utterance (variant "own") or per trial ("cross").

    Args:
        top_n: Nearest cohort rows to use.
        ddof: 0 = population deviation, 1 = sample deviation.
        variant: "own" or "cross"; "cross" costs a pass over the cohort per trial instead of per utterance.
        shared_speakers: A cohort holding a trial's speaker is refused, or its rows are excluded.

    Attributes:
        statistics_: Mean and deviation of every utterance over its own top-n rows, after fitting.
    """

    statistics_: CohortStatistics

    def __init__(
        self,
        *,
        top_n: int = 300,
        ddof: int = 0,
        variant: Variant = "own",
        shared_speakers: SharedSpeakers = "refuse",
    ) -> None:
        self.top_n = top_n
        self.ddof = ddof
        self.variant = variant
        self.shared_speakers = shared_speakers

    def fit(
        self, embeddings: EmbeddingSet, cohort: Cohort, *, utt2spk: Mapping[str, str] | None = None
    ) -> Self:
        """Measure every utterance against the cohort rows nearest to it.

        Raises:
            InputError: An option is unknown, the cohort shares a speaker, or does not fit the embeddings.
        """
        if _is_cross(self.variant):
            self._fit_cross(embeddings, cohort, utt2spk)
            return self
        self.statistics_ = fit_statistics(
            embeddings,
            cohort,
            utt2spk=utt2spk,
            shared_speakers=self.shared_speakers,
            top_n=self.top_n,
            ddof=self.ddof,
        )
        return self

    def transform(self, scores: Scores) -> Scores:
        """Return AS-normed scores.

        Raises:
            InputError: Not fitted, or an utterance was not measured.
        """
        if _is_cross(self.variant):
            return self._transform_cross(scores)
        statistics = fitted_statistics(self)
        enroll, test = statistics.rows(scores.enroll), statistics.rows(scores.test)
        return with_values(scores, s_norm(scores.values, *enroll, *test))

    def _fit_cross(self, embeddings: EmbeddingSet, cohort: Cohort, utt2spk: Mapping[str, str] | None) -> None:
        """Keep what per-trial statistics need: the vectors, the cohort and the labels."""
        self._speakers = None if utt2spk is None else speakers_of(embeddings.utts, utt2spk)
        check_cohort_speakers(cohort, self._speakers or (), shared_speakers=self.shared_speakers)
        self._embeddings, self._cohort = embeddings, cohort

    def _transform_cross(self, scores: Scores) -> Scores:
        """Normalise block by block, so that memory does not grow with the trials."""
        if not hasattr(self, "_cohort"):
            raise InputError("expected a fitted AdaptiveSNorm; call fit first")
        values = np.empty(len(scores.values))
        step = max(1, _BLOCK_CELLS // len(self._cohort))
        for start in range(0, len(values), step):
            rows = slice(start, start + step)
            values[rows] = adaptive_s_norm(
                scores.values[rows],
                self._cohort_scores(scores.enroll[rows]),
                self._cohort_scores(scores.test[rows]),
                top_n=self.top_n,
                ddof=self.ddof,
                variant=self.variant,
            )
        return with_values(scores, values)

    def _cohort_scores(self, utts: Sequence[str]) -> NDArray[np.float64]:
        """Score utterances against the cohort: (n, cohort), own speaker's cells -inf."""
        distinct = sorted(set(utts))
        scores = length_normalize(self._embeddings.rows(distinct)) @ self._cohort.vectors.T
        if self._speakers is not None:
            own = [self._speakers[self._embeddings.index[utt]] for utt in distinct]
            scores[self._cohort.same_speaker(own)] = -np.inf
        index = {utt: i for i, utt in enumerate(distinct)}
        spread: NDArray[np.float64] = scores[[index[utt] for utt in utts]]
        return spread


def _top_rows(scores: NDArray[np.float64], top_n: int) -> NDArray[np.intp]:
    """Columns of the ``top_n`` highest scores of each row, in no particular order."""
    if top_n < 1:
        raise InputError(f"expected top_n of 1 or more, got {top_n}")
    width = scores.shape[1]
    if top_n >= width:
        return np.broadcast_to(np.arange(width), scores.shape)
    return np.argpartition(scores, width - top_n, axis=1)[:, -top_n:]


def _is_cross(variant: str) -> bool:
    """Tell the variants apart and refuse any other name."""
    if variant not in ("own", "cross"):
        raise InputError(f"expected variant own or cross, got {variant!r}")
    return variant == "cross"
