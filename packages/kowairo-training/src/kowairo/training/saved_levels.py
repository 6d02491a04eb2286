"""Levels of identity on disk: the projection and rows of each, and a checkpoint that embeds at each."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import safe_open
from torch import Tensor, nn

from kowairo.core import InputError, read_json, write_json
from kowairo.losses import DomainIdentityLevel, IdentityLevel, identity_levels
from kowairo.models import Encoder, ProjectedEncoder, save_checkpoint
from kowairo.models.build import Plain

from .head import Head, copy_rows, load_head_rows

_log = logging.getLogger(__name__)

LEVELS_NAME = "levels.json"


@dataclass(frozen=True, eq=False)
class SavedLevel:
    """What a stage kept of a level.

    Attributes:
        projection: (level dim, dim).
        rows: class rows, (classes, level dim) or (classes, centres, level dim).
        domains: names of the rows of a level over domains; None for the level of the labels, whose names
            stand in `labels.json`.
    """

    projection: Tensor
    rows: Tensor
    domains: list[str] | None


def save_levels(loss: nn.Module, domains: Sequence[str], folder: Path) -> None:
    """Write `levels.json` beside `loss.safetensors`, whose tensors it names; nothing where there is no level.

    Args:
        loss: the head's loss.
        domains: names of the domains in the order of their rows.
        folder: stage folder.
    """
    keys = {id(parameter): name for name, parameter in loss.named_parameters()}
    levels = {
        name: {
            "projection": keys[id(level.projection.weight)],
            "rows": keys[id(level.weight)],
            "domains": list(domains) if isinstance(level, DomainIdentityLevel) else None,
        }
        for name, level in identity_levels(loss).items()
    }
    if levels:
        write_json(folder / LEVELS_NAME, levels)
    else:
        (folder / LEVELS_NAME).unlink(missing_ok=True)


def load_levels(folder: Path) -> dict[str, SavedLevel]:
    """Read what `save_levels` wrote.

    Args:
        folder: stage folder.

    Returns:
        Levels by name; none where the stage had none.

    Raises:
        InputError: if names and tensors do not fit together.
    """
    if not (folder / LEVELS_NAME).is_file():
        return {}
    path = folder / "loss.safetensors"
    with safe_open(path, framework="pt") as file:
        known = set(file.keys())
        found = {}
        for name, level in read_json(folder / LEVELS_NAME).items():
            if not {level["projection"], level["rows"]} <= known:
                raise InputError(f"{path}: has no tensors of the level {name}; {LEVELS_NAME} is of another")
            projection, rows = (file.get_tensor(level[key]) for key in ("projection", "rows"))
            found[name] = SavedLevel(projection, rows, level["domains"])
    return found


def save_level_checkpoints(
    encoder: Encoder,
    loss: nn.Module,
    out: Path,
    *,
    config: Mapping[str, Plain],
    card: Mapping[str, Plain],
) -> None:
    """Write `checkpoint_<level>/` for each level of an objective: the trunk behind its projection.

    Args:
        encoder: the trunk.
        loss: the head's loss.
        out: stage folder.
        config: class_path and init_args of the trunk.
        card: card of the trunk's checkpoint.
    """
    for name, level in identity_levels(loss).items():
        dim = level.projection.weight.shape[0]
        projected = ProjectedEncoder(encoder=encoder, projection_dim=dim)
        with torch.no_grad():
            projected.projection.weight.copy_(level.projection.weight)
        save_checkpoint(
            projected,
            out / f"checkpoint_{name}",
            config={
                "class_path": "kowairo.models.ProjectedEncoder",
                "init_args": {"encoder": dict(config), "projection_dim": dim},
            },
            card={**card, "level": name},
        )


def continue_head(head: Head, folder: Path, domains: Sequence[str]) -> None:
    """Go on with what an earlier stage learned: class rows by name, projections and rows of levels by theirs.

    Rows that an earlier stage learned behind a projection which this one does not have are brought back into
    the space of the embeddings: the cosine of W e with r goes as e with W^T r.

    Args:
        head: head of this stage.
        folder: folder of the earlier stage.
        domains: names of this stage's domains in the order of their rows.

    Raises:
        InputError: if rows or a projection have another shape.
    """
    rows = load_head_rows(folder)
    if rows is None:
        return
    saved, own = load_levels(folder), identity_levels(head.loss)
    weights, classes = rows
    earlier = next((name for name, level in saved.items() if level.domains is None), None)
    if earlier is not None and earlier not in own:
        weights = weights @ saved[earlier].projection
    if head.classifier is not None:
        kept = head.adopt_rows(weights, classes)
        _log.info("%d of %d classes go on from an earlier head row", kept, len(head.classes))
    for name, level in own.items():
        if name in saved:
            _adopt_level(level, saved[name], domains)


@torch.no_grad()
def _adopt_level(
    level: IdentityLevel | DomainIdentityLevel, saved: SavedLevel, domains: Sequence[str]
) -> None:
    projection = level.projection.weight
    if projection.shape != saved.projection.shape:
        earlier, present = ("x".join(map(str, one.shape)) for one in (saved.projection, projection))
        raise InputError(
            f"level {level.projection.name}: the earlier projection is {earlier}, this one {present}"
        )
    projection.copy_(saved.projection)
    if isinstance(level, DomainIdentityLevel) and saved.domains is not None:
        copy_rows(level.weight, domains, saved.rows, saved.domains)
