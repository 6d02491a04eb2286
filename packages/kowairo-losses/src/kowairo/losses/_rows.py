"""What every loss does with the rows of a batch first."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from kowairo.core import InputError

# The slope of x / |x| is 1 / |x|: at an all-zero row it ends at 1e8 instead of being infinite.
_SMALLEST_NORM = 1e-8


def unit_rows(rows: torch.Tensor) -> torch.Tensor:
    """Rows (..., dim) of any floating dtype divided by max(norm, 1e-8), float32."""
    return F.normalize(rows.float(), dim=-1, eps=_SMALLEST_NORM)


def check_rows(embeddings: torch.Tensor, labels: torch.Tensor, *, name: str = "labels") -> None:
    """Looks at the shapes only: looking at values would wait for the device.

    Args:
        embeddings: should be (batch, dim).
        labels: should be (batch,), int64.
        name: what the labels are called in the message.

    Raises:
        InputError: other shapes, or labels that are not integers.
    """
    if embeddings.ndim != 2:
        raise InputError(f"expected embeddings (batch, dim), got {tuple(embeddings.shape)}")
    if labels.shape != embeddings.shape[:1] or labels.is_floating_point():
        raise InputError(
            f"expected {name} ({len(embeddings)},) of integers, got {tuple(labels.shape)} of {labels.dtype}"
        )


def check_pairs(student: torch.Tensor, teacher: torch.Tensor) -> None:
    """Looks at the shapes of two matrices whose rows belong together.

    Raises:
        InputError: not two matrices with equally many rows, or no rows.
    """
    if student.ndim != 2 or teacher.ndim != 2 or len(student) != len(teacher) or len(student) == 0:
        raise InputError(
            "expected student and teacher embeddings (batch, dim) of one batch, "
            f"got {tuple(student.shape)} and {tuple(teacher.shape)}"
        )


def masked_mean(values: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Mean of the values where the mask holds, 0 (with zero gradient) where it holds nowhere."""
    return torch.where(mask, values, 0.0).sum() / mask.sum().clamp(min=1)
