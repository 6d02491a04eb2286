"""How the margin of a margin loss grows during training."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from kowairo.core import InputError

_LEFT_AT_END = 1e-3


@dataclass(frozen=True)
class MarginSchedule:
    """The margin as a function of the training step, without state.

    `initial` until start_step, `final` from end_step on; between them, with t the fraction of the way in [0,
    1): initial + (final - initial) c(t), where c(t) = 1 - 0.001^t ("exponential") or c(t) = t ("linear").

    Raises:
        InputError: end_step before start_step, or a curve that is not one of the two.

    Source: the exponential curve is that of WeSpeaker (Wang and others, 2023), which has 0.001 / (1 + 1e-6)
    for 0.001 and is written there over epochs; it jumps by 0.001 (final - initial) at end_step.
    """

    start_step: int = 0
    """Last step with the initial margin."""
    end_step: int = 0
    """First step with the final margin."""
    initial: float = 0.0
    """Margin before start_step, in radians."""
    final: float = 0.2
    """Margin from end_step on, in radians."""
    curve: Literal["exponential", "linear"] = "exponential"
    """Shape between the two."""

    def __post_init__(self) -> None:
        """Checks the values."""
        if not 0 <= self.start_step <= self.end_step:
            raise InputError(
                f"expected 0 <= start_step <= end_step, got {self.start_step} and {self.end_step}"
            )
        if self.curve not in ("exponential", "linear"):
            raise InputError(f"expected curve exponential or linear, got {self.curve!r}")

    def __call__(self, step: int) -> float:
        """The margin in radians at a step.

        Args:
            step: optimiser step from 0.

        Returns:
            Margin in radians.

        Example:
            >>> MarginSchedule(start_step=10, end_step=20, final=0.2, curve="linear")(15)
            0.1
        """
        if step >= self.end_step:
            return self.final
        if step <= self.start_step:
            return self.initial
        fraction = (step - self.start_step) / (self.end_step - self.start_step)
        if self.curve == "exponential":
            fraction = 1.0 - math.exp(fraction * math.log(_LEFT_AT_END / (1.0 + 1e-6)))
        return self.initial + (self.final - self.initial) * fraction
