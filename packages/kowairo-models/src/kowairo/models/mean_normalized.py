"""Features without each utterance's mean."""

from __future__ import annotations

import torch

from .front_end import FrontEnd


class MeanNormalized(FrontEnd):
    """Another front end's features with each utterance's mean over time removed per feature.

    For log energies this takes away the level of the recording and the fixed colour of its channel.

    Args:
        front_end: gives the features.
    """

    front_end: FrontEnd

    def __init__(self, *, front_end: FrontEnd) -> None:
        super().__init__()
        self.front_end = front_end
        self.sample_rate_hz = front_end.sample_rate_hz

    @property
    def num_features(self) -> int:
        """As many as the other front end has."""
        return self.front_end.num_features

    def num_frames(self, num_samples: int) -> int:
        """As many as the other front end gives."""
        return self.front_end.num_frames(num_samples)

    def features(self, waveforms: torch.Tensor) -> torch.Tensor:
        """Mean-free features, (batch, frames, features)."""
        features = self.front_end.features(waveforms)
        return features - features.mean(dim=1, keepdim=True)
