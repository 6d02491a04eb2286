"""The bootstrap kernel of the extra ``[fast]``, compiled at its first use."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

_Speakers = NDArray[np.uint32]
_Stops = NDArray[np.int64]
_Matrix = NDArray[np.float64]

WalkKernel = Callable[
    [_Speakers, _Speakers, _Stops, _Stops, NDArray[np.int64], _Matrix, _Matrix, _Matrix], None
]


@cache
def walk_kernel() -> WalkKernel | None:
    """Return the compiled kernel, or None where numba is not installed.

    The kernel fills ``out`` (replicate, 1 + prior) with EER and minDCFs, going down the steps of
    ``RankedTrials`` once per replicate: the weights of one replicate fit the fastest cache.
    """
    try:
        import numba
    except ImportError:
        return None
    compiled: WalkKernel = numba.njit(cache=True, nogil=True, error_model="numpy")(_walk)
    return compiled


def _walk(
    target_speaker: _Speakers,
    nontarget_speakers: _Speakers,
    target_stop: _Stops,
    nontarget_stop: _Stops,
    weights: NDArray[np.int64],
    totals: _Matrix,
    costs: _Matrix,
    out: _Matrix,
) -> None:
    first, second = nontarget_speakers
    for replicate in range(len(weights)):
        weight = weights[replicate]
        num_target, num_nontarget = totals[replicate]
        cheapest = out[replicate, 1:]
        cheapest[:] = costs[:, 0]  # of rejecting all
        hits, alarms, target, nontarget = 0, 0, 0, 0
        miss, false_alarm, crossed = 1.0, 0.0, False
        for step in range(len(target_stop)):
            for target in range(target, target_stop[step]):  # noqa: B020  # goes on where it stopped
                hits += weight[target_speaker[target]]
            target = target_stop[step]
            for nontarget in range(nontarget, nontarget_stop[step]):  # noqa: B020
                alarms += weight[first[nontarget]] * weight[second[nontarget]]
            nontarget = nontarget_stop[step]
            before, high = miss, miss - false_alarm
            miss, false_alarm = (num_target - hits) / num_target, alarms / num_nontarget
            if not crossed and miss < false_alarm:
                crossed = True
                out[replicate, 0] = before + high / (high - (miss - false_alarm)) * (miss - before)
            done = crossed
            for prior in range(len(costs)):
                cheapest[prior] = min(cheapest[prior], costs[prior, 0] * miss + costs[prior, 1] * false_alarm)
                done = done and costs[prior, 1] * false_alarm >= cheapest[prior]
            if done:
                break
