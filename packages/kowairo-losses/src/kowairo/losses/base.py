"""The contracts of training objectives."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import nn


class Loss(nn.Module, ABC):
    """An objective over embeddings and the speakers they belong to.

    A scalar that is finite and differentiable, does not depend on the order of the batch, and is computed in
    float32 whatever the precision of its input. `kowairo.testing.check_loss` tests all that.
    """

    @abstractmethod
    def forward(self, embeddings: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """The loss of a batch.

        Args:
            embeddings: (batch, dim), not necessarily normalised, any floating dtype.
            labels: (batch,), int64, speaker indices from 0.

        Returns:
            Scalar, float32.
        """


class EnhancementLoss(nn.Module, ABC):
    """An objective over the output of an enhancement net and the embedding it should have given.

    A scalar that is finite and differentiable, does not depend on the order of the batch, and is computed in
    float32 whatever the precision of its input. `kowairo.testing.check_enhancement_loss` tests all that.
    """

    @abstractmethod
    def forward(self, output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """The loss of a batch.

        Args:
            output: (batch, dim), the net's output, any floating dtype.
            target: (batch, dim), the wanted embeddings.

        Returns:
            Scalar, float32.
        """
