"""Squared error and cosine distance together."""

from __future__ import annotations

import torch

from .base import EnhancementLoss
from .cosine import Cosine
from .enhancement_labels import EnhancementLabels
from .mse import MSE


class MSECosine(EnhancementLoss):
    """MSE + cosine distance, weights 1 and 1.

    Source: enhancement of embeddings towards multi-utterance targets, proj_2022NC (2022), there MSE_CS.
    """

    def __init__(self) -> None:
        super().__init__()
        self.mse = MSE()
        self.cosine = Cosine()

    def forward(
        self, output: torch.Tensor, target: torch.Tensor, labels: EnhancementLabels | None = None
    ) -> torch.Tensor:
        """Scalar, float32, of output and target (batch, dim); labels are unused."""
        mse: torch.Tensor = self.mse(output, target)
        cosine: torch.Tensor = self.cosine(output, target)
        return mse + cosine
