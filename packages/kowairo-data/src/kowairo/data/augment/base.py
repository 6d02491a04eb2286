"""The contract of online augmentation."""

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray


class Augmentation(ABC):
    """Turns a crop of speech into another recording of the same voice.

    Every augmentation keeps the length and dtype of its input, never modifies it, draws every random choice
    from the generator it is handed (equal generators, equal outputs), returns finite values for finite input,
    leaves silence silent and can be pickled. ``kowairo.testing.check_augmentation`` tests exactly this.

    An augmentation whose result would exceed full scale divides it by its peak, so that no later step clips
    it. Seed the generator from what identifies the crop (seed, epoch, utterance), never from the worker that
    makes it.
    """

    @abstractmethod
    def __call__(self, samples: NDArray[np.float32], *, rng: np.random.Generator) -> NDArray[np.float32]:
        """Augment one mono signal.

        Args:
            samples: (time,), float32 at 16 kHz, full scale is 1.
            rng: source of every random choice.

        Returns:
            (time,), float32, a new array or the unmodified input itself.
        """
