"""Loudness that drifts while somebody speaks."""

import numpy as np
from numpy.typing import NDArray

from kowairo.core import InputError

from ._checks import Range, checked_range
from .base import Augmentation
from .levels import limit_peak

_SAMPLE_RATE_HZ = 16000


class LevelContour(Augmentation):
    """Multiplies by a gain that wanders: a speaker who moves, an automatic gain control, a fader.

    Gains in dB are drawn uniformly at points ``interval_s`` apart and joined by straight lines; pitch, tempo
    and spectrum stay. The first point lies up to an interval before the start.

    Args:
        gain_db: lowest and highest gain in dB.
        interval_s: distance of the points in seconds.

    Raises:
        InputError: a range that is not one, or an interval that is not positive.
    """

    def __init__(self, *, gain_db: Range = (-8.0, 4.0), interval_s: float = 0.5) -> None:
        self.gain_db = checked_range("gain_db", gain_db)
        if not 0.01 <= interval_s < float("inf"):
            raise InputError(f"interval_s: expected at least 0.01 s, got {interval_s}")
        self.interval_s = float(interval_s)

    def __call__(self, samples: NDArray[np.float32], *, rng: np.random.Generator) -> NDArray[np.float32]:
        """Change the level of (time,) samples over time; see the class."""
        interval = self.interval_s * _SAMPLE_RATE_HZ
        offset = rng.uniform(0.0, interval)
        gains_db = rng.uniform(*self.gain_db, size=int((samples.size + offset) // interval) + 2)
        points = np.arange(len(gains_db)) * interval - offset
        contour = np.interp(np.arange(samples.size), points, gains_db * (np.log(10.0) / 20.0))
        return limit_peak(samples * np.exp(contour.astype(np.float32)))
