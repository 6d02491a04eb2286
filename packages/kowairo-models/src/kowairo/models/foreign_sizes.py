"""Which known network a state belongs to, and how large it is, from its keys and shapes."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping

import torch

from .build import Plain
from .wespeaker_ecapa_keys import speechbrain_state

Shapes = Mapping[str, tuple[int, ...]]
_PREFIX = re.compile(r"^((module|model|embedding_model|backbone)\.)+")
_RESNET_STAGES = 4


def recognize(state: Mapping[str, torch.Tensor]) -> dict[str, Plain] | None:
    """The configuration of the encoder that a published state belongs to.

    Known are ECAPA-TDNN of SpeechBrain, of WeSpeaker, and with GroupNorm (the anime encoder's), WeSpeaker's
    ResNet34, and CAM++ with 3D-Speaker's front end.

    Args:
        state: key to tensor, also under prefixes such as `module.`.

    Returns:
        class_path and init_args; None for another network.
    """
    shapes = {_PREFIX.sub("", key): tuple(value.shape) for key, value in state.items()}
    for key, configure in _KNOWN:
        if key in shapes:
            with contextlib.suppress(KeyError, IndexError):  # a relative of a known one, with other parts
                return configure(shapes)
    return None


def _speechbrain_ecapa(shapes: Shapes) -> dict[str, Plain]:
    sizes = _ecapa_sizes(shapes)
    if any(key.endswith("running_mean") for key in shapes):
        return _config("EcapaBatchNorm", {"implementation": "speechbrain", **sizes})
    return _config("EcapaGroupNorm", sizes)


def _wespeaker_ecapa(shapes: Shapes) -> dict[str, Plain]:
    # Only names and shapes are looked at, so tensors without memory do.
    hollow = {key: torch.empty(shape, device="meta") for key, shape in shapes.items()}
    renamed = speechbrain_state(hollow, res2net_scale=1)
    sizes = _ecapa_sizes({key: tuple(value.shape) for key, value in renamed.items()})
    return _config("EcapaBatchNorm", {"implementation": "wespeaker", **sizes})


def _ecapa_sizes(shapes: Shapes) -> dict[str, Plain]:
    blocks = [
        f"blocks.{i}" for i in range(1, _count(shapes, "blocks.{}.tdnn1.conv.conv.weight", first=1) + 1)
    ]
    channels: list[Plain] = [shapes["blocks.0.conv.conv.weight"][0]]
    kernels: list[Plain] = [shapes["blocks.0.conv.conv.weight"][2]]
    for block in blocks:
        channels.append(shapes[f"{block}.tdnn1.conv.conv.weight"][0])
        kernels.append(shapes[f"{block}.res2net_block.blocks.0.conv.conv.weight"][2])
    channels.append(shapes["mfa.conv.conv.weight"][0])
    kernels.append(shapes["mfa.conv.conv.weight"][2])
    return {
        "channels": channels,
        "kernel_sizes": kernels,
        "attention_channels": shapes["asp.tdnn.conv.conv.weight"][0],
        "res2net_scale": 1 + _count(shapes, "blocks.1.res2net_block.blocks.{}.conv.conv.weight"),
        "se_channels": shapes["blocks.1.se_block.conv1.conv.weight"][0],
        "embedding_dim": shapes["fc.conv.weight"][0],
    }


def _resnet34(shapes: Shapes) -> dict[str, Plain]:
    stages = range(1, _RESNET_STAGES + 1)
    blocks: list[Plain] = [_count(shapes, f"layer{stage}.{{}}.conv1.weight") for stage in stages]
    channels, dim = shapes["conv1.weight"][0], shapes["seg_1.weight"][0]
    return _config("ResNet34", {"channels": channels, "num_blocks": blocks, "embedding_dim": dim})


def _campplus(shapes: Shapes) -> dict[str, Plain]:
    tdnn = shapes["xvector.tdnn.linear.weight"]
    growth = shapes["xvector.block1.tdnnd1.cam_layer.linear_local.weight"][0]
    dim = shapes["xvector.dense.linear.weight"][0]
    return _config(
        "CamPlusPlus", {"embedding_dim": dim, "growth_channels": growth, "first_channels": tdnn[0]}
    )


def _count(shapes: Shapes, pattern: str, *, first: int = 0) -> int:
    """How many keys of a pattern there are, numbered without a gap."""
    number = first
    while pattern.format(number) in shapes:
        number += 1
    return number - first


def _config(name: str, arguments: dict[str, Plain]) -> dict[str, Plain]:
    return {"class_path": f"kowairo.models.{name}", "init_args": arguments}


_KNOWN: tuple[tuple[str, Callable[[Shapes], dict[str, Plain]]], ...] = (
    ("blocks.0.conv.conv.weight", _speechbrain_ecapa),
    ("layer1.conv.weight", _wespeaker_ecapa),
    ("seg_1.weight", _resnet34),
    ("xvector.tdnn.linear.weight", _campplus),
)
"""A key that only this network has, and what reads its sizes."""
