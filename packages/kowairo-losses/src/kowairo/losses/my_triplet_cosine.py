"""Towards one's own target and away from another speaker's."""

from __future__ import annotations

import torch

from kowairo.core import InputError

from .base import EnhancementLoss
from .cosine import Cosine
from .enhancement_labels import EnhancementLabels


class MyTripletCosine(EnhancementLoss):
    """1 - mean cos(x, t) + mean cos(x, t_neg), in [-1, 3]; there is no margin.

    t_neg is the target of another speaker, one a row.

    Source: proj_2022NC (2022), there MyTriplet_CS.
    """

    list_kind = "triplet"

    def __init__(self) -> None:
        super().__init__()
        self.cosine = Cosine()

    def forward(
        self, output: torch.Tensor, target: torch.Tensor, labels: EnhancementLabels | None = None
    ) -> torch.Tensor:
        """Scalar, float32, of output and target (batch, dim) and labels with negatives."""
        if labels is None or labels.negatives is None:
            raise InputError("a triplet needs the target of another speaker for each row")
        pull: torch.Tensor = self.cosine(output, target)
        push: torch.Tensor = self.cosine(output, labels.negatives)
        return 1.0 + pull - push
