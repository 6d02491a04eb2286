"""What the normalisers have in common: statistics of each side, kept per utterance beside the cohort."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import EmbeddingSet, InputError, Scores
from kowairo.core.score_blocks import ScoreBlock
from kowairo.scoring._artefact import load_artefact, save_artefact
from kowairo.scoring.normalization._cohort_state import ARRAYS, cohort_from_state, cohort_state, strings
from kowairo.scoring.normalization.cohort import Cohort
from kowairo.scoring.normalization.cohort_statistics import (
    CohortStatistics,
    cohort_moments,
    row_numbers,
    speakers_of,
)
from kowairo.scoring.normalization.moments import Moments
from kowairo.scoring.normalization.score_normalizer import ScoreNormalizer
from kowairo.scoring.normalization.shared_speakers import SharedSpeakers, check_cohort_speakers
from kowairo.scoring.normalization.unusable_row import named_rows

_STATISTICS = ("enroll_mean", "enroll_std", "test_mean", "test_std")


class CohortNorm(ScoreNormalizer):
    """A formula of the score and of the cohort scores' mean and deviation on each side.

    A subclass gives the formula, ``combine``, and if its statistics are not those of plain scores over the
    whole cohort, ``measure``.

    Args:
        ddof: 0 = population deviation, 1 = sample deviation.
        shared_speakers: A cohort holding a trial's speaker is refused, or its rows are excluded for the
            sides of that speaker.

    Attributes:
        cohort_: The cohort, after fitting.
        enroll_statistics_: Mean and deviation of every utterance as an enrolment.
        test_statistics_: Mean and deviation of every utterance as a test.
    """

    cohort_: Cohort
    enroll_statistics_: CohortStatistics
    test_statistics_: CohortStatistics

    def __init__(self, *, ddof: int = 0, shared_speakers: SharedSpeakers = "refuse") -> None:
        self.ddof = ddof
        self.shared_speakers = shared_speakers

    @abstractmethod
    def combine(self, scores: NDArray[np.float64], enroll: Moments, test: Moments) -> NDArray[np.float64]:
        """Normalise (trial,) scores by the (trial,) moments of both sides."""

    def measure(
        self, vectors: ArrayLike, cohort: Cohort, speakers: Sequence[str] | None
    ) -> tuple[Moments, Moments]:
        """Measure (n, dim) embeddings against the cohort: as enrolments, and as tests."""
        moments = cohort_moments(vectors, cohort, ddof=self.ddof, speakers=speakers)
        return moments, moments

    def fit(
        self, embeddings: EmbeddingSet, cohort: Cohort, *, utt2spk: Mapping[str, str] | None = None
    ) -> Self:
        """Measure every utterance against the cohort.

        Raises:
            InputError: An option is unknown, the cohort shares a speaker, or does not fit the embeddings.
        """
        speakers = None if utt2spk is None else speakers_of(embeddings.utts, utt2spk)
        check_cohort_speakers(cohort, speakers or (), shared_speakers=self.shared_speakers)
        with named_rows(embeddings.utts):
            self.fit_utterances(embeddings, cohort, speakers)
        self.cohort_ = cohort
        return self

    def fit_utterances(
        self, embeddings: EmbeddingSet, cohort: Cohort, speakers: Sequence[str] | None
    ) -> None:
        """Learn what ``trial_moments`` needs to know of the utterances."""
        utts = tuple(embeddings.utts)
        enroll, test = self.measure(embeddings.vectors, cohort, speakers)
        self.enroll_statistics_ = CohortStatistics(utts, *enroll)
        same = test is enroll
        self.test_statistics_ = self.enroll_statistics_ if same else CohortStatistics(utts, *test)

    def transform(self, scores: Scores) -> Scores:
        """Return normalised scores of the same trials in the same order.

        Raises:
            InputError: Not fitted, or an utterance was not measured.
        """
        self.check_fitted()
        rows = (row_numbers(self.utterance_rows, utts) for utts in (scores.enroll, scores.test))
        values = np.asarray(scores.values, dtype=np.float64)
        return Scores(scores.enroll, scores.test, self.combine(values, *self.trial_moments(*rows)))

    def transform_block(self, block: ScoreBlock) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
        """Normalise a block of a score file; see ``ScoreNormalizer``."""
        self.check_fitted()
        index = self.utterance_rows
        enroll, test = block.enroll.numbers(index), block.test.numbers(index)
        known = (enroll >= 0) & (test >= 0)
        if not known.all():
            enroll, test = enroll[known], test[known]
        return known, self.combine(block.values[known], *self.trial_moments(enroll, test))

    @property
    def utterance_rows(self) -> Mapping[str, int]:
        """Row number of every utterance that was measured."""
        return self.enroll_statistics_.index

    def trial_moments(
        self, enroll_rows: NDArray[np.int64], test_rows: NDArray[np.int64]
    ) -> tuple[Moments, Moments]:
        """Moments of both sides of (trial,) pairs of utterances: two times (trial,) mean and deviation."""
        return self.enroll_statistics_.take(enroll_rows), self.test_statistics_.take(test_rows)

    def normalize_pair(self, score: float, enroll: ArrayLike, test: ArrayLike) -> float:
        """Normalise one score of two embeddings that need not have been fitted.

        Args:
            score: Raw score of the pair.
            enroll: (dim,) embedding.
            test: (dim,) embedding.

        Returns:
            The normalised score.

        Raises:
            InputError: Not fitted, or an embedding does not fit the cohort.
        """
        self.check_fitted()
        sides = self.pair_moments(np.stack([np.asarray(enroll), np.asarray(test)]))
        return float(self.combine(np.array([score], dtype=np.float64), *sides)[0])

    def pair_moments(self, vectors: NDArray[np.floating]) -> tuple[Moments, Moments]:
        """Measure the (2, dim) embeddings of one pair: two times (1,) mean and deviation."""
        enroll, test = self.measure(vectors, self.cohort_, None)
        return Moments(enroll.mean[:1], enroll.std[:1]), Moments(test.mean[1:], test.std[1:])

    def check_fitted(self) -> None:
        """Refuse to work before ``fit``.

        Raises:
            InputError: Not fitted.
        """
        if not hasattr(self, "cohort_"):
            raise InputError(f"expected a fitted {type(self).__name__}; call fit or load first")

    def save(self, folder: Path) -> None:
        """Write the options, the cohort and the statistics to ``folder``: JSON and plain arrays.

        Raises:
            InputError: Not fitted.
        """
        self.check_fitted()
        cohort, arrays = cohort_state(self.cohort_)
        learned, learned_arrays = self.state()
        save_artefact(
            folder,
            kind=type(self).__name__,
            config={"cohort": cohort, "learned": learned, "parameters": self.parameters()},
            arrays={**arrays, **learned_arrays},
        )

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what ``save`` wrote; nothing in the folder is executed.

        Raises:
            InputError: The folder holds something else.
        """
        config, _ = load_artefact(folder, kind=cls.__name__, names=())
        parameters, learned = config.get("parameters"), config.get("learned")
        if not isinstance(parameters, dict) or not isinstance(learned, dict):
            raise InputError(f"{folder}: expected the parameters of a {cls.__name__} and what it learned")
        try:
            normalizer = cls(**parameters)
        except TypeError as error:
            raise InputError(f"{folder}: not the parameters of {cls.__name__}: {error}") from error
        names = (*ARRAYS, *normalizer.state_names())
        _, arrays = load_artefact(folder, kind=cls.__name__, names=names)
        try:
            normalizer.cohort_ = cohort_from_state(config.get("cohort"), arrays)
            normalizer.restore(learned, arrays)
        except InputError as error:
            raise InputError(f"{folder}: {error}") from error
        return normalizer

    def state(self) -> tuple[dict[str, object], dict[str, NDArray[np.float64]]]:
        """Return what ``fit`` learned of the utterances: JSON values, and the arrays of ``state_names``."""
        enroll, test = self.enroll_statistics_, self.test_statistics_
        arrays = (enroll.mean, enroll.std, test.mean, test.std)
        return {"utts": list(enroll.utts)}, dict(zip(_STATISTICS, arrays, strict=True))

    def state_names(self) -> tuple[str, ...]:
        """Name the arrays of ``state``."""
        return _STATISTICS

    def restore(self, learned: Mapping[str, object], arrays: Mapping[str, NDArray[np.float64]]) -> None:
        """Take back what ``state`` returned.

        Raises:
            InputError: The values do not fit each other.
        """
        utts = strings(learned.get("utts"))
        columns = [arrays[name] for name in _STATISTICS]
        if any(column.shape != (len(utts),) for column in columns):
            raise InputError(f"the statistics do not fit the {len(utts)} utterances")
        self.enroll_statistics_ = CohortStatistics(utts, *columns[:2])
        self.test_statistics_ = CohortStatistics(utts, *columns[2:])
