"""Several augmentations in a row."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .base import Augmentation


class Chain(Augmentation):
    """Applies augmentations one after the other, in the given order; an empty chain changes nothing.

    Args:
        augmentations: in the order in which they happen to a voice: room, background, channel, level.
    """

    def __init__(self, augmentations: Sequence[Augmentation]) -> None:
        self.augmentations = list(augmentations)

    def __call__(self, samples: NDArray[np.float32], *, rng: np.random.Generator) -> NDArray[np.float32]:
        """Augment (time,) samples; see the class."""
        for augmentation in self.augmentations:
            samples = augmentation(samples, rng=rng)
        return samples
