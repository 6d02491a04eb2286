"""The layers of CAM++, named as 3D-Speaker names them; tensors are channels first."""

from __future__ import annotations

from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn

from .basic_block import basic_blocks

# Frames of a segment whose mean the context gates see.
_SEGMENT_FRAMES = 100


def norm_relu(channels: int) -> nn.Sequential:
    """BatchNorm under the key `batchnorm`, then ReLU."""
    return nn.Sequential(OrderedDict(batchnorm=nn.BatchNorm1d(channels), relu=nn.ReLU()))


class ConvolutionHead(nn.Module):
    """The front convolution module over time and frequency: keys `conv1`, `bn1`, `layer1`, `layer2`, ...

    Frequency is divided by 8 in three steps (rounded up), time is kept.

    Args:
        num_features: features of an input frame.
        channels: channels of every map.
    """

    def __init__(self, *, num_features: int, channels: int = 32) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.layer1 = basic_blocks(channels, channels, count=2, stride=(2, 1))
        self.layer2 = basic_blocks(channels, channels, count=2, stride=(2, 1))
        self.conv2 = nn.Conv2d(channels, channels, 3, stride=(2, 1), padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.out_channels = channels * -(-num_features // 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, features, time) to (batch, out_channels, time)."""
        maps = F.relu(self.bn1(self.conv1(x.unsqueeze(1))))
        maps = F.relu(self.bn2(self.conv2(self.layer2(self.layer1(maps)))))
        return maps.flatten(1, 2)


class TdnnLayer(nn.Module):
    """Convolution over time, BatchNorm, ReLU: keys `linear`, `nonlinear.batchnorm`."""

    def __init__(self, in_channels: int, out_channels: int, *, kernel_size: int, stride: int) -> None:
        super().__init__()
        self.linear = nn.Conv1d(
            in_channels, out_channels, kernel_size, stride=stride, padding=kernel_size // 2, bias=False
        )
        self.nonlinear = norm_relu(out_channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, in_channels, time) to (batch, out_channels, time / stride), rounded up."""
        out: torch.Tensor = self.nonlinear(self.linear(x))
        return out


class ContextMask(nn.Module):
    """A convolution whose output is gated by the context: keys `linear_local`, `linear1`, `linear2`.

    y = conv(x) * sigmoid(W2 relu(W1 c + b1) + b2), where c[t] is the mean of x over the utterance plus its
    mean over the segment of 100 frames that t is in.
    """

    def __init__(self, in_channels: int, out_channels: int, *, kernel_size: int, dilation: int) -> None:
        super().__init__()
        padding = (kernel_size - 1) // 2 * dilation
        self.linear_local = nn.Conv1d(
            in_channels, out_channels, kernel_size, padding=padding, dilation=dilation, bias=False
        )
        self.linear1 = nn.Conv1d(in_channels, in_channels // 2, 1)
        self.linear2 = nn.Conv1d(in_channels // 2, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, in_channels, time) to (batch, out_channels, time)."""
        context = x.mean(dim=2, keepdim=True) + segment_means(x)
        gates = torch.sigmoid(self.linear2(F.relu(self.linear1(context))))
        out: torch.Tensor = self.linear_local(x) * gates
        return out


class DenseTdnnLayer(nn.Module):
    """Norm, kernel 1, norm, gated convolution: keys `nonlinear1`, `linear1`, `nonlinear2`, `cam_layer`."""

    def __init__(
        self, in_channels: int, out_channels: int, *, inner_channels: int, kernel_size: int, dilation: int
    ) -> None:
        super().__init__()
        self.nonlinear1 = norm_relu(in_channels)
        self.linear1 = nn.Conv1d(in_channels, inner_channels, 1, bias=False)
        self.nonlinear2 = norm_relu(inner_channels)
        self.cam_layer = ContextMask(inner_channels, out_channels, kernel_size=kernel_size, dilation=dilation)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The input and the new channels after it, (batch, in_channels + out_channels, time)."""
        new = self.cam_layer(self.nonlinear2(self.linear1(self.nonlinear1(x))))
        return torch.cat([x, new], dim=1)


class TransitLayer(nn.Module):
    """Norm and kernel 1, which narrows: keys `nonlinear`, `linear`."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.nonlinear = norm_relu(in_channels)
        self.linear = nn.Conv1d(in_channels, out_channels, 1, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, in_channels, time) to (batch, out_channels, time)."""
        out: torch.Tensor = self.linear(self.nonlinear(x))
        return out


class EmbeddingLayer(nn.Module):
    """Linear, then BatchNorm without scale and offset: keys `linear`, `nonlinear.batchnorm`."""

    def __init__(self, in_channels: int, embedding_dim: int) -> None:
        super().__init__()
        self.linear = nn.Conv1d(in_channels, embedding_dim, 1, bias=False)
        self.nonlinear = nn.Sequential(OrderedDict(batchnorm=nn.BatchNorm1d(embedding_dim, affine=False)))

    def forward(self, pooled: torch.Tensor) -> torch.Tensor:
        """(batch, in_channels) to (batch, embedding_dim)."""
        out: torch.Tensor = self.nonlinear(F.linear(pooled, self.linear.weight.squeeze(2)))
        return out


def segment_means(x: torch.Tensor) -> torch.Tensor:
    """The mean of the segment of 100 frames that each frame is in; the last segment may be shorter.

    In plain operations that a tracer can follow for any length, which average pooling with a rounded-up
    length is not.

    Args:
        x: (batch, channels, time).

    Returns:
        (batch, channels, time), dtype of x.
    """
    batch, channels, frames = x.shape
    missing = (-frames) % _SEGMENT_FRAMES
    segments = F.pad(x, (0, missing)).reshape(batch, channels, -1, _SEGMENT_FRAMES)
    counts = F.pad(torch.ones_like(x[:1, :1]), (0, missing)).reshape(1, 1, -1, _SEGMENT_FRAMES)
    means = segments.sum(dim=3, keepdim=True) / counts.sum(dim=3, keepdim=True)
    return means.expand(-1, -1, -1, _SEGMENT_FRAMES).flatten(2)[:, :, :frames]
