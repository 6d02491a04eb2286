"""SpecAugment on feature batches, with the draws of each item its own."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from .seeds import item_rng


@dataclass(frozen=True)
class SpecAugment:
    """Masks of random frequency bands and time spans, filled with the item's mean feature value.

    The mean, not zero: features here are levels in dB around +60, so zero would be a loud artefact.

    Source: Park et al., 2019, without time warping.

    Attributes:
        num_frequency_masks: bands per item.
        max_frequency_bins: widest band.
        num_time_masks: spans per item.
        max_time_frames: longest span.
    """

    num_frequency_masks: int = 1
    max_frequency_bins: int = 8
    num_time_masks: int = 1
    max_time_frames: int = 10

    def __call__(self, features: Tensor, seeds: Tensor) -> Tensor:
        """Mask a batch.

        Args:
            features: (batch, time, freq).
            seeds: (batch,) int64 item seeds.

        Returns:
            (batch, time, freq), a new tensor.
        """
        _, frames, bins = features.shape
        keep = np.ones(features.shape, dtype=bool)
        for row, seed in enumerate(seeds.tolist()):
            # The crop and the noise used this seed from its start; a jump keeps the masks apart from them.
            rng = item_rng(seed ^ 0x5BEC)
            for start, stop in self._spans(rng, self.num_frequency_masks, self.max_frequency_bins, bins):
                keep[row, :, start:stop] = False
            for start, stop in self._spans(rng, self.num_time_masks, self.max_time_frames, frames):
                keep[row, start:stop, :] = False
        mean = features.mean(dim=(1, 2), keepdim=True)
        return torch.where(torch.from_numpy(keep).to(features.device), features, mean)

    @staticmethod
    def _spans(rng: np.random.Generator, count: int, widest: int, size: int) -> list[tuple[int, int]]:
        spans = []
        for _ in range(count):
            width = int(rng.integers(min(widest, size) + 1))
            start = int(rng.integers(size - width + 1))
            spans.append((start, start + width))
        return spans
