"""Learning-rate schedules by step."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

from kowairo.core import InputError


class Schedule(ABC):
    """Share of the top learning rate at each step of a stage."""

    @abstractmethod
    def factor(self, step: int, total_steps: int) -> float:
        """Factor in [0, 1] on the learning rate.

        Args:
            step: step about to be taken, from 0.
            total_steps: steps of the whole stage.
        """


@dataclass(frozen=True)
class _Warmup(Schedule):
    """Linear rise, then a decrease that the subclass gives.

    Attributes:
        warmup_fraction: share of the stage's steps for the rise.
        final_factor: factor at the last step.
    """

    warmup_fraction: float = 0.1
    final_factor: float = 0.01

    def __post_init__(self) -> None:
        if not 0.0 <= self.warmup_fraction < 1.0:
            raise InputError(f"warmup_fraction is in [0, 1), got {self.warmup_fraction}")
        if not 0.0 < self.final_factor <= 1.0:
            raise InputError(f"final_factor is in (0, 1], got {self.final_factor}")

    def factor(self, step: int, total_steps: int) -> float:
        """Factor on the learning rate; see `Schedule.factor`."""
        warmup = round(self.warmup_fraction * total_steps)
        if step < warmup:
            return (step + 1) / warmup
        progress = (step - warmup) / max(1, total_steps - 1 - warmup)
        return self._decrease(min(1.0, progress))

    @abstractmethod
    def _decrease(self, progress: float) -> float:
        """Factor behind the warm-up, from 1 at progress 0 to `final_factor` at progress 1."""


@dataclass(frozen=True)
class WarmupCosine(_Warmup):
    """Linear warm-up, then half a cosine down to `final_factor`.

    Source: Loshchilov and Hutter, 2017 (SGDR), without restarts.

    Attributes:
        warmup_fraction: share of the stage's steps for the warm-up.
        final_factor: factor at the last step.
    """

    def _decrease(self, progress: float) -> float:
        return self.final_factor + (1.0 - self.final_factor) * 0.5 * (1.0 + math.cos(math.pi * progress))


@dataclass(frozen=True)
class WarmupExponential(_Warmup):
    """Linear warm-up, then an exponential decrease to `final_factor`.

    Attributes:
        warmup_fraction: share of the stage's steps for the warm-up.
        final_factor: factor at the last step.
    """

    def _decrease(self, progress: float) -> float:
        return float(self.final_factor**progress)


@dataclass(frozen=True)
class WarmupCyclic(_Warmup):
    """Linear warm-up, then triangles: down to `final_factor` and up again, each peak lower than the last.

    The stage ends at the foot of the last triangle. With cycles = n there are n descents; peak k (from 0)
    is at final_factor + (1 - final_factor) peak_decay^k.

    Source: Smith, 2017 ("triangular" with peak_decay 1, "triangular2" with 0.5).

    Attributes:
        warmup_fraction: share of the stage's steps for the warm-up.
        final_factor: factor at the foot of every triangle.
        cycles: number of descents.
        peak_decay: height of a peak over that of the one before.
    """

    cycles: int = 3
    peak_decay: float = 1.0

    def __post_init__(self) -> None:
        """Checks the values."""
        super().__post_init__()
        if self.cycles < 1 or not 0.0 < self.peak_decay <= 1.0:
            raise InputError(
                f"cycles is at least 1 and peak_decay is in (0, 1], got {self.cycles} and {self.peak_decay}"
            )

    def _decrease(self, progress: float) -> float:
        # n descents and n - 1 rises between them, of equal length.
        slope, along = divmod(progress * (2 * self.cycles - 1), 1.0)
        if progress == 1.0:
            return self.final_factor
        falling = slope % 2 == 0
        peak = self.peak_decay ** (slope // 2 if falling else slope // 2 + 1)
        height = 1.0 - along if falling else along
        return self.final_factor + (1.0 - self.final_factor) * float(peak) * height
