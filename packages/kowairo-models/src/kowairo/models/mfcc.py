"""Mel-frequency cepstral coefficients."""

from __future__ import annotations

import math

import torch

from kowairo.core import InputError

from .front_end import FrontEnd
from .speechbrain_fbank import SpeechBrainFbank


class MFCC(FrontEnd):
    """Cepstral coefficients of mel levels in dB, C0 included, no liftering, no mean normalisation.

    C = D L with the levels L of SpeechBrainFbank (0 to 8000 Hz, floored 80 dB below the maximum) and the
    orthonormal DCT-II: D[k, m] = s_k cos(pi k (m + 1/2) / M), s_0 = sqrt(1/M) and s_k = sqrt(2/M) for k > 0.

    The floor matters to statistics: without it the silence of a clean recording weighs more than its speech.

    Args:
        num_coefficients: coefficients kept, from C0 on.
        num_mels: number of mel filters M.

    Raises:
        InputError: more coefficients than filters.

    Source: Davis and Mermelstein (1980).
    """

    transform: torch.Tensor

    def __init__(self, *, num_coefficients: int = 23, num_mels: int = 40) -> None:
        super().__init__()
        if not 1 <= num_coefficients <= num_mels:
            raise InputError(f"expected num_coefficients in 1..{num_mels} (num_mels), got {num_coefficients}")
        self.fbank = SpeechBrainFbank(num_mels=num_mels)
        self.register_buffer("transform", _cosine_transform(num_coefficients, num_mels), persistent=False)

    @property
    def num_features(self) -> int:
        """Number of coefficients."""
        return self.transform.shape[1]

    def num_frames(self, num_samples: int) -> int:
        """1 + floor(num_samples / 160)."""
        return self.fbank.num_frames(num_samples)

    def features(self, waveforms: torch.Tensor) -> torch.Tensor:
        """Cepstral coefficients, (batch, frames, num_coefficients)."""
        levels: torch.Tensor = self.fbank(waveforms)
        return levels @ self.transform


def _cosine_transform(num_coefficients: int, num_mels: int) -> torch.Tensor:
    orders = torch.arange(num_coefficients, dtype=torch.float64)
    positions = torch.arange(num_mels, dtype=torch.float64) + 0.5
    matrix = torch.outer(positions, orders).mul(math.pi / num_mels).cos() * math.sqrt(2.0 / num_mels)
    matrix[:, 0] = math.sqrt(1.0 / num_mels)
    return matrix.float()  # (mels, coefficients)
