"""Losses over labels, domains and a teacher, in one sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import nn

from kowairo.core import InputError

from .base import DistillationLoss, DomainLoss, Loss
from .classifier_loss import ClassifierLoss
from .gather import gather_rows
from .weighted_sum import WeightedTerm


class RowCounts(NamedTuple):
    """How many rows each kind of loss is a mean over."""

    labels: int
    """Rows with a label."""
    domains: int
    """Rows with a domain."""
    teacher: int
    """Rows with a teacher's embedding."""


@dataclass(frozen=True, eq=False)
class Targets:
    """What is known of the utterances of a batch."""

    labels: torch.Tensor | None = None
    """(batch,), int64, speakers; -1 where a row has no label."""
    domains: torch.Tensor | None = None
    """(batch,), int64; -1 where the domain of a row is unknown."""
    teacher: torch.Tensor | None = None
    """(batch, teacher dim), the teacher's embeddings."""

    def counts(self) -> RowCounts:
        """How many rows are known of each kind; on a GPU this waits for the device."""
        return RowCounts(
            labels=_count_known(self.labels),
            domains=_count_known(self.domains),
            teacher=0 if self.teacher is None else len(self.teacher),
        )


def _count_known(column: torch.Tensor | None) -> int:
    return 0 if column is None else int((column >= 0).sum())


class JointObjective(nn.Module):
    """sum of w_i L_i over losses of all three kinds, each with what it needs.

    Rows with the label -1 (unlabelled audio) are left out of the losses over labels, and rows with the domain
    -1 out of the losses over domains; all stay in the others. A loss whose batch has no row for it is 0.

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

    def share(self, embeddings: torch.Tensor, targets: Targets, whole: RowCounts) -> torch.Tensor:
        """What the rows of a part add to the loss of a batch: sum of w_i (n_i / N_i) L_i, a scalar.

        n_i of the N_i rows that loss i is a mean over are in the part. The shares of all parts add up to the
        loss of the batch, gradients too: for losses that are a mean over rows, and for those that gather the
        rows of all processes, where each part is a process.

        Args:
            embeddings: (part, dim).
            targets: what is known of the rows.
            whole: rows of the whole batch.

        Raises:
            InputError: a loss needs what the targets lack.
        """
        costs = torch.stack(self.costs(embeddings, targets))
        own = targets.counts()
        shares = [_rows_of(loss, own) / max(1, _rows_of(loss, whole)) for loss in self.losses]
        return (costs * costs.new_tensor([w * s for w, s in zip(self.weights, shares, strict=True)])).sum()


def _rows_of(loss: nn.Module, counts: RowCounts) -> int:
    if isinstance(loss, DomainLoss):
        return counts.domains
    return counts.teacher if isinstance(loss, DistillationLoss) else counts.labels


def _cost(loss: nn.Module, embeddings: torch.Tensor, targets: Targets) -> torch.Tensor:
    if isinstance(loss, DistillationLoss):
        return loss(embeddings, _needed(targets.teacher, loss, "teacher"))  # type: ignore[no-any-return]  # nn.Module.__call__
    is_domain = isinstance(loss, DomainLoss)
    name, column = ("domains", targets.domains) if is_domain else ("labels", targets.labels)
    known = _needed(column, loss, name)
    rows = known >= 0
    everywhere = gather_rows(rows.long()) if loss.needs_whole_batch else rows
    # A loss that gathers has to be called by all processes or by none.
    if not bool(everywhere.any()):
        return embeddings.float().sum() * 0.0
    if not is_domain:
        return loss(embeddings[rows], known[rows])  # type: ignore[no-any-return]  # as above
    labels = None if targets.labels is None else targets.labels[rows]
    return loss(embeddings[rows], known[rows], labels)  # type: ignore[no-any-return]  # as above


def _needed(value: torch.Tensor | None, loss: nn.Module, name: str) -> torch.Tensor:
    if value is None:
        raise InputError(f"{type(loss).__name__} needs {name}, and the batch has none")
    return value
