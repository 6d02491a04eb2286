"""Encoders that work at once, by name."""

from __future__ import annotations

from pathlib import Path

from kowairo.core import encoder_folder

from .checkpoint import load_encoder
from .encoder import Encoder


def from_pretrained(encoder: str | Path) -> Encoder:
    """Loads an encoder by name or folder, without network.

    Args:
        encoder: `base` or `anime`, which the distribution kowairo-weights holds; `campplus`, which `kowairo
            models get campplus` puts into the user's cache; or a checkpoint folder.

    Returns:
        The encoder in evaluation mode on the CPU, float32 whatever its storage.

    Raises:
        InputError: it is not there, with what to do; or the folder is no checkpoint.
    """
    return load_encoder(encoder_folder(encoder))
