"""Domain-adversarial loss."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from kowairo.core import InputError

from ._rows import check_rows, unit_rows
from .base import DomainLoss
from .classifier_loss import class_weights
from .gradient_reversal import reverse_gradient


class DomainAdversarial(DomainLoss):
    """A classifier of domains behind a gradient reversal: it learns to tell them, the encoder to hide them.

    L = cross-entropy of W2 relu(W1 r(z) + b1) + b2, with z the embedding scaled to length sqrt(dim) (so that
    hiding cannot mean shrinking) and r the reversal. The value is the classifier's, and rises where the
    encoder wins: ln(num_domains) is chance for equally frequent domains. It is a mean over rows, so parts of
    a batch may be computed apart.

    Args:
        embedding_dim: dimension of the embeddings.
        num_domains: number of domains.
        hidden_dim: width of the hidden layer.
        reversal_strength: factor of the gradient that reaches the encoder; settable later, for
            `reversal_schedule`.
        seed: seed of the initial weights (biases start at 0); None draws from torch's global generator.

    Raises:
        InputError: fewer than two domains, another size that is not positive, or a negative strength.

    Source: Ganin and others (2016).
    """

    needs_whole_batch = False

    def __init__(
        self,
        embedding_dim: int,
        num_domains: int,
        *,
        hidden_dim: int = 128,
        reversal_strength: float = 1.0,
        seed: int | None = None,
    ) -> None:
        super().__init__()
        if num_domains < 2:
            raise InputError(f"expected num_domains >= 2, got {num_domains}")
        self.reversal_strength = reversal_strength
        self.hidden_weight = class_weights(embedding_dim, hidden_dim, seed=seed)
        self.hidden_bias = nn.Parameter(torch.zeros(hidden_dim))
        self.weight = class_weights(hidden_dim, num_domains, seed=None if seed is None else seed + 1)
        self.bias = nn.Parameter(torch.zeros(num_domains))

    @property
    def reversal_strength(self) -> float:
        """Factor of the reversed gradient."""
        return self._reversal_strength

    @reversal_strength.setter
    def reversal_strength(self, value: float) -> None:
        if value < 0:
            raise InputError(f"expected reversal_strength >= 0, got {value}")
        self._reversal_strength = value

    def logits(self, embeddings: torch.Tensor) -> torch.Tensor:
        """Logits (batch, domains), float32, of embeddings (batch, dim); their gradient is reversed."""
        with torch.autocast(embeddings.device.type, enabled=False):
            units = reverse_gradient(unit_rows(embeddings), self.reversal_strength)
            scaled = units * embeddings.shape[1] ** 0.5
            hidden = F.relu(F.linear(scaled, self.hidden_weight.float(), self.hidden_bias.float()))
            return F.linear(hidden, self.weight.float(), self.bias.float())

    def forward(
        self, embeddings: torch.Tensor, domains: torch.Tensor, labels: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Mean cross-entropy, a scalar, of embeddings (batch, dim), domains (batch,); labels are unused."""
        check_rows(embeddings, domains, name="domains")
        return F.cross_entropy(self.logits(embeddings), domains)
