"""The blocks of ReDimNet, named as WeSpeaker names them.

Two-dimensional blocks see (batch, channels, freq, time), one-dimensional ones (batch, channels, time).
"""

from __future__ import annotations

from typing import cast

import torch
import torch.nn.functional as F
from torch import nn

_EPSILON = 1e-6
# Kernel sizes of the one-dimensional convolutions before the attention.
_TIME_KERNELS = (7, 19, 31, 59)
NUM_HEADS = 4


def num_groups(channels: int, group_channels: int) -> int:
    """Groups of a convolution: channels // group_channels, at least 1; their width may exceed the wish."""
    return max(1, channels // group_channels)


class ChannelNorm(nn.Module):
    """LayerNorm over the channels of each position: keys `weight`, `bias`. Channels are dimension 1."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Normalised x, of its shape."""
        last = x.transpose(1, x.ndim - 1)
        normal = F.layer_norm(last, self.weight.shape, self.weight, self.bias, _EPSILON)
        return normal.transpose(1, x.ndim - 1)


class ConvNextBlock2d(nn.Module):
    """x + W gelu(norm(conv(x))) with a grouped 3 x 3 convolution: keys `dwconvs.0`, `norm`, `pwconv1`.

    Args:
        channels: of x and of the result.
        group_channels: channels of each group, see num_groups.
    """

    dwconvs: nn.ModuleList

    def __init__(self, channels: int, *, group_channels: int) -> None:
        super().__init__()
        groups = num_groups(channels, group_channels)
        self.dwconvs = nn.ModuleList([nn.Conv2d(channels, channels, 3, padding=1, groups=groups)])
        self.norm = nn.BatchNorm2d(channels)
        self.pwconv1 = nn.Conv2d(channels, channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, channels, freq, time) to the same shape."""
        return x + cast(torch.Tensor, self.pwconv1(F.gelu(self.norm(self.dwconvs[0](x)))))


class ConvNextBlock1d(nn.Module):
    """The same over time, each channel on its own in the convolution."""

    dwconvs: nn.ModuleList

    def __init__(self, channels: int, *, kernel_size: int) -> None:
        super().__init__()
        convolution = nn.Conv1d(channels, channels, kernel_size, padding=kernel_size // 2, groups=channels)
        self.dwconvs = nn.ModuleList([convolution])
        self.norm = nn.BatchNorm1d(channels)
        self.pwconv1 = nn.Conv1d(channels, channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, channels, time) to the same shape."""
        return x + cast(torch.Tensor, self.pwconv1(F.gelu(self.norm(self.dwconvs[0](x)))))


class ResidualBlock2d(nn.Module):
    """relu(x + norm(W2 conv(norm(relu(W1 conv(x)))))) with grouped 3 x 3 convolutions.

    Keys `conv1`, `conv1pw`, `bn1`, `conv2`, `conv2pw`, `bn2`. The first ReLU stands before its norm.

    Args:
        channels: of x and of the result.
        group_channels: channels of each group, see num_groups.
    """

    def __init__(self, channels: int, *, group_channels: int) -> None:
        super().__init__()
        groups = num_groups(channels, group_channels)
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, groups=groups, bias=False)
        self.conv1pw = nn.Conv2d(channels, channels, 1)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, groups=groups, bias=False)
        self.conv2pw = nn.Conv2d(channels, channels, 1)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, channels, freq, time) to the same shape."""
        out = self.bn1(F.relu(self.conv1pw(self.conv1(x))))
        return F.relu(self.bn2(self.conv2pw(self.conv2(out))) + x)


class ConvBlock2d(nn.Module):
    """Holds a two-dimensional block under the key `conv_block`."""

    def __init__(self, block: nn.Module) -> None:
        super().__init__()
        self.conv_block = block

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """What the block gives."""
        return cast(torch.Tensor, self.conv_block(x))


class SelfAttention(nn.Module):
    """Softmax attention of 4 heads over time: keys `k_proj`, `v_proj`, `q_proj`, `out_proj`."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.k_proj = nn.Linear(channels, channels)
        self.v_proj = nn.Linear(channels, channels)
        self.q_proj = nn.Linear(channels, channels)
        self.out_proj = nn.Linear(channels, channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, time, channels) to the same shape."""
        # (batch, heads, time, channels / heads)
        query, key, value = (
            layer(x).unflatten(2, (NUM_HEADS, -1)).transpose(1, 2)
            for layer in (self.q_proj, self.k_proj, self.v_proj)
        )
        attended = F.scaled_dot_product_attention(query, key, value)
        return cast(torch.Tensor, self.out_proj(attended.transpose(1, 2).flatten(2)))


class FeedForward(nn.Module):
    """Two linear layers as wide as the input: keys `intermediate_dense`, `output_dense`."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.intermediate_dense = nn.Linear(channels, channels)
        self.output_dense = nn.Linear(channels, channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, time, channels) to the same shape."""
        inner = F.gelu(self.intermediate_dense(x), approximate="tanh")
        return cast(torch.Tensor, self.output_dense(inner))


class TransformerLayer(nn.Module):
    """norm(y + feed_forward(y)), y = norm(x + attention(x)); x without norm is what the attention sees.

    Keys `attention`, `layer_norm`, `feed_forward`, `final_layer_norm`.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.attention = SelfAttention(channels)
        self.layer_norm = nn.LayerNorm(channels, eps=_EPSILON)
        self.feed_forward = FeedForward(channels)
        self.final_layer_norm = nn.LayerNorm(channels, eps=_EPSILON)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, channels, time) to the same shape."""
        x = x.transpose(1, 2)
        x = self.layer_norm(x + self.attention(x))
        x = self.final_layer_norm(x + self.feed_forward(x))
        return x.transpose(1, 2)


class TimeContextBlock(nn.Module):
    """x + W2 context(norm(W1 x)): convolutions over time and attention at a reduced width.

    Keys `red_dim_conv`, `tcm`, `exp_dim_conv`.

    Args:
        channels: of x and of the result.
        inner_channels: width of the context part, divisible by 4.
    """

    def __init__(self, channels: int, *, inner_channels: int) -> None:
        super().__init__()
        self.red_dim_conv = nn.Sequential(nn.Conv1d(channels, inner_channels, 1), ChannelNorm(inner_channels))
        self.tcm = nn.Sequential(
            *(ConvNextBlock1d(inner_channels, kernel_size=size) for size in _TIME_KERNELS),
            TransformerLayer(inner_channels),
        )
        self.exp_dim_conv = nn.Conv1d(inner_channels, channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, channels, time) to the same shape."""
        return x + cast(torch.Tensor, self.exp_dim_conv(self.tcm(self.red_dim_conv(x))))


def to_channels(maps: torch.Tensor) -> torch.Tensor:
    """Maps as frames of channels, band by band: (batch, channels, freq, time) to (batch, CF, time)."""
    return maps.transpose(1, 2).flatten(1, 2)


class ToChannels(nn.Module):
    """`to_channels` as a step of a sequence."""

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """(batch, channels, freq, time) to (batch, channels * freq, time)."""
        return to_channels(maps)
