"""Generalised end-to-end loss."""

from __future__ import annotations

from typing import Literal, get_args

import torch
import torch.nn.functional as F

from kowairo.core import InputError

from ._rows import masked_mean, unit_rows
from .metric_loss import MetricLoss
from .prototypes import group_rows
from .scaled_similarity import ScaledSimilarity

GE2EVariant = Literal["softmax", "contrast"]


class GE2E(MetricLoss):
    """Every utterance against the centroids of all speakers of the batch, its own without itself.

    With e_ji utterance i of speaker j, c_k the mean of the unit vectors of speaker k (for k = j: of the
    others of that speaker), S_jik = w cos(e_ji, c_k) + b:

    - "softmax": -S_jij + log sum over k of exp(S_jik);
    - "contrast": 1 - sigmoid(S_jij) + the largest sigmoid(S_jik) of k != j.

    The paper sums over utterances, we take the mean. Speakers may have different numbers of utterances; one
    with a single utterance is a centroid for the others only. Negative cosines keep their gradient.

    Args:
        variant: which of the two.
        scale: initial w, learned, always positive.
        bias: initial b, learned.

    Raises:
        InputError: an unknown variant, or a scale that is not positive.

    Source: Wan, Wang, Papir and Lopez Moreno (2018), eqs. 5-9.
    """

    def __init__(self, *, variant: GE2EVariant = "softmax", scale: float = 10.0, bias: float = -5.0) -> None:
        super().__init__()
        if variant not in get_args(GE2EVariant):
            raise InputError(f"expected variant one of {get_args(GE2EVariant)}, got {variant!r}")
        self.variant = variant
        self.similarity = ScaledSimilarity(scale, bias)

    def compare(self, embeddings: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Mean over utterances, a scalar, of embeddings (batch, dim) and labels (batch,)."""
        units = unit_rows(embeddings)
        groups = group_rows(units, labels)
        own = groups.group.unsqueeze(1)
        # (batch, speakers)
        cosines = units @ unit_rows(groups.sums).T
        # The length of a sum does not matter to a cosine: no division by the count.
        without_itself = unit_rows(groups.sums[groups.group] - units)
        own_cosines = (units * without_itself).sum(dim=1, keepdim=True)
        similarities: torch.Tensor = self.similarity(cosines.scatter(1, own, own_cosines))
        costs = (_softmax_costs if self.variant == "softmax" else _contrast_costs)(similarities, groups.group)
        return masked_mean(costs, groups.sizes[groups.group] > 1)


def _softmax_costs(similarities: torch.Tensor, index: torch.Tensor) -> torch.Tensor:
    return F.cross_entropy(similarities, index, reduction="none")


def _contrast_costs(similarities: torch.Tensor, index: torch.Tensor) -> torch.Tensor:
    probabilities = similarities.sigmoid()
    own = index.unsqueeze(1)
    nearest_other = probabilities.scatter(1, own, 0.0).max(dim=1).values
    return 1.0 - probabilities.gather(1, own).squeeze(1) + nearest_other
