"""The x-vector network."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from .encoder import Encoder
from .front_end import FrontEnd
from .pooling import Pooling, checked_pooling
from .statistics_pooling import StatisticsPooling
from .wespeaker_fbank import wespeaker_fbank

# Kernel size and dilation of the five layers over time.
_LAYERS = ((5, 1), (3, 2), (3, 3), (1, 1), (1, 1))


class XVector(Encoder):
    """Five dilated convolutions over time, pooling, two linear layers; the embedding is the second's output.

    Frames at the edges that lack context are dropped, not padded. The state has WeSpeaker's keys under
    `backbone.`; the BatchNorms have no scale and offset, as in Kaldi.

    Args:
        hidden_channels: channels of the first four layers.
        pooled_channels: channels of the fifth layer.
        embedding_dim: dimension of both linear layers.
        pooling: of frames with pooled_channels channels; None for StatisticsPooling.
        front_end: waveforms to features; None for wespeaker_fbank().

    Raises:
        InputError: the pooling takes another number of channels.

    Source: Snyder, Garcia-Romero, Sell, Povey and Khudanpur (2018), who take the first linear layer's output;
    the second's as WeSpeaker does.
    """

    def __init__(
        self,
        *,
        hidden_channels: int = 512,
        pooled_channels: int = 1500,
        embedding_dim: int = 512,
        pooling: Pooling | None = None,
        front_end: FrontEnd | None = None,
    ) -> None:
        super().__init__(front_end=wespeaker_fbank() if front_end is None else front_end)
        self.backbone = XVectorNetwork(
            num_features=self.front_end.num_features,
            hidden_channels=hidden_channels,
            pooled_channels=pooled_channels,
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
        """The context of one frame, and what the pooling needs more."""
        context = sum((kernel_size - 1) * dilation for kernel_size, dilation in _LAYERS)
        return context + self.backbone.pool.min_frames

    def embed_features(self, features: torch.Tensor) -> torch.Tensor:
        """Embeddings (batch, embedding_dim), float32, of features (batch, frames, features)."""
        embeddings: torch.Tensor = self.backbone(features)
        return embeddings


class XVectorNetwork(nn.Module):
    """The network of XVector: `frame_1` to `frame_5`, `pool`, `seg_1`, `seg_bn_1`, `seg_2`; see there."""

    def __init__(
        self,
        *,
        num_features: int,
        hidden_channels: int,
        pooled_channels: int,
        embedding_dim: int,
        pooling: Pooling | None,
    ) -> None:
        super().__init__()
        widths = (num_features, *(hidden_channels,) * 4, pooled_channels)
        for i, (kernel_size, dilation) in enumerate(_LAYERS):
            layer = _FrameLayer(widths[i], widths[i + 1], kernel_size=kernel_size, dilation=dilation)
            self.add_module(f"frame_{i + 1}", layer)
        if pooling is None:
            pooling = StatisticsPooling(num_channels=pooled_channels)
        self.pool = checked_pooling(pooling, num_channels=pooled_channels)
        self.seg_1 = nn.Linear(pooling.output_dim, embedding_dim)
        self.seg_bn_1 = nn.BatchNorm1d(embedding_dim, affine=False)
        self.seg_2 = nn.Linear(embedding_dim, embedding_dim)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """(batch, time, features) to (batch, embedding_dim), float32."""
        x = features.transpose(1, 2)
        for i in range(len(_LAYERS)):
            x = self.get_submodule(f"frame_{i + 1}")(x)
        pooled = self.pool(x.transpose(1, 2))
        with torch.autocast(features.device.type, enabled=False):
            embeddings: torch.Tensor = self.seg_2(self.seg_bn_1(F.relu(self.seg_1(pooled))))
        return embeddings


class _FrameLayer(nn.Module):
    """Convolution over time, ReLU, BatchNorm without scale and offset: `conv_1d`, `bn`."""

    def __init__(self, in_channels: int, out_channels: int, *, kernel_size: int, dilation: int) -> None:
        super().__init__()
        self.conv_1d = nn.Conv1d(in_channels, out_channels, kernel_size, dilation=dilation)
        self.bn = nn.BatchNorm1d(out_channels, affine=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = self.bn(F.relu(self.conv_1d(x)))
        return out
