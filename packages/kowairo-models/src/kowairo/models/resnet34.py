"""ResNet34 over time and frequency."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import nn

from kowairo.core import InputError

from .basic_block import basic_blocks
from .encoder import Encoder
from .front_end import FrontEnd
from .pooling import Pooling, checked_pooling
from .statistics_pooling import StatisticsPooling
from .wespeaker_fbank import wespeaker_fbank

# Three of the four stages halve frequency and time.
_REDUCTION = 8


class ResNet34(Encoder):
    """A residual network of 3 x 3 convolutions, pooling over time, one linear layer.

    The state has WeSpeaker's keys under `backbone.`. BatchNorm makes embeddings of training mode depend on
    the batch; in evaluation mode each depends on its own utterance alone.

    Args:
        channels: channels of the first stage; each of the others doubles them.
        num_blocks: residual blocks of the four stages.
        embedding_dim: dimension of the embedding.
        pooling: of frames with 8 * channels * (features / 8) channels; None for StatisticsPooling.
        front_end: waveforms to features; None for wespeaker_fbank().

    Raises:
        InputError: not four stages, or the pooling takes another number of channels.

    Source: He, Zhang, Ren and Sun (2016); for speakers: Zeinali and others (2019), as WeSpeaker builds it.
    """

    def __init__(
        self,
        *,
        channels: int = 32,
        num_blocks: Sequence[int] = (3, 4, 6, 3),
        embedding_dim: int = 256,
        pooling: Pooling | None = None,
        front_end: FrontEnd | None = None,
    ) -> None:
        if len(num_blocks) != 4 or min(num_blocks) < 1:
            raise InputError(f"expected four positive num_blocks, got {tuple(num_blocks)}")
        super().__init__(front_end=wespeaker_fbank() if front_end is None else front_end)
        self.backbone = ResNetNetwork(
            num_features=self.front_end.num_features,
            channels=channels,
            num_blocks=num_blocks,
            embedding_dim=embedding_dim,
            pooling=pooling,
        )
        self._embedding_dim = embedding_dim

    @property
    def embedding_dim(self) -> int:
        """Dimension of an embedding."""
        return self._embedding_dim

    @property
    def min_frames(self) -> int:
        """So many that the pooling has its least number after time was divided by 8, rounded up."""
        return _REDUCTION * (self.backbone.pool.min_frames - 1) + 1

    def embed_features(self, features: torch.Tensor) -> torch.Tensor:
        """Embeddings (batch, embedding_dim), float32, of features (batch, frames, features)."""
        embeddings: torch.Tensor = self.backbone(features)
        return embeddings


class ResNetNetwork(nn.Module):
    """The network of ResNet34: `conv1`, `bn1`, `layer1` to `layer4`, `pool`, `seg_1`; see there."""

    def __init__(
        self,
        *,
        num_features: int,
        channels: int,
        num_blocks: Sequence[int],
        embedding_dim: int,
        pooling: Pooling | None,
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.layer1 = basic_blocks(channels, channels, count=num_blocks[0], stride=(1, 1))
        self.layer2 = basic_blocks(channels, 2 * channels, count=num_blocks[1], stride=(2, 2))
        self.layer3 = basic_blocks(2 * channels, 4 * channels, count=num_blocks[2], stride=(2, 2))
        self.layer4 = basic_blocks(4 * channels, 8 * channels, count=num_blocks[3], stride=(2, 2))
        pooled_channels = 8 * channels * -(-num_features // _REDUCTION)
        if pooling is None:
            pooling = StatisticsPooling(num_channels=pooled_channels)
        self.pool = checked_pooling(pooling, num_channels=pooled_channels)
        self.seg_1 = nn.Linear(pooling.output_dim, embedding_dim)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """(batch, time, features) to (batch, embedding_dim), float32."""
        maps = features.transpose(1, 2).unsqueeze(1)  # (batch, 1, freq, time)
        maps = F.relu(self.bn1(self.conv1(maps)))
        maps = self.layer4(self.layer3(self.layer2(self.layer1(maps))))
        pooled = self.pool(maps.flatten(1, 2).transpose(1, 2))
        with torch.autocast(features.device.type, enabled=False):
            embeddings: torch.Tensor = self.seg_1(pooled)
        return embeddings
