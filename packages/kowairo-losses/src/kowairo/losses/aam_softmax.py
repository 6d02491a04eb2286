"""Additive angular margin softmax."""

from __future__ import annotations

import math
from typing import Literal, get_args

import torch
import torch.nn.functional as F
from torch import nn

from kowairo.core import InputError

from .base import Loss

# Cosines are kept this far from +-1: d sin / d cos is unbounded there, and 1 - 1e-7 is the last float32 value
# below 1 that still gives a finite slope (about 2200).
_COSINE_MARGIN = 1e-7

MarginBranch = Literal["continuous", "classic", "easy"]


class AAMSoftmax(Loss):
    """Cross-entropy on scaled cosines with an angular margin m added to the target's angle.

    With theta_j the angle between an embedding and the weight of class j, and y the target:
    L = -log softmax(z)_y, z_j = s cos theta_j for j != y, z_y = s phi(theta_y), where
    phi(theta) = cos(theta + m) as long as theta + m <= pi. Beyond that cos(theta + m) would rise again, and
    `branch` says what takes its place:

    - "continuous": cos theta - 1 - cos(pi - m): continuous and falling, WeSpeaker's choice;
    - "classic": cos theta - m sin(pi - m), the choice of ArcFace's code and SpeechBrain: falls on both sides,
      with a small jump at the switch;
    - "easy": the margin applies only to cos theta > 0, else cos theta (easy margin).

    The head is computed in float32 also under autocast, and cosines are clamped to +-(1 - 1e-7) before the
    sine, so that neither the value nor the gradient is infinite or NaN at |cos theta| = 1.

    Args:
        embedding_dim: dimension of the embeddings.
        num_classes: number of speakers.
        margin_rad: margin m in radians; settable later, for a margin schedule.
        scale: scale s.
        branch: which of the three above.
        seed: seed of the initial class weights; None draws from torch's global generator.

    Raises:
        InputError: a margin outside 0..pi/2, an unknown branch, or sizes or a scale that are not positive.

    Source: Deng, Guo, Xue and Zafeiriou (2019), eq. 3.
    """

    def __init__(
        self,
        embedding_dim: int,
        num_classes: int,
        *,
        margin_rad: float = 0.2,
        scale: float = 30.0,
        branch: MarginBranch = "continuous",
        seed: int | None = None,
    ) -> None:
        super().__init__()
        if embedding_dim < 1 or num_classes < 1 or scale <= 0:
            raise InputError(
                "expected a positive embedding_dim, num_classes and scale, "
                f"got {embedding_dim}, {num_classes} and {scale}"
            )
        if branch not in get_args(MarginBranch):
            raise InputError(f"expected branch one of {get_args(MarginBranch)}, got {branch!r}")
        self.margin_rad = margin_rad
        self.scale = scale
        self.branch = branch
        generator = None if seed is None else torch.Generator().manual_seed(seed)
        self.weight = nn.Parameter(torch.empty(num_classes, embedding_dim))
        nn.init.xavier_uniform_(self.weight, generator=generator)

    @property
    def margin_rad(self) -> float:
        """The margin m in radians."""
        return self._margin_rad

    @margin_rad.setter
    def margin_rad(self, value: float) -> None:
        if not 0.0 <= value <= math.pi / 2:
            raise InputError(f"expected margin_rad in 0..pi/2 radians, got {value}; is it in degrees?")
        self._margin_rad = value

    @property
    def num_classes(self) -> int:
        """Number of speakers."""
        return self.weight.shape[0]

    def cosines(self, embeddings: torch.Tensor) -> torch.Tensor:
        """Cosines with every class.

        Args:
            embeddings: (batch, dim), any floating dtype.

        Returns:
            (batch, classes), float32.
        """
        with torch.autocast(embeddings.device.type, enabled=False):
            return F.linear(F.normalize(embeddings.float()), F.normalize(self.weight.float()))

    def logits(self, embeddings: torch.Tensor) -> torch.Tensor:
        """Margin-free logits s cos theta, (batch, classes), float32; the largest names the speaker."""
        return self.cosines(embeddings) * self.scale

    def forward(self, embeddings: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Mean cross-entropy with margin.

        Args:
            embeddings: (batch, dim), any floating dtype.
            labels: (batch,), int64, in 0..num_classes - 1.

        Returns:
            Scalar, float32.
        """
        cosines = self.cosines(embeddings)
        with torch.autocast(embeddings.device.type, enabled=False):
            targets = cosines.gather(1, labels.unsqueeze(1))
            with_margin = cosine_with_margin(targets, self.margin_rad, branch=self.branch)
            return F.cross_entropy(cosines.scatter(1, labels.unsqueeze(1), with_margin) * self.scale, labels)


def cosine_with_margin(
    cosine: torch.Tensor, margin_rad: float, *, branch: MarginBranch = "continuous"
) -> torch.Tensor:
    """phi(theta) of AAMSoftmax from cos theta.

    Args:
        cosine: any shape, float32, cosines of target angles.
        margin_rad: margin m in radians.
        branch: what holds where theta + m > pi, see AAMSoftmax.

    Returns:
        Same shape; cos(theta + m) where that falls with theta.
    """
    cosine = cosine.clamp(-1.0 + _COSINE_MARGIN, 1.0 - _COSINE_MARGIN)
    sine = (1.0 - cosine.square()).sqrt()
    phi = cosine * math.cos(margin_rad) - sine * math.sin(margin_rad)
    switch = math.cos(math.pi - margin_rad)
    if branch == "easy":
        return torch.where(cosine > 0.0, phi, cosine)
    if branch == "classic":
        return torch.where(cosine > switch, phi, cosine - margin_rad * math.sin(math.pi - margin_rad))
    return torch.where(cosine > switch, phi, cosine - 1.0 - switch)
