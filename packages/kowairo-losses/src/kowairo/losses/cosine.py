"""Cosine distance between embeddings."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from .base import EnhancementLoss
from .enhancement_labels import EnhancementLabels


class Cosine(EnhancementLoss):
    """1 - mean over the batch of cos(x_b, t_b).

    Each row is divided by max(norm, 1e-8), so an all-zero row counts as cosine 0 with a finite gradient.

    Source: enhancement of embeddings towards multi-utterance targets, proj_2022NC (2022).
    """

    def forward(
        self, output: torch.Tensor, target: torch.Tensor, labels: EnhancementLabels | None = None
    ) -> torch.Tensor:
        """Scalar, float32, of output and target (batch, dim); labels are unused."""
        with torch.autocast(output.device.type, enabled=False):
            products = F.normalize(output.float(), eps=1e-8) * F.normalize(target.float(), eps=1e-8)
            return 1.0 - products.sum(dim=1).mean()
