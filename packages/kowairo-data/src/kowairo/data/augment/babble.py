"""Other people talking in the background."""

from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kowairo.core import InputError

from ._checks import Range, checked_counts, checked_range
from .additive_noise import audible_excerpt
from .base import Augmentation
from .levels import SILENCE_MEAN_SQUARE, mean_square, mix_at_snr
from .signal_bank import SignalBank


class Babble(Augmentation):
    """Adds the sum of a few other voices at SNRs drawn uniformly in dB.

    ``snr_of="sum"``: the talkers are equally loud, and one SNR is that of the speech against their sum
    (:func:`kowairo.data.augment.mix_at_snr`). ``snr_of="talker"``: every talker has an SNR of its own, as in
    the recipes below, so more talkers are louder, by 7 dB for five.

    The bank should hold many speakers: a talker is drawn without asking whose line is augmented.

    Source: ranges of the 3-8 talker babble of Snyder et al. (2018), fewer talkers as in later recipes.

    Args:
        source: table of speech recordings (rows ``name path``), or an open bank of them.
        snr_db: lowest and highest SNR in dB.
        num_talkers: fewest and most voices, both included.
        snr_of: what an SNR is drawn for.

    Raises:
        InputError: no recordings, or a range that is not one.
    """

    def __init__(
        self,
        source: SignalBank | Path | str,
        *,
        snr_db: Range = (13.0, 20.0),
        num_talkers: tuple[int, int] = (1, 5),
        snr_of: Literal["sum", "talker"] = "sum",
    ) -> None:
        self.snr_db = checked_range("snr_db", snr_db)
        self.num_talkers = checked_counts("num_talkers", num_talkers, lowest=1)
        if snr_of not in ("sum", "talker"):
            raise InputError(f"snr_of: expected sum or talker, got {snr_of!r}")
        self.snr_of = snr_of
        self._bank = source if isinstance(source, SignalBank) else SignalBank.open(source)

    def __call__(self, samples: NDArray[np.float32], *, rng: np.random.Generator) -> NDArray[np.float32]:
        """Add babble to (time,) samples; see the class."""
        snr_db = rng.uniform(*self.snr_db) if self.snr_of == "sum" else 0.0
        babble = np.zeros(samples.size, dtype=np.float32)
        for _ in range(int(rng.integers(self.num_talkers[0], self.num_talkers[1] + 1))):
            talker = audible_excerpt(self._bank, samples.size, rng=rng)
            own_db = rng.uniform(*self.snr_db) if self.snr_of == "talker" else 0.0
            power = mean_square(talker)
            if power > SILENCE_MEAN_SQUARE:
                talker *= np.float32(power**-0.5 * 10.0 ** (-own_db / 20.0))
                babble += talker
        if self.snr_of == "talker":
            # Talkers stand at their own levels below a voice of power 1.
            snr_db = -10.0 * float(np.log10(max(mean_square(babble), SILENCE_MEAN_SQUARE)))
        return mix_at_snr(samples, babble, snr_db=snr_db)
