"""Attentive statistics pooling, as ECAPA-TDNN has it."""

from __future__ import annotations

from typing import Literal

import torch
import torch.nn.functional as F
from torch import nn

from .pooling import Pooling
from .statistics_pooling import VARIANCE_OFFSET, weighted_statistics


class AttentiveStatisticsPooling(Pooling):
    """Weighted means and deviations (ASP), the weights per channel and frame from a small network.

    z[t] = [x[t], mean, deviation] with the utterance's own plain statistics ("global" context), or z[t] =
    x[t] ("frame"); logits e[t] = W2 tanh(W1 z[t] + b1) + b2; then the statistics of x weighted by softmax_t e
    per channel. Parameters `linear1` and `linear2`, convolutions of kernel 1 as WeSpeaker stores them.

    Args:
        num_channels: channels of a frame.
        attention_channels: width of the attention's inner layer.
        context: what the attention sees beside the frame.

    Source: Okabe, Koshinaka and Shinoda (2018); global context: Desplanques, Thienpondt and Demuynck (2020).
    Without the ReLU and norm that SpeechBrain puts before the tanh: WeSpeaker's form. The deviation of the
    context divides by T - 1 and has 1e-7 added to its variance; the weighted variance is at least 1e-7.
    """

    def __init__(
        self,
        *,
        num_channels: int,
        attention_channels: int = 128,
        context: Literal["global", "frame"] = "global",
    ) -> None:
        super().__init__(num_channels=num_channels)
        self.context = context
        inputs = num_channels * {"global": 3, "frame": 1}[context]
        self.linear1 = nn.Conv1d(inputs, attention_channels, 1)
        self.linear2 = nn.Conv1d(attention_channels, num_channels, 1)

    @property
    def output_dim(self) -> int:
        """Twice the channels."""
        return 2 * self.num_channels

    @property
    def min_frames(self) -> int:
        """Two frames have a deviation."""
        return {"global": 2, "frame": 1}[self.context]

    def pool(self, frames: torch.Tensor) -> torch.Tensor:
        """Weighted means, then deviations, (batch, 2 * channels)."""
        seen = frames
        if self.context == "global":
            seen = with_global_context(frames, correction=1, variance_offset=VARIANCE_OFFSET)
        inner = F.linear(seen, self.linear1.weight.squeeze(2), self.linear1.bias).tanh()
        logits = F.linear(inner, self.linear2.weight.squeeze(2), self.linear2.bias)
        return weighted_statistics(frames, logits, least_variance=VARIANCE_OFFSET)


def with_global_context(frames: torch.Tensor, *, correction: int, variance_offset: float) -> torch.Tensor:
    """Each frame beside the utterance's mean and deviation.

    Args:
        frames: (batch, time, channels).
        correction: 1 divides the variance by one frame less than there are, 0 by their number.
        variance_offset: added to the variance.

    Returns:
        (batch, time, 3 * channels): frame, mean, deviation.
    """
    variance, mean = torch.var_mean(frames, dim=1, correction=correction, keepdim=True)
    deviation = (variance + variance_offset).sqrt()
    return torch.cat([frames, mean.expand_as(frames), deviation.expand_as(frames)], dim=2)
