"""Checkpoint folders of an enhancement net alone, which name the encoder in front of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kowairo.core import InputError, encoder_folder, file_digest, read_json

from .build import Plain

_FRONT = "encoder"
"""Argument of EnhancedEncoder, and first part of the names of its weights."""


def trunk_name(config: Mapping[str, Plain]) -> str | None:
    """Name of the encoder whose weights a checkpoint folder does not hold; None where it holds all.

    Args:
        config: What its config.yaml says: ``init_args.encoder`` is a name in place of a configuration.
    """
    arguments = config.get("init_args")
    named = arguments.get(_FRONT) if isinstance(arguments, Mapping) else None
    return named if isinstance(named, str) else None


def trunk_folder(name: str, folder: Path) -> Path:
    """Checkpoint folder of the encoder that a checkpoint folder names.

    Args:
        name: The encoder's name; a path is refused, so that a checkpoint cannot point anywhere else.
        folder: The checkpoint folder that names it.

    Raises:
        InputError: It is not there, with what to do, or has other weights than the card of the folder says.
    """
    if not is_encoder_name(name):
        raise InputError(f"{folder}: expected the name of an encoder in front of the net, got {name!r}")
    try:
        found = encoder_folder(name)
    except InputError as error:
        raise InputError(f"{folder.name} is a net behind another encoder: {error}") from error
    card = read_json(folder / "card.json")
    trunk = card.get("trunk") if isinstance(card, Mapping) else None
    wanted = trunk.get("sha256") if isinstance(trunk, Mapping) else None
    if wanted is not None and file_digest(found / "model.safetensors") != wanted:
        raise InputError(f"{folder}: was made for other weights of {name} than those in {found}")
    return found


def is_encoder_name(name: str) -> bool:
    """Whether a text can be the name of an encoder, and is no path."""
    return name.replace("-", "_").isidentifier()


def with_trunk(config: Mapping[str, Plain], trunk: Mapping[str, Plain]) -> dict[str, Plain]:
    """A configuration with that of the named encoder in the place of its name."""
    arguments = config.get("init_args")
    filled: dict[str, Plain] = {**(arguments if isinstance(arguments, Mapping) else {}), _FRONT: dict(trunk)}
    return {**config, "init_args": filled}


def trunk_key(key: str) -> str:
    """Name that a weight of the encoder in front has behind it."""
    return f"{_FRONT}.{key}"
