"""The classification head: a loss with one weight row per speaker, carried on by speaker id."""

import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from kowairo.core import InputError, atomic_path, read_json, write_json
from kowairo.losses import Loss


@runtime_checkable
class ClassifierLoss(Protocol):
    """What staged training needs of a loss besides `Loss`: a settable margin, class weights, logits.

    Attributes:
        margin_rad: margin in radians.
        weight: (classes, dim) class weights.
    """

    margin_rad: float
    weight: torch.nn.Parameter

    def logits(self, embeddings: Tensor) -> Tensor:
        """Margin-free logits (batch, classes) of embeddings (batch, dim)."""
        ...


class Head(torch.nn.Module):
    """A classifier loss with the names of its classes.

    Args:
        loss: loss with one weight row per class.
        classes: class names in the order of the rows.

    Raises:
        InputError: if the loss is not a classifier loss, or rows and names differ in number.
    """

    def __init__(self, loss: Loss, classes: Sequence[str]) -> None:
        super().__init__()
        if not isinstance(loss, ClassifierLoss):
            raise InputError(
                f"{type(loss).__name__} has no margin_rad, weight and logits: staged training needs them"
            )
        if len(classes) != loss.weight.shape[0]:
            raise InputError(f"{len(classes)} class names for {loss.weight.shape[0]} weight rows")
        self.loss = loss
        self.classes = list(classes)

    def forward(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        """Loss of embeddings (batch, dim) with labels (batch,); a scalar."""
        value: Tensor = self.loss(embeddings, labels)
        return value

    @torch.no_grad()
    def logits(self, embeddings: Tensor) -> Tensor:
        """Margin-free logits (batch, classes) of embeddings (batch, dim), without gradient."""
        return self._classifier.logits(embeddings)

    def set_margin(self, margin_rad: float) -> None:
        """Set the margin, in radians."""
        self._classifier.margin_rad = margin_rad

    @torch.no_grad()
    def adopt_rows(self, weights: Tensor, classes: Sequence[str]) -> int:
        """Take over the rows of classes that an earlier head had; the others stay as they are.

        A speed copy ("speaker|0.9") that is new starts from its speaker's row: the voices are alike at
        first, and from a random row the first epoch would go into finding the neighbourhood again.

        Args:
            weights: (earlier classes, dim) rows of the earlier head.
            classes: their names.

        Returns:
            How many rows come from the earlier head.

        Raises:
            InputError: if the rows have another dimension.
        """
        own = self._classifier.weight
        if weights.shape[1] != own.shape[1]:
            raise InputError(
                f"earlier head has rows of {weights.shape[1]}, this one of {own.shape[1]} values"
            )
        row_of = {name: row for row, name in enumerate(classes)}
        source = {name: row_of.get(name, row_of.get(name.partition("|")[0])) for name in self.classes}
        kept = [(new, old) for new, name in enumerate(self.classes) if (old := source[name]) is not None]
        for new, old in kept:
            own[new] = weights[old].to(own)
        return len(kept)

    @property
    def _classifier(self) -> ClassifierLoss:
        loss = self.loss
        if not isinstance(loss, ClassifierLoss):
            raise TypeError(f"{type(loss).__name__} is no classifier loss")
        return loss


def build_head(
    class_path: str, *, embedding_dim: int, classes: Sequence[str], scale: float, seed: int
) -> Head:
    """Make the head of a stage.

    Args:
        class_path: dotted path of a `Loss` with arguments (embedding_dim, num_classes, scale=, seed=).
        embedding_dim: dimension of the encoder.
        classes: speaker ids.
        scale: factor on the cosines.
        seed: seed of the initial rows.

    Raises:
        InputError: if the path names no such class.
    """
    module_name, _, name = class_path.rpartition(".")
    try:
        found = getattr(importlib.import_module(module_name), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise InputError(f"loss {class_path!r} cannot be imported: {error}") from error
    if not (isinstance(found, type) and issubclass(found, Loss)):
        raise InputError(f"loss {class_path!r} is not a kowairo.losses.Loss")
    # The Loss contract leaves constructors open; the Head checks that the object fits.
    loss = found(embedding_dim, len(classes), scale=scale, seed=seed)
    return Head(loss, classes)


def save_head(state: Mapping[str, Tensor], classes: Sequence[str], folder: Path) -> None:
    """Write `loss.safetensors` and `labels.json`.

    Args:
        state: state of the head's loss.
        classes: class names in the order of the rows.
        folder: folder to write into.
    """
    with atomic_path(folder / "loss.safetensors") as path:
        save_file({name: tensor.detach().cpu().contiguous() for name, tensor in state.items()}, path)
    write_json(folder / "labels.json", list(classes))


def load_head_rows(folder: Path) -> tuple[Tensor, list[str]]:
    """Read the class weights and names that `save_head` wrote.

    Args:
        folder: stage folder.

    Returns:
        (classes, dim) weights and the class names.

    Raises:
        InputError: if the files are missing or do not fit together.
    """
    path = folder / "loss.safetensors"
    try:
        state = load_file(path)
    except (OSError, SafetensorError) as error:
        raise InputError(f"{path}: cannot be read as a head: {error}") from error
    classes = [str(name) for name in read_json(folder / "labels.json")]
    if "weight" not in state or len(state["weight"]) != len(classes):
        raise InputError(f"{path}: does not fit labels.json beside it ({len(classes)} names)")
    return state["weight"], classes
