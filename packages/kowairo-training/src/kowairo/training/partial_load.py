"""Taking over those weights of a file that an encoder of another form has too."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import safetensors
import torch
from safetensors.torch import load_file

from kowairo.core import InputError
from kowairo.models import Encoder
from kowairo.models.published import read_state

# What files put before an encoder's names, or leave away.
_PREFIXES = ("", "backbone.", "module.", "model.", "encoder.", "embedding_model.", "module.backbone.")
_SHOWN = 5


@dataclass(frozen=True)
class PartialLoad:
    """What was taken over and what was not.

    Attributes:
        loaded: names of the tensors that were loaded.
        fresh: names of the encoder's tensors that keep their new values, with the reason.
        unused: names of the file's tensors that found no place.
    """

    loaded: list[str]
    fresh: dict[str, str]
    unused: list[str]

    def summary(self) -> str:
        """One line: how many tensors were loaded, and which were not."""
        total = len(self.loaded) + len(self.fresh)
        text = f"{len(self.loaded)} of {total} tensors loaded"
        if self.fresh:
            text += "; not loaded: " + _some([f"{name} ({why})" for name, why in self.fresh.items()])
        if self.unused:
            text += "; not used: " + _some(self.unused)
        return text


def load_matching(encoder: Encoder, state: Mapping[str, torch.Tensor], *, source: str) -> PartialLoad:
    """Load the tensors whose name and shape the encoder has; under one prefix more or less, if need be.

    Args:
        encoder: encoder; its other tensors stay as they are.
        state: tensors by name.
        source: what messages call the state.

    Returns:
        The account.

    Raises:
        InputError: if not one parameter fits: training would start from nothing and nobody would notice.
    """
    own = encoder.state_dict()
    renamed = max((_renamed(state, own, prefix) for prefix in _PREFIXES), key=lambda found: len(found[0]))
    names, given = renamed
    parameters = {name for name, _ in encoder.named_parameters()}
    if not parameters.intersection(names):
        raise InputError(
            f"{source}: not one of its {len(state)} tensors fits {type(encoder).__name__} "
            f"({len(parameters)} parameters); it has {_some(sorted(state))}, the encoder {_some(sorted(own))}"
        )
    encoder.load_state_dict({**own, **{name: state[key] for name, key in names.items()}})
    fresh = {
        name: f"{tuple(value.shape)}, there {tuple(state[given[name]].shape)}" if name in given else "missing"
        for name, value in own.items()
        if name not in names
    }
    used = set(names.values())
    return PartialLoad(list(names), fresh, [key for key in state if key not in used])


def read_tensors(path: Path) -> dict[str, torch.Tensor]:
    """Read a file of weights: safetensors, or torch's format without anything that could execute.

    Args:
        path: the file.

    Raises:
        InputError: if it is neither.
    """
    if path.suffix != ".safetensors":
        return read_state(path)
    try:
        return load_file(path)
    except (OSError, safetensors.SafetensorError) as error:
        raise InputError(f"{path}: not a safetensors file: {error}") from error


def _renamed(
    state: Mapping[str, torch.Tensor], own: Mapping[str, torch.Tensor], prefix: str
) -> tuple[dict[str, str], dict[str, str]]:
    """Keys of the state by own name, of those whose shape fits, and of all; `prefix` more or less."""
    given = {key.removeprefix(prefix): key for key in state}
    given |= {prefix + key: key for key in state}
    known = {name: key for name, key in given.items() if name in own}
    return {name: key for name, key in known.items() if state[key].shape == own[name].shape}, known


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
