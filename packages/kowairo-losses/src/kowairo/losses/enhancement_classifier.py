"""The classifier that an extractor was trained with, from its file."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path
from pickle import UnpicklingError

import safetensors
import torch
from safetensors.torch import load_file

from kowairo.core import InputError


def read_classifier(path: Path) -> tuple[torch.Tensor, torch.Tensor]:
    """Read the linear layer over speakers; nothing in the file is executed.

    Args:
        path: safetensors, or a file of torch.save with tensors only, whose keys are `weight` and `bias` or
            end in `fc.weight` and `fc.bias` (as `__L__.softmax.fc.weight` of voxceleb_trainer).

    Returns:
        Weight (speakers, dim) and bias (speakers,), float32.

    Raises:
        InputError: the file is missing or damaged, or holds no such layer or several.
    """
    state = _read_tensors(Path(path))
    found = [key for key in state if key == "weight" or key.endswith("fc.weight")]
    found = [key for key in found if key.removesuffix("weight") + "bias" in state]
    if len(found) != 1:
        raise InputError(f"{path}: expected one classifier (fc.weight and fc.bias), found {sorted(found)}")
    weight, bias = state[found[0]], state[found[0].removesuffix("weight") + "bias"]
    if weight.ndim != 2 or bias.shape != weight.shape[:1]:
        raise InputError(
            f"{path}: expected weight (speakers, dim) and bias, got {weight.shape}, {bias.shape}"
        )
    return weight.float(), bias.float()


def _read_tensors(path: Path) -> Mapping[str, torch.Tensor]:
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    if path.suffix == ".safetensors":
        try:
            return load_file(path)
        except safetensors.SafetensorError as error:
            raise InputError(f"{path}: not a safetensors file: {error}") from error
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, UnpicklingError, struct.error) as error:
        raise InputError(f"{path}: not a file of plain tensors") from error
    if not isinstance(state, dict):
        raise InputError(f"{path}: expected tensors by name, got {type(state).__name__}")
    return {key: value for key, value in state.items() if isinstance(value, torch.Tensor)}
