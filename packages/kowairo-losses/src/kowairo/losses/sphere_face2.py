"""SphereFace2: one binary classifier per speaker."""

from __future__ import annotations

from typing import Literal, get_args

import torch
import torch.nn.functional as F
from torch import nn

from kowairo.core import InputError

from .angular_margin import check_margin, cosine_of_smaller_angle, cosine_with_margin
from .cosine_classifier import CosineClassifier, other_classes

SphereFace2Margin = Literal["cosine", "angular"]


class SphereFace2(CosineClassifier):
    """Binary cross-entropy against every class, instead of a softmax over them.

    L = lambda log(1 + exp(-z_y)) + (1 - lambda) sum over j != y of log(1 + exp(z_j)), with
    g(c) = 2 ((c + 1) / 2)^t - 1, a learned bias b, and by `margin_type`

    - "cosine" (type C): z_y = s (g(cos theta_y) - m) + b, z_j = s (g(cos theta_j) + m) + b;
    - "angular" (type A): z_y = s g(phi(theta_y)) + b, z_j = s g(cos(theta_j - m)) + b, with the falling
      branches of `cosine_with_margin` and `cosine_of_smaller_angle`.

    The paper divides L by s; WeSpeaker and we do not. log(1 + exp) is softplus, which does not overflow.
    The loss needs no normalisation over classes, and bears label noise.

    Args:
        embedding_dim: dimension of the embeddings.
        num_classes: number of speakers.
        margin: margin m, a difference of cosines ("cosine") or radians ("angular"); settable later.
        margin_type: which of the two.
        scale: scale s.
        balance: lambda, weight of the target.
        sharpness: exponent t.
        bias: initial b.
        seed: seed of the initial class weights; None draws from torch's global generator.

    Raises:
        InputError: a margin outside 0..1 (cosine) or 0..pi/2 (angular), a balance outside 0..1, an unknown
            margin type, a sharpness, size or scale that is not positive.

    Source: Wen, Liu, Weller, Raj and Singh (2022); settings of Han and others (2023) for speakers.
    """

    def __init__(
        self,
        embedding_dim: int,
        num_classes: int,
        *,
        margin: float = 0.2,
        margin_type: SphereFace2Margin = "cosine",
        scale: float = 32.0,
        balance: float = 0.7,
        sharpness: float = 3.0,
        bias: float = 0.0,
        seed: int | None = None,
    ) -> None:
        super().__init__(embedding_dim, num_classes, scale=scale, seed=seed)
        if margin_type not in get_args(SphereFace2Margin):
            raise InputError(
                f"expected margin_type one of {get_args(SphereFace2Margin)}, got {margin_type!r}"
            )
        if not 0.0 < balance < 1.0 or sharpness <= 0:
            raise InputError(
                f"expected balance in (0, 1) and a positive sharpness, got {balance} and {sharpness}"
            )
        self.margin_type = margin_type
        self.balance, self.sharpness = balance, sharpness
        self.bias = nn.Parameter(torch.tensor(float(bias)))
        self.set_margin(margin)

    def set_margin(self, margin: float) -> None:
        """Sets the margin, in the unit of `margin_type`."""
        if self.margin_type == "angular":
            check_margin(margin)
        elif not 0.0 <= margin <= 1.0:
            raise InputError(f"expected a margin in 0..1, a difference of cosines, got {margin}")
        self.margin = margin

    def objective(self, cosines: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Binary cross-entropies, a scalar, of cosines (batch, classes) and labels (batch,)."""
        as_target, as_other = self._binary_logits(cosines)
        others = other_classes(cosines, labels)
        # Both kinds of terms are computed for every cell and one is chosen: cells are cheap, indexing is not.
        costs = torch.where(
            others,
            (1.0 - self.balance) * F.softplus(as_other),
            self.balance * F.softplus(-as_target),
        )
        return costs.sum(dim=1).mean()

    def _binary_logits(self, cosines: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        if self.margin_type == "angular":
            nearer = cosine_of_smaller_angle(cosines, self.margin)
            farther = cosine_with_margin(cosines, self.margin)
            return self._logit(self._sharpen(farther)), self._logit(self._sharpen(nearer))
        sharpened = self._sharpen(cosines)
        return self._logit(sharpened - self.margin), self._logit(sharpened + self.margin)

    def _sharpen(self, cosines: torch.Tensor) -> torch.Tensor:
        # phi falls to -2 beyond pi - m, where the power of a negative number is not defined.
        halves = ((cosines + 1.0) / 2.0).clamp(min=1e-6)
        return 2.0 * halves.pow(self.sharpness) - 1.0

    def _logit(self, values: torch.Tensor) -> torch.Tensor:
        return self.scale * values + self.bias.float()
