"""The contract of losses with a weight row per speaker."""

from __future__ import annotations

from abc import abstractmethod

import torch
from torch import nn

from kowairo.core import InputError

from .base import Loss


class ClassifierLoss(Loss):
    """A loss that classifies embeddings by the speakers of the training set.

    Attributes:
        weight: (classes, dim), or (classes, centres, dim) where a class has several rows.
    """

    weight: nn.Parameter

    @property
    def classifier(self) -> ClassifierLoss:
        """The loss itself."""
        return self

    @property
    def num_classes(self) -> int:
        """Number of speakers."""
        return self.weight.shape[0]

    @abstractmethod
    def logits(self, embeddings: torch.Tensor) -> torch.Tensor:
        """Margin-free logits (batch, classes), float32, of embeddings (batch, dim)."""

    def set_margin(self, margin: float) -> None:
        """Takes the value of a margin schedule, in the unit of the loss; a loss without margin ignores it.

        Args:
            margin: radians for an angular margin, a cosine for the others.
        """
        del margin


def class_weights(embedding_dim: int, num_classes: int, *, seed: int | None) -> nn.Parameter:
    """Initial rows of a classifier, uniform with Xavier's limit.

    Args:
        embedding_dim: dimension of a row.
        num_classes: number of rows.
        seed: seed of the draw; None draws from torch's global generator.

    Returns:
        (num_classes, embedding_dim).

    Raises:
        InputError: a size that is not positive.
    """
    if embedding_dim < 1 or num_classes < 1:
        raise InputError(
            f"expected a positive embedding_dim and num_classes, got {embedding_dim} and {num_classes}"
        )
    generator = None if seed is None else torch.Generator().manual_seed(seed)
    weight = nn.Parameter(torch.empty(num_classes, embedding_dim))
    nn.init.xavier_uniform_(weight, generator=generator)
    return weight
