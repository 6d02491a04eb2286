"""What encoders that stand behind another encoder have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Self

import torch
from torch import nn

from .encoder import Encoder
from .front_end import FrontEnd


class WrappedEncoder(Encoder):
    """Embeddings made of those of another encoder, the trunk, which sees the audio.

    A subclass says its `embedding_dim`, what is made of the trunk's embeddings, and how it is made again
    around another trunk. The trunk computes in its own way: what it does to waveforms, it does here.

    Args:
        encoder: the trunk.
    """

    def __init__(self, encoder: Encoder) -> None:
        # Not Encoder's: the front end is the trunk's, and its state would stand in a checkpoint twice.
        nn.Module.__init__(self)
        self.encoder = encoder

    @abstractmethod
    def after(self, embeddings: torch.Tensor) -> torch.Tensor:
        """Embeddings (batch, embedding_dim) of the trunk's (batch, dim), float32."""

    @abstractmethod
    def around(self, encoder: Encoder) -> Self:
        """The same, with the same weights, around another form of the trunk."""

    @property
    def front_end(self) -> FrontEnd:  # type: ignore[override]  # an attribute elsewhere; nobody sets it
        """The trunk's front end."""
        return self.encoder.front_end

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

    def embed_features(self, features: torch.Tensor) -> torch.Tensor:
        """Embeddings (batch, embedding_dim) of features (batch, frames, features)."""
        return self.after(self.encoder.embed_features(features))

    def embed_many(self, waveforms: Sequence[torch.Tensor]) -> torch.Tensor:
        """As the trunk does it; see `Encoder.embed_many`."""
        return self.after(self.encoder.embed_many(waveforms))

    def _embed_equal(self, waveforms: torch.Tensor) -> torch.Tensor:
        return self.after(self.encoder._embed_equal(waveforms))

    def for_export(self) -> Self:
        """A copy whose trunk computes with plain operations."""
        return self.around(self.encoder.for_export()).train(self.training)

    def for_inference(self, dtype: torch.dtype) -> Encoder:
        """The same behind a trunk that is made ready."""
        return self.around(self.encoder.for_inference(dtype)).train(self.training)
