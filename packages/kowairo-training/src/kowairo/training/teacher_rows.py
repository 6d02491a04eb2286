"""A teacher's embeddings of the training items, read from disk as batches want them."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kowairo.core import EmbeddingSet, InputError, file_digest

TeacherTransform = Literal["none", "centre"]
_ROWS_AT_ONCE = 65536


class TeacherRows:
    """Vectors of items by number; the set stays on disk, and a worker reads the rows of its batch only.

    Args:
        teacher: embeddings with a row for every item.
        utts: items, as the audio store names them: "utt|0.9" is a speed copy.
        transform: "centre" subtracts the mean over the items. Raw embeddings of a network share a large mean,
            which all cosines would see and which tells no speaker from another.

    Raises:
        InputError: if an item has no row.
    """

    def __init__(
        self, teacher: EmbeddingSet, utts: Sequence[str], *, transform: TeacherTransform = "centre"
    ) -> None:
        self._vectors = teacher.vectors
        self._rows = teacher.row_numbers(utts)
        self._mean = self._mean_vector() if transform == "centre" else None

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return int(self._vectors.shape[1])

    def of(self, items: NDArray[np.int64]) -> NDArray[np.float32]:
        """Vectors (n, dim), float32, of the items with these numbers (n,)."""
        vectors = np.array(self._vectors[self._rows[items]], dtype=np.float32)
        if self._mean is not None:
            vectors -= self._mean
        return vectors

    def _mean_vector(self) -> NDArray[np.float32]:
        # In the order of the file, a piece at a time: the set may be larger than the memory.
        rows = np.sort(self._rows)
        total = np.zeros(self.dim)
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            total += self._vectors[rows[start : start + _ROWS_AT_ONCE]].sum(axis=0, dtype=np.float64)
        return (total / len(rows)).astype(np.float32)


def teacher_digest(folder: Path) -> str:
    """SHA-256 over description, utterances and size of an embedding set.

    The vectors themselves are not read: those of a large corpus are gigabytes, and the description says which
    network made them.

    Args:
        folder: folder of the set.

    Raises:
        InputError: if it is no embedding set.
    """
    try:
        size = (folder / "vectors.npy").stat().st_size
        parts = [file_digest(folder / "meta.json"), file_digest(folder / "utts"), str(size)]
    except OSError as error:
        raise InputError(f"{folder} is not an embedding set: {error}") from error
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()
