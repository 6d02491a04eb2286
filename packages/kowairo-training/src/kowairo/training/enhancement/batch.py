"""A batch, and what gives batches."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

import torch

from kowairo.losses import EnhancementLabels


@dataclass(frozen=True, eq=False)
class EnhancementBatch:
    """What one step needs."""

    inputs: torch.Tensor
    """(batch, dim), unit length; or sets (batch, items, dim), zeros where there is no item."""
    targets: torch.Tensor
    """(batch, dim)."""
    labels: EnhancementLabels
    """What else is known."""
    share: float
    """Part of the step's rows that this process has; 1 where there is only one."""

    def to(self, device: torch.device) -> EnhancementBatch:
        """Move everything to a device."""
        labels = {
            name: None if values is None else values.to(device) for name, values in vars(self.labels).items()
        }
        return EnhancementBatch(
            self.inputs.to(device), self.targets.to(device), EnhancementLabels(**labels), self.share
        )


@dataclass(frozen=True)
class LabelNames:
    """What a loss's classes stand for; anything else is labelled -1."""

    speakers: tuple[str, ...]
    """Speakers of its classifier."""
    domains: tuple[str, ...] = ()
    """Domains of its adversary."""


class BatchSource(ABC):
    """Batches of every epoch, in an order that follows from seed and epoch alone."""

    @abstractmethod
    def epoch(self, number: int) -> Iterator[EnhancementBatch]:
        """Batches of an epoch.

        Args:
            number: Epoch, from 0.
        """
