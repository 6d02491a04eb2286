"""Missing frequency bands."""

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from kowairo.core import InputError

from ._checks import Range, checked_counts, checked_range
from .base import Augmentation
from .levels import limit_peak

_SAMPLE_RATE_HZ = 16000
_EDGE_SHARE = 0.25
# The ringing of an edge 100 Hz wide has died away after this; less would wrap around to the other end.
_PADDING = 400


class DropFreq(Augmentation):
    r"""Takes a few random frequency bands out, with zero phase.

    The gain is 0 in a band of width :math:`w` around a centre that is uniform over the range, and rises to 1
    along a raised cosine over :math:`w / 4` on either side. Default count and width are those of
    SpeechBrain's speaker recognition recipe (1 to 3 bands of 5 % of the Nyquist frequency).

    Source: Ravanelli et al., "SpeechBrain: a general-purpose speech toolkit" (2021); there a filter of 101
    taps, whose notches are wider and less deep.

    Args:
        count: fewest and most bands, both included.
        centre_hz: lowest and highest centre in Hz.
        width_hz: width of a band in Hz.

    Raises:
        InputError: ranges that are not ranges, frequencies outside 0 to 8000 Hz, or a width that is not
            positive.
    """

    def __init__(
        self, *, count: tuple[int, int] = (1, 3), centre_hz: Range = (0.0, 8000.0), width_hz: float = 400.0
    ) -> None:
        self.count = checked_counts("count", count)
        self.centre_hz = checked_range("centre_hz", centre_hz, lowest=0.0, highest=_SAMPLE_RATE_HZ / 2)
        if not 0.0 < width_hz < float("inf"):
            raise InputError(f"width_hz: expected a positive width, got {width_hz}")
        self.width_hz = float(width_hz)

    def __call__(self, samples: NDArray[np.float32], *, rng: np.random.Generator) -> NDArray[np.float32]:
        """Take bands out of (time,) samples; see the class."""
        number = int(rng.integers(self.count[0], self.count[1] + 1))
        centres_hz = rng.uniform(*self.centre_hz, size=number)
        if number == 0 or not np.any(samples):
            return samples
        fft_size = scipy.fft.next_fast_len(samples.size + _PADDING, real=True)
        spectrum = scipy.fft.rfft(samples, fft_size)
        for centre_hz in centres_hz:
            self._mute(spectrum, float(centre_hz) * fft_size / _SAMPLE_RATE_HZ, fft_size)
        return limit_peak(scipy.fft.irfft(spectrum, fft_size, overwrite_x=True)[: samples.size])

    def _mute(self, spectrum: NDArray[np.complex64], centre: float, fft_size: int) -> None:
        """Multiply the bins around a centre, given in bins, by the gain."""
        half = 0.5 * self.width_hz * fft_size / _SAMPLE_RATE_HZ
        edge = 2.0 * _EDGE_SHARE * half
        first = max(0, int(np.ceil(centre - half - edge)))
        last = min(len(spectrum) - 1, int(np.floor(centre + half + edge)))
        outside = np.clip((np.abs(np.arange(first, last + 1) - centre) - half) / edge, 0.0, 1.0)
        spectrum[first : last + 1] *= (0.5 - 0.5 * np.cos(np.pi * outside)).astype(np.float32)
