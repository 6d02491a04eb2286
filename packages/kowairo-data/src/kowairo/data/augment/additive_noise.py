"""Background noise or music at a set signal-to-noise ratio."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ._checks import Range, checked_range
from .base import Augmentation
from .levels import SILENCE_MEAN_SQUARE, mean_square, mix_at_snr
from .signal_bank import SignalBank

# Recordings of thunder or footsteps have silent stretches; a few draws almost surely find one that is not.
_MAX_DRAWS = 4


class AdditiveNoise(Augmentation):
    """Adds a random stretch of a random recording (noise, or music) at an SNR drawn uniformly in dB.

    Recordings are equally likely whatever their length. The SNR is exact by the definition of
    :func:`kowairo.data.augment.mix_at_snr`. Nothing is added to silence, nor where only silent stretches were
    drawn.

    Ranges of the field: noise 0 to 15 dB, music 5 to 15 dB.
    Source: Snyder, Garcia-Romero, Sell, Povey, Khudanpur, "X-vectors: robust DNN embeddings" (2018), section
    3.3.

    Args:
        source: table of recordings (rows ``name path``), or an open bank of them.
        snr_db: lowest and highest SNR in dB.

    Raises:
        InputError: no recordings, or a range that is not one.
    """

    def __init__(self, source: SignalBank | Path | str, *, snr_db: Range = (0.0, 15.0)) -> None:
        self.snr_db = checked_range("snr_db", snr_db)
        self._bank = source if isinstance(source, SignalBank) else SignalBank.open(source)

    def __call__(self, samples: NDArray[np.float32], *, rng: np.random.Generator) -> NDArray[np.float32]:
        """Add noise to (time,) samples; see the class."""
        snr_db = rng.uniform(*self.snr_db)
        return mix_at_snr(samples, audible_excerpt(self._bank, samples.size, rng=rng), snr_db=snr_db)


def audible_excerpt(bank: SignalBank, num_samples: int, *, rng: np.random.Generator) -> NDArray[np.float32]:
    """A random stretch of a random recording that is not silent, or the last silent one of a few draws.

    Args:
        bank: recordings.
        num_samples: length wanted.
        rng: draws the recording and the start.

    Returns:
        (num_samples,), float32.
    """
    for _ in range(_MAX_DRAWS):
        excerpt = bank.excerpt(int(rng.integers(len(bank))), num_samples=num_samples, rng=rng)
        if mean_square(excerpt) > SILENCE_MEAN_SQUARE:
            break
    return excerpt
