"""An encoder seen through a learned projection: one level of identity of its embeddings."""

from __future__ import annotations

from typing import Self

import torch
from torch import nn

from kowairo.core import InputError

from .encoder import Encoder
from .front_end import FrontEnd


class ProjectedEncoder(Encoder):
    """Embeddings W e of the embeddings e of another encoder.

    An encoder trained with levels of identity is one trunk with a W for each level: `checkpoint/` holds the
    trunk, `checkpoint_character/` and `checkpoint_actor/` the trunk behind a projection. Where both levels
    are wanted of the same audio, the trunk need run once only: `project` takes its embeddings.

    Args:
        encoder: the trunk.
        projection_dim: dimension of the projected embeddings; None for the trunk's own.

    Raises:
        InputError: a dimension that is not positive.
    """

    def __init__(self, *, encoder: Encoder, projection_dim: int | None = None) -> None:
        # Not Encoder's: the front end is the trunk's, and its state would stand in a checkpoint twice.
        nn.Module.__init__(self)
        dim = encoder.embedding_dim if projection_dim is None else projection_dim
        if dim < 1:
            raise InputError(f"expected a positive projection_dim, got {dim}")
        self.encoder = encoder
        # A module, not a parameter here: what lies beside layers cannot be trained layer by layer.
        self.projection = nn.Linear(encoder.embedding_dim, dim, bias=False)
        nn.init.eye_(self.projection.weight)

    @property
    def front_end(self) -> FrontEnd:  # type: ignore[override]  # an attribute elsewhere; nobody sets it
        """The trunk's front end."""
        return self.encoder.front_end

    @property
    def embedding_dim(self) -> int:
        """Dimension of a projected embedding."""
        return self.projection.out_features

    @property
    def min_frames(self) -> int:
        """As the trunk's."""
        return self.encoder.min_frames

    @property
    def min_samples(self) -> int:
        """As the trunk's."""
        return self.encoder.min_samples

    @property
    def suits_bf16(self) -> bool:
        """As the trunk's."""
        return self.encoder.suits_bf16

    def project(self, embeddings: torch.Tensor) -> torch.Tensor:
        """Projected embeddings (batch, projection_dim) of the trunk's (batch, dim), float32."""
        with torch.autocast(embeddings.device.type, enabled=False):
            projected: torch.Tensor = self.projection(embeddings.float())
            return projected

    def embed_features(self, features: torch.Tensor) -> torch.Tensor:
        """Projected embeddings (batch, projection_dim) of features (batch, frames, features)."""
        return self.project(self.encoder.embed_features(features))

    def for_export(self) -> Self:
        """A copy whose trunk computes with plain operations."""
        copied = type(self)(encoder=self.encoder.for_export(), projection_dim=self.embedding_dim)
        copied.projection.load_state_dict(self.projection.state_dict())
        return copied.train(self.training)

    def for_inference(self, dtype: torch.dtype) -> Encoder:
        """The same projection behind a trunk that is made ready."""
        prepared = type(self)(encoder=self.encoder.for_inference(dtype), projection_dim=self.embedding_dim)
        prepared.projection, prepared._products = self.projection, dtype
        return prepared.train(self.training)
