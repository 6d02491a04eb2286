"""Error rates at fixed thresholds, with intervals by resampling speakers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kowairo.core import InputError
from kowairo.scoring._ranked_trials import TrialSpeakers
from kowairo.scoring._replicates import draw_speakers
from kowairo.scoring.bootstrap import Interval

_BLOCK_CELLS = 500_000  # weights held at a time: 4 MB


def rate_intervals(
    values: NDArray[np.float64],
    trials: TrialSpeakers,
    thresholds: Sequence[float],
    *,
    num_replicates: int,
    confidence: float,
    seed: int,
) -> tuple[list[Interval], list[Interval]]:
    """False-alarm and miss rate at each threshold with percentile intervals.

    Weights as in ``speaker_bootstrap``: a target of speaker i counts ``w_i`` times, a non-target of i and
    j ``w_i w_j`` times. Trials of one pair of speakers share their weight, so errors are counted per pair
    first and each replicate is a sum over pairs: exact, without another look at the scores.

    Args:
        values: (trial,) scores.
        trials: Labels and speakers of the trials.
        thresholds: Accept at or above.
        num_replicates: Replicates to draw.
        confidence: Mass of the interval in (0, 1).
        seed: Equal seeds draw equal speakers.

    Returns:
        Intervals of the false-alarm rates and of the miss rates, one per threshold.

    Raises:
        InputError: ``confidence`` is out of range, or no replicate has both kinds of trial.
    """
    if not 0.0 < confidence < 1.0:
        raise InputError(f"expected confidence in (0, 1), got {confidence}")
    draws = draw_speakers(trials.num_speakers, num_replicates=num_replicates, seed=seed)
    weights = np.concatenate([np.ones((1, trials.num_speakers)), draws])  # row 0: all trials as they are
    miss = _rates(_of_targets(values, trials, thresholds), weights)
    false_alarm = _rates(_of_nontargets(values, trials, thresholds), weights)
    usable = np.isfinite(miss[:, 0] + false_alarm[:, 0])  # NaN in one threshold is NaN in all
    if not usable[1:].any():
        raise InputError(f"no replicate of {trials.num_speakers} speakers has target and non-target trials")
    return _percentiles(false_alarm[usable], confidence), _percentiles(miss[usable], confidence)


_Groups = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]


def _of_targets(values: NDArray[np.float64], trials: TrialSpeakers, thresholds: Sequence[float]) -> _Groups:
    """Misses by speaker; a target has one speaker, so its other one is none (-1)."""
    speaker = trials.enroll[trials.target].astype(np.int64)
    wrong = [values[trials.target] < threshold for threshold in thresholds]
    first, table = _count(speaker, wrong)
    return first, np.full(first.size, -1), table


def _of_nontargets(
    values: NDArray[np.float64], trials: TrialSpeakers, thresholds: Sequence[float]
) -> _Groups:
    """False alarms by unordered pair of speakers."""
    a, b = trials.enroll[~trials.target], trials.test[~trials.target]
    pair = np.minimum(a, b).astype(np.int64) * trials.num_speakers + np.maximum(a, b)
    wrong = [values[~trials.target] >= threshold for threshold in thresholds]
    code, table = _count(pair, wrong)
    return code // trials.num_speakers, code % trials.num_speakers, table


def _count(
    group: NDArray[np.int64], wrong: Sequence[NDArray[np.bool_]]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Distinct groups and the (group, 1 + threshold) counts of their trials and of their errors."""
    distinct, index = np.unique(group, return_inverse=True)
    counts = [np.bincount(index, minlength=distinct.size)]
    counts += [np.bincount(index, weights=errors, minlength=distinct.size) for errors in wrong]
    return distinct, np.stack(counts, axis=1).astype(np.float64)


def _rates(groups: _Groups, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Error rates (replicate, threshold); NaN where a replicate has no such trial."""
    first, second, table = groups
    single = np.column_stack([weights, np.ones(len(weights))])  # the last column is speaker -1: weight 1
    sums = np.empty((len(weights), table.shape[1]))
    step = max(1, _BLOCK_CELLS // max(1, first.size))
    for start in range(0, len(weights), step):
        block = single[start : start + step]
        sums[start : start + step] = (block[:, first] * block[:, second]) @ table
    with np.errstate(invalid="ignore"):  # 0 / 0 marks a replicate without such trials
        rates: NDArray[np.float64] = sums[:, 1:] / sums[:, :1]
    return rates


def _percentiles(rates: NDArray[np.float64], confidence: float) -> list[Interval]:
    """Row 0 is the figure, the other rows are the replicates."""
    tail = (1.0 - confidence) / 2
    low, high = np.quantile(rates[1:], [tail, 1.0 - tail], axis=0)
    return [Interval(*map(float, row)) for row in zip(rates[0], low, high, strict=True)]
