"""An encoder by checkpoint folder or class path, with the digest that its embedding sets carry."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kowairo.core import InputError, file_digest
from kowairo.models import Encoder, build_encoder, load_encoder
from kowairo.models.build import Plain


@dataclass(frozen=True, eq=False)
class OpenedEncoder:
    """An encoder and what identifies it.

    Attributes:
        encoder: in evaluation mode.
        name: class of the encoder.
        digest: SHA-256 over weights and configuration.
    """

    encoder: Encoder
    name: str
    digest: str


def open_encoder(spec: Path | str | Mapping[str, Plain]) -> OpenedEncoder:
    """Load or build an encoder.

    Args:
        spec: checkpoint folder; or class_path (with init_args) of an encoder without weights to load.

    Returns:
        The encoder in evaluation mode.

    Raises:
        InputError: if the folder is no checkpoint, or the class no encoder.
    """
    if isinstance(spec, Mapping):
        return _built(dict(spec))
    folder = Path(spec)
    if folder.is_dir():
        return _loaded(folder)
    text = str(spec)
    if "/" in text or not text.replace(".", "").isidentifier():
        raise InputError(
            f"encoder {text!r}: no such folder, and not a class path such as kowairo.models.MfccStatistics"
        )
    return _built({"class_path": text})


def _loaded(folder: Path) -> OpenedEncoder:
    encoder = load_encoder(folder).eval()
    parts = [file_digest(folder / name) for name in ("model.safetensors", "config.yaml")]
    return OpenedEncoder(encoder, _class_path(encoder), hashlib.sha256("".join(parts).encode()).hexdigest())


def _built(config: dict[str, Plain]) -> OpenedEncoder:
    encoder = build_encoder(config).eval()
    if any(parameter.requires_grad for parameter in encoder.parameters()):
        raise InputError(f"encoder {config['class_path']} has weights to learn; give a checkpoint folder")
    text = json.dumps(config, sort_keys=True, default=str)
    return OpenedEncoder(encoder, _class_path(encoder), hashlib.sha256(text.encode()).hexdigest())


def _class_path(encoder: Encoder) -> str:
    kind = type(encoder)
    return f"{kind.__module__}.{kind.__qualname__}"
