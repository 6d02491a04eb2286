"""Domain adaptation over sessions, with the cosine distance to the target."""

from __future__ import annotations

import torch

from kowairo.core import InputError

from .base import EnhancementLoss
from .cosine import Cosine
from .enhancement_labels import EnhancementLabels
from .enhancement_session_mmd import session_mmd


class DomainAdaptationCosine(EnhancementLoss):
    """MMD^2 + 1 - mean cos(x, t), with the cosine distance between the two of a pair.

    See `session_mmd`. One speaker a batch is the published way; several are averaged.

    Args:
        sigma: bandwidth of the kernel, in the unit of the distance.

    Raises:
        InputError: a sigma that is not positive.

    Source: proj_2022NC (2022), there DA (DA_CS in its text), which is NaN without a
    different-session pair.
    """

    list_kind = "distribution"

    def __init__(self, *, sigma: float = 1.0) -> None:
        super().__init__()
        if sigma <= 0:
            raise InputError(f"expected a positive sigma, got {sigma}")
        self.sigma = sigma
        self.cosine = Cosine()

    def figure(
        self, output: torch.Tensor, target: torch.Tensor, labels: EnhancementLabels | None = None
    ) -> torch.Tensor | None:
        """MMD^2 alone."""
        return session_mmd(output, labels, distance="cosine", sigma=self.sigma)

    def forward(
        self, output: torch.Tensor, target: torch.Tensor, labels: EnhancementLabels | None = None
    ) -> torch.Tensor:
        """Scalar, float32, of output and target (batch, dim) and labels with pairs."""
        towards: torch.Tensor = self.cosine(output, target)
        return session_mmd(output, labels, distance="cosine", sigma=self.sigma) + towards
