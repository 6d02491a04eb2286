"""The augmentation that does nothing, for the clean share of a choice."""

import numpy as np
from numpy.typing import NDArray

from .base import Augmentation


class Unchanged(Augmentation):
    """Returns its input: the clean alternative inside :class:`OneOf`."""

    def __call__(self, samples: NDArray[np.float32], *, rng: np.random.Generator) -> NDArray[np.float32]:
        """Return (time,) samples as they are."""
        return samples
