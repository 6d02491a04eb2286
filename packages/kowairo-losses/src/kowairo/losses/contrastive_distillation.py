"""Distillation by contrast within the batch."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from kowairo.core import InputError

from ._rows import check_pairs, unit_rows
from .base import DistillationLoss
from .gather import gather_rows
from .teacher_projection import TeacherProjection


class ContrastiveDistillation(DistillationLoss):
    """Each student finds its own teacher among those of the batch.

    L = mean over b of -cos(P s_b, t_b) / tau + log sum over c of exp(cos(P s_b, t_c) / tau). Teachers that
    are nearly the same voice as b's own, cos(t_b, t_c) > max_negative_cosine, are no negatives: crops of one
    utterance, or other utterances of one speaker, whom no label names. The teachers of all processes are
    compared.

    Args:
        embedding_dim: dimension of the student.
        teacher_dim: dimension of the teacher; where it differs P is a learned matrix, else nothing.
        temperature: tau.
        max_negative_cosine: above this, two teachers are taken for one voice.
        seed: seed of P; None draws from torch's global generator.

    Raises:
        InputError: a dimension or temperature that is not positive, or a cosine outside -1..1.

    Source: Tian, Krishnan and Isola (2020); van den Oord, Li and Vinyals (2018) for the form. The exclusion
    is ours.
    """

    needs_whole_batch = True

    def __init__(
        self,
        embedding_dim: int,
        teacher_dim: int,
        *,
        temperature: float = 0.07,
        max_negative_cosine: float = 0.9,
        seed: int | None = None,
    ) -> None:
        super().__init__()
        if temperature <= 0 or not -1.0 <= max_negative_cosine <= 1.0:
            raise InputError(
                "expected a positive temperature and max_negative_cosine in -1..1, "
                f"got {temperature} and {max_negative_cosine}"
            )
        self.temperature, self.max_negative_cosine = temperature, max_negative_cosine
        self.projection = TeacherProjection(embedding_dim, teacher_dim, seed=seed)

    def forward(self, student: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
        """Scalar, float32, of student (batch, dim) and teacher (batch, teacher dim)."""
        check_pairs(student, teacher)
        with torch.autocast(student.device.type, enabled=False):
            projected = unit_rows(gather_rows(self.projection(student)))
            targets = unit_rows(gather_rows(teacher.detach()))
            same_voice = targets @ targets.T > self.max_negative_cosine
            own = torch.eye(len(targets), dtype=torch.bool, device=targets.device)
            logits = (projected @ targets.T / self.temperature).masked_fill(same_voice & ~own, -torch.inf)
            return F.cross_entropy(logits, torch.arange(len(targets), device=targets.device))
