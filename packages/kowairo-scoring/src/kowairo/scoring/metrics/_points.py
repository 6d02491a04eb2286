"""Operating points of two score lists: all of them, or only those that a figure needs.

Ten million scores take most of a second to sort. The equal error rate and the minimum detection cost
depend on a few points only, and a histogram tells where these are: the scores of those bins alone are
sorted. The figures are the same to the bit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kowairo.scoring.metrics._sides import Floats

_NUM_BINS = 1 << 16
_CHUNK = 1 << 15  # scores binned at a time: a buffer of 256 KB, which stays in the cache
_SORT_BELOW = 1 << 18
"""Fewer scores than this are sorted whole: the histogram would cost more than it saves."""

Wanted = Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.bool_]]
"""Given the targets and the non-targets below each of (bin + 1,) borders, the (bin,) bins to look into."""


@dataclass(frozen=True, eq=False)
class Points:
    """Errors at ascending thresholds; the last threshold is infinity, which rejects all."""

    threshold: NDArray[np.float64]
    """(point,) distinct scores, then infinity."""
    misses: NDArray[np.int64]
    """(point,) targets below the threshold."""
    rejections: NDArray[np.int64]
    """(point,) non-targets below the threshold."""
    num_target: int
    """Targets in all."""
    num_nontarget: int
    """Non-targets in all."""

    @property
    def miss(self) -> NDArray[np.float64]:
        """(point,) miss rate."""
        return self.misses / self.num_target

    @property
    def false_alarm(self) -> NDArray[np.float64]:
        """(point,) false-alarm rate."""
        return (self.num_nontarget - self.rejections) / self.num_nontarget


def sorted_points(target: Floats, nontarget: Floats) -> Points:
    """Every operating point."""
    targets, nontargets = np.sort(target), np.sort(nontarget)
    distinct = np.unique(np.concatenate([targets, nontargets]))
    misses = np.searchsorted(targets, distinct, side="left")
    rejections = np.searchsorted(nontargets, distinct, side="left")
    return _closed(distinct, misses, rejections, target.size, nontarget.size)


def selected_points(target: Floats, nontarget: Floats, wanted: Wanted) -> Points:
    """Every operating point, or of many scores those in the wanted bins; errors count all scores."""
    if target.size + nontarget.size < _SORT_BELOW:
        return sorted_points(target, nontarget)
    binning = _Binning.of(target, nontarget)
    sides = [_BinnedSide.of(side, binning) for side in (target, nontarget)]
    chosen = wanted(sides[0].below, sides[1].below)
    parts = [np.sort(side.scores[chosen[side.bins]]) for side in sides]
    distinct = np.unique(np.concatenate(parts))
    bins = binning.bins(distinct)
    misses, rejections = (
        np.searchsorted(part, distinct, side="left") + side.left_out(chosen)[bins]
        for part, side in zip(parts, sides, strict=True)
    )
    return _closed(distinct, misses, rejections, target.size, nontarget.size)


def _closed(
    distinct: Floats,
    misses: NDArray[np.int64],
    rejections: NDArray[np.int64],
    num_target: int,
    num_nontarget: int,
) -> Points:
    """Append the point that rejects all."""
    return Points(
        threshold=np.append(distinct.astype(np.float64), np.inf),
        misses=np.append(misses, num_target),
        rejections=np.append(rejections, num_nontarget),
        num_target=num_target,
        num_nontarget=num_nontarget,
    )


@dataclass(frozen=True, eq=False)
class _Binning:
    """Equal bins between the lowest and the highest score; a higher score is never in a lower bin."""

    low: np.floating
    """Lowest score."""
    scale: np.floating
    """Bins per unit of score; 0 puts all scores into one bin."""

    @classmethod
    def of(cls, target: Floats, nontarget: Floats) -> _Binning:
        """Span the scores of both sides."""
        low, high = min(target.min(), nontarget.min()), max(target.max(), nontarget.max())
        with np.errstate(over="ignore", divide="ignore"):
            scale = low.dtype.type(_NUM_BINS - 1) / (high - low)
        # A constant scorer, or scores near the end of the number range: all are sorted.
        return cls(low, scale if np.isfinite(scale) else scale.dtype.type(0))

    def bins(self, scores: Floats) -> NDArray[np.uint16]:
        """(trial,) bin of each score."""
        bins = np.zeros(scores.size, dtype=np.uint16)
        if self.scale == 0:
            return bins
        buffer = np.empty(min(_CHUNK, scores.size), dtype=scores.dtype)
        for start in range(0, scores.size, _CHUNK):
            chunk = scores[start : start + _CHUNK]
            place = np.subtract(chunk, self.low, out=buffer[: chunk.size])
            np.multiply(place, self.scale, out=place)
            bins[start : start + _CHUNK] = place.astype(np.int32)  # by int32: the direct way is slower
        return bins


@dataclass(frozen=True, eq=False)
class _BinnedSide:
    """One side's scores and their bins."""

    scores: Floats
    """(trial,)"""
    bins: NDArray[np.uint16]
    """(trial,)"""
    below: NDArray[np.int64]
    """(bin + 1,) scores below each border of the bins."""

    @classmethod
    def of(cls, scores: Floats, binning: _Binning) -> _BinnedSide:
        """Count the scores of each bin."""
        bins = binning.bins(scores)
        counts = np.zeros(_NUM_BINS, dtype=np.int64)
        for start in range(0, bins.size, _CHUNK * 32):  # bincount widens its input: do so in the cache
            counts += np.bincount(bins[start : start + _CHUNK * 32], minlength=_NUM_BINS)
        return cls(scores, bins, np.concatenate([[0], np.cumsum(counts)]))

    def left_out(self, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
        """(bin,) scores below each bin that are in no chosen bin."""
        # Read at chosen bins only, whose own scores add nothing to the running sum.
        return np.cumsum(np.where(chosen, 0, np.diff(self.below)))
