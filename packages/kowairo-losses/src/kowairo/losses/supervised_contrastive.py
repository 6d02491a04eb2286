"""Supervised contrastive loss."""

from __future__ import annotations

import torch

from kowairo.core import InputError

from ._rows import masked_mean, unit_rows
from .cross_batch_memory import CrossBatchMemory
from .metric_loss import MetricLoss, off_diagonal

# Finite, so that a row with nothing to compare has a finite logsumexp.
_EXCLUDED = -1e30


class SupervisedContrastive(MetricLoss):
    """Each utterance tells its speaker's other utterances from all others.

    L = mean over anchors i of -1/|P(i)| sum over p in P(i) of
    log(exp(z_i z_p / tau) / sum over a of exp(z_i z_a / tau)), with unit vectors z, P(i) the other utterances
    of i's speaker, a all but i. Anchors without a positive are left out. With a memory, the embeddings of
    past batches are among p and a, but are no anchors; a training batch enters it after its loss.

    Args:
        temperature: tau.
        memory: embeddings of past batches; None compares within the batch only.

    Raises:
        InputError: a temperature that is not positive.

    Source: Khosla and others (2020), L_out of eq. 2; the memory is that of Wang and others (2020), whose own
    loss is another.
    """

    def __init__(self, *, temperature: float = 0.1, memory: CrossBatchMemory | None = None) -> None:
        super().__init__()
        if temperature <= 0:
            raise InputError(f"expected a positive temperature, got {temperature}")
        self.temperature = temperature
        self.memory = memory

    def compare(self, embeddings: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Mean over anchors, a scalar, of embeddings (batch, dim) and labels (batch,)."""
        units = unit_rows(embeddings)
        keys, key_labels, usable = units, labels, off_diagonal(labels)
        if self.memory is not None:
            past = self.memory.labels_in_use
            keys, key_labels = torch.cat([units, self.memory.rows]), torch.cat([labels, past])
            usable = torch.cat([usable, (past >= 0).expand(len(units), -1)], dim=1)
        # (batch, keys)
        logits = (units @ keys.T / self.temperature).masked_fill(~usable, _EXCLUDED)
        log_shares = logits - logits.logsumexp(dim=1, keepdim=True)
        positives = usable & (labels.unsqueeze(1) == key_labels.unsqueeze(0))
        count = positives.sum(dim=1)
        costs = -torch.where(positives, log_shares, 0.0).sum(dim=1) / count.clamp(min=1)
        if self.memory is not None and self.training:
            self.memory.add(units, labels)
        return masked_mean(costs, count > 0)
