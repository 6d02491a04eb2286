"""What an objective of enhancement may need to know beside the targets."""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True, eq=False)
class EnhancementLabels:
    """What is known of the rows of a batch."""

    speakers: torch.Tensor | None = None
    """(batch,), int64, training speakers from 0; -1 where a row is of nobody who is trained on."""
    negatives: torch.Tensor | None = None
    """(batch, dim), the target of another speaker."""
    same_session: torch.Tensor | None = None
    """(batch / 2,), bool: rows 2i and 2i + 1 are a pair of one speaker, in one session or in two."""
    domains: torch.Tensor | None = None
    """(batch,), int64, what the output should not tell: style, emotion, title; -1 where it is unknown."""
