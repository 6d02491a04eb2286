"""Confidence band of a DET curve by resampling speakers."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError

_MAX_THRESHOLDS = 400  # more are not seen in a picture, and each costs a column per replicate


@dataclass(frozen=True, eq=False)
class DetBand:
    """The region between two curves in normal deviates.

    Attributes:
        difference: (point,), probit of the miss rate minus probit of the false-alarm rate, ascending; 0 is
            the line of equal error rates.
        low: (point,), lower bound of the sum of both probits where their difference is `difference`.
        high: (point,), upper bound of that sum.
    """

    difference: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    def outline(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Closed outline: (corner,) false-alarm deviates and (corner,) miss deviates."""
        sums = np.concatenate([self.low, self.high[::-1]])
        differences = np.concatenate([self.difference, self.difference[::-1]])
        return (sums - differences) / 2, (sums + differences) / 2


def det_band(
    scores: ArrayLike,
    target: ArrayLike,
    enroll_speakers: Sequence[str],
    test_speakers: Sequence[str],
    *,
    num_replicates: int = 300,
    confidence: float = 0.95,
    num_points: int = 161,
    seed: int = 0,
) -> DetBand:
    """Compute a pointwise band around a DET curve.

    Each replicate draws as many speakers as there are, with replacement; speaker i is drawn `w_i` times. A
    target trial of i weighs `w_i`, a non-target trial of i and j `w_i w_j`, as in the intervals of tables.
    Curves are compared along lines of constant `probit(miss) - probit(false alarm)`: this treats both kinds
    of error alike, and where the difference is 0 the band is the interval of the EER (interpolated in
    deviates).

    Args:
        scores: (trial,), higher is more alike.
        target: (trial,), true where both sides are one speaker.
        enroll_speakers: (trial,), speaker of the enrolment side.
        test_speakers: (trial,), speaker of the test side.
        num_replicates: Replicates to draw.
        confidence: Mass between the bounds, in (0, 1).
        num_points: Points along the band.
        seed: Equal seeds draw equal speakers.

    Returns:
        The band. Scores are sorted into at most 400 steps first.

    Raises:
        InputError: The lengths differ, a label contradicts its speakers, one kind of trial is missing, or no
            replicate holds both kinds.

    Source: A. B. Owen (2007) on product weights; the direction of comparison is our choice.
    """
    values, labels = np.asarray(scores, dtype=np.float64), np.asarray(target, dtype=np.bool_)
    if not values.shape == labels.shape == (len(enroll_speakers),) == (len(test_speakers),):
        raise InputError(
            f"expected a score, a label and two speakers per trial, got {values.size} scores, {labels.size} "
            f"labels, {len(enroll_speakers)} and {len(test_speakers)} speakers"
        )
    if not labels.any() or labels.all():
        raise InputError(f"expected target and non-target trials, got {labels.sum()} and {(~labels).sum()}")
    names, numbers = np.unique([*enroll_speakers, *test_speakers], return_inverse=True)
    first, second = numbers[: labels.size], numbers[labels.size :]
    if (wrong := np.flatnonzero((first == second) != labels)).size:
        raise InputError(f"{wrong.size} trials are labelled against their speakers, the first is {wrong[0]}")
    bins, num_bins = _threshold_bins(values, labels)
    grid = np.linspace(-_span(labels), _span(labels), num_points)
    even = np.full(len(names), 1 / len(names))
    sums = []
    for weight in np.random.default_rng(seed).multinomial(len(names), even, size=num_replicates):
        miss = _share_below(bins[labels], weight[first[labels]], num_bins)
        rejected = _share_below(bins[~labels], weight[first[~labels]] * weight[second[~labels]], num_bins)
        if miss is not None and rejected is not None:
            misses = _deviates(miss, labels.sum())
            false_alarms = _deviates(1 - rejected, (~labels).sum())
            sums.append(np.interp(grid, misses - false_alarms, misses + false_alarms))
    if not sums:
        raise InputError(f"no replicate of {len(names)} speakers has target and non-target trials")
    tail = (1 - confidence) / 2
    low, high = np.quantile(sums, [tail, 1 - tail], axis=0)
    return DetBand(grid, low, high)


def _threshold_bins(values: NDArray[np.float64], labels: NDArray[np.bool_]) -> tuple[NDArray[np.int64], int]:
    """Number of the step each score lies on; steps are quantiles of both sides, finest in the tails."""
    tail = np.geomspace(1e-5, 0.5, _MAX_THRESHOLDS // 4)
    shares = np.concatenate([tail, 1 - tail])
    sides = [np.quantile(values[side], shares, method="inverted_cdf") for side in (labels, ~labels)]
    edges = np.unique(np.concatenate(sides))
    return np.searchsorted(edges, values, side="right"), len(edges) + 1


def _share_below(
    bins: NDArray[np.int64], weights: NDArray[np.int64], num_bins: int
) -> NDArray[np.float64] | None:
    """Share of the weight below each step's edge, (edge,); None if there is no weight."""
    sums = np.cumsum(np.bincount(bins, weights, minlength=num_bins))
    return sums[:-1] / sums[-1] if sums[-1] > 0 else None


def _span(labels: NDArray[np.bool_]) -> float:
    """Largest difference of deviates that the trials can show."""
    probit = NormalDist().inv_cdf
    return -probit(0.5 / max(labels.sum(), 2)) - probit(0.5 / max((~labels).sum(), 2))


def _deviates(rates: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Probits of rates, kept finite by half a trial."""
    probit = NormalDist().inv_cdf
    return np.array([probit(rate) for rate in np.clip(rates, 0.5 / count, 1 - 0.5 / count).tolist()])
