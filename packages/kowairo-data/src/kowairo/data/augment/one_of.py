"""One augmentation out of several."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kowairo.core import InputError

from ._checks import checked_not_empty
from .base import Augmentation


class OneOf(Augmentation):
    """Applies exactly one of several augmentations, drawn by weight.

    Args:
        augmentations: what to draw from; put :class:`Unchanged` among them for a clean share.
        weights: relative frequency of each, 0 or more, not all 0; None: equally likely.

    Raises:
        InputError: nothing to draw from, or weights that do not fit.
    """

    def __init__(
        self, augmentations: Sequence[Augmentation], *, weights: Sequence[float] | None = None
    ) -> None:
        checked_not_empty("augmentations", augmentations)
        self.augmentations = list(augmentations)
        self.weights = (
            [1.0] * len(augmentations) if weights is None else [float(weight) for weight in weights]
        )
        if len(self.weights) != len(self.augmentations):
            raise InputError(f"weights: expected {len(self.augmentations)}, got {len(self.weights)}")
        if min(self.weights) < 0.0 or not 0.0 < sum(self.weights) < float("inf"):
            raise InputError(f"weights: expected 0 or more, finite, not all 0, got {self.weights}")
        self._cumulative = np.cumsum(self.weights) / sum(self.weights)

    def __call__(self, samples: NDArray[np.float32], *, rng: np.random.Generator) -> NDArray[np.float32]:
        """Augment (time,) samples; see the class."""
        drawn = int(np.searchsorted(self._cumulative, rng.random(), side="right"))
        # Rounding can leave the last cumulative weight a bit below 1.
        return self.augmentations[min(drawn, len(self.augmentations) - 1)](samples, rng=rng)
