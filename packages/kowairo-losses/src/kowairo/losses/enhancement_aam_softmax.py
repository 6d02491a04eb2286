"""Additive angular margin softmax of the speakers on an enhancement net's output."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from kowairo.core import InputError

from .aam_softmax import AAMSoftmax
from .base import EnhancementLoss
from .enhancement_labels import EnhancementLabels


class EnhancementAAMSoftmax(EnhancementLoss):
    """AAM-Softmax over the training speakers; the target is not used.

    Unlike the regressions towards a speaker's mean, it asks that speakers stay apart, and is blind to lengths
    as the cosine that trials are scored by. The class weights start as the mean embeddings of the speakers
    where these have the dimension of the output: from drawn ones the net would first be pulled anywhere. Rows
    of unknown speakers (-1) are left out; a batch with no other rows costs 0.

    Args:
        margin_rad: margin m in radians.
        scale: scale s of the cosines.

    Raises:
        InputError: a margin outside 0..pi/2, or a scale that is not positive.

    Source: Deng, Guo, Xue and Zafeiriou (2019), eq. 3, here on frozen embeddings.
    """

    uses_classes = True

    def __init__(self, *, margin_rad: float = 0.1, scale: float = 20.0) -> None:
        super().__init__()
        AAMSoftmax(1, 1, margin_rad=margin_rad, scale=scale)  # refuses what the head would refuse later
        self.margin_rad, self.scale = margin_rad, scale
        self.head: nn.Module | None = None

    def start(self, *, embedding_dim: int, num_speakers: int, seed: int, num_domains: int = 0) -> None:
        """Build the classifier; see `EnhancementLoss.start`."""
        self.head = AAMSoftmax(
            embedding_dim, num_speakers, margin_rad=self.margin_rad, scale=self.scale, seed=seed
        )

    def start_from_means(self, means: torch.Tensor) -> None:
        """Take the means of the speakers as class weights; see `EnhancementLoss.start_from_means`."""
        head = self._started()
        if means.shape != head.weight.shape:
            return
        known = means.isfinite().all(dim=1) & (means != 0).any(dim=1)
        with torch.no_grad():
            head.weight[known] = F.normalize(means[known]).to(head.weight)

    def figure(
        self, output: torch.Tensor, target: torch.Tensor, labels: EnhancementLabels | None = None
    ) -> torch.Tensor | None:
        """Share of the rows of known speakers whose nearest class is their own; None without such rows."""
        if labels is None or labels.speakers is None or not bool((labels.speakers >= 0).any()):
            return None
        known = labels.speakers >= 0
        nearest = self._started().logits(output[known]).argmax(dim=1)
        return (nearest == labels.speakers[known]).float().mean()

    def forward(
        self, output: torch.Tensor, target: torch.Tensor, labels: EnhancementLabels | None = None
    ) -> torch.Tensor:
        """Mean cross-entropy, a scalar, of output (batch, dim) and labels with speakers."""
        if labels is None or labels.speakers is None:
            raise InputError("a softmax needs the speakers of the batch")
        head, known = self._started(), labels.speakers >= 0
        if not bool(known.any()):
            return output.float().sum() * 0.0
        cost: torch.Tensor = head(output[known], labels.speakers[known])
        return cost

    def _started(self) -> AAMSoftmax:
        if not isinstance(self.head, AAMSoftmax):
            raise InputError("the speakers are not known yet; call start first")
        return self.head
