"""Domain adaptation over sessions, with the squared error to the target."""

from __future__ import annotations

import torch

from kowairo.core import InputError

from .base import EnhancementLoss
from .enhancement_labels import EnhancementLabels
from .enhancement_session_mmd import session_mmd
from .mse import MSE


class DomainAdaptationMSE(EnhancementLoss):
    """MMD^2 + mean (x - t)^2, with the root of the mean squared difference between the two of a pair.

    See `session_mmd`. One speaker a batch is the published way; several are averaged.

    Args:
        sigma: bandwidth of the kernel, in the unit of the distance.

    Raises:
        InputError: a sigma that is not positive.

    Source: proj_2022NC (2022), there DA_MSE, which is NaN without a different-session pair.
    """

    list_kind = "distribution"

    def __init__(self, *, sigma: float = 1.0) -> None:
        super().__init__()
        if sigma <= 0:
            raise InputError(f"expected a positive sigma, got {sigma}")
        self.sigma = sigma
        self.mse = MSE()

    def figure(
        self, output: torch.Tensor, target: torch.Tensor, labels: EnhancementLabels | None = None
    ) -> torch.Tensor | None:
        """MMD^2 alone."""
        return session_mmd(output, labels, distance="rms", sigma=self.sigma)

    def forward(
        self, output: torch.Tensor, target: torch.Tensor, labels: EnhancementLabels | None = None
    ) -> torch.Tensor:
        """Scalar, float32, of output and target (batch, dim) and labels with pairs."""
        towards: torch.Tensor = self.mse(output, target)
        return session_mmd(output, labels, distance="rms", sigma=self.sigma) + towards
