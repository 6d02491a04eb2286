"""Numba kernels of the speaker bootstrap: import this module only where numba is installed.

The replicates of a block ("lanes") go down the steps side by side, so that every inner loop runs over
neighbouring numbers and is turned into vector instructions.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

_STEPS_BETWEEN_TESTS = 64  # a test for the end costs as much as a step

_Matrix = NDArray[np.float64]
_Row = NDArray[np.float64]

_compiled = numba.njit(cache=True, nogil=True, error_model="numpy")


@_compiled
def descend(
    target_speaker: NDArray[np.uint32],
    first: NDArray[np.uint32],
    second: NDArray[np.uint32],
    target_stop: NDArray[np.int64],
    nontarget_stop: NDArray[np.int64],
    weights: NDArray[np.float32],
    totals: _Matrix,
    costs: _Matrix,
    out: _Matrix,
) -> None:
    """Fill ``out`` (1 + prior, lane) from weights (speaker, lane) and totals (2, lane)."""
    num_lanes = weights.shape[1]
    accepted = np.zeros((2, num_lanes))
    rates, before = np.zeros((2, num_lanes)), np.zeros((2, num_lanes))
    before[0] = 1.0  # nothing is accepted: all targets are missed
    out[0] = np.nan
    for prior in range(len(costs)):
        out[1 + prior] = costs[prior, 0]
    num_open, target, nontarget = num_lanes, 0, 0
    for step in range(len(target_stop)):
        _add_targets(accepted[0], weights, target_speaker[target : target_stop[step]])
        _add_nontargets(accepted[1], weights, first, second, nontarget, nontarget_stop[step])
        target, nontarget = target_stop[step], nontarget_stop[step]
        _divide(rates, accepted, totals)
        if num_open:
            num_open -= _cross(out[0], before, rates)
        _lower(out, costs, rates)
        if num_open == 0 and step % _STEPS_BETWEEN_TESTS == 0 and _is_done(out, costs, rates[1]):
            break
        before, rates = rates, before


@_compiled
def _add_targets(hits: _Row, weights: NDArray[np.float32], speakers: NDArray[np.uint32]) -> None:
    for speaker in speakers:
        row = weights[speaker]
        for lane in range(len(hits)):
            hits[lane] += row[lane]


@_compiled
def _add_nontargets(
    alarms: _Row,
    weights: NDArray[np.float32],
    first: NDArray[np.uint32],
    second: NDArray[np.uint32],
    start: int,
    stop: int,
) -> None:
    for trial in range(start, stop):
        row, other = weights[first[trial]], weights[second[trial]]
        for lane in range(len(alarms)):
            alarms[lane] += row[lane] * other[lane]


@_compiled
def _divide(rates: _Matrix, accepted: _Matrix, totals: _Matrix) -> None:
    for lane in range(rates.shape[1]):
        rates[0, lane] = (totals[0, lane] - accepted[0, lane]) / totals[0, lane]
        rates[1, lane] = accepted[1, lane] / totals[1, lane]


@_compiled
def _cross(equal: _Row, before: _Matrix, now: _Matrix) -> int:
    """Interpolate the EER of the lanes that cross in this step; return how many did."""
    num_crossed = 0
    for lane in range(len(equal)):
        if now[0, lane] < now[1, lane] and np.isnan(equal[lane]):
            high, low = before[0, lane] - before[1, lane], now[0, lane] - now[1, lane]
            equal[lane] = before[0, lane] + high / (high - low) * (now[0, lane] - before[0, lane])
            num_crossed += 1
    return num_crossed


@_compiled
def _lower(out: _Matrix, costs: _Matrix, rates: _Matrix) -> None:
    for prior in range(len(costs)):
        miss_weight, fa_weight = costs[prior]
        cheapest = out[1 + prior]
        for lane in range(rates.shape[1]):
            cost = miss_weight * rates[0, lane] + fa_weight * rates[1, lane]
            cheapest[lane] = cost if cost < cheapest[lane] else cheapest[lane]


@_compiled
def _is_done(out: _Matrix, costs: _Matrix, false_alarm: _Row) -> bool:
    for prior in range(len(costs)):
        for lane in range(len(false_alarm)):
            if costs[prior, 1] * false_alarm[lane] < out[1 + prior, lane]:
                return False
    return True
