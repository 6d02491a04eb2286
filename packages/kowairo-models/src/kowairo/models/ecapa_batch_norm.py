"""ECAPA-TDNN with BatchNorm, as SpeechBrain and WeSpeaker build it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch

from kowairo.core import InputError

from .ecapa import check_sizes
from .ecapa_batch_norm_network import EcapaBatchNormNetwork, EcapaForm
from .encoder import Encoder
from .front_end import FrontEnd
from .mean_normalized import MeanNormalized
from .speechbrain_fbank import SpeechBrainFbank
from .wespeaker_fbank import wespeaker_fbank

_FORMS = {
    "speechbrain": EcapaForm(
        padding_mode="reflect",
        aggregation_norm="batch",
        attention_norm="relu-batch",
        correction=0,
        variance_offset=1e-12,
        least_variance=1e-12,
    ),
    "wespeaker": EcapaForm(
        padding_mode="zeros",
        aggregation_norm="none",
        attention_norm="none",
        correction=1,
        variance_offset=1e-7,
        least_variance=1e-7,
    ),
}


class EcapaBatchNorm(Encoder):
    """ECAPA-TDNN in the form of SpeechBrain or of WeSpeaker.

    The two differ: SpeechBrain reflects frames at the edges, has a BatchNorm after the aggregation layer and
    ReLU and BatchNorm inside the attention; WeSpeaker pads with zeros and has none of these. The defaults are
    SpeechBrain's ECAPA of 20.8 M parameters; WeSpeaker's of 14.65 M is implementation="wespeaker",
    channels=(1024, 1024, 1024, 1024, 1536). The state has SpeechBrain's keys under `backbone.` in both forms;
    `load_backbone` reads the files of both. BatchNorm makes embeddings of training mode depend on the batch;
    in evaluation mode each depends on its own utterance alone.

    Args:
        implementation: whose form.
        channels: widths of the first convolution, of each SE-Res2Net block and of the aggregation layer.
        kernel_sizes: kernel sizes of the same layers in frames, odd.
        dilations: dilations of the same layers in frames.
        attention_channels: width of the attention of the pooling.
        res2net_scale: parts that a Res2Net block splits its channels into; divides every inner width.
        se_channels: width of the squeeze-and-excitation bottleneck.
        embedding_dim: dimension of the embedding.
        front_end: waveforms to features; None for mean-free SpeechBrainFbank() or wespeaker_fbank().

    Raises:
        InputError: an unknown implementation, or sizes that do not fit together.

    Source: Desplanques, Thienpondt and Demuynck (2020), as built by SpeechBrain (Ravanelli and others, 2021)
    and WeSpeaker (Wang and others, 2023), both with global context in the pooling.
    """

    def __init__(
        self,
        *,
        implementation: Literal["speechbrain", "wespeaker"] = "speechbrain",
        channels: Sequence[int] = (1024, 1024, 1024, 1024, 3072),
        kernel_sizes: Sequence[int] = (5, 3, 3, 3, 1),
        dilations: Sequence[int] = (1, 2, 3, 4, 1),
        attention_channels: int = 128,
        res2net_scale: int = 8,
        se_channels: int = 128,
        embedding_dim: int = 192,
        front_end: FrontEnd | None = None,
    ) -> None:
        if implementation not in _FORMS:
            raise InputError(f"expected an implementation of {', '.join(_FORMS)}, got {implementation!r}")
        check_sizes(channels, kernel_sizes, dilations, res2net_scale)
        super().__init__(front_end=_default_front_end(implementation) if front_end is None else front_end)
        self.implementation, self.res2net_scale = implementation, res2net_scale
        self.backbone = EcapaBatchNormNetwork(
            num_features=self.front_end.num_features,
            form=_FORMS[implementation],
            channels=channels,
            kernel_sizes=kernel_sizes,
            dilations=dilations,
            attention_channels=attention_channels,
            res2net_scale=res2net_scale,
            se_channels=se_channels,
            embedding_dim=embedding_dim,
        )
        self._embedding_dim = embedding_dim
        self._min_frames = 1 + max(
            dilation * (kernel - 1) // 2 for kernel, dilation in zip(kernel_sizes, dilations, strict=True)
        )

    @property
    def embedding_dim(self) -> int:
        """Dimension of an embedding."""
        return self._embedding_dim

    @property
    def min_frames(self) -> int:
        """One frame more than the widest edge."""
        return max(2, self._min_frames)

    def embed_features(self, features: torch.Tensor) -> torch.Tensor:
        """Embeddings (batch, embedding_dim), float32, of features (batch, frames, features).

        Raises:
            InputError: fewer than `min_frames` frames.
        """
        if features.shape[1] < self.min_frames:
            raise InputError(f"expected at least {self.min_frames} frames, got {features.shape[1]}")
        embeddings: torch.Tensor = self.backbone(features)
        return embeddings


def _default_front_end(implementation: str) -> FrontEnd:
    if implementation == "wespeaker":
        return wespeaker_fbank()
    return MeanNormalized(front_end=SpeechBrainFbank())
