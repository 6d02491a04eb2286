"""Squared error and cross-entropy of the speakers together."""

from __future__ import annotations

from pathlib import Path

import torch

from .base import EnhancementLoss
from .enhancement_labels import EnhancementLabels
from .enhancement_softmax import ClassifierUse, EnhancementSoftmax
from .mse import MSE


class MSESoftmax(EnhancementLoss):
    """MSE + cross-entropy of the speakers, weights 1 and 1.

    Args:
        classifier: see `EnhancementSoftmax`.
        initial: see `EnhancementSoftmax`.

    Source: proj_2022NC (2022), there MSE_Softmax.
    """

    uses_classes = True

    def __init__(self, *, classifier: ClassifierUse = "trained", initial: Path | None = None) -> None:
        super().__init__()
        self.mse = MSE()
        self.softmax = EnhancementSoftmax(classifier=classifier, initial=initial)

    def start(self, *, embedding_dim: int, num_speakers: int, seed: int, num_domains: int = 0) -> None:
        """Build the classifier; see `EnhancementSoftmax.start`."""
        self.softmax.start(embedding_dim=embedding_dim, num_speakers=num_speakers, seed=seed)

    def logits(self, output: torch.Tensor) -> torch.Tensor:
        """W x + b, (batch, speakers), float32, of output (batch, dim)."""
        return self.softmax.logits(output)

    def figure(
        self, output: torch.Tensor, target: torch.Tensor, labels: EnhancementLabels | None = None
    ) -> torch.Tensor | None:
        """Accuracy; see `EnhancementSoftmax.figure`."""
        return self.softmax.figure(output, target, labels)

    def forward(
        self, output: torch.Tensor, target: torch.Tensor, labels: EnhancementLabels | None = None
    ) -> torch.Tensor:
        """Scalar, float32, of output and target (batch, dim) and labels with speakers."""
        mse: torch.Tensor = self.mse(output, target)
        softmax: torch.Tensor = self.softmax(output, target, labels)
        return mse + softmax
