"""A weighted sum of losses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn

from kowairo.core import InputError

from .base import DistillationLoss, DomainLoss, Loss
from .classifier_loss import ClassifierLoss


@dataclass(frozen=True, eq=False)
class WeightedTerm:
    """One term of a sum.

    Raises:
        InputError: a negative weight.
    """

    loss: Loss | DomainLoss | DistillationLoss
    """The loss."""
    weight: float = 1.0
    """Its factor, 0 or more."""

    def __post_init__(self) -> None:
        """Checks the weight."""
        if not self.weight >= 0:
            raise InputError(f"expected a weight >= 0, got {self.weight} for {type(self.loss).__name__}")


class WeightedSum(Loss):
    """sum of w_i L_i(embeddings, labels).

    The first term that has class weights is the classifier. A sum with domain or distillation losses takes
    more than labels: see `JointObjective`.

    Args:
        terms: losses over embeddings and labels, with their weights.

    Raises:
        InputError: no term, or one that is not a Loss.
    """

    def __init__(self, terms: Sequence[WeightedTerm]) -> None:
        super().__init__()
        if not terms:
            raise InputError("expected at least one term")
        for term in terms:
            if not isinstance(term.loss, Loss):
                raise InputError(
                    f"{type(term.loss).__name__} takes more than embeddings and labels; use JointObjective"
                )
        self.weights = tuple(term.weight for term in terms)
        self.losses = nn.ModuleList([term.loss for term in terms])
        self.needs_whole_batch = any(term.loss.needs_whole_batch for term in terms)

    @property
    def classifier(self) -> ClassifierLoss | None:
        """The first term with class weights; None if there is none."""
        found = [loss.classifier for loss in self.losses if isinstance(loss, Loss)]
        return next((one for one in found if one is not None), None)

    def forward(self, embeddings: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """The sum, a scalar, for embeddings (batch, dim) and labels (batch,)."""
        costs = [
            weight * loss(embeddings, labels) for weight, loss in zip(self.weights, self.losses, strict=True)
        ]
        return torch.stack(costs).sum()
