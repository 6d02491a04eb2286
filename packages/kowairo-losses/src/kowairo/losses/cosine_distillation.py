"""Distillation by cosine."""

from __future__ import annotations

import torch

from ._rows import check_pairs, unit_rows
from .base import DistillationLoss
from .teacher_projection import TeacherProjection


class CosineDistillation(DistillationLoss):
    """1 - mean over the batch of cos(P s_b, t_b).

    Args:
        embedding_dim: dimension of the student.
        teacher_dim: dimension of the teacher; where it differs P is a learned matrix, else nothing.
        seed: seed of P; None draws from torch's global generator.

    Raises:
        InputError: a dimension that is not positive.

    Source: embedding-level distillation for speakers, Wang and others (2019).
    """

    def __init__(self, embedding_dim: int, teacher_dim: int, *, seed: int | None = None) -> None:
        super().__init__()
        self.projection = TeacherProjection(embedding_dim, teacher_dim, seed=seed)

    def forward(self, student: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
        """Scalar, float32, of student (batch, dim) and teacher (batch, teacher dim)."""
        check_pairs(student, teacher)
        with torch.autocast(student.device.type, enabled=False):
            projected = unit_rows(self.projection(student))
            return 1.0 - (projected * unit_rows(teacher.detach())).sum(dim=1).mean()
