"""Triangular mel filters as SpeechBrain places them."""

from __future__ import annotations

import math

import torch


def hz_to_mel(frequency_hz: float) -> float:
    """Mel of a frequency: 2595 log10(1 + f / 700)."""
    return 2595.0 * math.log10(1.0 + frequency_hz / 700.0)


def mel_filters(
    num_mels: int, *, num_bins: int, sample_rate_hz: int, low_hz: float, high_hz: float
) -> torch.Tensor:
    """Matrix from a power spectrum to mel band energies.

    With num_mels + 2 points h evenly spaced in mel from low_hz to high_hz, filter i has its centre at h[i+1]
    and the half-width w = h[i+1] - h[i] on BOTH sides: weight(f) = max(0, 1 - |f - h[i+1]| / w), without area
    normalisation. So a filter does not reach its right neighbour's centre: neither librosa's nor Kaldi's
    filters.

    Args:
        num_mels: number of filters.
        num_bins: number of spectrum bins, evenly spaced over 0..sample_rate_hz / 2.
        sample_rate_hz: sample rate in Hz.
        low_hz: lower edge of the first filter in Hz.
        high_hz: where the last filter's right neighbour would have its centre, in Hz.

    Returns:
        (num_bins, num_mels), float32.

    Source: SpeechBrain's Filterbank (Ravanelli and others, 2021), triangular filters.
    """
    mels = torch.linspace(hz_to_mel(low_hz), hz_to_mel(high_hz), num_mels + 2)
    edges = 700.0 * (10.0 ** (mels / 2595.0) - 1.0)
    centres, widths = edges[1:-1], edges[1:-1] - edges[:-2]
    frequencies = torch.linspace(0.0, sample_rate_hz // 2, num_bins)
    distances = (frequencies.unsqueeze(1) - centres).abs()  # (bins, mels)
    return (1.0 - distances / widths).clamp(min=0.0)
