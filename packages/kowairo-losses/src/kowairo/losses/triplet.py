"""Triplet loss on mined triplets."""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

import torch
import torch.nn.functional as F

from kowairo.core import InputError

from ._rows import masked_mean, unit_rows
from .metric_loss import MetricLoss, off_diagonal, same_label

Mining = Literal["batch_hard", "semi_hard"]
Hinge = Literal["margin", "soft"]


class Triplet(MetricLoss):
    """Mean over triplets of h(d(anchor, positive) - d(anchor, negative)), with d = 1 - cos.

    h(x) = max(0, m + x) for the hinge "margin", log(1 + exp(x)) for "soft". Triplets, by `mining`:

    - "batch_hard": one per anchor, of its farthest positive and its nearest negative;
    - "semi_hard": one per pair of anchor and positive, with the nearest negative that is farther than the
      positive, or the farthest of all where none is.

    Speakers may have different numbers of utterances; a satisfied triplet costs 0 under "margin". The mean is
    over all triplets, satisfied ones included. d is half the squared Euclidean distance of unit vectors: a
    margin of 0.2 in FaceNet's distance is 0.1 here.

    Args:
        margin: m, a difference of cosines; unused by the soft hinge.
        hinge: "margin" or "soft".
        mining: "batch_hard" or "semi_hard".

    Raises:
        InputError: a margin outside 0..2, or a name that is none of the above.

    Source: Hermans, Beyer and Leibe (2017), batch-hard and soft margin; Schroff, Kalenichenko and Philbin
    (2015), semi-hard, whose case without a semi-hard negative is open there.
    """

    def __init__(
        self, *, margin: float = 0.2, hinge: Hinge = "margin", mining: Mining = "batch_hard"
    ) -> None:
        super().__init__()
        if not 0.0 <= margin <= 2.0:
            raise InputError(f"expected a margin in 0..2, a difference of cosines, got {margin}")
        if hinge not in get_args(Hinge) or mining not in get_args(Mining):
            raise InputError(
                f"expected hinge one of {get_args(Hinge)} and mining one of {get_args(Mining)}, "
                f"got {hinge!r} and {mining!r}"
            )
        self.margin, self.hinge, self.mining = margin, hinge, mining

    def compare(self, embeddings: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Mean over mined triplets, a scalar, of embeddings (batch, dim) and labels (batch,)."""
        units = unit_rows(embeddings)
        distances = 1.0 - units @ units.T
        negatives = ~same_label(labels)
        positives = same_label(labels) & off_diagonal(labels)
        mine = _batch_hard if self.mining == "batch_hard" else _semi_hard
        mined = mine(distances, positives, negatives)
        violation = mined.to_positive - mined.to_negative
        costs = F.softplus(violation) if self.hinge == "soft" else F.relu(violation + self.margin)
        return masked_mean(costs, mined.exists)


class _Triplets(NamedTuple):
    """Distances of triplets, and which of them exist; three tensors of one shape."""

    to_positive: torch.Tensor
    to_negative: torch.Tensor
    exists: torch.Tensor


def _batch_hard(distances: torch.Tensor, positives: torch.Tensor, negatives: torch.Tensor) -> _Triplets:
    # Distances are in 0..2: the fillers lose every comparison, and stay finite where a row has nothing else.
    farthest = distances.masked_fill(~positives, -1.0).max(dim=1).values
    nearest = distances.masked_fill(~negatives, 3.0).min(dim=1).values
    return _Triplets(farthest, nearest, positives.any(dim=1) & negatives.any(dim=1))


def _semi_hard(distances: torch.Tensor, positives: torch.Tensor, negatives: torch.Tensor) -> _Triplets:
    # Sorted once per anchor, a search finds every positive's negative: (batch, batch) instead of its cube.
    ordered = distances.masked_fill(~negatives, 3.0).sort(dim=1).values
    count = negatives.sum(dim=1, keepdim=True)
    first_farther = torch.searchsorted(ordered.detach(), distances.detach().contiguous(), right=True)
    place = torch.minimum(first_farther, count - 1).clamp(min=0)
    return _Triplets(distances, ordered.gather(1, place), positives & (count > 0))
