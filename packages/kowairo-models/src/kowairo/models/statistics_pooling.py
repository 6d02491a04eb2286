"""Mean and deviation over time."""

from __future__ import annotations

from typing import Literal

import torch

from .pooling import Pooling

# Added to variances by WeSpeaker; keeps the root's slope finite where a channel does not change.
VARIANCE_OFFSET = 1e-7


class StatisticsPooling(Pooling):
    """Temporal statistics pooling (TSTP): means, then deviations, of each channel.

    y = [mean_t x, sqrt(sum_t (x[t] - mean)^2 / (T - correction) + offset)].

    Args:
        num_channels: channels of a frame.
        correction: 1 divides by one frame less than there are, as WeSpeaker and 3D-Speaker do, and needs two
            frames; 0 is the population deviation, as Kaldi has it.
        variance_offset: added to the variances.

    Source: Snyder and others, X-vectors (2018).
    """

    def __init__(
        self,
        *,
        num_channels: int,
        correction: Literal[0, 1] = 1,
        variance_offset: float = VARIANCE_OFFSET,
    ) -> None:
        super().__init__(num_channels=num_channels)
        self.correction = correction
        self.variance_offset = variance_offset

    @property
    def output_dim(self) -> int:
        """Twice the channels."""
        return 2 * self.num_channels

    @property
    def min_frames(self) -> int:
        """One frame, two where the deviation divides by one less."""
        return 1 + self.correction

    def pool(self, frames: torch.Tensor) -> torch.Tensor:
        """Means, then deviations, (batch, 2 * channels)."""
        variance, mean = torch.var_mean(frames, dim=1, correction=self.correction)
        return torch.cat([mean, (variance + self.variance_offset).sqrt()], dim=1)


def weighted_statistics(frames: torch.Tensor, logits: torch.Tensor, *, least_variance: float) -> torch.Tensor:
    """Means and deviations over time, weighted by a softmax over time.

    w = softmax_t(logits); mean = sum_t w x; deviation = sqrt(max(sum_t w (x - mean)^2, least_variance)). The
    sum of centred squares does not cancel, as sum_t w x^2 - mean^2 does in float32.

    Args:
        frames: (batch, time, channels), float32.
        logits: (batch, time, channels) or (batch, time, 1), float32.
        least_variance: variances below it count as this.

    Returns:
        (batch, 2 * channels): means, then deviations.
    """
    weights = logits.softmax(dim=1)
    mean = (weights * frames).sum(dim=1)
    variance = (weights * (frames - mean.unsqueeze(1)).square()).sum(dim=1)
    return torch.cat([mean, variance.clamp(min=least_variance).sqrt()], dim=1)
