"""ReDimNet, which changes between maps over time and frequency and frames of channels."""

from __future__ import annotations

from typing import Literal

import torch
from torch import nn

from kowairo.core import InputError

from .attentive_statistics_pooling import AttentiveStatisticsPooling
from .encoder import Encoder
from .front_end import FrontEnd
from .pooling import Pooling, checked_pooling
from .redimnet_bone import ReDimNetBone, ReDimNetSize, ReDimNetStage
from .wespeaker_fbank import wespeaker_fbank

_Stage = ReDimNetStage
_SIZES = {
    "B0": ReDimNetSize(
        num_features=60,
        channels=10,
        block="residual",
        group_channels=1,
        stages=(
            _Stage(stride=1, num_blocks=2, expansion=1, reduction=30),
            _Stage(stride=2, num_blocks=3, expansion=2, reduction=30),
            _Stage(stride=1, num_blocks=3, expansion=3, reduction=30),
            _Stage(stride=2, num_blocks=4, expansion=2, reduction=10),
            _Stage(stride=1, num_blocks=3, expansion=1, reduction=10),
        ),
    ),
    "B1": ReDimNetSize(
        num_features=72,
        channels=12,
        block="convnext",
        group_channels=8,
        stages=(
            _Stage(stride=1, num_blocks=2, expansion=1, reduction=None),
            _Stage(stride=2, num_blocks=3, expansion=1, reduction=None),
            _Stage(stride=3, num_blocks=4, expansion=1, reduction=12),
            _Stage(stride=2, num_blocks=5, expansion=1, reduction=12),
            _Stage(stride=2, num_blocks=3, expansion=1, reduction=8),
        ),
    ),
    "B2": ReDimNetSize(
        num_features=72,
        channels=16,
        block="convnext",
        group_channels=4,
        stages=(
            _Stage(stride=1, num_blocks=2, expansion=1, reduction=12),
            _Stage(stride=2, num_blocks=2, expansion=1, reduction=12),
            _Stage(stride=1, num_blocks=3, expansion=1, reduction=12),
            _Stage(stride=2, num_blocks=4, expansion=1, reduction=8),
            _Stage(stride=1, num_blocks=4, expansion=1, reduction=8),
            _Stage(stride=2, num_blocks=4, expansion=1, reduction=4),
        ),
    ),
}


class ReDimNet(Encoder):
    """ReDimNet: two-dimensional blocks, context blocks over time, attentive pooling, one linear layer.

    The state has WeSpeaker's keys under `backbone.`. BatchNorm makes embeddings of training mode depend on
    the batch; in evaluation mode each depends on its own utterance alone.

    Args:
        size: "B0", "B1" or "B2", WeSpeaker's sizes of these names, or sizes of your own.
        embedding_dim: dimension of the embedding.
        pooling: of frames with channels * features channels; None for AttentiveStatisticsPooling.
        front_end: waveforms to features; None for wespeaker_fbank with the features that the size was made
            for (60 for B0, 72 for B1 and B2).

    Raises:
        InputError: an unknown size, or features, sizes and pooling that do not fit together.

    Source: Yakovlev and others, "Reshape Dimensions Network for Speaker Recognition" (2024), as WeSpeaker
    builds it: the authors' own networks of these names are of slightly other sizes.
    """

    def __init__(
        self,
        *,
        size: Literal["B0", "B1", "B2"] | ReDimNetSize = "B2",
        embedding_dim: int = 192,
        pooling: Pooling | None = None,
        front_end: FrontEnd | None = None,
    ) -> None:
        if isinstance(size, str) and size not in _SIZES:
            raise InputError(f"expected a size of {', '.join(_SIZES)}, got {size!r}")
        sizes = _SIZES[size] if isinstance(size, str) else size
        super().__init__(
            front_end=wespeaker_fbank(num_mels=sizes.num_features) if front_end is None else front_end
        )
        self.backbone = ReDimNetNetwork(
            sizes,
            num_features=self.front_end.num_features,
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
        """The least number of frames that the pooling accepts."""
        return self.backbone.pool.min_frames

    def embed_features(self, features: torch.Tensor) -> torch.Tensor:
        """Embeddings (batch, embedding_dim), float32, of features (batch, frames, features)."""
        embeddings: torch.Tensor = self.backbone(features)
        return embeddings


class ReDimNetNetwork(nn.Module):
    """The network of ReDimNet: `backbone`, `pool`, `seg_1`; see there."""

    def __init__(
        self, size: ReDimNetSize, *, num_features: int, embedding_dim: int, pooling: Pooling | None
    ) -> None:
        super().__init__()
        size.refuse_misfits(num_features)
        self.backbone = ReDimNetBone(size, num_features=num_features)
        width = self.backbone.width
        if pooling is None:
            pooling = AttentiveStatisticsPooling(num_channels=width)
        self.pool = checked_pooling(pooling, num_channels=width)
        self.seg_1 = nn.Linear(pooling.output_dim, embedding_dim)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """(batch, time, features) to (batch, embedding_dim), float32."""
        frames = self.backbone(features.transpose(1, 2)).transpose(1, 2)
        pooled = self.pool(frames)
        with torch.autocast(features.device.type, enabled=False):
            embeddings: torch.Tensor = self.seg_1(pooled)
        return embeddings
