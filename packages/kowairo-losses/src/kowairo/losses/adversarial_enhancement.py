"""Towards the target, and blind to the domain."""

from __future__ import annotations

import torch
from torch import nn

from kowairo.core import InputError

from .base import EnhancementLoss
from .domain_adversarial import DomainAdversarial
from .enhancement_labels import EnhancementLabels
from .mse_cosine import MSECosine


class AdversarialEnhancement(EnhancementLoss):
    """L(x, t) + w A(x, d): another objective, and a classifier of domains behind a gradient reversal.

    Domains are what should not move a voice: an emotion, a style, a title with its music. Rows of unknown
    domain (-1) are left out of A; where there are none known, A is 0. A exists after `start`.

    Args:
        towards: L; None takes `MSECosine`.
        weight: w, 0 or more.
        hidden_dim: width of the classifier's hidden layer.
        reversal_strength: factor of the gradient that reaches the net.

    Raises:
        InputError: a negative weight.

    Source: Ganin and others (2016), on embeddings of a frozen encoder.
    """

    uses_domains = True

    def __init__(
        self,
        *,
        towards: EnhancementLoss | None = None,
        weight: float = 0.1,
        hidden_dim: int = 128,
        reversal_strength: float = 1.0,
    ) -> None:
        super().__init__()
        if not weight >= 0:
            raise InputError(f"expected a weight of 0 or more, got {weight}")
        self.towards = MSECosine() if towards is None else towards
        self.list_kind, self.uses_classes = self.towards.list_kind, self.towards.uses_classes
        self.weight, self.hidden_dim, self.reversal_strength = weight, hidden_dim, reversal_strength
        self.adversary: nn.Module | None = None

    def start(self, *, embedding_dim: int, num_speakers: int, seed: int, num_domains: int = 0) -> None:
        """Build the classifiers; see `EnhancementLoss.start`.

        Raises:
            InputError: fewer than two domains are known.
        """
        if num_domains < 2:
            raise InputError(
                f"an adversary needs two domains or more, got {num_domains}; name a table of them"
            )
        self.towards.start(embedding_dim=embedding_dim, num_speakers=num_speakers, seed=seed)
        self.adversary = DomainAdversarial(
            embedding_dim,
            num_domains,
            hidden_dim=self.hidden_dim,
            reversal_strength=self.reversal_strength,
            seed=seed,
        )

    def start_from_means(self, means: torch.Tensor) -> None:
        """Hand the means on; see `EnhancementLoss.start_from_means`."""
        self.towards.start_from_means(means)

    def figure(
        self, output: torch.Tensor, target: torch.Tensor, labels: EnhancementLabels | None = None
    ) -> torch.Tensor | None:
        """Share of the rows whose domain the classifier tells; None where no domain is known."""
        adversary, domains, known = self._known(labels)
        if not bool(known.any()):
            return None
        return (adversary.logits(output[known]).argmax(dim=1) == domains[known]).float().mean()

    def validation(
        self, output: torch.Tensor, target: torch.Tensor, labels: EnhancementLabels | None = None
    ) -> torch.Tensor | None:
        """That of the objective alone: the adversary costs least where the net hides nothing."""
        return self.towards.validation(output, target, labels)

    def forward(
        self, output: torch.Tensor, target: torch.Tensor, labels: EnhancementLabels | None = None
    ) -> torch.Tensor:
        """Scalar, float32, of output and target (batch, dim) and labels with domains."""
        adversary, domains, known = self._known(labels)
        towards: torch.Tensor = self.towards(output, target, labels)
        if not bool(known.any()):
            return towards
        cost: torch.Tensor = adversary(output[known], domains[known])
        return towards + self.weight * cost

    def _known(
        self, labels: EnhancementLabels | None
    ) -> tuple[DomainAdversarial, torch.Tensor, torch.Tensor]:
        if labels is None or labels.domains is None:
            raise InputError("an adversary needs the domains of the batch")
        if not isinstance(self.adversary, DomainAdversarial):
            raise InputError("the domains are not known yet; call start first")
        return self.adversary, labels.domains, labels.domains >= 0
