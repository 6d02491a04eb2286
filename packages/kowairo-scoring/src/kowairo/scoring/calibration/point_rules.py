"""Which operating points there are: how each chooses its threshold, and which errors that rests on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from numpy.typing import ArrayLike

from kowairo.core import InputError
from kowairo.scoring.metrics import dcf_weights
from kowairo.scoring.metrics.thresholds import DecisionThreshold, choose_threshold


class PointRule(ABC):
    """A named way to choose a threshold; all of them by ``choose_threshold``."""

    @property
    @abstractmethod
    def name(self) -> str:
        """Name under which the operating point is stored."""

    @abstractmethod
    def choose(self, target: ArrayLike, nontarget: ArrayLike) -> DecisionThreshold:
        """Choose on (trial,) scores of targets and (trial,) scores of non-targets."""

    @abstractmethod
    def num_deciding(self, threshold: DecisionThreshold) -> int:
        """Number of seen errors on which the place of the threshold rests."""


@dataclass(frozen=True)
class EqualErrors(PointRule):
    """The threshold of the EER; both kinds of error decide."""

    @property
    def name(self) -> str:
        """``eer``."""
        return "eer"

    def choose(self, target: ArrayLike, nontarget: ArrayLike) -> DecisionThreshold:
        """Where both error rates are equal."""
        return choose_threshold(target, nontarget, rule="eer")

    def num_deciding(self, threshold: DecisionThreshold) -> int:
        """The rarer kind of error."""
        return min(threshold.num_misses, threshold.num_false_alarms)


@dataclass(frozen=True)
class FalseAlarmRate(PointRule):
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

    def choose(self, target: ArrayLike, nontarget: ArrayLike) -> DecisionThreshold:
        """The lowest score that keeps the rate."""
        return choose_threshold(target, nontarget, rule="false_alarm", rate=self.rate)

    def num_deciding(self, threshold: DecisionThreshold) -> int:
        """The false alarms."""
        return threshold.num_false_alarms


@dataclass(frozen=True)
class LowestCost(PointRule):
    """The threshold of minDCF with unit costs; both kinds of error decide."""

    p_target: float
    """Prior of a target in (0, 1)."""

    def __post_init__(self) -> None:
        dcf_weights(p_target=self.p_target)  # checks the range

    @property
    def name(self) -> str:
        """``min_dcf_<prior>``, e.g. ``min_dcf_0.01``."""
        return f"min_dcf_{self.p_target:g}"

    def choose(self, target: ArrayLike, nontarget: ArrayLike) -> DecisionThreshold:
        """The cheapest threshold."""
        return choose_threshold(target, nontarget, rule="min_dcf", p_target=self.p_target)

    def num_deciding(self, threshold: DecisionThreshold) -> int:
        """The rarer kind of error."""
        return min(threshold.num_misses, threshold.num_false_alarms)


DEFAULT_RULES: tuple[PointRule, ...] = (
    EqualErrors(),
    FalseAlarmRate(0.01),
    FalseAlarmRate(0.001),
    LowestCost(0.01),
    LowestCost(0.05),
)
"""EER, FAR 1 % and 0.1 %, minDCF at both usual priors."""


def point_rule(name: str) -> PointRule:
    """The rule of a name: ``eer``, ``far_<rate>`` or ``min_dcf_<prior>``.

    Raises:
        InputError: The name is none of these, or its number is out of range.
    """
    kinds = {"far": FalseAlarmRate, "min_dcf": LowestCost}
    kind, _, text = name.rpartition("_")
    if name == "eer":
        return EqualErrors()
    try:
        rule, number = kinds[kind], float(text)
    except (KeyError, ValueError) as error:
        raise InputError(f"operating point {name!r} is none of eer, far_<rate>, min_dcf_<prior>") from error
    return rule(number)
