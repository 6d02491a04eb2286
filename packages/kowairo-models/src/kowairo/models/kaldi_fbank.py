"""Kaldi's log-mel filter bank."""

from __future__ import annotations

import math

import torch

from kowairo.core import InputError

from .front_end import FrontEnd
from .kaldi_spectrum import KaldiSpectrum, KaldiWindow

_NYQUIST_HZ = 8000.0
# Kaldi's floor of the energies: the machine epsilon of float32.
_LEAST_ENERGY = float(torch.finfo(torch.float32).eps)


class KaldiFbank(FrontEnd):
    """Natural logarithms of mel energies as Kaldi computes them, without dither.

    L[t, m] = ln(max(E[t, m], 2^-23)), E the mel sums of KaldiSpectrum's 25 ms frames every 10 ms. Filters are
    triangles in mel = 1127 ln(1 + f / 700), each from its left neighbour's centre to its right neighbour's.

    The floor makes the features of quiet recordings depend on the samples' scale, so that each encoder needs
    the one that it was trained with: 1 for 3D-Speaker's, 32768 for Kaldi's and WeSpeaker's.

    Args:
        num_mels: number of mel filters.
        low_hz: where the first filter begins, in Hz.
        high_hz: where the last filter ends, in Hz.
        window: weights of a frame's samples, see KaldiSpectrum.
        scale: factor of the samples, which are in [-1, 1].

    Raises:
        InputError: num_mels or scale is not positive, or not 0 <= low_hz < high_hz <= 8000.

    Source: Kaldi's compute-fbank-feats (Povey and others, 2011); defaults as there but for dither and scale.
    """

    filters: torch.Tensor

    def __init__(
        self,
        *,
        num_mels: int = 80,
        low_hz: float = 20.0,
        high_hz: float = _NYQUIST_HZ,
        window: KaldiWindow = "povey",
        scale: float = 1.0,
    ) -> None:
        super().__init__()
        if num_mels < 1 or not scale > 0.0 or not 0.0 <= low_hz < high_hz <= _NYQUIST_HZ:
            raise InputError(
                "expected a positive num_mels and scale and 0 <= low_hz < high_hz <= 8000, "
                f"got {num_mels}, {scale}, {low_hz} and {high_hz}"
            )
        self.scale = scale
        self.spectrum = KaldiSpectrum(window=window)
        filters = kaldi_mel_filters(num_mels, num_bins=self.spectrum.num_bins, low_hz=low_hz, high_hz=high_hz)
        self.register_buffer("filters", filters, persistent=False)

    @property
    def num_features(self) -> int:
        """Number of mel filters."""
        return self.filters.shape[1]

    def num_frames(self, num_samples: int) -> int:
        """1 + floor((num_samples - 400) / 160), at least 0."""
        return self.spectrum.num_frames(num_samples)

    def features(self, waveforms: torch.Tensor) -> torch.Tensor:
        """Log-mel energies, (batch, frames, num_mels)."""
        energies: torch.Tensor = self.spectrum(self.scale * waveforms) @ self.filters
        return energies.clamp(min=_LEAST_ENERGY).log()


def kaldi_mel_filters(num_mels: int, *, num_bins: int, low_hz: float, high_hz: float) -> torch.Tensor:
    """Matrix from a power spectrum to mel band energies.

    With num_mels + 2 points h evenly spaced in mel from low_hz to high_hz, filter i rises from h[i] to 1 at
    h[i + 1] and falls to h[i + 2], linearly in mel; no area normalisation.

    Args:
        num_mels: number of filters.
        num_bins: number of spectrum bins, evenly spaced over 0..8000 Hz.
        low_hz: h[0] in Hz.
        high_hz: the last h in Hz.

    Returns:
        (num_bins, num_mels), float32. The last bin, 8000 Hz, counts in no filter, as in Kaldi.
    """
    step = (_mel(high_hz) - _mel(low_hz)) / (num_mels + 1)
    edges = _mel(low_hz) + step * torch.arange(num_mels + 2, dtype=torch.float64)
    frequencies = torch.linspace(0.0, _NYQUIST_HZ, num_bins, dtype=torch.float64)
    mels = 1127.0 * torch.log1p(frequencies / 700.0).unsqueeze(1)  # (bins, 1)
    rising, falling = (mels - edges[:-2]) / step, (edges[2:] - mels) / step
    filters = torch.minimum(rising, falling).clamp(min=0.0)
    filters[-1] = 0.0
    return filters.float()


def _mel(frequency_hz: float) -> float:
    return 1127.0 * math.log1p(frequency_hz / 700.0)
