"""The frame level of ReDimNet, named as WeSpeaker names it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

import torch
from torch import nn

from kowairo.core import InputError

from .redimnet_blocks import (
    NUM_HEADS,
    ChannelNorm,
    ConvBlock2d,
    ConvNextBlock2d,
    ResidualBlock2d,
    TimeContextBlock,
    ToChannels,
    num_groups,
    to_channels,
)

_EPSILON = 1e-6


@dataclass(frozen=True)
class ReDimNetStage:
    """One stage of ReDimNet."""

    stride: int
    """Frequency is divided and channels are multiplied by this."""
    num_blocks: int
    """Two-dimensional blocks."""
    expansion: int = 1
    """Factor of the channels inside the blocks."""
    reduction: int | None = None
    """Width of the frames over the width of the context block; None for no such block."""


@dataclass(frozen=True)
class ReDimNetSize:
    """Sizes of a ReDimNet."""

    num_features: int
    """Features of an input frame that the sizes were made for."""
    channels: int
    """Channels of the first maps."""
    block: Literal["residual", "convnext"]
    """Kind of the two-dimensional blocks."""
    group_channels: int
    """Channels of a group of their 3 x 3 convolutions."""
    stages: tuple[ReDimNetStage, ...]
    """The stages in order."""

    def refuse_misfits(self, num_features: int) -> None:
        """Checks that frames of `num_features` features can go through the stages.

        Raises:
            InputError: frequency is not divisible by the strides, channels not by the group, or the width of
                a context block not by its heads.
        """
        freq, channels, width = num_features, self.channels, self.channels * num_features
        for number, stage in enumerate(self.stages, start=1):
            narrow = channels * stage.stride
            groups = num_groups(narrow, self.group_channels)
            problems = {
                f"{freq} bands by stride {stage.stride}": freq % stage.stride,
                f"{narrow} channels into {groups} groups": narrow % groups,
            }
            if stage.reduction is not None:
                inner = width // stage.reduction
                problems[f"context width {inner} by {NUM_HEADS} heads"] = inner % NUM_HEADS
            for division, remainder in problems.items():
                if remainder:
                    raise InputError(f"ReDimNet, stage {number}: cannot divide {division}")
            freq, channels = freq // stage.stride, narrow


class ReDimNetBone(nn.Module):
    """Stages that each start from a weighted sum of all earlier outputs.

    Keys `stem`, `stage{i}`, `inputs_weights`.

    Every stage's output has channels * freq = C F values per frame, so that outputs of all stages can be
    added; the weights are a softmax over the outputs for each of these values.

    Args:
        size: sizes.
        num_features: features of an input frame.
    """

    inputs_weights: nn.ParameterList

    def __init__(self, size: ReDimNetSize, *, num_features: int) -> None:
        super().__init__()
        self.width = size.channels * num_features
        first = nn.Parameter(torch.ones(1, 1, 1, 1), requires_grad=False)
        others = (
            nn.Parameter(torch.zeros(1, count + 1, self.width, 1)) for count in range(1, len(size.stages) + 1)
        )
        self.inputs_weights = nn.ParameterList([first, *others])
        self.stem = nn.Sequential(nn.Conv2d(1, size.channels, 3, padding=1), ChannelNorm(size.channels))
        self.stage_channels: list[int] = []
        channels = size.channels
        for number, stage in enumerate(size.stages):
            self.stage_channels.append(channels)
            self.add_module(f"stage{number}", _stage(stage, size, channels=channels, width=self.width))
            channels *= stage.stride

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """(batch, features, time) to (batch, channels * features, time)."""
        outputs = [to_channels(self.stem(features.unsqueeze(1)))]
        for number, channels in enumerate(self.stage_channels):
            x = self._weighted(outputs, number)
            # (batch, channels, freq, time)
            maps = x.reshape(x.shape[0], -1, channels, x.shape[2]).transpose(1, 2)
            outputs.append(self.get_submodule(f"stage{number}")(maps))
        return self._weighted(outputs, len(self.stage_channels))

    def _weighted(self, outputs: list[torch.Tensor], number: int) -> torch.Tensor:
        weights = self.inputs_weights[number].softmax(dim=1)
        return cast(torch.Tensor, sum(weights[:, i] * output for i, output in enumerate(outputs)))


def _stage(stage: ReDimNetStage, size: ReDimNetSize, *, channels: int, width: int) -> nn.Sequential:
    narrow = stage.stride * channels
    wide = narrow * stage.expansion
    kernel = (stage.stride, 1)
    layers: list[nn.Module] = [nn.Conv2d(channels, wide, kernel, stride=kernel)]
    kind = {"residual": ResidualBlock2d, "convnext": ConvNextBlock2d}[size.block]
    layers += [ConvBlock2d(kind(wide, group_channels=size.group_channels)) for _ in range(stage.num_blocks)]
    if stage.expansion != 1:
        groups = num_groups(narrow, size.group_channels)
        squeeze = nn.Conv2d(wide, narrow, 3, padding=1, groups=groups)
        norm = nn.BatchNorm2d(narrow, eps=_EPSILON)
        layers.append(nn.Sequential(squeeze, norm, nn.GELU(), nn.Conv2d(narrow, narrow, 1)))
    layers.append(ToChannels())
    if stage.reduction is not None:
        layers.append(TimeContextBlock(width, inner_channels=width // stage.reduction))
    return nn.Sequential(*layers)
