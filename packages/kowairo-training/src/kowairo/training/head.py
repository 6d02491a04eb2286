"""The head: a loss over the training speakers, whose class rows are carried on by speaker id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from kowairo.core import InputError, atomic_path, read_json, write_json
from kowairo.losses import (
    ClassifierLoss,
    JointObjective,
    Loss,
    LossSizes,
    RowCounts,
    TargetName,
    Targets,
    WeightedSum,
    build_loss,
    identity_levels,
    needed_targets,
)
from kowairo.losses.build import Plain

if TYPE_CHECKING:
    LossMapping: TypeAlias = dict[str, Plain]
else:
    # jsonargparse builds an object of every class_path that it finds below an annotated mapping; the loss is
    # to be built here, where the number of speakers is known.
    LossMapping = dict

_ROWS = "weight"


class Head(torch.nn.Module):
    """A loss with the names of its classes.

    Args:
        loss: loss over embeddings and class numbers, or a sum with domains and a teacher's embeddings; with
            or without a weight row per class.
        classes: class names in the order of the class numbers.

    Raises:
        InputError: if rows and names differ in number.
    """

    def __init__(self, loss: Loss | JointObjective, classes: Sequence[str]) -> None:
        super().__init__()
        for classifier in _classifiers(loss):
            if classifier.num_classes != len(classes):
                raise InputError(
                    f"{len(classes)} class names for {classifier.num_classes} weight rows of "
                    f"{type(classifier).__name__}; leave num_classes out, the training speakers are counted"
                )
        self.loss = loss
        self.classes = list(classes)

    @property
    def classifier(self) -> ClassifierLoss | None:
        """The part of the loss with class rows; None where the loss only compares utterances."""
        return self.loss.classifier

    @property
    def needs_whole_batch(self) -> bool:
        """Whether parts of a batch may not be given to the loss apart.

        Besides a loss that compares utterances, one with state: several threads would change it at once.
        """
        return self.loss.needs_whole_batch or any(True for _ in self.loss.buffers())

    def forward(self, embeddings: Tensor, targets: Targets) -> Tensor:
        """Loss of embeddings (batch, dim) with what is known of them; a scalar.

        Raises:
            InputError: if the loss needs what the targets lack.
        """
        if isinstance(self.loss, JointObjective):
            joint: Tensor = self.loss(embeddings, targets)
            return joint
        value: Tensor = self.loss(embeddings, _labels(targets))
        return value

    def share(self, embeddings: Tensor, targets: Targets, whole: RowCounts) -> Tensor:
        """What the rows of a part of a batch add to its loss; see `JointObjective.share`.

        Args:
            embeddings: (part, dim).
            targets: what is known of the rows.
            whole: rows of the whole batch.

        Returns:
            A scalar; those of all parts add up to the loss of the batch.
        """
        if isinstance(self.loss, JointObjective):
            return self.loss.share(embeddings, targets, whole)
        value: Tensor = self.loss(embeddings, _labels(targets)) * (len(embeddings) / whole.labels)
        return value

    @torch.no_grad()
    def logits(self, embeddings: Tensor) -> Tensor:
        """Margin-free logits (batch, classes) of embeddings (batch, dim), without gradient.

        Raises:
            InputError: if the loss has no classifier.
        """
        return self._rows_owner().logits(embeddings)

    @torch.no_grad()
    def num_recognised(self, embeddings: Tensor, labels: Tensor) -> int:
        """How many embeddings (batch, dim) have their label (batch,) on top; 0 without a classifier."""
        if self.classifier is None:
            return 0
        return int((self.classifier.logits(embeddings).argmax(dim=1) == labels).sum())

    def set_margin(self, margin: float) -> None:
        """Set the margin, in the loss's own unit (radians or a cosine); nothing where there is none.

        A level of identity over domains has a classifier of its own, and takes the margin too.
        """
        if self.classifier is not None:
            self.classifier.set_margin(margin)
        for level in identity_levels(self.loss).values():
            level.set_margin(margin)

    def adopt_rows(self, weights: Tensor, classes: Sequence[str]) -> int:
        """Take over the rows of classes that an earlier head had; the others stay as they are.

        A speed copy ("speaker|0.9") that is new starts from its speaker's row: the voices are alike at
        first, and from a random row the first epoch would go into finding the neighbourhood again.

        Args:
            weights: (earlier classes, dim) rows of the earlier head, or (earlier classes, centres, dim).
            classes: their names.

        Returns:
            How many rows come from the earlier head.

        Raises:
            InputError: if the rows have another shape, or the loss has none.
        """
        return copy_rows(self._rows_owner().weight, self.classes, weights, classes)

    def _rows_owner(self) -> ClassifierLoss:
        if self.classifier is None:
            raise InputError(f"{type(self.loss).__name__} has no row per speaker and recognises nobody")
        return self.classifier


@torch.no_grad()
def copy_rows(own: Tensor, names: Sequence[str], weights: Tensor, earlier_names: Sequence[str]) -> int:
    """Set rows from those of the same name; see `Head.adopt_rows`.

    Args:
        own: (names, ...), changed in place.
        names: names of its rows.
        weights: (earlier names, ...).
        earlier_names: names of its rows.

    Returns:
        How many rows were set.

    Raises:
        InputError: if the rows have another shape.
    """
    if weights.shape[1:] != own.shape[1:]:
        earlier, present = ("x".join(map(str, shape[1:])) for shape in (weights.shape, own.shape))
        raise InputError(f"earlier head has rows of {earlier}, this one of {present} values")
    row_of = {name: row for row, name in enumerate(earlier_names)}
    source = {name: row_of.get(name, row_of.get(name.partition("|")[0])) for name in names}
    kept = [(new, old) for new, name in enumerate(names) if (old := source[name]) is not None]
    for new, old in kept:
        own[new] = weights[old].to(own)
    return len(kept)


def loss_config(loss: str | Mapping[str, Plain]) -> dict[str, Plain]:
    """The setting of a stage as class_path and init_args."""
    return {"class_path": loss} if isinstance(loss, str) else dict(loss)


def targets_of(loss: str | Mapping[str, Plain]) -> frozenset[TargetName]:
    """What the loss of a stage has to know of the utterances: labels, domains, teacher.

    Args:
        loss: setting of a stage.

    Raises:
        InputError: if this names no loss.
    """
    return needed_targets(loss_config(loss))


def build_head(
    loss: str | Mapping[str, Plain],
    *,
    embedding_dim: int,
    classes: Sequence[str],
    scale: float | None = None,
    num_domains: int | None = None,
    teacher_dim: int | None = None,
    seed: int,
) -> Head:
    """Make the head of a stage.

    Args:
        loss: name or dotted path of a `Loss`, or the class_path and init_args of one or of a
            `JointObjective`; sizes and seed are filled in, in its terms too.
        embedding_dim: dimension of the encoder.
        classes: speaker ids.
        scale: value of the loss's argument `scale`; None leaves it to `loss`.
        num_domains: domains of the utterances, for a loss that asks.
        teacher_dim: dimension of the teacher's embeddings, for a loss that asks.
        seed: seed of the initial rows.

    Raises:
        InputError: if this names no loss, or one that does not take the arguments.
    """
    config = loss_config(loss)
    if scale is not None:
        arguments = config.get("init_args") or {}
        if not isinstance(arguments, Mapping) or "scale" in arguments:
            raise InputError(
                f"the scale of the loss is given twice, or its init_args are no mapping: {config}"
            )
        config["init_args"] = {**arguments, "scale": scale}
    sizes = LossSizes(
        embedding_dim=embedding_dim,
        num_classes=len(classes) or None,
        num_domains=num_domains or None,
        teacher_dim=teacher_dim,
        seed=seed,
    )
    built = build_loss(config, torch.nn.Module, sizes=sizes)
    if not isinstance(built, Loss | JointObjective):
        raise InputError(
            f"{config['class_path']} alone trains no head; make it a term of kowairo.losses.JointObjective"
        )
    return Head(built, classes)


def _classifiers(loss: torch.nn.Module) -> list[ClassifierLoss]:
    """All losses of a sum that have a row per speaker; of a level of identity over domains, none."""
    if isinstance(loss, JointObjective | WeightedSum):
        return [one for term in loss.losses for one in _classifiers(term)]
    classifier = loss.classifier if isinstance(loss, Loss) else None
    return [] if classifier is None else [classifier]


def _labels(targets: Targets) -> Tensor:
    if targets.labels is None:
        raise InputError("the loss needs labels, and the batch has none")
    return targets.labels


def save_head(loss: Loss | JointObjective, classes: Sequence[str], folder: Path) -> None:
    """Write `loss.safetensors` and `labels.json`.

    Args:
        loss: the head's loss.
        classes: class names in the order of the rows.
        folder: folder to write into.
    """
    rows = None if loss.classifier is None else loss.classifier.weight
    names = [name for name, parameter in loss.named_parameters() if parameter is rows]
    state = {name: tensor.detach().cpu().contiguous() for name, tensor in loss.state_dict().items()}
    with atomic_path(folder / "loss.safetensors") as path:
        # Which tensor has a row per speaker: a sum of losses keeps it under the name of its term.
        path.write_bytes(save(state, metadata={"rows": names[0] if names else ""}))
    write_json(folder / "labels.json", list(classes))


def load_head_rows(folder: Path) -> tuple[Tensor, list[str]] | None:
    """Read the class weights and names that `save_head` wrote.

    Args:
        folder: stage folder.

    Returns:
        (classes, dim) weights and the class names; None where the loss had no row per class.

    Raises:
        InputError: if the files are missing or do not fit together.
    """
    path = folder / "loss.safetensors"
    try:
        with safe_open(path, framework="pt") as file:
            key = (file.metadata() or {}).get("rows", _ROWS)
            rows: Tensor | None = file.get_tensor(key) if key in file.keys() else None  # noqa: SIM118 - no mapping
    except (OSError, SafetensorError) as error:
        raise InputError(f"{path}: cannot be read as a head: {error}") from error
    classes = [str(name) for name in read_json(folder / "labels.json")]
    if key == "":
        return None
    if rows is None or len(rows) != len(classes):
        raise InputError(f"{path}: does not fit labels.json beside it ({len(classes)} names)")
    return rows, classes
