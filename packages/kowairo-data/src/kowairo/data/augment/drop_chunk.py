"""Stretches of silence in the middle of speech."""

import numpy as np
from numpy.typing import NDArray

from ._checks import Range, checked_counts, checked_range
from .base import Augmentation


class DropChunk(Augmentation):
    """Sets a few random stretches of the signal to zero, as drop-outs of a transmission do.

    Lengths and places are uniform, stretches may overlap; none is longer than half of the signal. Defaults
    are those of SpeechBrain's speaker recognition recipe (1 to 5 stretches of 1,000 to 2,000 samples).

    Source: Ravanelli et al., "SpeechBrain: a general-purpose speech toolkit" (2021).

    Args:
        count: fewest and most stretches, both included.
        length_s: shortest and longest stretch in seconds, 0 or more.

    Raises:
        InputError: ranges that are not ranges, or a negative one.
    """

    def __init__(self, *, count: tuple[int, int] = (1, 5), length_s: Range = (0.0625, 0.125)) -> None:
        self.count = checked_counts("count", count)
        self.length_s = checked_range("length_s", length_s, lowest=0.0)

    def __call__(self, samples: NDArray[np.float32], *, rng: np.random.Generator) -> NDArray[np.float32]:
        """Drop stretches of (time,) samples; see the class."""
        dropped = samples.copy()
        for _ in range(int(rng.integers(self.count[0], self.count[1] + 1))):
            length = min(round(16000 * rng.uniform(*self.length_s)), samples.size // 2)
            start = int(rng.integers(samples.size - length + 1))
            dropped[start : start + length] = 0.0
        return dropped
