"""Samples as 16-bit integers."""

import numpy as np
from numpy.typing import NDArray

STEPS = 32768
"""Steps of 16 bit per unit: a float sample is its integer / 32768."""


def to_int16(samples: NDArray[np.float32]) -> NDArray[np.int16]:
    """Rounds samples to 16 bit; audio that exceeds 1 is divided by its peak first, other audio is not.

    The result / 32768 is within half a step of the samples (1.5e-5), and equal to them where they come
    from 16 bit. Only a sample above 1 - 1.5e-5, which has no code of its own, is up to a step off.

    Args:
        samples: (samples,) mono.

    Returns:
        (samples,) int16.
    """
    peak = float(np.abs(samples).max(initial=0.0))
    scaled = samples / np.float32(peak) if peak > 1.0 else samples
    codes = np.clip(np.rint(scaled * np.float32(STEPS)), -STEPS, STEPS - 1)
    return np.asarray(codes, dtype=np.int16)
