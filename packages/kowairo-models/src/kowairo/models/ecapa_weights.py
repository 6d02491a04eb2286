"""The parameters of ECAPA-TDNN with GroupNorm, named as SpeechBrain names them.

These modules hold parameters and no computation: `ecapa_forward` has the functions that compute with them, so
that another way to compute needs no other checkpoint.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd

from torch import nn


class ConvWeights(nn.Module):
    """Weights `conv.weight` (out, in, kernel) and `conv.bias` (out,) of a convolution over time."""

    def __init__(self, in_channels: int, out_channels: int, *, kernel_size: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv1d(in_channels, out_channels, kernel_size)


class NormWeights(nn.Module):
    """Weights `norm.weight` and `norm.bias` of a GroupNorm.

    The number of groups is gcd(num_groups, channels): num_groups where that divides the channels, else the
    largest divisor of num_groups that does.
    """

    def __init__(self, channels: int, *, num_groups: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(gcd(num_groups, channels), channels)


class TdnnWeights(nn.Module):
    """A convolution over time followed by ReLU and norm: `conv.conv.*`, `norm.norm.*`."""

    def __init__(
        self, in_channels: int, out_channels: int, *, kernel_size: int = 1, dilation: int = 1, num_groups: int
    ) -> None:
        super().__init__()
        self.dilation = dilation
        self.conv = ConvWeights(in_channels, out_channels, kernel_size=kernel_size)
        self.norm = NormWeights(out_channels, num_groups=num_groups)


class Res2NetWeights(nn.Module):
    """The scale - 1 small convolutions of a Res2Net block: `blocks.{i}.*`."""

    blocks: nn.ModuleList

    def __init__(
        self, channels: int, *, scale: int, kernel_size: int, dilation: int, num_groups: int
    ) -> None:
        super().__init__()
        width = channels // scale
        self.scale = scale
        self.blocks = nn.ModuleList(
            TdnnWeights(width, width, kernel_size=kernel_size, dilation=dilation, num_groups=num_groups)
            for _ in range(scale - 1)
        )


class SqueezeExciteWeights(nn.Module):
    """The two projections of a squeeze-and-excitation block: `conv1.conv.*`, `conv2.conv.*`."""

    def __init__(self, channels: int, *, se_channels: int) -> None:
        super().__init__()
        self.conv1 = ConvWeights(channels, se_channels)
        self.conv2 = ConvWeights(se_channels, channels)


class SeRes2NetWeights(nn.Module):
    """One SE-Res2Net block: `tdnn1`, `res2net_block`, `tdnn2`, `se_block`; `shortcut` where widths differ."""

    def __init__(
        self,
        in_channels: int,
        channels: int,
        *,
        kernel_size: int,
        dilation: int,
        scale: int,
        se_channels: int,
        num_groups: int,
    ) -> None:
        super().__init__()
        self.tdnn1 = TdnnWeights(in_channels, channels, num_groups=num_groups)
        self.res2net_block = Res2NetWeights(
            channels, scale=scale, kernel_size=kernel_size, dilation=dilation, num_groups=num_groups
        )
        self.tdnn2 = TdnnWeights(channels, channels, num_groups=num_groups)
        self.se_block = SqueezeExciteWeights(channels, se_channels=se_channels)
        self.shortcut = ConvWeights(in_channels, channels) if in_channels != channels else None


class PoolingWeights(nn.Module):
    """Attentive statistics pooling with global context: `tdnn.*`, `conv.conv.*`."""

    def __init__(self, channels: int, *, attention_channels: int, num_groups: int) -> None:
        super().__init__()
        self.tdnn = TdnnWeights(3 * channels, attention_channels, num_groups=num_groups)
        self.conv = ConvWeights(attention_channels, channels)


class EcapaWeights(nn.Module):
    """All parameters of ECAPA-TDNN: `blocks.{i}`, `mfa`, `asp`, `asp_bn`, `fc`.

    Args:
        num_features: features of an input frame.
        channels: widths of the first convolution, of each SE-Res2Net block and of the aggregation layer.
        kernel_sizes: kernel sizes of the same layers, in frames, odd.
        dilations: dilations of the same layers, in frames.
        attention_channels: width of the attention.
        res2net_scale: parts that a Res2Net block splits its channels into.
        se_channels: width of the squeeze-and-excitation bottleneck.
        embedding_dim: dimension of the embedding.
        num_groups: groups of each GroupNorm, see NormWeights.
    """

    blocks: nn.ModuleList

    def __init__(
        self,
        *,
        num_features: int,
        channels: Sequence[int],
        kernel_sizes: Sequence[int],
        dilations: Sequence[int],
        attention_channels: int,
        res2net_scale: int,
        se_channels: int,
        embedding_dim: int,
        num_groups: int,
    ) -> None:
        super().__init__()
        first = TdnnWeights(
            num_features,
            channels[0],
            kernel_size=kernel_sizes[0],
            dilation=dilations[0],
            num_groups=num_groups,
        )
        inner = [
            SeRes2NetWeights(
                channels[i - 1],
                channels[i],
                kernel_size=kernel_sizes[i],
                dilation=dilations[i],
                scale=res2net_scale,
                se_channels=se_channels,
                num_groups=num_groups,
            )
            for i in range(1, len(channels) - 1)
        ]
        self.blocks = nn.ModuleList([first, *inner])
        self.mfa = TdnnWeights(
            sum(channels[1:-1]),
            channels[-1],
            kernel_size=kernel_sizes[-1],
            dilation=dilations[-1],
            num_groups=num_groups,
        )
        self.asp = PoolingWeights(channels[-1], attention_channels=attention_channels, num_groups=num_groups)
        self.asp_bn = NormWeights(2 * channels[-1], num_groups=num_groups)
        self.fc = ConvWeights(2 * channels[-1], embedding_dim)
