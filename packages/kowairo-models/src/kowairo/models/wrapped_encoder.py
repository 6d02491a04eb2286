"""What encoders that stand behind another encoder have in common."""

from __future__ import annotations

from abc import abstractmethod
from typing import Self

import torch
from torch import nn

from .encoder import Encoder
from .front_end import FrontEnd


class WrappedEncoder(Encoder):
    """Embeddings made of those of another encoder, the trunk, which sees the audio.

    A subclass says its `embedding_dim`, its `embed_features`, and how it is made again around another trunk.

    Args:
        encoder: the trunk.
    """

    def __init__(self, encoder: Encoder) -> None:
        # Not Encoder's: the front end is the trunk's, and its state would stand in a checkpoint twice.
        nn.Module.__init__(self)
        self.encoder = encoder

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

    def for_export(self) -> Self:
        """A copy whose trunk computes with plain operations."""
        return self.around(self.encoder.for_export()).train(self.training)

    def for_inference(self, dtype: torch.dtype) -> Encoder:
        """The same behind a trunk that is made ready."""
        prepared = self.around(self.encoder.for_inference(dtype))
        prepared._products = dtype
        return prepared.train(self.training)
