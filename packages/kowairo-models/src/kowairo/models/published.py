"""Reading ECAPA-TDNN weights in the layouts that they are published in."""

from __future__ import annotations

import pickle
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import torch

from kowairo.core import InputError

from .ecapa import EcapaGroupNorm
from .state_keys import refuse_mismatch

NormKind = Literal["group", "batch"]

_PREFIXES = ("module.", "model.", "embedding_model.", "backbone.")
# What published files hold beside the backbone: an unused buffer of the front end, and training heads.
_BESIDE = re.compile(r"(^|\.)(fbank|classifier|projection|head|loss|mean_var_norm)\.")
_BATCH_STATISTICS = re.compile(r"\.(running_mean|running_var|num_batches_tracked)$")
_FIRST_KEY = "blocks.0.conv.conv.weight"


def load_published(path: Path, encoder: EcapaGroupNorm) -> NormKind:
    """Loads published weights into an encoder, wholly or not at all.

    Accepted layouts: SpeechBrain's own keys without prefix, or all under `backbone.`, `module.` or `model.`
    (also nested, `module.backbone.`), with GroupNorm or BatchNorm. BatchNorm is told by its running
    statistics: those are dropped, scales and offsets are taken over, as the anime encoder was started from
        SpeechBrain's. Such a network
    computes something else than it did under BatchNorm and is a start for training, not an encoder to use.
    Front-end buffers and classifiers beside the backbone are ignored.

    Args:
        path: a file of torch.save with a state dict, or with one under "state_dict" or "model"; read with
            weights_only, so that nothing in it can execute.
        encoder: takes the weights.

    Returns:
        "group" or "batch": which norm the file was trained with.

    Raises:
        InputError: not such a file, or keys or shapes do not all match; the message lists them.
    """
    state = read_state(path)
    backbone, norm = backbone_state(state)
    refuse_mismatch(backbone, encoder.backbone.state_dict(), source=str(path))
    encoder.backbone.load_state_dict(backbone)
    return norm


def backbone_state(state: Mapping[str, torch.Tensor]) -> tuple[dict[str, torch.Tensor], NormKind]:
    """The backbone's tensors of a published state, under SpeechBrain's keys.

    Args:
        state: key to tensor, in any of the layouts of `load_published`.

    Returns:
        The tensors without prefix, front end, classifier and running statistics; and the kind of norm.
    """
    prefix = _common_prefix(state)
    kept: dict[str, torch.Tensor] = {}
    norm: NormKind = "group"
    for key, value in state.items():
        short = key.removeprefix(prefix)
        if _BATCH_STATISTICS.search(short):
            norm = "batch"
        elif not _BESIDE.search(key):
            kept[short] = value
    return kept, norm


def _common_prefix(state: Mapping[str, torch.Tensor]) -> str:
    """The prefix of the backbone's first key, if it is made of known prefixes only."""
    for key in state:
        prefix = key.removesuffix(_FIRST_KEY)
        if prefix != key and re.fullmatch("|".join(_repeated(_PREFIXES)), prefix):
            return prefix
    return ""


def _repeated(prefixes: tuple[str, ...]) -> list[str]:
    return ["(" + "|".join(re.escape(prefix) for prefix in prefixes) + ")*"]


def read_state(path: Path) -> dict[str, torch.Tensor]:
    """The state dict in a file of torch.save, or under "state_dict" or "model" in it.

    Raises:
        InputError: no such file, or not a file of plain tensors.
    """
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except (pickle.UnpicklingError, RuntimeError, EOFError) as error:
        raise InputError(f"{path}: not a file of plain tensors: {error}") from error
    for key in ("state_dict", "model"):
        if isinstance(content, Mapping) and isinstance(content.get(key), Mapping):
            content = content[key]
    if not isinstance(content, Mapping) or not all(isinstance(v, torch.Tensor) for v in content.values()):
        raise InputError(f"{path}: expected a state dict of tensors, got {type(content).__name__}")
    return dict(content)
