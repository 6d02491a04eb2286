"""Confidence intervals of error rates by resampling speakers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError
from kowairo.scoring._ranked_trials import RankedTrials, TrialSpeakers
from kowairo.scoring._replicates import draw_speakers, replicate_metrics

FEW_SPEAKERS = 20
"""Below this many speakers an interval comes with a warning."""


@dataclass(frozen=True)
class Interval:
    """A figure and its confidence interval."""

    value: float
    """The figure on all trials."""
    low: float
    """Lower bound."""
    high: float
    """Upper bound."""


@dataclass(frozen=True)
class BootstrapIntervals:
    """Intervals of the EER and of each minDCF (or of their differences between two systems)."""

    eer: Interval
    """Equal error rate, a fraction."""
    min_dcf: dict[float, Interval]
    """Normalised minDCF by target prior."""
    num_speakers: int
    """Speakers that were resampled."""
    warning: str
    """Empty, or why the intervals deserve little trust."""


@dataclass(frozen=True)
class PairedIntervals(BootstrapIntervals):
    """Intervals of the differences between two systems, and how often they may be chance."""

    eer_p_value: float
    """Two-sided p-value of the difference in EER."""
    min_dcf_p_value: dict[float, float]
    """The same of each minDCF."""


def speaker_bootstrap(
    scores: ArrayLike,
    target: ArrayLike,
    enroll_speakers: Sequence[str],
    test_speakers: Sequence[str],
    *,
    p_targets: Sequence[float] = (0.01, 0.05),
    num_replicates: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> BootstrapIntervals:
    """Percentile intervals of EER and minDCF when speakers, not trials, are drawn anew.

    Trials of one speaker go together, so resampling trials would claim far too much certainty. Each
    replicate draws as many speakers as there are, with replacement; speaker i is drawn ``w_i`` times. A
    target trial of i then counts ``w_i`` times, a non-target trial of i and j ``w_i w_j`` times.
    Replicates that hold no target or no non-target are left out.

    Args:
        scores: (trial,) scores, higher = more alike.
        target: (trial,) bool, true where both sides are one speaker.
        enroll_speakers: (trial,) speaker of the enrolment side.
        test_speakers: (trial,) speaker of the test side.
        p_targets: Target priors of the minDCFs.
        num_replicates: Replicates to draw.
        confidence: Mass of the interval in (0, 1).
        seed: Equal seeds draw equal speakers.

    Returns:
        Intervals around the figures of all trials.

    Raises:
        InputError: A side is empty, the lengths differ, a label contradicts its speakers, or no replicate
            has both kinds of trial.

    Source: B. Efron, 1979 (percentile bootstrap); A. B. Owen, 2007, on resampling both factors of crossed
    data ("pigeonhole bootstrap", product weights); N. Poh, A. Martin and S. Bengio, 2007, on
    bootstrapping users in verification. The weight of a target, ``w_i`` and not ``w_i^2``, is our
    choice: it has one speaker.
    """
    trials = TrialSpeakers.of(target, enroll_speakers, test_speakers)
    system = RankedTrials.of(scores, trials)
    draws = _with_all(draw_speakers(trials.num_speakers, num_replicates=num_replicates, seed=seed))
    figures = replicate_metrics(system, draws, p_targets=p_targets)
    return _intervals(figures, trials.num_speakers, p_targets=p_targets, confidence=confidence)


def paired_bootstrap(
    scores: ArrayLike,
    reference_scores: ArrayLike,
    target: ArrayLike,
    enroll_speakers: Sequence[str],
    test_speakers: Sequence[str],
    *,
    p_targets: Sequence[float] = (0.01, 0.05),
    num_replicates: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> PairedIntervals:
    """Intervals of ``system - reference`` in EER and minDCF on the same trials.

    Both systems see the same drawn speakers in every replicate, so what a hard speaker costs both of
    them cancels. A negative difference with an interval below 0: the system makes fewer errors. The p-value
    is ``2 (1 + k) / (1 + n)``, at most 1, with k of n replicates on the rarer side of 0 (or at 0).

    Args:
        scores: (trial,) scores of the system.
        reference_scores: (trial,) scores of the reference, in the same order of trials.
        target: (trial,) bool.
        enroll_speakers: (trial,) speaker of the enrolment side.
        test_speakers: (trial,) speaker of the test side.
        p_targets: Target priors of the minDCFs.
        num_replicates: Replicates to draw.
        confidence: Mass of the interval in (0, 1).
        seed: Equal seeds draw equal speakers.

    Returns:
        Intervals around the differences on all trials, and p-values; exactly 0 and 1 for identical systems.

    Raises:
        InputError: As in ``speaker_bootstrap``.

    Source: A. C. Davison and D. V. Hinkley, 1997, section 4.2 (the 1 that is added to both counts).
    """
    trials = TrialSpeakers.of(target, enroll_speakers, test_speakers)
    system, reference = RankedTrials.of(scores, trials), RankedTrials.of(reference_scores, trials)
    draws = _with_all(draw_speakers(trials.num_speakers, num_replicates=num_replicates, seed=seed))
    differences = replicate_metrics(system, draws, p_targets=p_targets)
    differences -= replicate_metrics(reference, draws, p_targets=p_targets)
    intervals = _intervals(differences, trials.num_speakers, p_targets=p_targets, confidence=confidence)
    p_values = _p_values(differences[1:])
    return PairedIntervals(
        eer=intervals.eer,
        min_dcf=intervals.min_dcf,
        num_speakers=intervals.num_speakers,
        warning=intervals.warning,
        eer_p_value=p_values[0],
        min_dcf_p_value=dict(zip(p_targets, p_values[1:], strict=True)),
    )


def _with_all(draws: NDArray[np.float64]) -> NDArray[np.float64]:
    """Put every speaker once, which gives the figures themselves, before the drawn weights."""
    return np.vstack([np.ones(draws.shape[1]), draws])


def _intervals(
    figures: NDArray[np.float64],
    num_speakers: int,
    *,
    p_targets: Sequence[float],
    confidence: float,
) -> BootstrapIntervals:
    """Turn figures (1 + replicate, metric), the first row of all trials, into percentile intervals."""
    if not 0.0 < confidence < 1.0:
        raise InputError(f"expected confidence in (0, 1), got {confidence}")
    value, replicates = figures[0], figures[1:]
    usable = replicates[np.isfinite(replicates).all(axis=1)]
    if len(usable) == 0:
        raise InputError(f"no replicate of {num_speakers} speakers has target and non-target trials")
    tail = (1.0 - confidence) / 2
    low, high = np.quantile(usable, [tail, 1.0 - tail], axis=0)
    bounds = [Interval(*map(float, row)) for row in zip(value, low, high, strict=True)]
    few = num_speakers < FEW_SPEAKERS
    return BootstrapIntervals(
        eer=bounds[0],
        min_dcf=dict(zip(p_targets, bounds[1:], strict=True)),
        num_speakers=num_speakers,
        warning=f"only {num_speakers} speakers: the interval is a rough guide" if few else "",
    )


def _p_values(differences: NDArray[np.float64]) -> list[float]:
    """Two-sided p-value of each column of (replicate, metric)."""
    usable = differences[np.isfinite(differences).all(axis=1)]
    rarer = np.minimum((usable <= 0).sum(axis=0), (usable >= 0).sum(axis=0))
    p_values: list[float] = np.minimum(1.0, 2 * (1 + rarer) / (1 + len(usable))).tolist()
    return p_values
