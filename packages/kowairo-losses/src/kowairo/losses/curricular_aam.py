"""Curricular AAM-Softmax: easy examples first, hard ones later."""

from __future__ import annotations

import torch

from kowairo.core import InputError

from .aam_softmax import AAMSoftmax
from .angular_margin import MarginBranch
from .cosine_classifier import mean_cross_entropy, other_classes, target_cosines
from .gather import gather_rows


class CurricularAAM(AAMSoftmax):
    """AAM-Softmax that weighs the classes which look nearer than the target by how far training has come.

    z_y = s phi(theta_y) as in `AAMSoftmax`. For j != y, z_j = s cos theta_j where cos theta_j is at most
    phi(theta_y) (easy), else s cos theta_j (t + cos theta_j) (hard). t is the moving average of the mean
    target cosine of the batches, t <- momentum mean + (1 - momentum) t before its use, while training: hard
    classes weigh little at first and more later.

    phi is the branch that falls all the way; the paper's code has "classic". Several processes share the
    statistics of the whole batch.

    Args:
        embedding_dim: dimension of the embeddings.
        num_classes: number of speakers.
        margin_rad: margin m in radians; settable later.
        scale: scale s.
        momentum: weight of the present batch in t.
        branch: see `cosine_with_margin`.
        seed: seed of the initial class weights; None draws from torch's global generator.

    Attributes:
        curriculum: t, saved with the weights.

    Raises:
        InputError: as AAMSoftmax; a momentum outside (0, 1].

    Source: Huang and others (2020), eqs. 5-8.
    """

    needs_whole_batch = True
    curriculum: torch.Tensor

    def __init__(
        self,
        embedding_dim: int,
        num_classes: int,
        *,
        margin_rad: float = 0.2,
        scale: float = 30.0,
        momentum: float = 0.01,
        branch: MarginBranch = "continuous",
        seed: int | None = None,
    ) -> None:
        super().__init__(
            embedding_dim, num_classes, margin_rad=margin_rad, scale=scale, branch=branch, seed=seed
        )
        if not 0.0 < momentum <= 1.0:
            raise InputError(f"expected momentum in (0, 1], got {momentum}")
        self.momentum = momentum
        self.register_buffer("curriculum", torch.zeros(()))

    def objective(self, cosines: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Cross-entropy, a scalar, of cosines (batch, classes) and labels (batch,)."""
        if self.training:
            self._advance(target_cosines(cosines, labels).detach())
        with_margin = self.targets_with_margin(cosines, labels)
        hard = (cosines > with_margin) & other_classes(cosines, labels)
        values = torch.where(hard, cosines * (self.curriculum + cosines), cosines)
        return mean_cross_entropy(values.scatter(1, labels.unsqueeze(1), with_margin) * self.scale, labels)

    def _advance(self, targets: torch.Tensor) -> None:
        targets = gather_rows(targets)
        if len(targets) > 0:
            # A new tensor: the old one may be wanted by a backward pass still to come.
            self.curriculum = self.curriculum + self.momentum * (targets.mean() - self.curriculum)
