"""The contract of a front end: waveforms in, features out."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import nn


class FrontEnd(nn.Module, ABC):
    """Turns waveforms into feature frames, one utterance at a time.

    A front end treats each row of a batch on its own (never a maximum or a mean over the batch) and is always
    computed in float32: spectra span more decades than half precision has, so autocast is switched off
    inside.

    Subclasses implement `features`, `num_features` and `num_frames`.
    """

    sample_rate_hz: int = 16000

    @property
    @abstractmethod
    def num_features(self) -> int:
        """Number of features of a frame."""

    @abstractmethod
    def num_frames(self, num_samples: int) -> int:
        """Number of frames that `num_samples` samples give."""

    @abstractmethod
    def features(self, waveforms: torch.Tensor) -> torch.Tensor:
        """Features of float32 waveforms.

        Args:
            waveforms: (batch, samples), float32.

        Returns:
            (batch, frames, features), float32.
        """

    def forward(self, waveforms: torch.Tensor) -> torch.Tensor:
        """Features of waveforms of equal length.

        Args:
            waveforms: (batch, samples), floating point, nominally in [-1, 1].

        Returns:
            (batch, frames, features), float32, also under autocast.
        """
        with torch.autocast(waveforms.device.type, enabled=False):
            return self.features(waveforms.float())

    def min_samples(self, num_frames: int) -> int:
        """The least number of samples that gives at least `num_frames` frames.

        Args:
            num_frames: frames wanted, at least 1.

        Returns:
            Samples at `sample_rate_hz`.
        """
        upper = 1
        while self.num_frames(upper) < num_frames:
            upper *= 2
        lower = upper // 2
        while upper - lower > 1:
            middle = (lower + upper) // 2
            lower, upper = (lower, middle) if self.num_frames(middle) >= num_frames else (middle, upper)
        return upper
