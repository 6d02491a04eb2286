"""Logarithmic mel energies, shared by the front ends that build on them."""

from __future__ import annotations

import torch
from torch import nn

from kowairo.core import InputError

from .mel import mel_filters
from .power_spectrum import PowerSpectrum

_SAMPLE_RATE_HZ = 16000
# Added to the energies. A 25 ms frame of 16-bit rounding noise has an energy near 1e-8 and a whisper near
# 1e-3, so this keeps digital silence from standing 20 nepers below everything else.
_ENERGY_OFFSET = 1e-6


class LogMel(nn.Module):
    """ln(E + 1e-6) of mel energies E of periodic Hamming frames at 16 kHz.

    Args:
        num_mels: number of mel filters.
        hop_s: time from one frame to the next in seconds.
        low_hz: lower edge of the lowest filter in Hz.
        high_hz: upper end of the mel scale in Hz.
        window_s: length of a frame in seconds.

    Raises:
        InputError: num_mels, hop_s or window_s is not positive, or not 0 <= low_hz < high_hz <= 8000.
    """

    filters: torch.Tensor

    def __init__(
        self, *, num_mels: int, hop_s: float, low_hz: float, high_hz: float, window_s: float = 0.025
    ) -> None:
        super().__init__()
        if not 0.0 <= low_hz < high_hz <= _SAMPLE_RATE_HZ / 2:
            raise InputError(f"expected 0 <= low_hz < high_hz <= 8000, got {low_hz} and {high_hz}")
        hop_samples = round(hop_s * _SAMPLE_RATE_HZ)
        # An even number: frames are centred on a sample.
        window_samples = 2 * round(window_s * _SAMPLE_RATE_HZ / 2)
        if num_mels < 1 or hop_samples < 1 or window_samples < 2:
            raise InputError(
                f"expected a positive num_mels, hop_s and window_s, got {num_mels}, {hop_s} and {window_s}"
            )
        self.num_mels = num_mels
        self.spectrum = PowerSpectrum(window=torch.hamming_window(window_samples), hop_samples=hop_samples)
        filters = mel_filters(
            num_mels,
            num_bins=self.spectrum.num_bins,
            sample_rate_hz=_SAMPLE_RATE_HZ,
            low_hz=low_hz,
            high_hz=high_hz,
        )
        self.register_buffer("filters", filters, persistent=False)

    def forward(self, waveforms: torch.Tensor) -> torch.Tensor:
        """Log-mel energies (batch, frames, num_mels) of waveforms (batch, samples)."""
        energies: torch.Tensor = self.spectrum(waveforms) @ self.filters
        return (energies + _ENERGY_OFFSET).log()
