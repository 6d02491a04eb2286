"""Error rates of many weighted copies of one trial list, without sorting it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError
from kowairo.scoring._checks import as_scores
from kowairo.scoring.metrics import dcf_weights

_BLOCK_CELLS = 500_000  # rates held at a time: a few arrays of 4 MB, which stay in the cache


@dataclass(frozen=True, eq=False)
class TrialSpeakers:
    """Speakers of a trial list as numbers."""

    target: NDArray[np.bool_]
    """(trial,)"""
    enroll: NDArray[np.int64]
    """(trial,) speaker number of the enrolment side."""
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
        enroll = np.array([number[name] for name in enroll_speakers], dtype=np.int64)
        test = np.array([number[name] for name in test_speakers], dtype=np.int64)
        if (wrong := np.flatnonzero((enroll == test) != labels)).size:
            raise InputError(
                f"{wrong.size} trials are labelled against their speakers, the first is trial {wrong[0]}: "
                f"{enroll_speakers[wrong[0]]} and {test_speakers[wrong[0]]}"
            )
        return cls(labels, enroll, test, len(names))


@dataclass(frozen=True, eq=False)
class SortedTrials:
    """One system's trials, sorted once by score, targets and non-targets apart."""

    target_speaker: NDArray[np.int64]
    """(target,) speaker of each target trial."""
    nontarget_speakers: NDArray[np.int64]
    """(2, nontarget) speakers of each non-target trial."""
    targets_below: NDArray[np.int64]
    """(point,) number of targets below each distinct score, and below infinity."""
    nontargets_below: NDArray[np.int64]
    """(point,) number of non-targets below each distinct score, and below infinity."""

    @classmethod
    def of(cls, scores: ArrayLike, trials: TrialSpeakers) -> Self:
        """Sort scores (trial,) and remember who speaks in each trial."""
        values = as_scores(scores, name="trial")
        if values.shape != trials.target.shape:
            raise InputError(f"expected {trials.target.size} scores, one per trial, got {values.size}")
        is_target, is_nontarget = np.flatnonzero(trials.target), np.flatnonzero(~trials.target)
        if not is_target.size or not is_nontarget.size:
            raise InputError(
                f"expected target and non-target trials, got {is_target.size} and {is_nontarget.size}"
            )
        targets = is_target[np.argsort(values[is_target], kind="stable")]
        nontargets = is_nontarget[np.argsort(values[is_nontarget], kind="stable")]
        points = np.append(np.unique(values), np.inf)
        return cls(
            target_speaker=trials.enroll[targets],
            nontarget_speakers=np.stack([trials.enroll[nontargets], trials.test[nontargets]]),
            targets_below=np.searchsorted(values[targets], points, side="left"),
            nontargets_below=np.searchsorted(values[nontargets], points, side="left"),
        )


def draw_speakers(num_speakers: int, *, num_replicates: int, seed: int) -> NDArray[np.float64]:
    """How often each speaker is drawn: (replicate, speaker), every row sums to ``num_speakers``."""
    if num_replicates < 1:
        raise InputError(f"expected one replicate or more, got {num_replicates}")
    rng = np.random.default_rng(seed)
    even = np.full(num_speakers, 1.0 / num_speakers)
    return rng.multinomial(num_speakers, even, size=num_replicates).astype(np.float64)


def replicate_metrics(
    trials: SortedTrials, weights: NDArray[np.float64], *, p_targets: Sequence[float]
) -> NDArray[np.float64]:
    """EER and minDCF of every replicate.

    A target trial of speaker i weighs ``w_i``, a non-target trial of i and j ``w_i w_j``: copies of one
    speaker are never set against each other.

    Args:
        trials: One system's trials.
        weights: (replicate, speaker) how often each speaker was drawn.
        p_targets: Target priors of the minDCFs.

    Returns:
        (replicate, 1 + len(p_targets)): EER, then a minDCF per prior; NaN where a replicate has no target
        or no non-target left.
    """
    metrics = np.empty((len(weights), 1 + len(p_targets)))
    step = max(1, _BLOCK_CELLS // trials.targets_below.size)
    for start in range(0, len(weights), step):
        block = weights[start : start + step]
        target_weights = block[:, trials.target_speaker]
        first, second = trials.nontarget_speakers
        nontarget_weights = block[:, first] * block[:, second]
        with np.errstate(invalid="ignore"):  # 0 / 0 marks a replicate without targets or non-targets
            miss = _share_below(target_weights, trials.targets_below)
            false_alarm = 1.0 - _share_below(nontarget_weights, trials.nontargets_below)
        metrics[start : start + step, 0] = _equal_error_rates(miss, false_alarm)
        for column, p_target in enumerate(p_targets, start=1):
            miss_weight, fa_weight = dcf_weights(p_target=p_target)
            costs = (miss_weight * miss + fa_weight * false_alarm).min(axis=1)
            metrics[start : start + step, column] = costs
    return metrics


def _share_below(weights: NDArray[np.float64], below: NDArray[np.int64]) -> NDArray[np.float64]:
    """Share of the weight that lies below each point: (replicate, point)."""
    sums = np.zeros((weights.shape[0], weights.shape[1] + 1))
    np.cumsum(weights, axis=1, out=sums[:, 1:])
    shares: NDArray[np.float64] = np.take(sums / sums[:, -1:], below, axis=1)
    return shares


def _equal_error_rates(miss: NDArray[np.float64], false_alarm: NDArray[np.float64]) -> NDArray[np.float64]:
    """Interpolated EER of each row of (replicate, point) rates; NaN rows give NaN."""
    difference = miss - false_alarm
    k = np.maximum(np.argmax(difference >= 0, axis=1), 1)  # 0 only where the row is NaN
    row = np.arange(len(k))
    before, after = difference[row, k - 1], difference[row, k]
    part = before / (before - after)
    rates: NDArray[np.float64] = miss[row, k - 1] + part * (miss[row, k] - miss[row, k - 1])
    return rates
