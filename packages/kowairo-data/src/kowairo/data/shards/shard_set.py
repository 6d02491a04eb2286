"""Shards and the index that says what is in them, so that training opens no tar header."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kowairo.core import InputError, StringArray, atomic_path, read_json, write_json
from kowairo.data._audio_error import AudioError
from kowairo.data.shards._shard_files import ShardFiles, is_url

_VERSION = 1
_WRITTEN_LINES = 1 << 16


@dataclass(frozen=True)
class Shard:
    """One tar file."""

    name: str
    """Path relative to the index's `base`, absolute path, or URL."""
    utts: int
    """Number of utterances."""
    num_bytes: int
    """Size of the file."""
    sha256: str | None = None
    """Digest of the file; None where nobody computed it."""


@dataclass(frozen=True, eq=False)
class ShardSet:
    """What is in which shard.

    A folder with `index.json` (shards with counts, sizes and SHA-256, speakers, what was dropped), `utts`
    (one id a line), `labels.npy` ((utterance,) int32) and `places.npy` ((utterance, 2) int64: offset and
    size of the audio in its shard), all in the order of the shards. Tar headers are not looked at any more.

    Attributes:
        folder: where the index is.
        base: folder or URL that the shards' names are relative to.
        shards: the tar files.
        utts: ids of all utterances.
        labels: (utterance,) int32 index into `speakers`.
        speakers: sorted.
        places: (utterance, 2) int64, offset and size in bytes.
        dropped: number of lines left out, by reason.
        fingerprint: digest of corpus and settings that the shards were made from; None for shards of others.
    """

    folder: Path
    base: str
    shards: Sequence[Shard]
    utts: StringArray
    labels: NDArray[np.int32]
    speakers: list[str]
    places: NDArray[np.int64]
    dropped: dict[str, int] = field(default_factory=dict)
    fingerprint: str | None = None

    @classmethod
    def open(cls, folder: Path | str) -> ShardSet:
        """Reads an index; the shards stay closed.

        Args:
            folder: Folder that `write_shards` or `index_shards` wrote.

        Raises:
            InputError: It holds no index or one of another version, its files disagree, or a shard of this
                machine is missing or has another size.
        """
        folder = Path(folder)
        for name in ("index.json", "utts", "labels.npy", "places.npy"):
            if not (folder / name).is_file():
                raise InputError(f"{folder} has no {name}: no shards, or not indexed (kowairo corpus index)")
        index = read_json(folder / "index.json")
        if index["version"] != _VERSION:
            raise InputError(f"{folder}: shards of version {index['version']}, expected {_VERSION}")
        base = index["base"] if is_url(index["base"]) else str(folder / index["base"])
        found = cls(
            folder=folder,
            base=base,
            shards=[Shard(**shard) for shard in index["shards"]],
            utts=StringArray.read_lines(folder / "utts"),
            labels=np.load(folder / "labels.npy", allow_pickle=False),
            speakers=index["speakers"],
            places=np.load(folder / "places.npy", mmap_mode="r", allow_pickle=False),
            dropped=index["dropped"],
            fingerprint=index["fingerprint"],
        )
        found.check()
        return found

    def save(self, *, base: str = ".") -> None:
        """Writes the index, `index.json` last: a folder that has it is whole.

        Args:
            base: What the names of the shards are relative to, if not the folder.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "index.json").unlink(missing_ok=True)
        with atomic_path(self.folder / "utts") as partial, partial.open("wb") as file:
            for first in range(0, len(self.utts), _WRITTEN_LINES):
                lines = self.utts[first : first + _WRITTEN_LINES]
                file.write("".join(f"{utt}\n" for utt in lines).encode("utf-8"))
        for name, array in (("labels.npy", self.labels), ("places.npy", self.places)):
            with atomic_path(self.folder / name) as partial:
                np.save(partial, array)
        content = {
            "version": _VERSION,
            "base": base,
            "shards": [vars(shard) for shard in self.shards],
            "utterances": len(self.utts),
            "speakers": self.speakers,
            "dropped": self.dropped,
            "fingerprint": self.fingerprint,
        }
        write_json(self.folder / "index.json", content)

    def check(self) -> None:
        """Compares the parts of the index with each other and with the files.

        Raises:
            InputError: They disagree.
        """
        count = sum(shard.utts for shard in self.shards)
        if not count == len(self.utts) == len(self.labels) == len(self.places):
            raise InputError(f"{self.folder}: index.json, utts, labels.npy and places.npy disagree")
        for shard in self.shards:
            path = self.location(shard)
            if is_url(path):
                continue
            try:
                size = Path(path).stat().st_size
            except OSError as error:
                raise InputError(f"{path}: a shard of the index is missing ({error.strerror})") from error
            if size != shard.num_bytes:
                raise InputError(f"{path}: {size} bytes, the index says {shard.num_bytes}; index it anew")

    @property
    def first(self) -> NDArray[np.int64]:
        """(shard + 1,) first utterance of each shard, and the end."""
        return np.concatenate([[0], np.cumsum([shard.utts for shard in self.shards])]).astype(np.int64)

    def location(self, shard: Shard) -> str:
        """Path or URL of a shard."""
        if is_url(shard.name) or Path(shard.name).is_absolute():
            return shard.name
        return f"{self.base.rstrip('/')}/{shard.name}"


class ShardReader:
    """Reads the audio files out of shards; reading rows in their order reads each shard from start to end.

    Args:
        shards: The index.
    """

    def __init__(self, shards: ShardSet) -> None:
        self._shards = shards
        self._first = shards.first
        self._files = ShardFiles()

    def source(self, row: int) -> str:
        """Where an utterance is, for messages: `shard#utterance`."""
        return f"{self._location(row)}#{self._shards.utts[row]}"

    def read(self, row: int) -> bytes:
        """Content of the audio file of an utterance.

        Args:
            row: Its place in the index.

        Raises:
            AudioError: The shard is missing, cannot be read or ends before.
        """
        offset, size = self._shards.places[row].tolist()
        try:
            content = self._files.read(self._location(row), offset, size)
        except FileNotFoundError as error:
            raise AudioError("missing", "no such shard", self.source(row)) from error
        except OSError as error:
            raise AudioError("undecodable", f"cannot be read: {error}", self.source(row)) from error
        if len(content) < size:
            raise AudioError("undecodable", "the shard ends before it", self.source(row))
        return content

    def size(self, row: int) -> int:
        """Size of the audio file of an utterance, in bytes."""
        return int(self._shards.places[row, 1])

    def close(self) -> None:
        """Closes the shards."""
        self._files.close()

    def _location(self, row: int) -> str:
        number = int(np.searchsorted(self._first, row, side="right")) - 1
        return self._shards.location(self._shards.shards[number])
