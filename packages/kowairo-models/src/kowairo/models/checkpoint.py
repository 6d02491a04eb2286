"""Checkpoint folders: weights, the configuration that rebuilds the encoder, and a card."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import safetensors
import torch
import yaml
from safetensors.torch import load_file, save
from torch import nn

from kowairo.core import (
    InputError,
    TrainingRecord,
    atomic_folder,
    atomic_path,
    encoder_folder,
    file_digest,
    read_json,
    write_json,
)
from kowairo.core.training_record import RECORD_NAME

from .build import Plain, build_encoder
from .encoder import Encoder
from .enhanced_encoder import EnhancedEncoder
from .state_keys import refuse_mismatch
from .trunk import is_encoder_name, trunk_folder, trunk_key, trunk_name, with_trunk

_WEIGHTS, _CONFIG, _CARD, _CARD_TEXT = "model.safetensors", "config.yaml", "card.json", "card.md"
# Small, and a variance below the smallest half-precision number would be lost.
_KEPT_WHOLE = ("running_mean", "running_var")


def save_checkpoint(
    encoder: Encoder,
    folder: Path,
    *,
    config: Mapping[str, Plain],
    card: Mapping[str, Plain] | None = None,
    record: TrainingRecord | None = None,
    storage: torch.dtype | None = None,
) -> None:
    """Writes a checkpoint folder; it appears whole or not at all, and replaces an older one.

    Args:
        encoder: the encoder whose parameters are saved.
        folder: the folder to write: model.safetensors, config.yaml, card.json and card.md.
        config: {"class_path", "init_args"} that `build_encoder` rebuilds this encoder from.
        card: what a user must know: training data, licence, operating points.
        record: the audio and speakers trained on; becomes training_record.bin, which the card names under
            `training`.
        storage: floating type of the stored weights; None keeps that of the encoder. Running statistics, and
            tensors with a number that float16 has no place for, keep theirs. Loading gives float32 again.

    Raises:
        InputError: config rebuilds an encoder with other parameters than this one's, or is not plain data.
    """
    rebuilt = build_encoder(config)
    state = {key: _stored(key, value, storage) for key, value in encoder.state_dict().items()}
    refuse_mismatch(state, rebuilt.state_dict(), source="the encoder to save, against its config")
    with atomic_folder(folder) as unfinished:
        # Written by Python, whose errors say what is the matter with the disk.
        (unfinished / _WEIGHTS).write_bytes(save(state))
        text = yaml.safe_dump(_plain(config), sort_keys=False, allow_unicode=True)
        (unfinished / _CONFIG).write_text(text, encoding="utf-8")
        full = dict(card or {})
        if record is not None:
            full["training"] = _write_record(record, unfinished, full.get("training"))
        _write_card(unfinished, config, full, encoder)


def attach_record(folder: Path, record: TrainingRecord, *, facts: Mapping[str, Plain] | None = None) -> None:
    """Adds a training record to a checkpoint folder, in place of an earlier one.

    Args:
        folder: the checkpoint folder; its other files stay as they are.
        record: the audio and speakers trained on.
        facts: what the card shall say about the training besides.

    Raises:
        InputError: not a checkpoint folder.
    """
    encoder, card = load_encoder(folder), read_card(folder)
    # The record first: a job that is killed in between leaves a card that speaks of no record.
    known = card.get("training")
    told = {**(known if isinstance(known, dict) else {}), **(facts or {})}
    training = _write_record(record, folder, told)
    _write_card(folder, read_config(folder), {**card, "training": training}, encoder)


def load_encoder(folder: Path) -> Encoder:
    """Rebuilds the encoder of a checkpoint folder, in evaluation mode on the CPU.

    Nothing in the folder can execute: the configuration is plain YAML that may name subclasses of Encoder and
    FrontEnd only, the weights are safetensors.

    Args:
        folder: a folder written by `save_checkpoint`.

    Returns:
        The encoder with its weights.

    Raises:
        InputError: a file is missing or damaged, or weights and configuration disagree (with the list of
        keys).
    """
    encoder = build_encoder(read_config(folder))
    state = _read_state(folder)
    refuse_mismatch(state, encoder.state_dict(), source=str(folder / _WEIGHTS))
    encoder.load_state_dict(state)
    return encoder.eval()


def _read_state(folder: Path) -> dict[str, torch.Tensor]:
    """The weights of a checkpoint folder, with those of an encoder that it only names."""
    path = folder / _WEIGHTS
    try:
        state: dict[str, torch.Tensor] = load_file(path)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file; is {folder} a checkpoint folder?") from error
    except safetensors.SafetensorError as error:
        raise InputError(f"{path}: not a safetensors file: {error}") from error
    trunk = checkpoint_trunk(folder)
    if trunk is not None:
        front = _read_state(trunk_folder(trunk, folder))
        state |= {trunk_key(key): value for key, value in front.items()}
    return state


def _stored(key: str, value: torch.Tensor, storage: torch.dtype | None) -> torch.Tensor:
    tensor = value.detach().cpu().contiguous()
    if storage is None or not tensor.is_floating_point() or key.endswith(_KEPT_WHOLE):
        return tensor
    converted = tensor.to(storage)
    return converted if bool(converted.isfinite().all()) else tensor


def _write_record(record: TrainingRecord, folder: Path, facts: Plain) -> dict[str, Plain]:
    """Writes the file and completes what the card says about the training."""
    record.write(folder / RECORD_NAME)
    described: dict[str, Plain] = {
        "record": RECORD_NAME,
        "sha256": file_digest(folder / RECORD_NAME),
        "utterances": record.num_utterances,
        "speakers": record.num_speakers,
    }
    if record.unrecorded:
        described["unrecorded"] = list(record.unrecorded)
    return {**(facts if isinstance(facts, dict) else {}), **described}


def _write_card(
    folder: Path, config: Mapping[str, Plain], card: Mapping[str, Plain], encoder: Encoder
) -> None:
    with atomic_path(folder / _CARD_TEXT) as partial:
        partial.write_text(_card_text(config, card, encoder), encoding="utf-8")
    write_json(folder / _CARD, _plain(card))


def save_behind(
    enhancer: nn.Module,
    folder: Path,
    *,
    trunk: str,
    config: Mapping[str, Plain],
    card: Mapping[str, Plain],
    record: TrainingRecord | None = None,
    storage: torch.dtype | None = None,
) -> None:
    """Writes a checkpoint folder that holds an enhancement net alone and names the encoder in front of it.

    It loads as `EnhancedEncoder` where that encoder is there with the very weights that it has here.

    Args:
        enhancer: the net.
        folder: the folder to write.
        trunk: name of the encoder in front.
        config: {"class_path", "init_args"} that the net is rebuilt from.
        card: what a user must know.
        record: as of `save_checkpoint`.
        storage: as of `save_checkpoint`.

    Raises:
        InputError: the named encoder is not there, or the net does not fit behind it.
    """
    if not is_encoder_name(trunk):
        raise InputError(f"expected the name of an encoder in front of the net, got {trunk!r}")
    front = encoder_folder(trunk)
    both = EnhancedEncoder(encoder=load_encoder(front), enhancer=enhancer)
    whole: dict[str, Plain] = {
        "class_path": "kowairo.models.EnhancedEncoder",
        "init_args": {"encoder": trunk, "enhancer": _plain(config)},
    }
    build_encoder(with_trunk(whole, read_config(front)))
    state = {f"enhancer.{key}": _stored(key, value, storage) for key, value in enhancer.state_dict().items()}
    with atomic_folder(folder) as unfinished:
        (unfinished / _WEIGHTS).write_bytes(save(state))
        text = yaml.safe_dump(whole, sort_keys=False, allow_unicode=True)
        (unfinished / _CONFIG).write_text(text, encoding="utf-8")
        full: dict[str, Plain] = {**card, "trunk": {"name": trunk, "sha256": file_digest(front / _WEIGHTS)}}
        if record is not None:
            full["training"] = _write_record(record, unfinished, full.get("training"))
        _write_card(unfinished, whole, full, both)


def read_config(folder: Path) -> dict[str, Plain]:
    """The configuration of a checkpoint folder, with that of an encoder that it only names.

    Raises:
        InputError: config.yaml is missing, is not plain YAML, or is not a mapping; or the named encoder is
            not there.
    """
    config = _read_yaml(folder)
    trunk = trunk_name(config)
    return config if trunk is None else with_trunk(config, read_config(trunk_folder(trunk, folder)))


def checkpoint_trunk(folder: Path) -> str | None:
    """Name of the encoder that a checkpoint folder needs beside its own weights, None if it needs none.

    Raises:
        InputError: as of `read_config`.
    """
    return trunk_name(_read_yaml(folder))


def _read_yaml(folder: Path) -> dict[str, Plain]:
    path = folder / _CONFIG
    try:
        config: Plain = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file; is {folder} a checkpoint folder?") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not plain YAML: {error}") from error
    if not isinstance(config, dict):
        raise InputError(f"{path}: expected class_path and init_args, got {config!r}")
    return config


def read_card(folder: Path) -> dict[str, Plain]:
    """The card of a checkpoint folder, as it was given to `save_checkpoint`."""
    card: dict[str, Plain] = read_json(folder / _CARD)
    return card


def _plain(value: Plain | Mapping[str, Plain] | tuple[Plain, ...]) -> Plain:
    """Copies mappings to dict and tuples to list; refuses what YAML would need a tag for."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise InputError(
        f"expected plain data (numbers, text, lists, mappings), got {type(value).__name__} {value!r}"
    )


def _card_text(config: Mapping[str, Plain], card: Mapping[str, Plain], encoder: Encoder) -> str:
    count = sum(parameter.numel() for parameter in encoder.parameters())
    facts: dict[str, Plain] = {
        "encoder": config.get("class_path"),
        "parameters": count,
        "embedding dimension": encoder.embedding_dim,
        "sample rate (Hz)": encoder.sample_rate_hz,
    }
    return "# Speaker encoder\n\n" + "".join(_card_lines({**facts, **card}, indent=""))


def _card_lines(card: Mapping[str, Plain], *, indent: str) -> list[str]:
    lines = []
    for key, value in card.items():
        if isinstance(value, Mapping):
            lines += [f"{indent}- {key}:\n", *_card_lines(value, indent=indent + "  ")]
        else:
            lines.append(f"{indent}- {key}: {value}\n")
    return lines
