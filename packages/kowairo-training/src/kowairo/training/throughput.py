"""How fast training goes, and whether it waits for its data."""

import math
import os
from dataclasses import dataclass

INPUT_BOUND_SHARE = 0.2
"""From this share of the time on, waiting for data is worth a warning."""
_LEAST_WAIT_S = 1.0


@dataclass(frozen=True)
class Throughput:
    """What an epoch took, validation not counted.

    Attributes:
        seconds: time of the steps.
        waited_s: part of it in which training waited for batches.
        steps: steps taken.
        crops: crops of these steps, of all processes.
        audio_s: their audio, in seconds.
    """

    seconds: float
    waited_s: float
    steps: int
    crops: int
    audio_s: float

    @property
    def data_wait_share(self) -> float:
        """Share of the time in which training waited for data."""
        return self.waited_s / max(1e-9, self.seconds)

    @property
    def steps_per_s(self) -> float:
        """Steps a second."""
        return self.steps / max(1e-9, self.seconds)

    def columns(self) -> dict[str, float]:
        """Crops and seconds of audio a second and the share of waiting, by their names in `metrics.csv`."""
        return {
            "crops_per_s": self.crops / max(1e-9, self.seconds),
            "audio_s_per_s": self.audio_s / max(1e-9, self.seconds),
            "data_wait_share": self.data_wait_share,
        }

    def advice(self, num_workers: int, *, cores: int | None = None) -> str | None:
        """What to do where training is input-bound.

        Workers that are never done in time deliver at a fixed rate; without waiting, steps would take
        1 - share of the time, so 1 / (1 - share) times the workers would keep up.

        Args:
            num_workers: workers there are.
            cores: cores of the machine; None looks.

        Returns:
            A sentence; None below a fifth of the time, or a second.
        """
        share = self.data_wait_share
        if share <= INPUT_BOUND_SHARE or self.waited_s < _LEAST_WAIT_S:
            return None
        wanted = max(num_workers + 1, math.ceil(num_workers / max(1e-3, 1.0 - share)))
        available = (os.cpu_count() or 1) if cores is None else cores
        more = f"use --num_workers {min(wanted, available)}, or " if num_workers < available else ""
        return (
            f"training is input-bound ({100 * share:.0f} % of the time waiting for data): {more}"
            "pack the audio (kowairo corpus pack), or augment fewer crops"
        )
