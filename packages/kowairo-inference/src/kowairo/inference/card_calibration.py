"""Likelihood ratios and thresholds of an encoder's cosines, measured for its card."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kowairo.core import EmbeddingSet, InputError, Trials
from kowairo.scoring import (
    Interval,
    LogisticCalibrator,
    OperatingPoints,
    align_scores,
    cllr,
    find_operating_points,
    measure_threshold,
    min_cllr,
    score_trials,
)


@dataclass(frozen=True, eq=False)
class LabelledTrials:
    """Embeddings and labelled pairs of them."""

    name: str
    """Name of the trials."""
    embeddings: EmbeddingSet
    """Of every line of the trials."""
    trials: Trials
    """The pairs."""
    utt2spk: Mapping[str, str]
    """Speaker of each line."""

    def cosines(self) -> NDArray[np.float64]:
        """Score of each trial, (trial,).

        Raises:
            InputError: a line has no embedding.
        """
        return align_scores(score_trials(self.embeddings, self.trials), self.trials)

    @property
    def sides(self) -> tuple[list[str], list[str]]:
        """Speakers of the enrolment side and of the test side of each trial."""
        enroll, test = (
            [self.utt2spk[utt] for utt in utts] for utts in (self.trials.enroll, self.trials.test)
        )
        return enroll, test


def calibration_facts(
    development: LabelledTrials,
    *,
    check: LabelledTrials | None = None,
    prior: float = 0.5,
    num_replicates: int = 1000,
    seed: int = 0,
) -> dict[str, Any]:
    """Measure what a card says about scores; `ScoreMeaning.of_card` reads it.

    The likelihood ratio is linear in the cosine, by logistic regression on the development trials; thresholds
    are on the cosine and stay only where 30 errors place them. On trials of other speakers it is then seen
    whether the promise holds: each rate lies within the interval that the development trials gave, or by how
    much it misses.

    Args:
        development: trials of speakers that nothing is reported on.
        check: trials of other speakers again; None leaves the promise unchecked.
        prior: prior of one voice at which the likelihood ratio shall be best.
        num_replicates: bootstrap replicates of the intervals.
        seed: seed of the bootstrap.

    Returns:
        Plain values under `calibration`, `operating_points` and `checked`; that is None without a check, so
        that an older one, of other thresholds, does not stay in the card.

    Raises:
        InputError: both share speakers, or the trials cannot be scored or fitted.
    """
    cosines, target = development.cosines(), development.trials.target
    fitted = LogisticCalibrator().fit(cosines, target, prior=prior)
    points = find_operating_points(
        cosines, target, *development.sides, trials=development.name, num_replicates=num_replicates, seed=seed
    )
    facts: dict[str, Any] = {
        "calibration": {
            "kind": "LogisticCalibrator",
            "scale": fitted.scale_,
            "offset": fitted.offset_,
            "prior": prior,
            "trials": development.name,
            "num_target": int(target.sum()),
            "num_nontarget": int((~target).sum()),
            "num_speakers": len(set().union(*development.sides)),
            "cllr": round(_cllr(fitted, cosines, target), 4),
        },
        "operating_points": {"scores": "cosine", **points.as_json()},
        "checked": None,
    }
    if check is not None:
        facts["checked"] = _check(fitted, points, development, check, num_replicates, seed)
    return facts


def _check(
    fitted: LogisticCalibrator,
    points: OperatingPoints,
    development: LabelledTrials,
    check: LabelledTrials,
    num_replicates: int,
    seed: int,
) -> dict[str, Any]:
    common = set().union(*development.sides) & set().union(*check.sides)
    if common:
        raise InputError(
            f"{check.name} shares {len(common)} speakers with {development.name}, the first: {min(common)}"
        )
    cosines, target = check.cosines(), check.trials.target
    measured = {}
    for name, point in points.points.items():
        found = measure_threshold(
            point.threshold,
            cosines,
            target,
            *check.sides,
            name=name,
            trials=check.name,
            num_replicates=num_replicates,
            seed=seed,
        )
        measured[name] = {
            side: {
                **asdict(getattr(found, side)),
                **_against(getattr(point, side), getattr(found, side).value),
            }
            for side in ("far", "frr")
        }
    least = min_cllr(cosines[target], cosines[~target])
    return {
        "trials": check.name,
        "points": measured,
        "cllr": round(_cllr(fitted, cosines, target), 4),
        "min_cllr": round(least, 4),
    }


def _against(promised: Interval, found: float) -> dict[str, float | bool]:
    """Whether a rate lies within the promised interval, and how far beyond it."""
    missed = max(promised.low - found, 0.0) if found < promised.low else max(found - promised.high, 0.0)
    return {"promised": promised.value, "kept": missed == 0.0, "missed_by": round(missed, 6)}


def _cllr(fitted: LogisticCalibrator, cosines: NDArray[np.float64], target: NDArray[np.bool_]) -> float:
    ratios = fitted.transform(cosines)
    return cllr(ratios[target], ratios[~target])
