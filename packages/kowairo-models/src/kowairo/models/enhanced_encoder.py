"""An encoder with an enhancement net behind it, which is an encoder again."""

from __future__ import annotations

from typing import Self

import torch
import torch.nn.functional as F
from torch import nn

from kowairo.core import InputError

from .encoder import Encoder
from .wrapped_encoder import WrappedEncoder


class EnhancedEncoder(WrappedEncoder):
    """Embeddings N(e / |e|) of the embeddings e of another encoder.

    N is any module that maps (batch, dim) to (batch, dim') row by row and says both as `input_dim` and
    `output_dim`: an enhancer, or a closed form as an affine module. The result is that of embedding the files
    first and passing the set through the enhancer.

    Args:
        encoder: the encoder in front.
        enhancer: N.

    Raises:
        InputError: N does not say its dimensions, or takes another one.
    """

    def __init__(self, *, encoder: Encoder, enhancer: nn.Module) -> None:
        super().__init__(encoder)
        dims = getattr(enhancer, "input_dim", None), getattr(enhancer, "output_dim", None)
        if not isinstance(dims[0], int) or not isinstance(dims[1], int):
            raise InputError(f"{type(enhancer).__name__} does not say input_dim and output_dim")
        if dims[0] != encoder.embedding_dim:
            raise InputError(
                f"{type(enhancer).__name__} takes embeddings of dimension {dims[0]}, the encoder gives "
                f"{encoder.embedding_dim}"
            )
        self.enhancer = enhancer
        self._output_dim = dims[1]

    @property
    def embedding_dim(self) -> int:
        """Dimension of an enhanced embedding."""
        return self._output_dim

    def after(self, embeddings: torch.Tensor) -> torch.Tensor:
        """Enhanced embeddings (batch, dim') of those of the encoder in front (batch, dim), float32."""
        with torch.autocast(embeddings.device.type, enabled=False):
            enhanced: torch.Tensor = self.enhancer(F.normalize(embeddings.float()))
            return enhanced

    def around(self, encoder: Encoder) -> Self:
        """The same enhancer behind another form of the encoder."""
        return type(self)(encoder=encoder, enhancer=self.enhancer)
