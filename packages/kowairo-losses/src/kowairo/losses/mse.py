"""Mean squared error between embeddings."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from .base import EnhancementLoss
from .enhancement_labels import EnhancementLabels


class MSE(EnhancementLoss):
    """Mean of (x - t)^2 over all batch * dim entries.

    Source: enhancement of embeddings towards multi-utterance targets, proj_2022NC (2022).
    """

    def forward(
        self, output: torch.Tensor, target: torch.Tensor, labels: EnhancementLabels | None = None
    ) -> torch.Tensor:
        """Scalar, float32, of output and target (batch, dim); labels are unused."""
        return F.mse_loss(output.float(), target.float())
