"""AdaCos: softmax on cosines with a scale that sets itself."""

from __future__ import annotations

import math
from typing import Literal, get_args

import torch

from kowairo.core import InputError

from .cosine_classifier import CosineClassifier, mean_cross_entropy, other_classes, target_cosines
from .gather import gather_rows

ScaleRule = Literal["dynamic", "fixed"]


class AdaCos(CosineClassifier):
    """Cross-entropy on s cos theta_j, with no margin and no scale to choose.

    With C classes, the scale starts at s = sqrt(2) ln(C - 1). Under the rule "fixed" it stays there; under
    "dynamic" each training batch sets it anew, before its use:
    s <- ln(B) / cos(min(pi / 4, median of theta_y)), B = mean over rows of the sum over j != y of
    exp(s cos theta_j), with the s before; never below 1, which the paper leaves open. ln(B) is computed as a
    logsumexp, so no exponential overflows. The median of an even number of angles is the lower one. Several
    processes share the statistics of the whole batch.

    Args:
        embedding_dim: dimension of the embeddings.
        num_classes: number of speakers, at least 3.
        rule: which of the two.
        seed: seed of the initial class weights; None draws from torch's global generator.

    Attributes:
        scale: s, saved with the weights.

    Raises:
        InputError: fewer than 3 classes (the scale would be 0), or an unknown rule.

    Source: Zhang, Zhao, Qiao, Wang and Li (2019), eqs. 12 and 15.
    """

    needs_whole_batch = True
    scale: torch.Tensor

    def __init__(
        self, embedding_dim: int, num_classes: int, *, rule: ScaleRule = "dynamic", seed: int | None = None
    ) -> None:
        if num_classes < 3:
            raise InputError(f"expected num_classes >= 3 for a scale above 0, got {num_classes}")
        if rule not in get_args(ScaleRule):
            raise InputError(f"expected rule one of {get_args(ScaleRule)}, got {rule!r}")
        super().__init__(embedding_dim, num_classes, seed=seed)
        self.rule = rule
        del self.scale
        self.register_buffer("scale", torch.tensor(math.sqrt(2.0) * math.log(num_classes - 1)))

    def objective(self, cosines: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Cross-entropy, a scalar, of cosines (batch, classes) and labels (batch,)."""
        if self.training and self.rule == "dynamic":
            self.scale = self._next_scale(cosines.detach(), labels)
        return mean_cross_entropy(cosines * self.scale, labels)

    def _next_scale(self, cosines: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        cosines, labels = gather_rows(cosines), gather_rows(labels)
        if len(labels) == 0:
            return self.scale
        angles = target_cosines(cosines, labels).clamp(-1.0, 1.0).acos()
        others = (self.scale * cosines).masked_fill(~other_classes(cosines, labels), -torch.inf)
        log_mean = others.flatten().logsumexp(dim=0) - math.log(len(cosines))
        # Where all other classes lie opposite, B falls below 1 and its logarithm below 0.
        return (log_mean / angles.median().clamp(max=math.pi / 4).cos()).clamp(min=1.0)
