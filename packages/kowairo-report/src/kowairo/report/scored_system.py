"""Scores of one system, split by kind of trial, as pictures need them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from kowairo.core import InputError, Scores, Trials, read_scores
from kowairo.scoring import align_scores


@dataclass(frozen=True, eq=False)
class ScoredSystem:
    """Scores of one system on a trial list.

    Attributes:
        label: Name in legends.
        scores: (trial,), natural-log likelihood ratios where a picture asks for these.
        is_target: (trial,), true where both sides are one speaker.
        speakers: Speakers of the enrolment and of the test sides, (trial,) each; None if unknown, which
            leaves no interval.
    """

    label: str
    scores: NDArray[np.float64]
    is_target: NDArray[np.bool_]
    speakers: tuple[list[str], list[str]] | None = None

    @classmethod
    def of(cls, label: str, scores: Scores, trials: Trials, utt2spk: Mapping[str, str] | None = None) -> Self:
        """Join scores to trials by key.

        Raises:
            InputError: A trial has no score, an utterance no speaker, or one kind of trial is missing.
        """
        if not trials.target.any() or trials.target.all():
            raise InputError(
                f"expected target and non-target trials, got {trials.target.sum()} and "
                f"{(~trials.target).sum()} for {label!r}"
            )
        speakers = None
        if utt2spk is not None:
            unknown = [utt for utt in (*trials.enroll, *trials.test) if utt not in utt2spk]
            if unknown:
                raise InputError(f"no speaker for {len(unknown)} trial sides, the first is {unknown[0]!r}")
            speakers = ([utt2spk[utt] for utt in trials.enroll], [utt2spk[utt] for utt in trials.test])
        return cls(label, align_scores(scores, trials), trials.target, speakers)

    @property
    def target(self) -> NDArray[np.float64]:
        """(target trial,), scores."""
        return self.scores[self.is_target]

    @property
    def nontarget(self) -> NDArray[np.float64]:
        """(non-target trial,), scores."""
        return self.scores[~self.is_target]


def read_system(
    label: str, scores: Path, trials: Trials, utt2spk: Mapping[str, str] | None = None
) -> ScoredSystem:
    """Read a score file and join it to trials: see `ScoredSystem.of`; errors name the file.

    Raises:
        InputError: The file is missing or broken, or does not suit the trials.
    """
    try:
        return ScoredSystem.of(label, read_scores(scores), trials, utt2spk)
    except InputError as error:
        raise error if str(scores) in str(error) else InputError(f"{scores}: {error}") from error
