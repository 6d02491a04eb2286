"""Maximum mean discrepancy between the embeddings of domains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import torch

from kowairo.core import InputError

from ._rows import check_rows, unit_rows
from .base import DomainLoss
from .gather import gather_rows

BandwidthUnit = Literal["mean_distance", "absolute"]


class MMD(DomainLoss):
    """Squared maximum mean discrepancy of unit-length embeddings, mean over all pairs of domains.

    MMD^2 = mean k(x, x') + mean k(y, y') - 2 mean k(x, y), the biased estimate (pairs of a row with itself
    included), never negative. k is the mean over bandwidths of exp(-|u - v|^2 / (2 sigma^2)): one bandwidth
    is the single-kernel, several the multi-kernel form. With the unit "mean_distance" sigma^2 is bandwidth^2
    times the mean squared distance of the batch's rows, without gradient; with "absolute" sigma is the
    bandwidth.

    A domain with one row counts too; a batch with one domain costs 0. The rows of all processes are compared.

    Args:
        bandwidths: one number a kernel.
        unit: what a bandwidth of 1 is.

    Raises:
        InputError: no bandwidth, one that is not positive, or an unknown unit.

    Source: Gretton and others (2012), eq. 5; Long, Cao, Wang and Jordan (2015) for several kernels, here with
    equal weights.
    """

    def __init__(
        self, *, bandwidths: Sequence[float] = (1.0,), unit: BandwidthUnit = "mean_distance"
    ) -> None:
        super().__init__()
        if not bandwidths or min(bandwidths) <= 0:
            raise InputError(f"expected bandwidths above 0, got {bandwidths}")
        if unit not in get_args(BandwidthUnit):
            raise InputError(f"expected unit one of {get_args(BandwidthUnit)}, got {unit!r}")
        self.bandwidths, self.unit = tuple(bandwidths), unit

    def forward(
        self, embeddings: torch.Tensor, domains: torch.Tensor, labels: torch.Tensor | None = None
    ) -> torch.Tensor:
        """MMD^2, a scalar, of embeddings (batch, dim) and domains (batch,); labels are unused."""
        check_rows(embeddings, domains, name="domains")
        with torch.autocast(embeddings.device.type, enabled=False):
            units = unit_rows(gather_rows(embeddings.float()))
            squares = 2.0 - 2.0 * (units @ units.T)
            return kernel_mmd(self._kernel(squares), gather_rows(domains))

    def _kernel(self, squares: torch.Tensor) -> torch.Tensor:
        mean_square: float | torch.Tensor = 1.0
        if self.unit == "mean_distance":
            # Identical rows have no distance to measure by.
            mean_square = squares.detach().mean().clamp(min=1e-6)
        kernels = [torch.exp(-squares / (2.0 * width**2 * mean_square)) for width in self.bandwidths]
        return torch.stack(kernels).mean(dim=0)


def kernel_mmd(kernel: torch.Tensor, domains: torch.Tensor) -> torch.Tensor:
    """Biased MMD^2, mean over all pairs of domains.

    Args:
        kernel: (batch, batch), kernel values, symmetric.
        domains: (batch,), int64.

    Returns:
        Scalar; 0 with zero gradient for one domain.
    """
    names, index = torch.unique(domains, return_inverse=True)
    members = torch.nn.functional.one_hot(index, len(names)).to(kernel)
    shares = members / members.sum(dim=0)
    # (domains, domains): mean kernel value between the rows of two domains
    means = shares.T @ kernel @ shares
    within = means.diagonal()
    gaps = within.unsqueeze(0) + within.unsqueeze(1) - 2.0 * means
    # The diagonal is 0 and each pair stands there twice.
    return gaps.sum() / max(len(names) * (len(names) - 1), 1)
