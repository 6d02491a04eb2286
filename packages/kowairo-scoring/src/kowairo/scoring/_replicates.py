"""Error rates of many weighted copies of one trial list, without sorting it again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from kowairo.core import InputError
from kowairo.scoring._fast_replicates import walk_kernel
from kowairo.scoring._ranked_trials import RankedTrials
from kowairo.scoring.metrics import dcf_weights

_REPLICATES = 512  # computed at a time: a row of weights is 2 KB, a chunk of steps stays in the cache
_STEPS = 128
_NONTARGETS = 1024

_Rates = NDArray[np.float64]


def draw_speakers(num_speakers: int, *, num_replicates: int, seed: int) -> NDArray[np.float64]:
    """How often each speaker is drawn: (replicate, speaker), every row sums to ``num_speakers``."""
    if num_replicates < 1:
        raise InputError(f"expected one replicate or more, got {num_replicates}")
    rng = np.random.default_rng(seed)
    even = np.full(num_speakers, 1.0 / num_speakers)
    return rng.multinomial(num_speakers, even, size=num_replicates).astype(np.float64)


def replicate_metrics(
    trials: RankedTrials, weights: NDArray[np.float64], *, p_targets: Sequence[float]
) -> NDArray[np.float64]:
    """EER and minDCF of every replicate.

    A target trial of speaker i weighs ``w_i``, a non-target trial of i and j ``w_i w_j``: copies of one
    speaker are never set against each other. The figures are exact. Each replicate goes down from the
    highest score and stops where the error rates have crossed and the false alarms alone cost more than
    the best threshold so far: the many low non-targets are never looked at, only their total weight is
    known, from the counts of pairs of speakers.

    Args:
        trials: One system's trials.
        weights: (replicate, speaker) how often each speaker was drawn, whole numbers.
        p_targets: Target priors of the minDCFs.

    Returns:
        (replicate, 1 + len(p_targets)): EER, then a minDCF per prior; NaN where a replicate has no target
        or no non-target left.
    """
    costs = np.array([dcf_weights(p_target=p_target) for p_target in p_targets]).reshape(-1, 2)
    metrics = np.full((len(weights), 1 + len(costs)), np.nan)
    totals = np.stack([trials.target_weight(weights), trials.nontarget_weight(weights)], axis=1)
    usable = np.flatnonzero((totals > 0).all(axis=1))
    kernel = walk_kernel()
    for start in range(0, usable.size, _REPLICATES):
        rows = usable[start : start + _REPLICATES]
        part = np.empty((rows.size, metrics.shape[1]))
        if kernel is None:
            _Descent(trials, weights[rows], totals[rows], costs).run(part)
        else:
            kernel(
                trials.target_speaker.view(np.uint32),  # unsigned: no test for a negative index
                trials.nontarget_speakers.view(np.uint32),
                trials.target_stop,
                trials.nontarget_stop,
                weights[rows],
                totals[rows],
                costs,
                part,
            )
        metrics[rows] = part
    return metrics


class _Descent:
    """All replicates of a block at once, from the highest score down, in NumPy."""

    def __init__(
        self,
        trials: RankedTrials,
        weights: NDArray[np.float64],
        totals: NDArray[np.float64],
        costs: NDArray[np.float64],
    ) -> None:
        self._trials = trials
        # Products, and sums over a step, are whole numbers below 2^24 and so exact in float32.
        self._weights = np.ascontiguousarray(weights.T, dtype=np.float32)
        self._totals = totals
        self._costs = costs
        num_replicates = len(weights)
        self._accepted = np.zeros((2, num_replicates))  # weight of targets and of non-targets so far
        self._miss = np.ones(num_replicates)
        self._false_alarm = np.zeros(num_replicates)
        self._eer = np.full(num_replicates, np.nan)
        self._cheapest = np.tile(costs[:, :1], (1, num_replicates))  # of rejecting all

    def run(self, out: NDArray[np.float64]) -> None:
        """Fill (replicate, 1 + prior) with EER and minDCFs."""
        for start, stop in _chunks(self._trials):
            miss, false_alarm = self._rates(start, stop)
            self._look_for_crossing(miss, false_alarm)
            self._look_for_lower_cost(miss, false_alarm)
            self._miss, self._false_alarm = miss[-1], false_alarm[-1]
            if self._is_done():
                break
        out[:, 0], out[:, 1:] = self._eer, self._cheapest.T

    def _rates(self, start: int, stop: int) -> tuple[_Rates, _Rates]:
        """Error rates at the end of each step: twice (step, replicate)."""
        num_target, num_nontarget = self._totals.T
        hits = _running(self._target_sums(start, stop), self._accepted[0])
        alarms = _running(self._nontarget_sums(start, stop), self._accepted[1])
        self._accepted = np.stack([hits[-1], alarms[-1]])
        np.subtract(num_target, hits, out=hits)
        hits /= num_target
        alarms /= num_nontarget
        return hits, alarms

    def _target_sums(self, start: int, stop: int) -> NDArray[np.float32]:
        """Weight of the targets of each step: (step, replicate)."""
        begin, stops = _range(self._trials.target_stop, start, stop)
        speakers = self._trials.target_speaker[begin : stops[-1]]
        return _sums(speakers, stops - begin, self._weights)

    def _nontarget_sums(self, start: int, stop: int) -> NDArray[np.float32]:
        """Weight of the non-targets of each step: (step, replicate)."""
        begin, stops = _range(self._trials.nontarget_stop, start, stop)
        sums = np.zeros((stop - start, self._weights.shape[1]), dtype=np.float32)
        for low in range(begin, int(stops[-1]), _NONTARGETS):
            first, second = self._trials.nontarget_speakers[:, low : min(low + _NONTARGETS, stops[-1])]
            products = self._weights[first]
            products *= self._weights[second]
            ends = np.clip(stops - low, 0, first.size)
            sums += _sums(np.arange(first.size, dtype=np.int32), ends, products)
        return sums

    def _look_for_crossing(self, miss: _Rates, false_alarm: _Rates) -> None:
        """Interpolate the EER where the false-alarm rate has come to exceed the miss rate."""
        crossed = np.flatnonzero(np.isnan(self._eer) & (miss[-1] < false_alarm[-1]))
        if not crossed.size:
            return
        misses = np.vstack([self._miss[crossed], miss[:, crossed]])
        alarms = np.vstack([self._false_alarm[crossed], false_alarm[:, crossed]])
        after, column = np.argmax(misses < alarms, axis=0), np.arange(crossed.size)
        difference = misses - alarms
        high, low = difference[after - 1, column], difference[after, column]
        before, behind = misses[after - 1, column], misses[after, column]
        self._eer[crossed] = before + high / (high - low) * (behind - before)

    def _look_for_lower_cost(self, miss: _Rates, false_alarm: _Rates) -> None:
        """Update the lowest costs, unless the best case of the chunk is no improvement for any replicate."""
        for cheapest, (miss_weight, fa_weight) in zip(self._cheapest, self._costs, strict=True):
            best_case = miss_weight * miss[-1] + fa_weight * self._false_alarm
            if (best_case < cheapest).any():
                cost = (miss_weight * miss + fa_weight * false_alarm).min(axis=0)
                np.minimum(cheapest, cost, out=cheapest)

    def _is_done(self) -> bool:
        """Tell whether no lower score can matter any more."""
        dearer = self._costs[:, 1:] * self._false_alarm >= self._cheapest
        return not np.isnan(self._eer).any() and bool(dearer.all())


def _chunks(trials: RankedTrials) -> Iterator[tuple[int, int]]:
    """Cut the steps into chunks of bounded numbers of steps and of non-targets (at least one step)."""
    stops = trials.nontarget_stop
    start = 0
    while start < stops.size:
        begin = stops[start - 1] if start else 0
        full = int(np.searchsorted(stops, begin + _NONTARGETS, side="right"))
        stop = min(max(full, start + 1), start + _STEPS, stops.size)
        yield start, stop
        start = stop


def _range(stops: NDArray[np.int64], start: int, stop: int) -> tuple[int, NDArray[np.int64]]:
    """First trial of the steps ``start`` to ``stop``, and the end of each of them."""
    return int(stops[start - 1]) if start else 0, stops[start:stop]


def _running(sums: NDArray[np.float32], before: _Rates) -> _Rates:
    """Add up the steps, after what came before: (step, replicate)."""
    running = sums.astype(np.float64)
    for row in running:  # cumsum along the first axis is 20 times as slow
        row += before
        before = row
    return running


def _sums(
    rows: NDArray[np.int32], ends: NDArray[np.int64], values: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Sums of values (row, replicate) over rows up to each end: (step, replicate).

    A sparse product does so in one pass; ``add.reduceat`` along the first axis is 20 times as slow.
    """
    from scipy.sparse import csr_array  # slow to import, and only the bootstrap needs it

    starts = np.concatenate([[0], ends])
    ones = np.ones(rows.size, dtype=np.float32)
    sums: NDArray[np.float32] = csr_array((ones, rows, starts), shape=(ends.size, len(values))) @ values
    return sums
