"""The contracts of training objectives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Literal, TypeAlias

import torch
from torch import nn

from .enhancement_labels import EnhancementLabels

if TYPE_CHECKING:
    from .classifier_loss import ClassifierLoss

EnhancementListKind: TypeAlias = Literal["normal", "triplet", "distribution"]
"""Single utterances; with another speaker each; pairs of one speaker with a flag of their sessions."""


class Loss(nn.Module, ABC):
    """An objective over embeddings and the speakers they belong to.

    A scalar that is finite and differentiable, does not depend on the order of the batch, and is computed in
    float32 whatever the precision of its input. `kowairo.testing.check_loss` tests all that.

    Attributes:
        needs_whole_batch: False if the loss is a mean over rows that do not see each other, so that parts of
            a batch may be computed apart and averaged by size; True if utterances are compared or the batch
            has statistics. Such a loss gathers the rows of all processes itself.
    """

    needs_whole_batch: bool = False

    @property
    def classifier(self) -> ClassifierLoss | None:
        """The part with a weight row per speaker; None where there is none."""
        return None

    @abstractmethod
    def forward(self, embeddings: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """The loss of a batch.

        Args:
            embeddings: (batch, dim), not necessarily normalised, any floating dtype.
            labels: (batch,), int64, speaker indices from 0.

        Returns:
            Scalar, float32.
        """


class DomainLoss(nn.Module, ABC):
    """An objective over embeddings and the domains they belong to: small where the domains look alike.

    A domain is a title, a recording channel, a language, a session: what the embedding should not tell. Only
    `DomainIdentityLevel` is the other way round: its domains, the actors of characters, are to be told. The
    same rules as for `Loss` hold; a batch of one domain costs a finite amount too.
    `kowairo.testing.check_domain_loss` tests all that.
    """

    needs_whole_batch: bool = True

    @abstractmethod
    def forward(
        self, embeddings: torch.Tensor, domains: torch.Tensor, labels: torch.Tensor | None = None
    ) -> torch.Tensor:
        """The loss of a batch.

        Args:
            embeddings: (batch, dim), not necessarily normalised, any floating dtype.
            domains: (batch,), int64, domain indices from 0.
            labels: (batch,), int64, speakers, for an objective that compares within a speaker; None if they
                are unknown.

        Returns:
            Scalar, float32.
        """


class DistillationLoss(nn.Module, ABC):
    """An objective over a student's embeddings and a teacher's embeddings of the same utterances.

    The student has heard an augmented crop, the teacher the clean utterance. No gradient reaches the teacher.
    The rules of `Loss` hold; `kowairo.testing.check_distillation_loss` tests them.
    """

    needs_whole_batch: bool = False

    @abstractmethod
    def forward(self, student: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
        """The loss of a batch.

        Args:
            student: (batch, dim), any floating dtype.
            teacher: (batch, teacher dim), row b of the same utterance as row b of the student.

        Returns:
            Scalar, float32.
        """


class EnhancementLoss(nn.Module, ABC):
    """An objective over the output of an enhancement net and the embedding it should have given.

    A scalar that is finite and differentiable, does not depend on the order of the batch, and is computed in
    float32 whatever the precision of its input. `kowairo.testing.check_enhancement_loss` tests all that.
    """

    list_kind: EnhancementListKind = "normal"
    """Which list of training items it needs; the names are those of the list files."""
    uses_classes: bool = False
    """Whether it has a weight row per training speaker: then it costs nothing for anybody else."""
    uses_domains: bool = False
    """Whether it needs to know the domains of the rows."""

    def start(self, *, embedding_dim: int, num_speakers: int, seed: int, num_domains: int = 0) -> None:
        """Build what depends on the data; called once, before the first step.

        Args:
            embedding_dim: dimension of the net's output.
            num_speakers: training speakers.
            seed: seed of initial weights.
            num_domains: domains, 0 where none are known.
        """

    def start_from_means(self, means: torch.Tensor) -> None:
        """Learn where the speakers are before the first step; called after `start` if it `uses_classes`.

        Args:
            means: (speakers, dim), mean of the unit-length embeddings of each training speaker as they go
                into the net; NaN where there is none.
        """

    def figure(
        self, output: torch.Tensor, target: torch.Tensor, labels: EnhancementLabels | None = None
    ) -> torch.Tensor | None:
        """What is reported beside the loss, a scalar: an accuracy, a part of the loss; None where nothing is.

        Args:
            output: as of `forward`.
            target: as of `forward`.
            labels: as of `forward`.
        """
        return None

    def validation(
        self, output: torch.Tensor, target: torch.Tensor, labels: EnhancementLabels | None = None
    ) -> torch.Tensor | None:
        """What says how good the net is, a scalar: the loss, where it is low for a good net.

        None for a classifier that knows none of the rows, which costs nothing and says nothing.

        Args:
            output: as of `forward`.
            target: as of `forward`.
            labels: as of `forward`.
        """
        if self.uses_classes and self.figure(output, target, labels) is None:
            return None
        value: torch.Tensor = self(output, target, labels)
        return value

    @abstractmethod
    def forward(
        self, output: torch.Tensor, target: torch.Tensor, labels: EnhancementLabels | None = None
    ) -> torch.Tensor:
        """The loss of a batch.

        Args:
            output: (batch, dim), the net's output, any floating dtype.
            target: (batch, dim), the wanted embeddings.
            labels: what else is known of the rows; most objectives need none of it.

        Returns:
            Scalar, float32.

        Raises:
            InputError: the labels lack what the objective needs.
        """
