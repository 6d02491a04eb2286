"""Rooms: convolution with measured or simulated impulse responses."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from kowairo.core import InputError

from .base import Augmentation
from .levels import limit_peak, mean_square
from .signal_bank import SignalBank

_SAMPLE_RATE_HZ = 16000
_FADE_S = 0.02
_DIRECT_SOUND_RATIO = 0.5
_BLOCK = 4000


class Reverb(Augmentation):
    r"""Puts the voice into a random room of a set: :math:`y_t = c \sum_{k=0}^{K-1} h_k x_{t-k}`.

    Each response is cut to begin at its direct sound, so the output is aligned with the input and has its
    length (the tail that rings on after the end is dropped). ``c`` keeps the energy of the input; where that
    would exceed full scale, the peak rule wins. Responses are equally likely.

    Responses are cut at ``max_length_s`` with a short fade: what remains of a room with RT60 0.7 s is below
    -40 dB there, and the transforms stay short.

    Source: Ko, Peddinti, Povey, Seltzer, Khudanpur, "A study on data augmentation of reverberant speech"
    (2017).

    Args:
        source: table of impulse responses at 16 kHz (rows ``name path``), or name -> (taps,) float array.
        max_length_s: longest response in seconds.

    Raises:
        InputError: no responses, a silent one, or a length that is not positive.
    """

    def __init__(
        self, source: Path | str | Mapping[str, NDArray[np.float32]], *, max_length_s: float = 0.5
    ) -> None:
        if max_length_s <= 0.0:
            raise InputError(f"max_length_s: expected a positive time, got {max_length_s}")
        self.max_length_s = float(max_length_s)
        responses = dict(source) if isinstance(source, Mapping) else _read_responses(Path(source))
        max_taps = max(1, round(max_length_s * _SAMPLE_RATE_HZ))
        prepared = [_prepared(name, response, max_taps) for name, response in responses.items()]
        if not prepared:
            raise InputError(f"impulse responses: expected at least one in {source}, got none")
        self._spectra = [response_spectra(response) for response in prepared]

    def __call__(self, samples: NDArray[np.float32], *, rng: np.random.Generator) -> NDArray[np.float32]:
        """Reverberate (time,) samples; see the class."""
        index = int(rng.integers(len(self._spectra)))
        power = mean_square(samples)
        if power <= 0.0:
            return samples
        wet = convolved(samples, self._spectra[index])
        wet_power = mean_square(wet)
        if wet_power <= 0.0:
            return samples
        wet *= np.float32(np.sqrt(power / wet_power))
        return limit_peak(wet)


def response_spectra(response: NDArray[np.float32]) -> NDArray[np.complex64]:
    """Spectra of the parts of an impulse response, for :func:`convolved`.

    Args:
        response: (taps,), not empty.

    Returns:
        (parts, 4001): the response in parts of 4000 taps, each padded to twice that.
    """
    parts = np.zeros((-(-response.size // _BLOCK), _BLOCK), dtype=np.float32)
    parts.ravel()[: response.size] = response
    return np.asarray(scipy.fft.rfft(parts, 2 * _BLOCK, axis=1))


def convolved(samples: NDArray[np.float32], spectra: NDArray[np.complex64]) -> NDArray[np.float32]:
    r"""The first samples of a convolution, by partitioned overlap-save.

    .. math:: Y_k = \sum_p X_{k-p} H_p

    with :math:`X_k` the spectrum of block k of the signal and the block before it; the second half of the
    inverse transform is kept. Against one long transform: the short ones are done side by side by vector
    instructions (a third less time for 2 s), and the spectra do not depend on the length of the signal.

    Source: Wefers, "Partitioned convolution algorithms for real-time auralization" (2015), section 5.3.

    Args:
        samples: (time,).
        spectra: (parts, 4001) of the response, by :func:`response_spectra`.

    Returns:
        (time,), a new array.
    """
    count = -(-samples.size // _BLOCK)
    padded = np.zeros((count + 1) * _BLOCK, dtype=np.float32)
    padded[_BLOCK : _BLOCK + samples.size] = samples
    blocks = np.lib.stride_tricks.sliding_window_view(padded, 2 * _BLOCK)[::_BLOCK]
    heard = scipy.fft.rfft(blocks, axis=1)
    summed = heard * spectra[0]
    for part in range(1, min(len(spectra), count)):
        summed[part:] += heard[:-part] * spectra[part]
    wet: NDArray[np.float32] = scipy.fft.irfft(summed, axis=1, overwrite_x=True)[:, _BLOCK:]
    return wet.reshape(-1)[: samples.size]


def direct_sound_index(response: NDArray[np.float32]) -> int:
    """Where the direct sound of an impulse response is.

    The first local maximum of the magnitude that reaches half of the largest one: a strong reflection can
    beat the direct sound, and the ripple before a band-limited pulse stays below a quarter of it.

    Args:
        response: (taps,), not silent.

    Returns:
        Index of the tap.
    """
    magnitude = np.abs(response)
    reached = int(np.argmax(magnitude >= _DIRECT_SOUND_RATIO * magnitude.max()))
    while reached + 1 < magnitude.size and magnitude[reached + 1] > magnitude[reached]:
        reached += 1
    return reached


def _prepared(name: str, response: NDArray[np.float32], max_taps: int) -> NDArray[np.float32]:
    if response.ndim != 1 or not np.any(response):
        raise InputError(f"impulse response {name!r}: expected taps (time,) that are not all zero")
    start = direct_sound_index(response)
    taps = response[start : start + max_taps].astype(np.float32)
    if response.size - start > max_taps:
        fade = min(round(_FADE_S * _SAMPLE_RATE_HZ), taps.size - 1)
        taps[taps.size - fade :] *= np.linspace(1.0, 0.0, fade, endpoint=False, dtype=np.float32)
    return taps


def _read_responses(table: Path) -> dict[str, NDArray[np.float32]]:
    bank = SignalBank.open(table)
    return {name: bank.signal(i).astype(np.float32) / np.float32(32768) for i, name in enumerate(bank.names)}
