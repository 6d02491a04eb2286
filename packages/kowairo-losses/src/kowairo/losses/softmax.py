"""Softmax cross-entropy on a linear layer."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from ._rows import check_rows
from .classifier_loss import ClassifierLoss, class_weights


class Softmax(ClassifierLoss):
    """Cross-entropy on W x + b: no margin, no normalisation.

    Args:
        embedding_dim: dimension of the embeddings.
        num_classes: number of speakers.
        seed: seed of the initial weights (the biases start at 0); None draws from torch's global generator.

    Raises:
        InputError: sizes that are not positive.

    Source: the x-vector objective, Snyder and others (2018), on the embedding itself.
    """

    def __init__(self, embedding_dim: int, num_classes: int, *, seed: int | None = None) -> None:
        super().__init__()
        self.weight = class_weights(embedding_dim, num_classes, seed=seed)
        self.bias = nn.Parameter(torch.zeros(num_classes))

    def logits(self, embeddings: torch.Tensor) -> torch.Tensor:
        """W x + b, (batch, classes), float32, of embeddings (batch, dim)."""
        with torch.autocast(embeddings.device.type, enabled=False):
            return F.linear(embeddings.float(), self.weight.float(), self.bias.float())

    def forward(self, embeddings: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Mean cross-entropy, a scalar, of embeddings (batch, dim) and labels (batch,)."""
        check_rows(embeddings, labels)
        return F.cross_entropy(self.logits(embeddings), labels)
