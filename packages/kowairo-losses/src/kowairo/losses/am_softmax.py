"""Additive margin softmax."""

from __future__ import annotations

import torch

from kowairo.core import InputError

from .cosine_classifier import CosineClassifier, mean_cross_entropy, target_cosines


class AMSoftmax(CosineClassifier):
    """Cross-entropy on scaled cosines with a margin m taken off the target's cosine.

    L = -log softmax(z)_y, z_j = s cos theta_j for j != y, z_y = s (cos theta_y - m). With m = 0 it is the
    normalised softmax.

    Args:
        embedding_dim: dimension of the embeddings.
        num_classes: number of speakers.
        margin: margin m, a difference of cosines (not an angle); settable later, for a margin schedule.
        scale: scale s.
        seed: seed of the initial class weights; None draws from torch's global generator.

    Raises:
        InputError: a margin outside 0..1, or sizes or a scale that are not positive.

    Source: Wang, Cheng, Liu and Liu (2018); Wang and others (2018, CosFace).
    """

    def __init__(
        self,
        embedding_dim: int,
        num_classes: int,
        *,
        margin: float = 0.2,
        scale: float = 30.0,
        seed: int | None = None,
    ) -> None:
        super().__init__(embedding_dim, num_classes, scale=scale, seed=seed)
        self.set_margin(margin)

    def set_margin(self, margin: float) -> None:
        """Sets the margin, a difference of cosines in 0..1."""
        if not 0.0 <= margin <= 1.0:
            raise InputError(f"expected a margin in 0..1, a difference of cosines, got {margin}")
        self.margin = margin

    def objective(self, cosines: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Cross-entropy, a scalar, of cosines (batch, classes) and labels (batch,)."""
        with_margin = target_cosines(cosines, labels) - self.margin
        return mean_cross_entropy(cosines.scatter(1, labels.unsqueeze(1), with_margin) * self.scale, labels)
