"""Other people talking in the background."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kowairo.core import InputError

from ._checks import Range, checked_range
from .additive_noise import audible_excerpt
from .base import Augmentation
from .levels import SILENCE_MEAN_SQUARE, mean_square, mix_at_snr
from .signal_bank import SignalBank


class Babble(Augmentation):
    """Adds the sum of a few other voices, equally loud, at an SNR drawn uniformly in dB.

    The SNR is that of the speech against the sum of the talkers (:func:`kowairo.data.augment.mix_at_snr`).
    The bank should hold many speakers: a talker is drawn without asking whose line is augmented.

    Source: ranges of the 3-8 talker babble of Snyder et al. (2018), fewer talkers as in later recipes.

    Args:
        source: table of speech recordings (rows ``name path``), or an open bank of them.
        snr_db: lowest and highest SNR in dB.
        num_talkers: fewest and most voices, both included.

    Raises:
        InputError: no recordings, or a range that is not one.
    """

    def __init__(
        self,
        source: SignalBank | Path | str,
        *,
        snr_db: Range = (13.0, 20.0),
        num_talkers: tuple[int, int] = (1, 5),
    ) -> None:
        self.snr_db = checked_range("snr_db", snr_db)
        if not 1 <= num_talkers[0] <= num_talkers[1]:
            raise InputError(f"num_talkers: expected (low, high) with 1 <= low <= high, got {num_talkers}")
        self.num_talkers = (int(num_talkers[0]), int(num_talkers[1]))
        self._bank = source if isinstance(source, SignalBank) else SignalBank.open(source)

    def __call__(self, samples: NDArray[np.float32], *, rng: np.random.Generator) -> NDArray[np.float32]:
        """Add babble to (time,) samples; see the class."""
        snr_db = rng.uniform(*self.snr_db)
        babble = np.zeros(samples.size, dtype=np.float32)
        for _ in range(int(rng.integers(self.num_talkers[0], self.num_talkers[1] + 1))):
            talker = audible_excerpt(self._bank, samples.size, rng=rng)
            power = mean_square(talker)
            if power > SILENCE_MEAN_SQUARE:
                talker *= np.float32(power**-0.5)
                babble += talker
        return mix_at_snr(samples, babble, snr_db=snr_db)
