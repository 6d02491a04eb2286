"""Additive angular margin softmax."""

from __future__ import annotations

import torch

from .angular_margin import MarginBranch, check_branch, check_margin, cosine_with_margin
from .cosine_classifier import CosineClassifier, mean_cross_entropy, target_cosines


class AAMSoftmax(CosineClassifier):
    """Cross-entropy on scaled cosines with an angular margin m added to the target's angle.

    With theta_j the angle between an embedding and the weight of class j, and y the target:
    L = -log softmax(z)_y, z_j = s cos theta_j for j != y, z_y = s phi(theta_y), where
    phi(theta) = cos(theta + m) as long as theta + m <= pi; `branch` names what holds beyond, see
    `cosine_with_margin`: "continuous" (WeSpeaker), "classic" (ArcFace, SpeechBrain), "easy" (easy margin).

    The head is computed in float32 also under autocast, and cosines are clamped to +-(1 - 1e-7) before the
    sine, so that neither the value nor the gradient is infinite or NaN at |cos theta| = 1.

    Args:
        embedding_dim: dimension of the embeddings.
        num_classes: number of speakers.
        margin_rad: margin m in radians; settable later, for a margin schedule.
        scale: scale s.
        branch: which of the three above.
        seed: seed of the initial class weights; None draws from torch's global generator.

    Raises:
        InputError: a margin outside 0..pi/2, an unknown branch, or sizes or a scale that are not positive.

    Source: Deng, Guo, Xue and Zafeiriou (2019), eq. 3.
    """

    def __init__(
        self,
        embedding_dim: int,
        num_classes: int,
        *,
        margin_rad: float = 0.2,
        scale: float = 30.0,
        branch: MarginBranch = "continuous",
        seed: int | None = None,
    ) -> None:
        super().__init__(embedding_dim, num_classes, scale=scale, seed=seed)
        self.margin_rad = margin_rad
        self.branch = check_branch(branch)

    @property
    def margin_rad(self) -> float:
        """The margin m in radians."""
        return self._margin_rad

    @margin_rad.setter
    def margin_rad(self, value: float) -> None:
        self._margin_rad = check_margin(value)

    def set_margin(self, margin: float) -> None:
        """Sets `margin_rad`, in radians."""
        self.margin_rad = margin

    def targets_with_margin(self, cosines: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """phi(theta_y), (batch, 1), of cosines (batch, classes) and labels (batch,)."""
        return cosine_with_margin(target_cosines(cosines, labels), self.margin_rad, branch=self.branch)

    def objective(self, cosines: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Cross-entropy, a scalar, of cosines (batch, classes) and labels (batch,)."""
        with_margin = self.targets_with_margin(cosines, labels)
        return mean_cross_entropy(cosines.scatter(1, labels.unsqueeze(1), with_margin) * self.scale, labels)
