"""An augmentation by chance."""

import numpy as np
from numpy.typing import NDArray

from ._checks import checked_probability
from .base import Augmentation


class Sometimes(Augmentation):
    """Applies an augmentation with a probability, else returns the input.

    Args:
        augmentation: what to apply.
        probability: how often, 0 to 1.

    Raises:
        InputError: a probability outside [0, 1].
    """

    def __init__(self, augmentation: Augmentation, *, probability: float) -> None:
        self.augmentation = augmentation
        self.probability = checked_probability("probability", probability)

    def __call__(self, samples: NDArray[np.float32], *, rng: np.random.Generator) -> NDArray[np.float32]:
        """Augment (time,) samples, or not; see the class."""
        if rng.random() < self.probability:
            return self.augmentation(samples, rng=rng)
        return samples
