"""The residual block of two small convolutions over time and frequency."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn


class BasicBlock(nn.Module):
    """relu(x' + norm(conv(relu(norm(conv(x)))))) with 3 x 3 convolutions and BatchNorm.

    x' is x, or norm(conv(x)) with kernel 1 where the stride or the number of channels changes. Keys `conv1`,
    `bn1`, `conv2`, `bn2`, `shortcut.0`, `shortcut.1`, as WeSpeaker and 3D-Speaker name them.

    Args:
        in_channels: channels of x.
        channels: channels of the result.
        stride: of the first convolution, over (frequency, time).

    Source: He, Zhang, Ren and Sun (2016).
    """

    def __init__(self, in_channels: int, channels: int, *, stride: tuple[int, int]) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.shortcut = nn.Sequential()
        if stride != (1, 1) or in_channels != channels:
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_channels, channels, 1, stride=stride, bias=False), nn.BatchNorm2d(channels)
            )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, in_channels, freq, time) to (batch, channels, freq / stride, time / stride), rounded up."""
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out)) + self.shortcut(x)
        return F.relu(out)


def basic_blocks(in_channels: int, channels: int, *, count: int, stride: tuple[int, int]) -> nn.Sequential:
    """A stage: `count` blocks, the first of which has the stride.

    Args:
        in_channels: channels of the stage's input.
        channels: channels of each block's result.
        count: number of blocks.
        stride: over (frequency, time).

    Returns:
        The blocks, keys `0`, `1`, ...
    """
    first = BasicBlock(in_channels, channels, stride=stride)
    return nn.Sequential(first, *(BasicBlock(channels, channels, stride=(1, 1)) for _ in range(count - 1)))
