"""Several levels of identity over one embedding: a learned projection and a classifier for each."""

from __future__ import annotations

import re

import torch
import torch.nn.functional as F
from torch import nn

from kowairo.core import InputError

from .base import DomainLoss
from .classifier_loss import ClassifierLoss, class_weights


class LevelProjection(nn.Module):
    """z = W e, without a bias.

    W starts as the identity where it is square, so that class rows of an encoder that was trained without
    levels still fit, and else as Xavier's draw.

    Args:
        embedding_dim: dimension of the embeddings e.
        level_dim: dimension of z.
        name: name of the level; folders are called by it.
        seed: seed of the draw; None draws from torch's global generator.

    Raises:
        InputError: a dimension that is not positive, or a name with anything but letters, digits, _ and -.
    """

    def __init__(self, embedding_dim: int, level_dim: int, *, name: str, seed: int | None = None) -> None:
        super().__init__()
        if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
            raise InputError(f"expected letters, digits, _ and - as the name of a level, got {name!r}")
        self.name = name
        drawn = class_weights(embedding_dim, level_dim, seed=seed)
        is_square = embedding_dim == level_dim
        self.weight = nn.Parameter(torch.eye(level_dim)) if is_square else drawn

    def forward(self, embeddings: torch.Tensor) -> torch.Tensor:
        """Projected embeddings (batch, level_dim), float32, of embeddings (batch, embedding_dim)."""
        with torch.autocast(embeddings.device.type, enabled=False):
            return F.linear(embeddings.float(), self.weight.float())


class IdentityLevel(ClassifierLoss):
    """A classifier of the labels behind a projection: L = loss(W e, labels).

    With `DomainIdentityLevel` beside it in a `JointObjective`, one embedding carries two levels of identity:
    the character (the labels) and the actor behind it (the domains), each compared in a space of its own.

    Args:
        embedding_dim: dimension of the embeddings.
        loss: classifier over the labels; its dimension is that of the projection.
        name: name of the level, "character" for example.
        seed: seed of a projection that is not square.

    Raises:
        InputError: a loss without one row per class, or a name that is none; see `LevelProjection`.
    """

    def __init__(
        self, embedding_dim: int, loss: ClassifierLoss, *, name: str, seed: int | None = None
    ) -> None:
        super().__init__()
        _check_classifier(loss)
        self.projection = LevelProjection(embedding_dim, loss.weight.shape[-1], name=name, seed=seed)
        self.loss = loss
        self.needs_whole_batch = loss.needs_whole_batch

    @property
    def weight(self) -> nn.Parameter:  # type: ignore[override]  # registered once, in the loss
        """The rows of the loss, in the space of the level."""
        return self.loss.weight

    def logits(self, embeddings: torch.Tensor) -> torch.Tensor:
        """Margin-free logits (batch, classes), float32, of embeddings (batch, dim) before the projection."""
        return self.loss.logits(self.projection(embeddings))

    def set_margin(self, margin: float) -> None:
        """Sets the margin of the loss."""
        self.loss.set_margin(margin)

    def forward(self, embeddings: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """The loss, a scalar, for embeddings (batch, dim) and labels (batch,)."""
        value: torch.Tensor = self.loss(self.projection(embeddings), labels)
        return value


class DomainIdentityLevel(DomainLoss):
    """A classifier of the domains behind a projection: L = loss(W e, domains).

    The opposite of the other losses over domains: what they hide, it learns. Rows of an unknown domain (a
    character whose actor nobody knows) are left out by `JointObjective` and count at the other levels.

    Args:
        embedding_dim: dimension of the embeddings.
        loss: classifier over the domains; in a configuration its number of classes is that of the domains.
        name: name of the level, "actor" for example.
        seed: seed of a projection that is not square.

    Raises:
        InputError: a loss without one row per class, or a name that is none; see `LevelProjection`.
    """

    def __init__(
        self, embedding_dim: int, loss: ClassifierLoss, *, name: str, seed: int | None = None
    ) -> None:
        super().__init__()
        _check_classifier(loss)
        self.projection = LevelProjection(embedding_dim, loss.weight.shape[-1], name=name, seed=seed)
        self.loss = loss
        self.needs_whole_batch = loss.needs_whole_batch

    @property
    def weight(self) -> nn.Parameter:
        """The rows of the loss, (domains, level dim)."""
        return self.loss.weight

    def logits(self, embeddings: torch.Tensor) -> torch.Tensor:
        """Margin-free logits (batch, domains), float32, of embeddings (batch, dim) before the projection."""
        return self.loss.logits(self.projection(embeddings))

    def set_margin(self, margin: float) -> None:
        """Sets the margin of the loss."""
        self.loss.set_margin(margin)

    def forward(
        self, embeddings: torch.Tensor, domains: torch.Tensor, labels: torch.Tensor | None = None
    ) -> torch.Tensor:
        """The loss, a scalar, for embeddings (batch, dim) and domains (batch,); labels are unused."""
        value: torch.Tensor = self.loss(self.projection(embeddings), domains)
        return value


def identity_levels(loss: nn.Module) -> dict[str, IdentityLevel | DomainIdentityLevel]:
    """The levels of an objective by name, in the order of its terms.

    Args:
        loss: a loss or a sum of losses.

    Raises:
        InputError: two levels of one name.
    """
    found: dict[str, IdentityLevel | DomainIdentityLevel] = {}
    for module in loss.modules():
        if isinstance(module, IdentityLevel | DomainIdentityLevel):
            if module.projection.name in found:
                raise InputError(f"two levels are called {module.projection.name!r}")
            found[module.projection.name] = module
    return found


def _check_classifier(loss: nn.Module) -> None:
    if not isinstance(loss, ClassifierLoss) or isinstance(loss, IdentityLevel):
        raise InputError(f"a level needs a classifier like AAMSoftmax, got {type(loss).__name__}")
