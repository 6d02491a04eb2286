"""Reading published weights of the backbones whose state keeps the keys of where it was published."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import nn

from kowairo.core import InputError

from .ecapa_batch_norm import EcapaBatchNorm
from .encoder import Encoder
from .published import read_state
from .state_keys import refuse_mismatch
from .wespeaker_ecapa_keys import speechbrain_state

# Published files put these before the network's own keys, also one after another.
_PREFIXES = ("", "module.", "model.", "embedding_model.", "backbone.")
# What published files hold beside the network: training heads, and buffers of a front end.
_BESIDE = re.compile(r"^(module\.|model\.)?(projection|classifier|loss|fbank|mean_var_norm)\.")
_WESPEAKER_KEY = "layer1.conv.weight"
_COUNTER = ".num_batches_tracked"


def load_backbone(path: Path, encoder: Encoder) -> None:
    """Loads published weights into an encoder, wholly or not at all.

    For encoders whose `backbone` has the keys of the published network: CamPlusPlus (3D-Speaker), ResNet34,
    XVector and ReDimNet (WeSpeaker), EcapaBatchNorm (SpeechBrain, and WeSpeaker's keys renamed).

    Prefixes `module.`, `model.`, `embedding_model.` and `backbone.` are taken off; classifiers beside the
    network are ignored; counters of batches may be missing, as in old files.

    Args:
        path: a file of torch.save with a state dict, or with one under "state_dict" or "model"; read with
            weights_only, so that nothing in it can execute.
        encoder: takes the weights.

    Raises:
        InputError: not such a file, the encoder has no backbone, or keys or shapes do not all match; the
            message lists them.
    """
    backbone = getattr(encoder, "backbone", None)
    if not isinstance(backbone, nn.Module):
        raise InputError(f"{type(encoder).__name__} has no backbone to load weights into")
    expected = backbone.state_dict()
    state = {key: value for key, value in read_state(path).items() if not _BESIDE.search(key)}
    if isinstance(encoder, EcapaBatchNorm):
        state = _speechbrain_keys(state, encoder)
    prefix = _prefix_of(state, expected)
    found = {key.removeprefix(prefix): value for key, value in state.items()}
    for key, value in expected.items():
        if key.endswith(_COUNTER):
            found.setdefault(key, value)
    refuse_mismatch(found, expected, source=str(path))
    backbone.load_state_dict(found)


def _speechbrain_keys(state: Mapping[str, torch.Tensor], encoder: EcapaBatchNorm) -> dict[str, torch.Tensor]:
    """Renames WeSpeaker's keys; leaves SpeechBrain's."""
    prefix = next((key.removesuffix(_WESPEAKER_KEY) for key in state if key.endswith(_WESPEAKER_KEY)), "")
    bare = {key.removeprefix(prefix): value for key, value in state.items()}
    return speechbrain_state(bare, res2net_scale=encoder.res2net_scale)


def _prefix_of(state: Mapping[str, torch.Tensor], expected: Mapping[str, torch.Tensor]) -> str:
    """The prefix under which most expected keys are found; the shortest of equals."""
    prefixes = sorted({first + second for first in _PREFIXES for second in _PREFIXES}, key=len)
    return max(prefixes, key=lambda prefix: sum(prefix + key in state for key in expected))
