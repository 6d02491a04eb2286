"""Correlation alignment of domains."""

from __future__ import annotations

from itertools import combinations

import torch

from ._rows import check_rows, unit_rows
from .base import DomainLoss
from .gather import gather_rows


class CORAL(DomainLoss):
    """|C_a - C_b|_F^2 / (4 dim^2), mean over all pairs of domains, with C the covariance of a domain.

    Embeddings are scaled to length sqrt(dim) first: beside a loss on cosines, raw ones would come closer by
    shrinking, and mean nothing. Covariances divide by n - 1; domains with one row are left out; a batch with
    fewer than two domains left costs 0. Means are not compared; `MMD` does that. The rows of all processes
    are compared.

    Source: Sun and Saenko (2016), eq. 1, on features as they are.
    """

    def forward(
        self, embeddings: torch.Tensor, domains: torch.Tensor, labels: torch.Tensor | None = None
    ) -> torch.Tensor:
        """The distance, a scalar, of embeddings (batch, dim) and domains (batch,); labels are unused."""
        check_rows(embeddings, domains, name="domains")
        with torch.autocast(embeddings.device.type, enabled=False):
            dim = embeddings.shape[1]
            scaled = unit_rows(gather_rows(embeddings.float())) * dim**0.5
            domains = gather_rows(domains)
            groups = [scaled[domains == name] for name in torch.unique(domains)]
            covariances = [_covariance(rows) for rows in groups if len(rows) > 1]
            gaps = [(a - b).square().sum() / (4.0 * dim**2) for a, b in combinations(covariances, 2)]
            return torch.stack(gaps).mean() if gaps else scaled.sum() * 0.0


def _covariance(rows: torch.Tensor) -> torch.Tensor:
    centred = rows - rows.mean(dim=0)
    return centred.T @ centred / (len(rows) - 1)
