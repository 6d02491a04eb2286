"""What a stage starts from: a fresh encoder, a checkpoint, published weights or the stage before."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch

from kowairo.core import InputError, file_digest
from kowairo.models import EcapaGroupNorm, Encoder, build_encoder, load_encoder, load_published
from kowairo.models.build import Plain
from kowairo.models.checkpoint import read_config

from .saved_levels import LEVELS_NAME


@dataclass(frozen=True, eq=False)
class StageStart:
    """Encoder to train, and the head rows of an earlier stage.

    Attributes:
        encoder: encoder with its starting weights.
        encoder_config: class_path and init_args that rebuild it.
        digest: SHA-256 over configuration and weights.
        head_folder: stage folder whose head rows go on; None for a new head.
    """

    encoder: Encoder
    encoder_config: dict[str, Plain]
    digest: str
    head_folder: Path | None = None


def stage_start(
    *, encoder: Mapping[str, Plain] | None = None, init: Path | None = None, seed: int = 0
) -> StageStart:
    """Find what a stage starts from.

    Args:
        encoder: class_path and init_args of a new encoder; needed without `init`, and with a file of
            published weights.
        init: folder of an earlier stage, checkpoint folder, or file of published weights.
        seed: seed of fresh weights.

    Returns:
        The start; every tensor of `init` is loaded, or an error raised.

    Raises:
        InputError: if the two arguments do not fit, or `init` is none of these.
    """
    if init is None:
        if encoder is None:
            raise InputError(
                "training starts from an encoder (class_path and init_args) or from init; neither given"
            )
        return _fresh(dict(encoder), seed)
    if init.is_file():
        if encoder is None:
            raise InputError(
                f"{init} holds weights only; say which encoder they belong to (class_path and init_args)"
            )
        start = _fresh(dict(encoder), seed)
        if not isinstance(start.encoder, EcapaGroupNorm):
            raise InputError(
                f"{init}: published weights belong to EcapaGroupNorm, not {type(start.encoder).__name__}"
            )
        load_published(init, start.encoder)
        digest = _digest(start.encoder_config, [file_digest(init)])
        return StageStart(start.encoder, start.encoder_config, digest)
    return _from_folder(init)


def _fresh(config: dict[str, Plain], seed: int) -> StageStart:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        encoder = build_encoder(config)
    return StageStart(encoder, config, _digest(config, []))


def _from_folder(init: Path) -> StageStart:
    checkpoint = init / "checkpoint" if (init / "checkpoint").is_dir() else init
    if not (checkpoint / "model.safetensors").is_file():
        raise InputError(f"{init}: neither a stage folder nor a checkpoint folder nor a file of weights")
    config = read_config(checkpoint)
    digests = [file_digest(checkpoint / "model.safetensors")]
    has_head = (init / "loss.safetensors").is_file()
    if has_head:
        digests += [file_digest(init / name) for name in ("loss.safetensors", "labels.json")]
        if (init / LEVELS_NAME).is_file():
            digests.append(file_digest(init / LEVELS_NAME))
    return StageStart(load_encoder(checkpoint), config, _digest(config, digests), init if has_head else None)


def _digest(config: Mapping[str, Plain], digests: list[str]) -> str:
    text = json.dumps([config, digests], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
