"""A log-mel front end that ignores gain."""

from __future__ import annotations

import torch

from .front_end import FrontEnd
from .log_mel import LogMel


class NormalizedFbank(FrontEnd):
    """Log-mel energies with each utterance's mean removed per band.

    F[t, m] = ln(E[t, m] + 1e-6) - mean over t of the same, with E from periodic Hamming frames.
    Removing the mean takes away the level of the recording and the fixed colour of its channel.

    Args:
        num_mels: number of mel filters.
        hop_s: time from one frame to the next in seconds; 0.010 is the field's custom, 0.020 halves the work.
        low_hz: lower edge of the lowest filter in Hz.
        high_hz: upper end of the mel scale in Hz.
        window_s: length of a frame in seconds; 0.025 is the field's custom and blurs the harmonics of voices
            below 160 Hz, 0.050 shows them down to 80 Hz.
    """

    def __init__(
        self,
        *,
        num_mels: int = 80,
        hop_s: float = 0.010,
        low_hz: float = 20.0,
        high_hz: float = 7600.0,
        window_s: float = 0.025,
    ) -> None:
        super().__init__()
        self.log_mel = LogMel(
            num_mels=num_mels, hop_s=hop_s, low_hz=low_hz, high_hz=high_hz, window_s=window_s
        )

    @property
    def num_features(self) -> int:
        """Number of mel filters."""
        return self.log_mel.num_mels

    def num_frames(self, num_samples: int) -> int:
        """1 + floor(num_samples / hop)."""
        return self.log_mel.spectrum.num_frames(num_samples)

    def features(self, waveforms: torch.Tensor) -> torch.Tensor:
        """Mean-free log-mel energies, (batch, frames, num_mels)."""
        levels: torch.Tensor = self.log_mel(waveforms)
        return levels - levels.mean(dim=1, keepdim=True)
