"""The trials that a system got most wrong."""

from dataclasses import dataclass

import numpy as np

from kowairo.core import Trials
from kowairo.scoring import eer

from ..scored_system import ScoredSystem


@dataclass(frozen=True)
class WrongTrial:
    """A trial on the wrong side of the threshold.

    Attributes:
        enroll: Enrolment utterance.
        test: Test utterance.
        is_target: Whether both are one speaker: then it was missed, else it was a false alarm.
        score: Its score.
    """

    enroll: str
    test: str
    is_target: bool
    score: float


def worst_of_each_kind(
    scored: ScoredSystem, trials: Trials, *, count: int = 10
) -> tuple[list[WrongTrial], list[WrongTrial]]:
    """Find the misses with the lowest and the false alarms with the highest scores.

    Args:
        scored: The scores, in the order of the trials.
        trials: The trials.
        count: Most trials of each kind.

    Returns:
        Misses, then false alarms, at the threshold of the EER; the worst ones first, ties in file order.
    """
    threshold = eer(scored.target, scored.nontarget).threshold
    badness = np.where(scored.is_target, threshold - scored.scores, scored.scores - threshold)
    wrong = np.where(scored.is_target, scored.scores < threshold, scored.scores >= threshold)
    kinds = []
    for kind in (scored.is_target, ~scored.is_target):
        rows = np.flatnonzero(wrong & kind)
        worst = rows[np.argsort(-badness[rows], kind="stable")][:count]
        kinds.append(
            [
                WrongTrial(trials.enroll[i], trials.test[i], bool(trials.target[i]), float(scored.scores[i]))
                for i in worst
            ]
        )
    return kinds[0], kinds[1]
