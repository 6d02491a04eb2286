"""Overdriven recordings."""

import numpy as np
from numpy.typing import NDArray

from kowairo.core import InputError

from ._checks import Range, checked_range
from .base import Augmentation


class Clip(Augmentation):
    r"""Cuts the waveform off below its own peak: :math:`y_t = \mathrm{clip}(x_t, -\theta, \theta)`.

    .. math:: \theta = \max_t |x_t| \cdot 10^{-d/20}

    A shout into a microphone at its limit. The level is not raised afterwards; :class:`Gain` does that.

    Args:
        depth_db: lowest and highest depth d in dB below the peak, 0 or more.

    Raises:
        InputError: a range that is not one, or a negative depth.
    """

    def __init__(self, *, depth_db: Range = (2.0, 12.0)) -> None:
        self.depth_db = checked_range("depth_db", depth_db)
        if self.depth_db[0] < 0.0:
            raise InputError(f"depth_db: expected 0 or more, got {self.depth_db}")

    def __call__(self, samples: NDArray[np.float32], *, rng: np.random.Generator) -> NDArray[np.float32]:
        """Clip (time,) samples; see the class."""
        depth_db = rng.uniform(*self.depth_db)
        if samples.size == 0:
            return samples
        peak = max(float(samples.max()), -float(samples.min()))
        ceiling = np.float32(peak * 10.0 ** (-depth_db / 20.0))
        return np.clip(samples, -ceiling, ceiling)
