"""From the student's space to the teacher's."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from .classifier_loss import class_weights


class TeacherProjection(nn.Module):
    """A learned matrix where the dimensions differ; nothing where they are equal.

    With equal dimensions the student takes over the teacher's very space, and its embeddings can stand beside
    the teacher's. A matrix is thrown away after training.

    Args:
        embedding_dim: dimension of the student.
        teacher_dim: dimension of the teacher.
        seed: seed of the matrix; None draws from torch's global generator.

    Raises:
        InputError: a dimension that is not positive.

    Source: Romero and others (2015), the regressor of hints.
    """

    def __init__(self, embedding_dim: int, teacher_dim: int, *, seed: int | None = None) -> None:
        super().__init__()
        # Made in either case: a dimension is checked there.
        weight = class_weights(embedding_dim, teacher_dim, seed=seed)
        self.weight = weight if embedding_dim != teacher_dim else None

    def forward(self, student: torch.Tensor) -> torch.Tensor:
        """(batch, teacher_dim), float32, of student embeddings (batch, embedding_dim)."""
        return student.float() if self.weight is None else F.linear(student.float(), self.weight.float())
