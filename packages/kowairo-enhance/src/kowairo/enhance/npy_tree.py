"""Embeddings as one `.npy` file an utterance, as other projects keep them."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import numpy as np

from kowairo.core import EmbeddingSet, InputError, atomic_folder


def write_npy_tree(embeddings: EmbeddingSet, folder: Path) -> None:
    """Write `<id>.npy` for each utterance; a "/" in an id makes a folder. All appear at once.

    Args:
        embeddings: (n, dim).
        folder: Where to write; an existing folder is replaced.

    Raises:
        InputError: An id leads out of the folder, or is a folder of another one.
    """
    for utt in embeddings.utts:
        path = PurePosixPath(utt)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise InputError(f"utterance id {utt!r} is no path below a folder")
    with atomic_folder(folder) as part:
        for utt, vector in zip(embeddings.utts, embeddings.vectors, strict=True):
            target = part / f"{utt}.npy"
            target.parent.mkdir(parents=True, exist_ok=True)
            np.save(target, vector)
