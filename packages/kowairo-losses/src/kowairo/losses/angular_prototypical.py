"""Angular prototypical loss."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from ._rows import unit_rows
from .metric_loss import MetricLoss
from .prototypes import queries_and_prototypes
from .scaled_similarity import ScaledSimilarity


class AngularPrototypical(MetricLoss):
    """One utterance of each speaker against the prototypes that the other utterances make.

    S_jk = w cos(q_j, p_k) + b; L = mean over speakers j of -S_jj + log sum over k of exp(S_jk). The query q_j
    is the first utterance of speaker j in the batch, the prototype p_j the mean of the unit vectors of its
    others: the order of a speaker's utterances matters, that of speakers does not. Speakers with one
    utterance are left out. The published code averages raw vectors, where a long one outweighs the others.

    Args:
        scale: initial w, learned, always positive.
        bias: initial b, learned; a softmax does not see it, kept so that weights carry over to `GE2E`.

    Raises:
        InputError: a scale that is not positive.

    Source: Chung and others (2020, In defence of metric learning), eqs. 9-10.
    """

    def __init__(self, *, scale: float = 10.0, bias: float = -5.0) -> None:
        super().__init__()
        self.similarity = ScaledSimilarity(scale, bias)

    def compare(self, embeddings: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Mean cross-entropy over speakers, a scalar, of embeddings (batch, dim) and labels (batch,)."""
        queries, prototypes = queries_and_prototypes(unit_rows(embeddings), labels)
        if len(queries) == 0:
            return embeddings.sum() * 0.0
        similarities: torch.Tensor = self.similarity(queries @ unit_rows(prototypes).T)
        return F.cross_entropy(similarities, torch.arange(len(queries), device=queries.device))
