"""Opening back-ends, normalisers and calibrators of whatever kind their folders say.

A kind is known once its class is imported: those of kowairo are, those of plug-ins when a folder names a
kind that is not known yet, because plug-ins may import torch.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from kowairo.core import InputError, load_plugins, read_json
from kowairo.scoring import (
    Backend,
    Calibrator,
    ScoreNormalizer,
    load_backend,
    load_calibrator,
    load_normalizer,
)

_Kind = TypeVar("_Kind")


def open_backend(folder: Path) -> Backend:
    """Open what `Backend.save` wrote."""
    return _open(folder, Backend, load_backend)


def open_normalizer(folder: Path) -> ScoreNormalizer:
    """Open what `ScoreNormalizer.save` wrote."""
    return _open(folder, ScoreNormalizer, load_normalizer)


def open_calibrator(folder: Path) -> Calibrator:
    """Open what `Calibrator.save` wrote."""
    return _open(folder, Calibrator, load_calibrator)


def _open(folder: Path, base: type, load: Callable[[Path], _Kind]) -> _Kind:
    if not (folder / "config.json").is_file():
        raise InputError(f"{folder}: no config.json in it, so it is nothing that was fitted and saved")
    content = read_json(folder / "config.json")
    kind = content.get("kind") if isinstance(content, dict) else None
    if isinstance(kind, str) and kind not in _names(base):
        load_plugins()
    return load(folder)


def _names(base: type) -> set[str]:
    """Names of all imported kinds."""
    return {base.__name__}.union(*map(_names, base.__subclasses__()))
