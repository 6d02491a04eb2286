"""No front end: the samples themselves, for networks that have their own."""

from __future__ import annotations

import torch

from .front_end import FrontEnd


class RawWaveform(FrontEnd):
    """Each sample is a frame of one feature."""

    @property
    def num_features(self) -> int:
        """1."""
        return 1

    def num_frames(self, num_samples: int) -> int:
        """As many as there are samples."""
        return num_samples

    def features(self, waveforms: torch.Tensor) -> torch.Tensor:
        """The samples, (batch, samples, 1)."""
        return waveforms.unsqueeze(2)
