"""Prototypical loss."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from .metric_loss import MetricLoss
from .prototypes import queries_and_prototypes


class Prototypical(MetricLoss):
    """One utterance of each speaker against the prototypes, by squared Euclidean distance.

    S_jk = -|q_j - p_k|^2; L = mean over speakers j of -S_jj + log sum over k of exp(S_jk), on embeddings as
    they are: their length is the sharpness of the softmax. The query q_j is the first utterance of speaker j
    in the batch, the prototype p_j the mean of its others: the order of a speaker's utterances matters, that
    of speakers does not. Speakers with one utterance are left out.

    Source: Snell, Swersky and Zemel (2017); for speakers Wang and others (2019) and Chung and others (2020).
    """

    def compare(self, embeddings: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Mean cross-entropy over speakers, a scalar, of embeddings (batch, dim) and labels (batch,)."""
        queries, prototypes = queries_and_prototypes(embeddings, labels)
        if len(queries) == 0:
            return embeddings.sum() * 0.0
        # Not by the product of the two: differences of large squares would lose digits.
        distances = (queries.unsqueeze(1) - prototypes.unsqueeze(0)).square().sum(dim=2)
        return F.cross_entropy(-distances, torch.arange(len(queries), device=queries.device))
