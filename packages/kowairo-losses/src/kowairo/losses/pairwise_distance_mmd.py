"""Distances within a domain made to look like distances across domains."""

from __future__ import annotations

from typing import Literal, get_args

import torch

from kowairo.core import InputError

from ._rows import check_rows, unit_rows
from .base import DomainLoss
from .gather import gather_rows

PairDistance = Literal["cosine", "rms"]


class PairwiseDistanceMMD(DomainLoss):
    """MMD^2 between two sets of distances: same speaker and domain, and same speaker across domains.

    A speaker's utterances should lie as far apart in one session as in two. All pairs of utterances of one
    speaker are taken; with d_s the distances of pairs within a domain and d_d of pairs across,
    MMD^2 = mean k(d_s, d_s') + mean k(d_d, d_d') - 2 mean k(d_s, d_d'), k(u, v) = exp(-(u - v)^2 / (2
    sigma^2)), the biased estimate. Without labels the batch counts as one speaker; beside labels, a row with
    the label -1 has no pair. Where one of the two sets is empty the loss is 0. Memory grows with the square
    of the number of pairs.

    Args:
        sigma: bandwidth, in the unit of the distance.
        distance: "cosine" (1 - cos) or "rms" (root of the mean squared difference of the coordinates).

    Raises:
        InputError: a sigma that is not positive, or an unknown distance.

    Source: proj_2022NC (2022): DA is this with "cosine" plus `Cosine`, DA_MSE with "rms" plus `MSE`; there
    the pairs come from a list, `distance_mmd` takes such.
    """

    def __init__(self, *, sigma: float = 1.0, distance: PairDistance = "cosine") -> None:
        super().__init__()
        if sigma <= 0:
            raise InputError(f"expected a positive sigma, got {sigma}")
        if distance not in get_args(PairDistance):
            raise InputError(f"expected distance one of {get_args(PairDistance)}, got {distance!r}")
        self.sigma, self.distance = sigma, distance

    def forward(
        self, embeddings: torch.Tensor, domains: torch.Tensor, labels: torch.Tensor | None = None
    ) -> torch.Tensor:
        """MMD^2, a scalar, of embeddings (batch, dim), domains (batch,) and, if known, labels (batch,)."""
        check_rows(embeddings, domains, name="domains")
        labels = torch.zeros_like(domains) if labels is None else labels
        check_rows(embeddings, labels)
        with torch.autocast(embeddings.device.type, enabled=False):
            rows = gather_rows(embeddings.float())
            domains, labels = gather_rows(domains), gather_rows(labels)
            first, second = torch.combinations(torch.arange(len(rows), device=rows.device)).unbind(dim=1)
            of_speaker = (labels[first] == labels[second]) & (labels[first] >= 0)
            first, second = first[of_speaker], second[of_speaker]
            distances = pair_distances(rows[first], rows[second], distance=self.distance)
            within = domains[first] == domains[second]
            return distance_mmd(distances[within], distances[~within], sigma=self.sigma)


def pair_distances(first: torch.Tensor, second: torch.Tensor, *, distance: PairDistance) -> torch.Tensor:
    """Distances of rows that stand in the same place.

    Args:
        first: (pairs, dim), float32.
        second: (pairs, dim), float32.
        distance: see PairwiseDistanceMMD.

    Returns:
        (pairs,).
    """
    if distance == "cosine":
        return 1.0 - (unit_rows(first) * unit_rows(second)).sum(dim=1)
    # The root's slope is infinite at 0: equal rows get none.
    return (first - second).square().mean(dim=1).clamp(min=1e-12).sqrt()


def distance_mmd(same: torch.Tensor, different: torch.Tensor, *, sigma: float) -> torch.Tensor:
    """Biased MMD^2 between two sets of numbers under a Gaussian kernel.

    Args:
        same: (n,), float32.
        different: (m,), float32.
        sigma: bandwidth of the kernel.

    Returns:
        Scalar; 0 with zero gradient where a set is empty.
    """
    if len(same) == 0 or len(different) == 0:
        return (same.sum() + different.sum()) * 0.0
    return (
        _mean_kernel(same, same, sigma)
        + _mean_kernel(different, different, sigma)
        - 2.0 * _mean_kernel(same, different, sigma)
    )


def _mean_kernel(first: torch.Tensor, second: torch.Tensor, sigma: float) -> torch.Tensor:
    return torch.exp(-(first.unsqueeze(1) - second.unsqueeze(0)).square() / (2.0 * sigma**2)).mean()
