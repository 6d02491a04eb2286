"""An encoder by name, folder or class path, with the digest that its embedding sets carry."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kowairo.core import InputError, RecordFile, encoder_folder, encoder_record, file_digest, find_named
from kowairo.models import Encoder, build_encoder, load_encoder, open_foreign
from kowairo.models.build import Plain
from kowairo.models.foreign import foreign_file


@dataclass(frozen=True, eq=False)
class OpenedEncoder:
    """An encoder and what identifies it.

    Attributes:
        encoder: in evaluation mode.
        name: class of the encoder.
        digest: SHA-256 over weights and configuration.
        record: what it was trained on; None if it has no training record.
    """

    encoder: Encoder
    name: str
    digest: str
    record: RecordFile | None = None


def open_encoder(spec: Path | str | Mapping[str, Plain]) -> OpenedEncoder:
    """Load or build an encoder.

    Args:
        spec: name (base, anime, campplus, ge2e) or checkpoint folder; a file or folder that somebody else
            published (`open_foreign`); or class_path (with init_args) of an encoder without weights to load.

    Returns:
        The encoder in evaluation mode.

    Raises:
        InputError: if the named encoder is not there, the folder is no checkpoint, or the class no encoder.
    """
    if isinstance(spec, Mapping):
        return _built(dict(spec))
    text, path = str(spec), Path(spec)
    if (file := published_file(spec)) is not None:
        encoder = open_foreign(path).encoder
        return OpenedEncoder(encoder, _class_path(encoder), file_digest(file))
    if "." in text and text.replace(".", "").isidentifier() and not path.is_dir():
        return _built({"class_path": text})
    return _loaded(encoder_folder(spec))


def published_file(encoder: Path | str) -> Path | None:
    """The file of weights that somebody else published; None for a name, whatever lies here under it."""
    return foreign_file(Path(encoder)) if find_named(str(encoder)) is None else None


def _loaded(folder: Path) -> OpenedEncoder:
    encoder = load_encoder(folder).eval()
    parts = [file_digest(folder / name) for name in ("model.safetensors", "config.yaml")]
    digest = hashlib.sha256("".join(parts).encode()).hexdigest()
    return OpenedEncoder(encoder, _class_path(encoder), digest, encoder_record(folder))


def _built(config: dict[str, Plain]) -> OpenedEncoder:
    encoder = build_encoder(config).eval()
    if any(parameter.requires_grad for parameter in encoder.parameters()):
        raise InputError(f"encoder {config['class_path']} has weights to learn; give a checkpoint folder")
    text = json.dumps(config, sort_keys=True, default=str)
    return OpenedEncoder(encoder, _class_path(encoder), hashlib.sha256(text.encode()).hexdigest())


def _class_path(encoder: Encoder) -> str:
    kind = type(encoder)
    return f"{kind.__module__}.{kind.__qualname__}"
