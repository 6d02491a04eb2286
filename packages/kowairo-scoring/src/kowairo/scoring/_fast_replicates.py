"""The bootstrap kernel of the extra ``[fast]``, where it is installed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

_LANES = 64
"""Replicates that go down together: their weights fit the second cache, a row of them a few registers."""

_Speakers = NDArray[np.uint32]
_Stops = NDArray[np.int64]
_Matrix = NDArray[np.float64]

WalkKernel = Callable[[_Speakers, _Speakers, _Stops, _Stops, _Matrix, _Matrix, _Matrix, _Matrix], None]


@cache
def walk_kernel() -> WalkKernel | None:
    """Return the compiled way through ``RankedTrials``, or None where numba is not installed.

    It fills ``out`` (replicate, 1 + prior) with EER and minDCFs, of targets' speakers, non-targets' speakers,
    the two ends of every step, weights (replicate, speaker), totals (replicate, 2) and costs (prior, 2).
    """
    try:
        from kowairo.scoring._numba_replicates import descend
    except ImportError:
        return None

    def walk(
        target_speaker: _Speakers,
        nontarget_speakers: _Speakers,
        target_stop: _Stops,
        nontarget_stop: _Stops,
        weights: _Matrix,
        totals: _Matrix,
        costs: _Matrix,
        out: _Matrix,
    ) -> None:
        for start in range(0, len(weights), _LANES):
            block = slice(start, start + _LANES)
            lanes = np.ascontiguousarray(weights[block].T, dtype=np.float32)  # whole numbers: exact
            part = np.empty((1 + len(costs), lanes.shape[1]))
            shares = np.ascontiguousarray(totals[block].T)
            first, second = nontarget_speakers
            descend(target_speaker, first, second, target_stop, nontarget_stop, lanes, shares, costs, part)
            out[block] = part.T

    return walk
