"""Level changes."""

import numpy as np
from numpy.typing import NDArray

from ._checks import Range, checked_range
from .base import Augmentation
from .levels import limit_peak


class Gain(Augmentation):
    """Multiplies by a gain drawn uniformly in dB; where that exceeds full scale, divides by the peak.

    Args:
        gain_db: lowest and highest gain in dB.

    Raises:
        InputError: a range that is not one.
    """

    def __init__(self, *, gain_db: Range = (-5.0, 5.0)) -> None:
        self.gain_db = checked_range("gain_db", gain_db)

    def __call__(self, samples: NDArray[np.float32], *, rng: np.random.Generator) -> NDArray[np.float32]:
        """Change the level of (time,) samples; see the class."""
        return limit_peak(samples * np.float32(10.0 ** (rng.uniform(*self.gain_db) / 20.0)))
