"""A trial list sorted once by score, for error rates of many weighted copies of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError
from kowairo.scoring._checks import as_scores


@dataclass(frozen=True, eq=False)
class TrialSpeakers:
    """Speakers of a trial list as numbers."""

    target: NDArray[np.bool_]
    """(trial,)"""
    enroll: NDArray[np.int64]
    """(trial,) speaker number of the enrolment side, 0..num_speakers-1."""
    test: NDArray[np.int64]
    """(trial,) speaker number of the test side."""
    num_speakers: int
    """Speakers in all."""

    @classmethod
    def of(cls, target: ArrayLike, enroll_speakers: Sequence[str], test_speakers: Sequence[str]) -> Self:
        """Number the speakers and check them against the labels.

        Raises:
            InputError: Lengths differ, or a label contradicts the speakers.
        """
        labels = np.asarray(target, dtype=np.bool_)
        if labels.ndim != 1 or not labels.size == len(enroll_speakers) == len(test_speakers):
            raise InputError(
                f"expected one label and two speakers per trial, got {labels.size} labels, "
                f"{len(enroll_speakers)} and {len(test_speakers)} speakers"
            )
        names = sorted(set(enroll_speakers) | set(test_speakers))
        number = {name: i for i, name in enumerate(names)}
        enroll, test = (
            np.fromiter(map(number.__getitem__, side), dtype=np.int64, count=labels.size)
            for side in (enroll_speakers, test_speakers)
        )
        if (wrong := np.flatnonzero((enroll == test) != labels)).size:
            raise InputError(
                f"{wrong.size} trials are labelled against their speakers, the first is trial {wrong[0]}: "
                f"{enroll_speakers[wrong[0]]} and {test_speakers[wrong[0]]}"
            )
        return cls(labels, enroll, test, len(names))


@dataclass(frozen=True, eq=False)
class RankedTrials:
    """One system's trials from the highest score down, cut into steps.

    A step is a group of equal scores, or a run of targets or of non-targets alone. Within such a run one
    error rate stands still, so the ROC is straight there: neither the interpolated EER nor the lowest
    cost can lie at an inner point of it, whatever the speakers weigh.
    """

    target_speaker: NDArray[np.int32]
    """(target,) speaker of each target trial."""
    nontarget_speakers: NDArray[np.int32]
    """(2, nontarget) speakers of each non-target trial."""
    target_stop: NDArray[np.int64]
    """(step,) targets in the step and above it."""
    nontarget_stop: NDArray[np.int64]
    """(step,) non-targets in the step and above it."""
    num_speakers: int
    """Speakers in all."""

    @classmethod
    def of(cls, scores: ArrayLike, trials: TrialSpeakers) -> Self:
        """Sort scores (trial,) and remember who speaks in each trial."""
        values = as_scores(scores, name="trial")
        if values.shape != trials.target.shape:
            raise InputError(f"expected {trials.target.size} scores, one per trial, got {values.size}")
        num_target = int(trials.target.sum())
        if num_target < 2 or num_target == values.size:
            raise InputError(
                "expected 2 target trials or more, and non-target trials, "
                f"got {num_target} and {values.size - num_target}"
            )
        order = np.argsort(-values)
        is_target = trials.target[order]
        targets, nontargets = order[is_target], order[~is_target]
        last = _last_of_steps(values[order], is_target)
        target_stop = np.cumsum(is_target, dtype=np.int64)[last]
        return cls(
            target_speaker=trials.enroll[targets].astype(np.int32),
            nontarget_speakers=np.stack([trials.enroll[nontargets], trials.test[nontargets]]).astype(
                np.int32
            ),
            target_stop=target_stop,
            nontarget_stop=last + 1 - target_stop,
            num_speakers=trials.num_speakers,
        )

    def target_weight(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum of ``w_i`` over the targets: (replicate,) of weights (replicate, speaker)."""
        total: NDArray[np.float64] = weights @ np.bincount(self.target_speaker, minlength=self.num_speakers)
        return total

    def nontarget_weight(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum of ``w_i w_j`` over the non-targets: (replicate,) of weights (replicate, speaker)."""
        from scipy.sparse import csr_array  # slow to import, and only the bootstrap needs it

        first, second = (rule(*self.nontarget_speakers) for rule in (np.minimum, np.maximum))  # i j is j i
        cells, counts = np.unique(first.astype(np.int64) * self.num_speakers + second, return_counts=True)
        shape = (self.num_speakers, self.num_speakers)
        pairs = csr_array((counts.astype(np.float64), divmod(cells, self.num_speakers)), shape=shape)
        total: NDArray[np.float64] = np.einsum("rs,sr->r", weights, pairs @ weights.T)
        return total


def _last_of_steps(scores: NDArray[np.float64], is_target: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Index of the last trial of each step, of trials sorted by score."""
    ends = np.flatnonzero(scores[1:] != scores[:-1])
    last: NDArray[np.int64] = np.append(ends, scores.size - 1)  # of each group of ties
    targets = np.diff(np.cumsum(is_target, dtype=np.int64)[last], prepend=0)
    trials = np.diff(last, prepend=-1)
    pure_target, pure_nontarget = targets == trials, targets == 0
    joined = (pure_target[1:] & pure_target[:-1]) | (pure_nontarget[1:] & pure_nontarget[:-1])
    steps: NDArray[np.int64] = last[np.append(~joined, True)]
    return steps
