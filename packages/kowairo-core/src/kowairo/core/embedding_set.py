"""Embeddings of many utterances in one folder."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kowairo.core.errors import InputError
from kowairo.core.files import atomic_folder, read_json, write_json
from kowairo.core.lines import read_lines

_BLOCK_ROWS = 4096


class EmbeddingSet:
    """Vectors with utterance ids and a description of where they come from.

    On disk: a folder with `vectors.npy` (utterance, dim), float32, `utts` (one id a line, same order)
    and `meta.json`. Where each line was embedded crop by crop, the file has (utterance, crop, dim).

    Args:
        vectors: (utterance, dim), float32.
        utts: Utterance id of each row; no id twice.
        meta: What made the vectors, as JSON values: encoder, front end, versions ...

    Raises:
        InputError: The shape is wrong, or an id stands twice.
    """

    def __init__(
        self, vectors: NDArray[np.float32], utts: Sequence[str], meta: Mapping[str, Any] | None = None
    ) -> None:
        if vectors.ndim != 2 or len(vectors) != len(utts):
            raise InputError(
                f"expected vectors (utterance, dim) with one row for each of {len(utts)} utterances, "
                f"got shape {vectors.shape}"
            )
        self.vectors = vectors.astype(np.float32, copy=False)
        self.utts = list(utts)
        self.meta = dict(meta or {})
        if len(self.index) != len(self.utts):
            raise InputError("an utterance stands twice in the embedding set")

    def __len__(self) -> int:
        return len(self.utts)

    @property
    def dim(self) -> int:
        """Length of one vector."""
        return int(self.vectors.shape[1])

    @cached_property
    def index(self) -> dict[str, int]:
        """Row number by utterance id."""
        return {utt: row for row, utt in enumerate(self.utts)}

    def rows(self, utts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of some utterances.

        Args:
            utts: n ids, in the wanted order, repetitions allowed.

        Returns:
            (n, dim), float32, in memory.

        Raises:
            InputError: An utterance has no vector; the message names the first such id.
        """
        return np.asarray(self.vectors[self.row_numbers(utts)])

    def subset(self, utts: Iterable[str]) -> "EmbeddingSet":
        """Keep some utterances, in the given order.

        Args:
            utts: Ids, each once.

        Returns:
            A set of these utterances with the same meta.

        Raises:
            InputError: An utterance has no vector, or stands twice.
        """
        wanted = list(utts)
        return EmbeddingSet(self.rows(wanted), wanted, self.meta)

    def row_numbers(self, utts: Sequence[str]) -> NDArray[np.int64]:
        """Return the row of some utterances: (n,) int64, in the wanted order, repetitions allowed.

        Raises:
            InputError: An utterance has no vector; the message names the first such id.
        """
        try:
            return np.fromiter(map(self.index.__getitem__, utts), dtype=np.int64, count=len(utts))
        except KeyError:
            missing = [utt for utt in utts if utt not in self.index]
        raise InputError(f"no embedding of utterance {missing[0]!r} ({len(missing)} missing)")

    @classmethod
    def load(cls, folder: Path | str) -> "EmbeddingSet":
        """Open a folder; the vectors stay on disk until they are used.

        Of vectors (utterance, crop, dim) the means over the crops are taken, in memory; `open_crops` has all.

        Args:
            folder: A folder written by `save`.

        Returns:
            The set, its vectors memory-mapped and read-only.

        Raises:
            InputError: A file is missing or does not fit the others.
        """
        folder = Path(folder)
        for name in ("vectors.npy", "utts", "meta.json"):
            if not (folder / name).is_file():
                raise InputError(f"{folder} is not an embedding set: it has no {name}")
        try:
            vectors = np.load(folder / "vectors.npy", mmap_mode="r", allow_pickle=False)
        except ValueError as error:
            raise InputError(f"{folder / 'vectors.npy'}: not a readable array: {error}") from error
        utts = [line for _, line in read_lines(folder / "utts")]
        if vectors.ndim == 3:
            vectors = crop_means(vectors)
        try:
            return cls(vectors, utts, read_json(folder / "meta.json"))
        except InputError as error:
            raise InputError(f"{folder}: {error}") from error

    def save(self, folder: Path | str) -> None:
        """Write the folder atomically, replacing an older one.

        Args:
            folder: Where to write.

        Raises:
            InputError: An id holds a blank.
        """
        write_vectors(folder, self.vectors, self.utts, self.meta)


def write_vectors(
    folder: Path | str, vectors: NDArray[np.float32], utts: Sequence[str], meta: Mapping[str, Any]
) -> None:
    """Write the folder of an embedding set atomically, replacing an older one.

    Args:
        folder: Where to write.
        vectors: (utterance, dim), or (utterance, crop, dim) with the number of crops under `crops` in meta.
        utts: Ids.
        meta: JSON values.

    Raises:
        InputError: An id holds a blank.
    """
    for utt in utts:
        if not utt or any(blank in utt for blank in " \t\r\n"):
            raise InputError(f"{folder}: utterance id {utt!r} is empty or holds a blank")
    with atomic_folder(folder) as partial:
        np.save(partial / "vectors.npy", vectors)
        (partial / "utts").write_text("".join(f"{utt}\n" for utt in utts), encoding="utf-8")
        write_json(partial / "meta.json", dict(meta))


def open_crops(folder: Path | str) -> tuple[NDArray[np.float32], list[str]]:
    """Open the embeddings of single crops.

    Args:
        folder: A folder that `kowairo embed --crops K --crop_vectors each` wrote.

    Returns:
        Vectors (utterance, crop, dim), memory-mapped and read-only, and the ids of the utterances.

    Raises:
        InputError: The folder is no embedding set, or its crops were averaged.
    """
    folder = Path(folder)
    if not (folder / "vectors.npy").is_file() or not (folder / "utts").is_file():
        raise InputError(f"{folder} is not an embedding set: it has no vectors.npy or no utts")
    try:
        vectors = np.load(folder / "vectors.npy", mmap_mode="r", allow_pickle=False)
    except ValueError as error:
        raise InputError(f"{folder / 'vectors.npy'}: not a readable array: {error}") from error
    if vectors.ndim != 3:
        raise InputError(f"{folder}: expected vectors (utterance, crop, dim), got {vectors.shape}")
    return vectors, [line for _, line in read_lines(folder / "utts")]


def crop_means(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mean over the crops of each utterance, block by block.

    Args:
        vectors: (utterance, crop, dim), on disk or in memory.

    Returns:
        (utterance, dim), float32.
    """
    means = np.empty((len(vectors), vectors.shape[2]), dtype=np.float32)
    for start in range(0, len(vectors), _BLOCK_ROWS):
        rows = slice(start, start + _BLOCK_ROWS)
        means[rows] = vectors[rows].mean(axis=1)
    return means
