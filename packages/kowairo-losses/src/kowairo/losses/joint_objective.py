"""Losses over labels, domains and a teacher, in one sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn

from kowairo.core import InputError

from .base import DistillationLoss, DomainLoss, Loss
from .classifier_loss import ClassifierLoss
from .gather import gather_rows
from .weighted_sum import WeightedTerm


@dataclass(frozen=True, eq=False)
class Targets:
    """What is known of the utterances of a batch."""

    labels: torch.Tensor | None = None
    """(batch,), int64, speakers; -1 where a row has no label."""
    domains: torch.Tensor | None = None
    """(batch,), int64."""
    teacher: torch.Tensor | None = None
    """(batch, teacher dim), the teacher's embeddings."""


class JointObjective(nn.Module):
    """sum of w_i L_i over losses of all three kinds, each with what it needs.

    Rows with the label -1 (unlabelled audio) are left out of the losses over labels, and stay in the others;
    a loss over labels whose batch has no labelled row is 0.

    Args:
        terms: losses with their weights.

    Raises:
        InputError: no term.
    """

    def __init__(self, terms: Sequence[WeightedTerm]) -> None:
        super().__init__()
        if not terms:
            raise InputError("expected at least one term")
        self.weights = tuple(term.weight for term in terms)
        self.losses = nn.ModuleList([term.loss for term in terms])
        self.needs_whole_batch = any(term.loss.needs_whole_batch for term in terms)

    @property
    def classifier(self) -> ClassifierLoss | None:
        """The first loss with class weights; None if there is none."""
        found = [loss.classifier for loss in self.losses if isinstance(loss, Loss)]
        return next((one for one in found if one is not None), None)

    def costs(self, embeddings: torch.Tensor, targets: Targets) -> list[torch.Tensor]:
        """The losses one by one, unweighted, in the order of the terms; scalars.

        Args:
            embeddings: (batch, dim).
            targets: what is known of the rows.

        Raises:
            InputError: a loss needs what the targets lack.
        """
        return [_cost(loss, embeddings, targets) for loss in self.losses]

    def forward(self, embeddings: torch.Tensor, targets: Targets) -> torch.Tensor:
        """The weighted sum, a scalar; see `costs`."""
        costs = torch.stack(self.costs(embeddings, targets))
        return (costs * costs.new_tensor(self.weights)).sum()


def _cost(loss: nn.Module, embeddings: torch.Tensor, targets: Targets) -> torch.Tensor:
    if isinstance(loss, DomainLoss):
        domains = _needed(targets.domains, loss, "domains")
        return loss(embeddings, domains, targets.labels)  # type: ignore[no-any-return]  # nn.Module.__call__
    if isinstance(loss, DistillationLoss):
        return loss(embeddings, _needed(targets.teacher, loss, "teacher"))  # type: ignore[no-any-return]  # as above
    labels = _needed(targets.labels, loss, "labels")
    labelled = labels >= 0
    everywhere = gather_rows(labelled.long()) if _gathers(loss) else labelled
    # A loss that gathers has to be called by all processes or by none.
    if not bool(everywhere.any()):
        return embeddings.float().sum() * 0.0
    return loss(embeddings[labelled], labels[labelled])  # type: ignore[no-any-return]  # as above


def _gathers(loss: nn.Module) -> bool:
    return isinstance(loss, Loss) and loss.needs_whole_batch


def _needed(value: torch.Tensor | None, loss: nn.Module, name: str) -> torch.Tensor:
    if value is None:
        raise InputError(f"{type(loss).__name__} needs {name}, and the batch has none")
    return value
