"""EcapaGroupNorm made ready for embedding on a CPU."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import torch
import torch.nn.functional as F

from kowairo.core import InputError

from ._prepared_layers import PreparedPooling, PreparedSeRes2Net, PreparedTdnn, scale_channels
from .ecapa_weights import SeRes2NetWeights, TdnnWeights
from .encoder import Encoder

if TYPE_CHECKING:
    from .ecapa import EcapaGroupNorm

# Blocks behind the first convolution that stay float32 in bfloat16 too. What enters them has a large part
# that hardly changes with time; its rounding errors do not average out over the frames. See
# docs/extraction.md for the measurements.
_EXACT_BLOCKS = 1


class PreparedEcapa(Encoder):
    """The embeddings of an EcapaGroupNorm at the processor's speed; made by its `for_inference`.

    Weights are laid out for the processor's matrix products once, and copied: later changes of the encoder's
    are not seen. Utterances are computed one by one, so an embedding does not depend on its neighbours, and
    frames stay in a core's cache. No gradients, no parameters, and no device but the CPU.

    In bfloat16 the first convolution, the first block, all sums, norms and the pooling are float32. Measured
    in benchmarks/results/extraction.md.

    Args:
        encoder: the encoder, on the CPU.
        dtype: type of the matrix products, torch.float32 or torch.bfloat16.

    Raises:
        InputError: another type.
    """

    def __init__(self, encoder: EcapaGroupNorm, *, dtype: torch.dtype) -> None:
        if dtype not in (torch.float32, torch.bfloat16):
            raise InputError(f"expected torch.float32 or torch.bfloat16, got {dtype}")
        super().__init__(front_end=encoder.front_end)
        self._embedding_dim, self._min_frames = encoder.embedding_dim, encoder.min_frames
        weights, self._dtype = encoder.backbone, dtype
        first, *blocks = weights.blocks
        self._first = PreparedTdnn(cast(TdnnWeights, first), dtype=torch.float32)
        self._blocks = [
            PreparedSeRes2Net(
                cast(SeRes2NetWeights, block), dtype=torch.float32 if i < _EXACT_BLOCKS else dtype
            )
            for i, block in enumerate(blocks)
        ]
        self._aggregation = PreparedTdnn(weights.mfa, dtype=dtype)
        self._pooling = PreparedPooling(weights.asp, dtype=dtype)
        norm, last = weights.asp_bn.norm, weights.fc.conv
        self._norm = norm.num_groups, norm.weight.detach(), norm.bias.detach(), norm.eps
        self._last = last.weight.detach().squeeze(2), cast(torch.Tensor, last.bias).detach()

    @property
    def embedding_dim(self) -> int:
        """Dimension of an embedding."""
        return self._embedding_dim

    @property
    def min_frames(self) -> int:
        """As the encoder's."""
        return self._min_frames

    def embed_features(self, features: torch.Tensor) -> torch.Tensor:
        """Embeddings (batch, embedding_dim), float32, of features (batch, frames, features).

        Raises:
            InputError: fewer than `min_frames` frames.
        """
        if features.shape[1] < self._min_frames:
            raise InputError(f"expected at least {self._min_frames} frames, got {features.shape[1]}")
        with torch.no_grad(), torch.autocast("cpu", enabled=False):
            return torch.cat([self._embed(row) for row in features.float()])

    def _embed(self, features: torch.Tensor) -> torch.Tensor:
        """(1, embedding_dim) of one utterance, (frames, features)."""
        x = self._first(features)
        outputs = []
        for block in self._blocks:
            x = block(x.to(block.dtype))
            outputs.append(x.to(self._dtype))
        frames, moments, scale, shift = self._aggregation.rectified(torch.cat(outputs, dim=1))
        pooled = self._pooling(scale_channels(frames, scale, shift), moments.scaled(scale, shift))
        return F.linear(F.group_norm(pooled[None], *self._norm), *self._last)
