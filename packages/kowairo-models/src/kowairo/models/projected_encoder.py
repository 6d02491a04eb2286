"""An encoder seen through a learned projection: one level of identity of its embeddings."""

from __future__ import annotations

from typing import Self

import torch
from torch import nn

from kowairo.core import InputError

from .encoder import Encoder
from .wrapped_encoder import WrappedEncoder


class ProjectedEncoder(WrappedEncoder):
    """Embeddings W e of the embeddings e of another encoder.

    An encoder trained with levels of identity is one trunk with a W for each level: `checkpoint/` holds the
    trunk, `checkpoint_character/` and `checkpoint_actor/` the trunk behind a projection. Where both levels
    are wanted of the same audio, the trunk need run once only: `after` takes its embeddings.

    Args:
        encoder: the trunk.
        projection_dim: dimension of the projected embeddings; None for the trunk's own.

    Raises:
        InputError: a dimension that is not positive.
    """

    def __init__(self, *, encoder: Encoder, projection_dim: int | None = None) -> None:
        super().__init__(encoder)
        dim = encoder.embedding_dim if projection_dim is None else projection_dim
        if dim < 1:
            raise InputError(f"expected a positive projection_dim, got {dim}")
        # A module, not a parameter here: what lies beside layers cannot be trained layer by layer.
        self.projection = nn.Linear(encoder.embedding_dim, dim, bias=False)
        nn.init.eye_(self.projection.weight)

    @property
    def embedding_dim(self) -> int:
        """Dimension of a projected embedding."""
        return self.projection.out_features

    def after(self, embeddings: torch.Tensor) -> torch.Tensor:
        """Projected embeddings (batch, projection_dim) of the trunk's (batch, dim), float32."""
        with torch.autocast(embeddings.device.type, enabled=False):
            projected: torch.Tensor = self.projection(embeddings.float())
            return projected

    def around(self, encoder: Encoder) -> Self:
        """The same projection behind another form of the trunk."""
        wrapped = type(self)(encoder=encoder, projection_dim=self.embedding_dim)
        wrapped.projection = self.projection
        return wrapped
