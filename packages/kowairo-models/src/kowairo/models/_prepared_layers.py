"""The layers of ECAPA-TDNN with GroupNorm for one utterance at a time, made ready once.

Rows are frames, (time, channels). A norm is two numbers per channel, taken from the channel's mean and
variance over time; the squeeze, and mean and deviation that the pooling's attention sees, follow from the
same numbers and need no pass of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import cast

import torch
import torch.nn.functional as F
from torch import nn

from ._packed_linear import PackedLinear
from .ecapa_operations import LEAST_VARIANCE
from .ecapa_weights import ConvWeights, PoolingWeights, SeRes2NetWeights, TdnnWeights

# Channels of the pooling in work at a time: their frames stay in a core's cache through all its passes.
_POOLED_CHANNELS = 512


@dataclass(frozen=True, eq=False)
class ChannelMoments:
    """Mean and population variance over time of each channel, (channels,), float32."""

    mean: torch.Tensor
    variance: torch.Tensor

    @classmethod
    def of(cls, x: torch.Tensor) -> ChannelMoments:
        """Moments of (time, channels): two passes, float32 sums.

        Running moments are given, though nothing is to be kept of them, because without them torch returns
        the moments of a bfloat16 input rounded to bfloat16.
        """
        unused = x.new_zeros(2, x.shape[1], dtype=torch.float32)
        mean, variance = torch.batch_norm_update_stats(x, unused[0], unused[1], 0.0)
        return cls(mean, variance)

    def scaled(self, scale: torch.Tensor, shift: torch.Tensor) -> ChannelMoments:
        """Moments of x * scale + shift."""
        return ChannelMoments(self.mean * scale + shift, self.variance * scale.square())

    def with_deviation(self) -> torch.Tensor:
        """(2 channels,): means, then deviations."""
        return torch.cat([self.mean, self.variance.clamp(min=LEAST_VARIANCE).sqrt()])


@lru_cache(maxsize=256)
def _neighbours(frames: int, kernel: int, dilation: int) -> torch.Tensor:
    """Indices of the frames that a convolution with reflected edges sees, (frames * kernel,)."""
    shifts = dilation * torch.arange(-(kernel // 2), kernel // 2 + 1)
    places = torch.arange(frames)[:, None] + shifts
    return (frames - 1 - (frames - 1 - places.abs()).abs()).flatten()


class GroupScale:
    """GroupNorm of one utterance as y = x * scale + shift.

    The variance of a group is the mean of its channels' variances plus the variance of their means.
    """

    def __init__(self, norm: nn.GroupNorm) -> None:
        self._weight = norm.weight.detach().view(norm.num_groups, -1)
        self._bias = norm.bias.detach().view(norm.num_groups, -1)
        self._eps = norm.eps

    def __call__(self, moments: ChannelMoments) -> tuple[torch.Tensor, torch.Tensor]:
        """Scale and shift of each channel, (channels,), float32, twice."""
        means, variances = moments.mean.view(self._weight.shape), moments.variance.view(self._weight.shape)
        between, mean = torch.var_mean(means, dim=1, correction=0, keepdim=True)
        variance = between.add_(variances.mean(dim=1, keepdim=True)).add_(self._eps)
        scale = self._weight * variance.rsqrt_()
        return scale.flatten(), torch.addcmul(self._bias, mean, scale, value=-1.0).flatten()


def scale_channels(x: torch.Tensor, scale: torch.Tensor, shift: torch.Tensor) -> torch.Tensor:
    """Compute x * scale + shift in one pass, in float32 and of x's type; a float32 x is overwritten."""
    if x.dtype == torch.float32:
        return torch.addcmul(shift, x, scale, out=x)
    zeros = torch.zeros_like(scale)
    # The one operator of torch that takes bfloat16 frames and float32 scales in a single pass.
    return F.batch_norm(x, zeros, torch.ones_like(zeros), scale, shift, training=False, eps=0.0)


class PreparedTdnn:
    """A convolution over time, ReLU and norm."""

    def __init__(self, weights: TdnnWeights, *, dtype: torch.dtype) -> None:
        conv = weights.conv.conv
        self.dtype = dtype
        self._kernel, self._dilation = conv.weight.shape[2], weights.dilation
        rows = conv.weight.transpose(1, 2).flatten(1)  # (channels out, kernel * channels in)
        self._linear = PackedLinear(rows, conv.bias, dtype=dtype, rectified=True)
        self._norm = GroupScale(weights.norm.norm)

    def rectified(self, x: torch.Tensor) -> tuple[torch.Tensor, ChannelMoments, torch.Tensor, torch.Tensor]:
        """Everything before the norm is applied: frames, their moments, and the norm's scale and shift."""
        if self._kernel > 1:
            rows = _neighbours(x.shape[0], self._kernel, self._dilation)
            x = x.index_select(0, rows).view(x.shape[0], -1)  # (time, kernel * channels in)
        x = self._linear(x)
        moments = ChannelMoments.of(x)
        return x, moments, *self._norm(moments)

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """Frames (time, channels out) of frames (time, channels in) of the layer's type."""
        x, _, scale, shift = self.rectified(x)
        return scale_channels(x, scale, shift)


class PreparedSeRes2Net:
    """One SE-Res2Net block; the gates are folded into the last norm's scale."""

    def __init__(self, weights: SeRes2NetWeights, *, dtype: torch.dtype) -> None:
        self.dtype = dtype
        parts = weights.res2net_block
        self._first = PreparedTdnn(weights.tdnn1, dtype=dtype)
        self._parts = [PreparedTdnn(cast(TdnnWeights, part), dtype=dtype) for part in parts.blocks]
        self._last = PreparedTdnn(weights.tdnn2, dtype=dtype)
        self._squeeze, self._excite = _plain(weights.se_block.conv1), _plain(weights.se_block.conv2)
        self._shortcut = None
        if weights.shortcut is not None:
            conv = weights.shortcut.conv
            self._shortcut = PackedLinear(conv.weight.squeeze(2), conv.bias, dtype=dtype)

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """Frames (time, channels) of frames (time, channels in), both of the block's type."""
        inner = self._first(x)
        previous, *rest = inner.chunk(len(self._parts) + 1, dim=1)
        for i, (part, layer) in enumerate(zip(rest, self._parts, strict=True)):
            previous = layer(part if i == 0 else part + previous)
            part.copy_(previous)
        frames, moments, scale, shift = self._last.rectified(inner)
        squeezed = F.linear(moments.mean * scale + shift, *self._squeeze).relu_()
        gates = F.linear(squeezed, *self._excite).sigmoid_()
        shortcut = x if self._shortcut is None else self._shortcut(x)
        return scale_channels(frames, scale * gates, shift * gates).add_(shortcut)


class PreparedPooling:
    """Attentive statistics pooling with global context."""

    def __init__(self, weights: PoolingWeights, *, dtype: torch.dtype) -> None:
        self._dtype = dtype
        conv = weights.tdnn.conv.conv
        weight = conv.weight.squeeze(2)
        channels = weights.conv.conv.weight.shape[0]
        self._frames = PackedLinear(weight[:, :channels], None, dtype=dtype, rectified=True)
        self._context = weight[:, channels:].detach().contiguous(), cast(torch.Tensor, conv.bias).detach()
        self._norm = GroupScale(weights.tdnn.norm.norm)
        # Without its bias, which shifts all logits of a channel alike: the softmax over time takes it out.
        self._logits = PackedLinear(weights.conv.conv.weight.squeeze(2), None, dtype=dtype)

    def __call__(self, x: torch.Tensor, moments: ChannelMoments) -> torch.Tensor:
        """Weighted means and deviations (2 channels,), float32, of frames (time, channels) with moments."""
        context = F.linear(moments.with_deviation(), *self._context)
        attention = self._frames(x, context.to(self._dtype))
        scale, shift = self._norm(ChannelMoments.of(attention))
        logits = self._logits(scale_channels(attention, scale, shift).tanh_())
        parts = zip(
            torch.split(x, _POOLED_CHANNELS, dim=1), torch.split(logits, _POOLED_CHANNELS, dim=1), strict=True
        )
        pooled = [_weighted_moments(frames, part_logits) for frames, part_logits in parts]
        means, variances = (torch.cat(found) for found in zip(*pooled, strict=True))
        return ChannelMoments(means, variances).with_deviation()


def _weighted_moments(x: torch.Tensor, logits: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and variance over time under softmax weights, float32."""
    values, weights = x.float(), logits.float()
    weights = (weights - weights.amax(dim=0)).exp_()
    total = weights.sum(dim=0)
    mean = (weights * values).sum(dim=0).div_(total)
    variance = (values - mean).square_().mul_(weights).sum(dim=0).div_(total)
    return mean, variance


def _plain(weights: ConvWeights) -> tuple[torch.Tensor, torch.Tensor]:
    """Weight (out, in) and bias of a layer that sees one row."""
    bias = cast(torch.Tensor, weights.conv.bias)
    return weights.conv.weight.detach().squeeze(2), bias.detach()
