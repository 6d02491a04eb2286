"""The base of the losses that compare the utterances of a batch."""

from __future__ import annotations

from abc import abstractmethod

import torch

from ._rows import check_rows
from .base import Loss
from .gather import gather_rows


class MetricLoss(Loss):
    """A loss over all pairs of utterances of a batch.

    A subclass writes `compare`; what is here holds for all: the rows of all processes with gradient, float32
    also under autocast. Each process then has the loss of the whole batch. Where a batch holds nothing to
    compare (no two utterances of a speaker, or one speaker), the loss is 0 with zero gradient.
    """

    needs_whole_batch = True

    @abstractmethod
    def compare(self, embeddings: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """The loss of a whole batch.

        Args:
            embeddings: (batch, dim), float32.
            labels: (batch,), int64.

        Returns:
            Scalar, float32.
        """

    def forward(self, embeddings: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """The loss of a batch.

        Args:
            embeddings: (batch, dim), any floating dtype.
            labels: (batch,), int64, speaker indices.

        Returns:
            Scalar, float32.
        """
        check_rows(embeddings, labels)
        with torch.autocast(embeddings.device.type, enabled=False):
            return self.compare(gather_rows(embeddings.float()), gather_rows(labels))


def same_label(labels: torch.Tensor) -> torch.Tensor:
    """Which pairs of rows have one label, (batch, batch), bool; a row is its own pair too."""
    return labels.unsqueeze(0) == labels.unsqueeze(1)


def off_diagonal(labels: torch.Tensor) -> torch.Tensor:
    """All pairs but those of a row with itself, (batch, batch), bool."""
    return ~torch.eye(len(labels), dtype=torch.bool, device=labels.device)
