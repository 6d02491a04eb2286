"""The base of the margin losses: cosines between embeddings and class weights."""

from __future__ import annotations

from abc import abstractmethod

import torch
import torch.nn.functional as F

from kowairo.core import InputError

from ._rows import check_rows
from .classifier_loss import ClassifierLoss, class_weights


class CosineClassifier(ClassifierLoss):
    """A classifier whose objective is a function of the cosines with the classes.

    A subclass writes `objective`; what is here holds for all: unit rows on both sides, float32 also under
    autocast, logits without margin.

    Args:
        embedding_dim: dimension of the embeddings.
        num_classes: number of speakers.
        scale: scale s of the cosines.
        seed: seed of the initial class weights; None draws from torch's global generator.

    Raises:
        InputError: sizes or a scale that are not positive.
    """

    scale: float | torch.Tensor

    def __init__(
        self, embedding_dim: int, num_classes: int, *, scale: float = 30.0, seed: int | None = None
    ) -> None:
        super().__init__()
        if embedding_dim < 1 or num_classes < 1 or scale <= 0:
            raise InputError(
                "expected a positive embedding_dim, num_classes and scale, "
                f"got {embedding_dim}, {num_classes} and {scale}"
            )
        self.scale = scale
        self.weight = class_weights(embedding_dim, num_classes, seed=seed)

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

    @abstractmethod
    def objective(self, cosines: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """The loss from cosines (batch, classes), float32, and labels (batch,); a scalar."""

    def forward(self, embeddings: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Mean loss of a batch.

        Args:
            embeddings: (batch, dim), any floating dtype.
            labels: (batch,), int64, in 0..num_classes - 1.

        Returns:
            Scalar, float32.
        """
        check_rows(embeddings, labels)
        cosines = self.cosines(embeddings)
        with torch.autocast(embeddings.device.type, enabled=False):
            return self.objective(cosines, labels)


def target_cosines(cosines: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """The column of each row's own class.

    Args:
        cosines: (batch, classes).
        labels: (batch,), int64.

    Returns:
        (batch, 1).
    """
    return cosines.gather(1, labels.unsqueeze(1))


def other_classes(cosines: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Where a class is not the row's own, (batch, classes), bool."""
    return torch.ones_like(cosines, dtype=torch.bool).scatter(1, labels.unsqueeze(1), False)


def mean_cross_entropy(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy; 0 where a process has no rows, while others may have some.

    Args:
        logits: (batch, classes).
        labels: (batch,), int64.

    Returns:
        Scalar.
    """
    return F.cross_entropy(logits, labels) if len(labels) > 0 else logits.sum() * 0.0
