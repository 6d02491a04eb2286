"""The front end of the anime speaker encoder."""

from __future__ import annotations

import torch

from .front_end import FrontEnd
from .mel import mel_filters
from .power_spectrum import PowerSpectrum

_INT16_SCALE = 32768.0
_LEAST_ENERGY = 1e-10


class SpeechBrainFbank(FrontEnd):
    """SpeechBrain's mel filter bank in decibels, on samples scaled to the int16 range.

    For each utterance: divide by max|x| if that exceeds 1, multiply by 32768, take the power spectrum of 25
    ms periodic Hamming frames every 10 ms, then D = 10 log10(max(E, 1e-10)) of the mel energies E (0 to 8000
    Hz), floored at (the utterance's maximum - top_db). No mean normalisation: the scale of 32768 adds 90.3 dB
    to every feature, and an encoder trained with it needs it.

    Args:
        num_mels: number of mel filters.
        top_db: dynamic range kept below the utterance's maximum, in dB.

    Source: SpeechBrain's Fbank (Ravanelli and others, 2021), as the anime speaker embedding (litagin, 2025)
    calls it. Ours: the peak rule is per utterance, where the original takes the maximum over the whole batch,
    which makes an embedding depend on its neighbours; the two are equal for one utterance.
    """

    filters: torch.Tensor

    def __init__(self, *, num_mels: int = 80, top_db: float = 80.0) -> None:
        super().__init__()
        self.top_db = top_db
        self.spectrum = PowerSpectrum(window=torch.hamming_window(400), hop_samples=160)
        filters = mel_filters(num_mels, num_bins=201, sample_rate_hz=16000, low_hz=0.0, high_hz=8000.0)
        self.register_buffer("filters", filters, persistent=False)

    @property
    def num_features(self) -> int:
        """Number of mel filters."""
        return self.filters.shape[1]

    def num_frames(self, num_samples: int) -> int:
        """1 + floor(num_samples / 160)."""
        return self.spectrum.num_frames(num_samples)

    def features(self, waveforms: torch.Tensor) -> torch.Tensor:
        """Mel energies in dB, (batch, frames, num_mels)."""
        peaks = waveforms.abs().amax(dim=1, keepdim=True).clamp(min=1.0)
        energies = self.spectrum(waveforms / peaks * _INT16_SCALE) @ self.filters
        levels = 10.0 * energies.clamp(min=_LEAST_ENERGY).log10()
        return torch.maximum(levels, levels.amax(dim=(1, 2), keepdim=True) - self.top_db)
