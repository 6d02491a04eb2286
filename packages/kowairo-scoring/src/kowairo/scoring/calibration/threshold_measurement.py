"""Measuring thresholds on labelled trials, and keeping those that the trials support."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError
from kowairo.scoring._checks import as_scores
from kowairo.scoring._ranked_trials import TrialSpeakers
from kowairo.scoring.bootstrap import FEW_SPEAKERS
from kowairo.scoring.calibration._rate_intervals import rate_intervals
from kowairo.scoring.calibration.operating_points import OperatingPoint, OperatingPoints
from kowairo.scoring.calibration.point_rules import DEFAULT_RULES, PointRule

FEWEST_ERRORS = 30
"""Rule of 30: with 30 errors the true rate is within 30 % of the seen one, with 90 % confidence, if
trials are independent."""


def find_operating_points(
    scores: ArrayLike,
    target: ArrayLike,
    enroll_speakers: Sequence[str],
    test_speakers: Sequence[str],
    *,
    trials: str,
    rules: Sequence[PointRule] = DEFAULT_RULES,
    num_replicates: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> OperatingPoints:
    """Choose thresholds on labelled trials and measure them there.

    A point stays only if at least 30 of the errors that place it were seen: false alarms for a
    false-alarm rate, the rarer kind for EER and minDCF. Choose on speakers that nothing is reported on
    (``check_calibration_speakers``); ``measure_threshold`` says how a threshold does on others.

    Args:
        scores: (trial,) scores or log-likelihood ratios.
        target: (trial,) bool.
        enroll_speakers: (trial,) speaker of the enrolment side.
        test_speakers: (trial,) speaker of the test side.
        trials: Name of the trial list, stored with the points.
        rules: The points wanted.
        num_replicates: Bootstrap replicates.
        confidence: Mass of the intervals.
        seed: Seed of the bootstrap.

    Returns:
        The supported points and the reasons for the others.

    Raises:
        InputError: A class is empty, the lengths differ, or a label contradicts its speakers.

    Source: G. Doddington et al., 2000 (rule of 30).
    """
    values, speakers = _checked(scores, TrialSpeakers.of(target, enroll_speakers, test_speakers))
    supported, unsupported = {}, {}
    for rule in rules:
        chosen = rule.choose(values[speakers.target], values[~speakers.target])
        decisive = rule.num_deciding(chosen)
        if decisive >= FEWEST_ERRORS:
            supported[rule.name] = chosen.value
        else:
            unsupported[rule.name] = (
                f"not supported by this many trials: {decisive} errors seen, {FEWEST_ERRORS} needed"
            )
    points = _measure(
        supported,
        values,
        speakers,
        trials=trials,
        num_replicates=num_replicates,
        confidence=confidence,
        seed=seed,
    )
    return OperatingPoints(points, unsupported)


def measure_threshold(
    threshold: float,
    scores: ArrayLike,
    target: ArrayLike,
    enroll_speakers: Sequence[str],
    test_speakers: Sequence[str],
    *,
    name: str,
    trials: str,
    num_replicates: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> OperatingPoint:
    """Error rates of a given threshold on labelled trials, e.g. one chosen elsewhere or by Bayes' rule.

    Args:
        threshold: Accept at or above it, finite.
        scores: (trial,) scores.
        target: (trial,) bool.
        enroll_speakers: (trial,) speaker of the enrolment side.
        test_speakers: (trial,) speaker of the test side.
        name: Name of the point.
        trials: Name of these trials.
        num_replicates: Bootstrap replicates.
        confidence: Mass of the intervals.
        seed: Seed of the bootstrap.

    Returns:
        The point as it is on these trials, with a warning where fewer than 30 errors were seen.

    Raises:
        InputError: As in ``find_operating_points``, or the threshold is not finite.
    """
    if not np.isfinite(threshold):
        raise InputError(f"expected a finite threshold, got {threshold}")
    values, speakers = _checked(scores, TrialSpeakers.of(target, enroll_speakers, test_speakers))
    return _measure(
        {name: threshold},
        values,
        speakers,
        trials=trials,
        num_replicates=num_replicates,
        confidence=confidence,
        seed=seed,
    )[name]


def _checked(scores: ArrayLike, speakers: TrialSpeakers) -> tuple[NDArray[np.float64], TrialSpeakers]:
    """Check the scores against the labels."""
    values = as_scores(scores, name="trial")
    num_target = int(speakers.target.sum())
    if values.size != speakers.target.size:
        raise InputError(f"expected {speakers.target.size} scores, one per trial, got {values.size}")
    if num_target in (0, values.size):
        raise InputError(
            f"expected target and non-target trials, got {num_target} and {values.size - num_target}"
        )
    return values, speakers


def _errors(values: NDArray[np.float64], speakers: TrialSpeakers, threshold: float) -> tuple[int, int]:
    """Misses and false alarms at a threshold."""
    accepted = values >= threshold
    return int((speakers.target & ~accepted).sum()), int((~speakers.target & accepted).sum())


def _measure(
    thresholds: Mapping[str, float],
    values: NDArray[np.float64],
    speakers: TrialSpeakers,
    *,
    trials: str,
    num_replicates: int,
    confidence: float,
    seed: int,
) -> dict[str, OperatingPoint]:
    """Measure several thresholds on one list; they share the drawn speakers."""
    if not thresholds:
        return {}
    far, frr = rate_intervals(
        values,
        speakers,
        list(thresholds.values()),
        num_replicates=num_replicates,
        confidence=confidence,
        seed=seed,
    )
    num_target = int(speakers.target.sum())
    points = {}
    for (name, threshold), false_alarm, miss in zip(thresholds.items(), far, frr, strict=True):
        misses, false_alarms = _errors(values, speakers, threshold)
        points[name] = OperatingPoint(
            name=name,
            threshold=threshold,
            far=false_alarm,
            frr=miss,
            num_false_alarms=false_alarms,
            num_misses=misses,
            num_target=num_target,
            num_nontarget=values.size - num_target,
            num_speakers=speakers.num_speakers,
            trials=trials,
            warning=_warning(misses, false_alarms, speakers.num_speakers),
        )
    return points


def _warning(misses: int, false_alarms: int, num_speakers: int) -> str:
    """What weakens the figures: few errors (a bootstrap of none says 0 to 0) or few speakers."""
    few = [
        f"only {number} {what}: {whose} a rough guide"
        for number, least, what, whose in (
            (misses, FEWEST_ERRORS, "misses", "the miss rate is"),
            (false_alarms, FEWEST_ERRORS, "false alarms", "the false-alarm rate is"),
            (num_speakers, FEW_SPEAKERS, "speakers", "the intervals are"),
        )
        if number < least
    ]
    return "; ".join(few)
