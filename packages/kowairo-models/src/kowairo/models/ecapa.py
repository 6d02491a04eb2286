"""ECAPA-TDNN with GroupNorm, the network of the anime speaker encoder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import torch

from kowairo.core import InputError

from .ecapa_forward import ecapa_embedding
from .ecapa_fused import FUSED_OPERATIONS
from .ecapa_operations import PLAIN_OPERATIONS
from .ecapa_weights import EcapaWeights
from .encoder import Encoder
from .front_end import FrontEnd
from .packed_operations import packed_operations
from .prepared_ecapa import PreparedEcapa
from .speechbrain_fbank import SpeechBrainFbank

# Channels of the aggregation layer below which bfloat16 saves less than a fifth of the time.
_LEAST_CHANNELS_OF_BF16 = 1536


class EcapaGroupNorm(Encoder):
    """ECAPA-TDNN with every BatchNorm replaced by GroupNorm.

    Under GroupNorm an embedding does not depend on the other utterances of the batch, in training as in use.
    The defaults are the sizes of the published anime encoder (20,767,552 parameters, 138 tensors); the state
    has SpeechBrain's keys under `backbone.` and nothing else.

    Small networks: EcapaGroupNorm(channels=(256,) * 4 + (768,), num_groups=8). The groups of a norm are
    gcd(num_groups, its channels). Choose num_groups so that groups of the Res2Net parts (channels /
    res2net_scale wide) keep several channels: with one channel per group the mean of a channel, which carries
    the speaker, is removed.

    Args:
        channels: widths of the first convolution, of each SE-Res2Net block and of the aggregation layer.
        kernel_sizes: kernel sizes of the same layers in frames, odd.
        dilations: dilations of the same layers in frames.
        attention_channels: width of the attention of the pooling.
        res2net_scale: parts that a Res2Net block splits its channels into; divides every inner width.
        se_channels: width of the squeeze-and-excitation bottleneck.
        embedding_dim: dimension of the embedding.
        num_groups: groups of each GroupNorm.
        front_end: waveforms to features; None for SpeechBrainFbank(), the published front end.

    Raises:
        InputError: sizes that do not fit together.

    Source: Desplanques, Thienpondt and Demuynck (2020), as built by SpeechBrain (Ravanelli and others, 2021)
    with global context in the pooling; GroupNorm: Wu and He (2018), after each ReLU as the BatchNorm was.
    """

    def __init__(
        self,
        *,
        channels: Sequence[int] = (1024, 1024, 1024, 1024, 3072),
        kernel_sizes: Sequence[int] = (5, 3, 3, 3, 1),
        dilations: Sequence[int] = (1, 2, 3, 4, 1),
        attention_channels: int = 128,
        res2net_scale: int = 8,
        se_channels: int = 128,
        embedding_dim: int = 192,
        num_groups: int = 32,
        front_end: FrontEnd | None = None,
    ) -> None:
        check_sizes(channels, kernel_sizes, dilations, res2net_scale)
        super().__init__(front_end=SpeechBrainFbank() if front_end is None else front_end)
        self.backbone = EcapaWeights(
            num_features=self.front_end.num_features,
            channels=channels,
            kernel_sizes=kernel_sizes,
            dilations=dilations,
            attention_channels=attention_channels,
            res2net_scale=res2net_scale,
            se_channels=se_channels,
            embedding_dim=embedding_dim,
            num_groups=num_groups,
        )
        self.operations = FUSED_OPERATIONS
        self._embedding_dim = embedding_dim
        self._min_frames = 1 + max(
            dilation * (kernel - 1) // 2 for kernel, dilation in zip(kernel_sizes, dilations, strict=True)
        )

    @property
    def embedding_dim(self) -> int:
        """Dimension of an embedding."""
        return self._embedding_dim

    @property
    def suits_bf16(self) -> bool:
        """Where the layers are wide enough for products to be most of the time."""
        return self.backbone.mfa.conv.conv.weight.shape[0] >= _LEAST_CHANNELS_OF_BF16

    @property
    def min_frames(self) -> int:
        """One frame more than the widest reflected edge."""
        return self._min_frames

    def embed_features(self, features: torch.Tensor) -> torch.Tensor:
        """Embeddings (batch, embedding_dim), float32, of features (batch, frames, features).

        Raises:
            InputError: fewer than `min_frames` frames.
        """
        if features.shape[1] < self._min_frames:
            raise InputError(f"expected at least {self._min_frames} frames, got {features.shape[1]}")
        return ecapa_embedding(features, self.backbone, operations=self.operations)

    def embed_packed(self, features: Sequence[torch.Tensor]) -> torch.Tensor:
        """Embeddings of utterances of any lengths in one computation, without padding.

        The frames of all utterances lie one after the other; edges, norms and pooling see each utterance by
        itself. Fast on a GPU; on a CPU one utterance at a time is faster.

        Args:
            features: (frames, features) of each utterance, at least `min_frames` frames.

        Returns:
            (utterances, embedding_dim), float32.

        Raises:
            InputError: there is no utterance, or one is too short.
        """
        lengths = [len(one) for one in features]
        if not lengths or min(lengths) < self._min_frames:
            raise InputError(f"expected utterances of at least {self._min_frames} frames, got {lengths[:8]}")
        frames = torch.cat(list(features))
        operations = packed_operations(lengths, device=frames.device)
        return ecapa_embedding(frames[None], self.backbone, operations=operations)

    def embed_many(self, waveforms: Sequence[torch.Tensor]) -> torch.Tensor:
        """On a CPU one after the other, elsewhere all in one computation (`embed_packed`)."""
        if not waveforms or waveforms[0].device.type == "cpu":
            return super().embed_many(waveforms)
        features = [self.front_end(self._long_enough(waveform[None]))[0] for waveform in waveforms]
        with torch.autocast(
            features[0].device.type, dtype=self._products, enabled=self._products != torch.float32
        ):
            return self.embed_packed(features)

    def for_inference(self, dtype: torch.dtype) -> Encoder:
        """On a CPU the computation of `PreparedEcapa`."""
        if next(self.parameters()).device.type == "cpu":
            return PreparedEcapa(self, dtype=dtype)
        return super().for_inference(dtype)

    def for_export(self) -> Self:
        """A copy that computes with plain operations."""
        copied = super().for_export()
        copied.operations = PLAIN_OPERATIONS
        return copied


def check_sizes(
    channels: Sequence[int], kernel_sizes: Sequence[int], dilations: Sequence[int], scale: int
) -> None:
    """Refuses sizes of an ECAPA-TDNN that do not fit together.

    Args:
        channels: widths of the first convolution, of each SE-Res2Net block and of the aggregation layer.
        kernel_sizes: kernel sizes of the same layers.
        dilations: dilations of the same layers.
        scale: parts of a Res2Net block.

    Raises:
        InputError: unequal or too few sizes, an even kernel, or a width that the scale does not divide.
    """
    if not 3 <= len(channels) == len(kernel_sizes) == len(dilations):
        raise InputError(
            "expected channels, kernel_sizes and dilations of one length, at least 3, "
            f"got {len(channels)}, {len(kernel_sizes)} and {len(dilations)}"
        )
    if any(size % 2 == 0 for size in kernel_sizes):
        raise InputError(f"expected odd kernel_sizes, got {tuple(kernel_sizes)}")
    if any(width % scale for width in channels[1:-1]):
        raise InputError(f"expected inner channels divisible by res2net_scale {scale}, got {tuple(channels)}")
