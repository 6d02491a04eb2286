"""Where to put a threshold: rules that pick one from the errors that each would make."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError
from kowairo.scoring._checks import as_scores
from kowairo.scoring.metrics import dcf_weights


@dataclass(frozen=True, eq=False)
class ErrorCounts:
    """Errors at every threshold where their number can change, as counts: shares would round."""

    threshold: NDArray[np.float64]
    """(point,) ascending: each distinct score, then infinity. A trial is accepted at or above it."""
    misses: NDArray[np.int64]
    """(point,) targets below the threshold."""
    false_alarms: NDArray[np.int64]
    """(point,) non-targets at or above the threshold."""
    num_target: int
    """Targets in all."""
    num_nontarget: int
    """Non-targets in all."""

    @classmethod
    def of(cls, target: ArrayLike, nontarget: ArrayLike) -> Self:
        """Count the errors of (trial,) target scores and (trial,) non-target scores.

        Raises:
            InputError: A side is empty or holds NaN or infinity.
        """
        targets = np.sort(as_scores(target, name="target"))
        nontargets = np.sort(as_scores(nontarget, name="nontarget"))
        points = np.append(np.unique(np.concatenate([targets, nontargets])), np.inf)
        return cls(
            threshold=points,
            misses=np.searchsorted(targets, points, side="left").astype(np.int64),
            false_alarms=nontargets.size - np.searchsorted(nontargets, points, side="left").astype(np.int64),
            num_target=targets.size,
            num_nontarget=nontargets.size,
        )


class ThresholdRule(ABC):
    """A way to choose a threshold."""

    @property
    @abstractmethod
    def name(self) -> str:
        """Name under which the operating point is stored."""

    @abstractmethod
    def choose(self, counts: ErrorCounts) -> int:
        """Index of the chosen point."""

    @abstractmethod
    def num_deciding(self, misses: int, false_alarms: int) -> int:
        """Number of errors on which the place of the threshold rests."""


@dataclass(frozen=True)
class EqualErrors(ThresholdRule):
    """The threshold at which miss and false-alarm rate differ least; both kinds of error decide."""

    @property
    def name(self) -> str:
        """``eer``."""
        return "eer"

    def choose(self, counts: ErrorCounts) -> int:
        """Point of the smallest difference, the lowest one of several."""
        # Times both sizes, so that whole numbers are compared: equal stays equal.
        difference = counts.misses * counts.num_nontarget - counts.false_alarms * counts.num_target
        return int(np.argmin(np.abs(difference)))

    def num_deciding(self, misses: int, false_alarms: int) -> int:
        """The rarer kind of error."""
        return min(misses, false_alarms)


@dataclass(frozen=True)
class FalseAlarmRate(ThresholdRule):
    """The lowest threshold with at most this false-alarm rate; the false alarms decide."""

    rate: float
    """Fraction in (0, 1)."""

    def __post_init__(self) -> None:
        if not 0.0 < self.rate < 1.0:
            raise InputError(f"expected a false-alarm rate in (0, 1), got {self.rate}")

    @property
    def name(self) -> str:
        """``far_<rate>``, e.g. ``far_0.01``."""
        return f"far_{self.rate:g}"

    def choose(self, counts: ErrorCounts) -> int:
        """First point with few enough false alarms."""
        allowed = np.floor(self.rate * counts.num_nontarget + 1e-9)  # 0.07 * 100 is 7.000000000000001
        return int(np.argmax(counts.false_alarms <= allowed))

    def num_deciding(self, misses: int, false_alarms: int) -> int:
        """The false alarms."""
        return false_alarms


@dataclass(frozen=True)
class LowestCost(ThresholdRule):
    """The threshold of the minimum detection cost with unit costs; both kinds of error decide."""

    p_target: float
    """Prior of a target in (0, 1)."""

    def __post_init__(self) -> None:
        dcf_weights(p_target=self.p_target)  # checks the range

    @property
    def name(self) -> str:
        """``min_dcf_<prior>``, e.g. ``min_dcf_0.01``."""
        return f"min_dcf_{self.p_target:g}"

    def choose(self, counts: ErrorCounts) -> int:
        """Point of the lowest cost, the lowest threshold of several."""
        miss_weight, fa_weight = dcf_weights(p_target=self.p_target)
        miss, false_alarm = counts.misses / counts.num_target, counts.false_alarms / counts.num_nontarget
        return int(np.argmin(miss_weight * miss + fa_weight * false_alarm))

    def num_deciding(self, misses: int, false_alarms: int) -> int:
        """The rarer kind of error."""
        return min(misses, false_alarms)


DEFAULT_RULES: tuple[ThresholdRule, ...] = (
    EqualErrors(),
    FalseAlarmRate(0.01),
    FalseAlarmRate(0.001),
    LowestCost(0.01),
    LowestCost(0.05),
)
"""EER, FAR 1 % and 0.1 %, minDCF at both usual priors."""


def threshold_rule(name: str) -> ThresholdRule:
    """The rule of a name: ``eer``, ``far_<rate>`` or ``min_dcf_<prior>``.

    Raises:
        InputError: The name is none of these, or its number is out of range.
    """
    kinds = {"far": FalseAlarmRate, "min_dcf": LowestCost}
    kind, _, number = name.rpartition("_")
    if name == "eer":
        return EqualErrors()
    try:
        return kinds[kind](float(number))
    except (KeyError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"operating point {name!r} is none of eer, far_<rate>, min_dcf_<prior>") from error
