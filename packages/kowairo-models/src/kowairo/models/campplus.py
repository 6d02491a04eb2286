"""CAM++, the densely connected network with context-aware masks of 3D-Speaker."""

from __future__ import annotations

from collections import OrderedDict
from typing import cast

import torch
from torch import nn

from .campplus_layers import (
    ConvolutionHead,
    DenseTdnnLayer,
    EmbeddingLayer,
    TdnnLayer,
    TransitLayer,
    norm_relu,
)
from .encoder import Encoder
from .front_end import FrontEnd
from .kaldi_fbank import KaldiFbank
from .mean_normalized import MeanNormalized
from .pooling import Pooling, checked_pooling
from .statistics_pooling import StatisticsPooling

# Layers and dilation of each dense block.
_BLOCKS = ((12, 1), (24, 2), (16, 2))
# Half of the frames remain after the first layer.
_STRIDE = 2
# 3D-Speaker adds nothing to the variances; this keeps the slope of the root finite and shifts no digit.
_VARIANCE_OFFSET = 1e-12


class CamPlusPlus(Encoder):
    """CAM++: convolutions over time and frequency, then three dense blocks of gated convolutions over time.

    The state has 3D-Speaker's keys under `backbone.`. BatchNorm makes embeddings of training mode depend on
    the batch; in evaluation mode each depends on its own utterance alone.

    Args:
        embedding_dim: dimension of the embedding; 192 in the published bilingual model, 512 in the paper.
        growth_channels: channels that each dense layer adds.
        first_channels: channels of the first layer over time.
        pooling: of frames with 512 channels at the default sizes; None for StatisticsPooling.
        front_end: waveforms to features; None for 80 Kaldi mel bands with their mean removed, samples in
            [-1, 1].

    Raises:
        InputError: the pooling takes another number of channels.

    Source: Wang, Zheng, Chen, Cheng and Chen, "CAM++: A Fast and Efficient Network for Speaker Verification
    Using Context-Aware Masking" (2023), as 3D-Speaker builds it. Ours: 1e-12 is added to the variances.
    """

    def __init__(
        self,
        *,
        embedding_dim: int = 192,
        growth_channels: int = 32,
        first_channels: int = 128,
        pooling: Pooling | None = None,
        front_end: FrontEnd | None = None,
    ) -> None:
        super().__init__(front_end=MeanNormalized(front_end=KaldiFbank()) if front_end is None else front_end)
        self.backbone = CamPlusPlusNetwork(
            num_features=self.front_end.num_features,
            embedding_dim=embedding_dim,
            growth_channels=growth_channels,
            first_channels=first_channels,
            pooling=pooling,
        )
        self._embedding_dim = embedding_dim

    @property
    def embedding_dim(self) -> int:
        """Dimension of an embedding."""
        return self._embedding_dim

    @property
    def min_frames(self) -> int:
        """So many that the pooling has its least number after every second frame was dropped."""
        return _STRIDE * (self.backbone.stats.min_frames - 1) + 1

    def embed_features(self, features: torch.Tensor) -> torch.Tensor:
        """Embeddings (batch, embedding_dim), float32, of features (batch, frames, features)."""
        embeddings: torch.Tensor = self.backbone(features)
        return embeddings


class CamPlusPlusNetwork(nn.Module):
    """The network of CamPlusPlus: keys `head.*` and `xvector.*`; see there for the arguments."""

    def __init__(
        self,
        *,
        num_features: int,
        embedding_dim: int,
        growth_channels: int,
        first_channels: int,
        pooling: Pooling | None,
    ) -> None:
        super().__init__()
        self.head = ConvolutionHead(num_features=num_features)
        layers: OrderedDict[str, nn.Module] = OrderedDict()
        layers["tdnn"] = TdnnLayer(self.head.out_channels, first_channels, kernel_size=5, stride=_STRIDE)
        channels = first_channels
        for number, (num_layers, dilation) in enumerate(_BLOCKS, start=1):
            layers[f"block{number}"] = _dense_block(
                channels, num_layers=num_layers, growth_channels=growth_channels, dilation=dilation
            )
            channels += num_layers * growth_channels
            layers[f"transit{number}"] = TransitLayer(channels, channels // 2)
            channels //= 2
        layers["out_nonlinear"] = norm_relu(channels)
        if pooling is None:
            pooling = StatisticsPooling(num_channels=channels, variance_offset=_VARIANCE_OFFSET)
        layers["stats"] = checked_pooling(pooling, num_channels=channels)
        layers["dense"] = EmbeddingLayer(pooling.output_dim, embedding_dim)
        self.xvector = nn.Sequential(layers)
        self.apply(_initialise)

    @property
    def stats(self) -> Pooling:
        """The pooling."""
        return cast(Pooling, self.xvector.get_submodule("stats"))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """(batch, time, features) to (batch, embedding_dim), float32."""
        x = self.head(features.transpose(1, 2))
        for name, layer in self.xvector.named_children():
            if name not in ("stats", "dense"):
                x = layer(x)
        pooled = self.stats(x.transpose(1, 2))
        with torch.autocast(features.device.type, enabled=False):
            embeddings: torch.Tensor = self.xvector.get_submodule("dense")(pooled)
        return embeddings


def _dense_block(in_channels: int, *, num_layers: int, growth_channels: int, dilation: int) -> nn.Sequential:
    """Layers `tdnnd1`, `tdnnd2`, ...: each sees the block's input and all that came before it."""
    return nn.Sequential(
        OrderedDict(
            (
                f"tdnnd{i + 1}",
                DenseTdnnLayer(
                    in_channels + i * growth_channels,
                    growth_channels,
                    inner_channels=4 * growth_channels,
                    kernel_size=3,
                    dilation=dilation,
                ),
            )
            for i in range(num_layers)
        )
    )


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Conv1d):
        nn.init.kaiming_normal_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
