"""What is embedded: audio files, or the lines of a packed store with their speed copies."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from kowairo.core import AudioHashes, AudioRef, InputError
from kowairo.data import SAMPLE_RATE_HZ, AudioStore, audio_hashes, read_audio

_INT16_FULL_SCALE = np.float32(1.0 / 32768.0)


class EmbeddingSource(ABC):
    """Lines by id."""

    @property
    @abstractmethod
    def utts(self) -> list[str]:
        """Ids in the order of the embedding set."""

    @abstractmethod
    def samples(self, utt: str, *, sample_rate_hz: int) -> NDArray[np.float32]:
        """Samples of a line, (time,) float32 in [-1, 1].

        Raises:
            AudioError: the line cannot be used, with the reason.
            InputError: the source has no samples of this rate.
        """

    @abstractmethod
    def hashes(self, utt: str, samples: NDArray[np.float32], *, sample_rate_hz: int) -> AudioHashes:
        """What training records know a line by.

        Args:
            utt: id of the line.
            samples: what `samples` gave for it.
            sample_rate_hz: their rate.
        """

    @abstractmethod
    def marks(self) -> Iterator[str]:
        """What tells these lines from others, without reading the audio."""


class AudioFiles(EmbeddingSource):
    """Files, decoded one by one.

    Args:
        audio: audio reference of each utterance.
    """

    def __init__(self, audio: Mapping[str, AudioRef]) -> None:
        self._audio = audio

    @property
    def utts(self) -> list[str]:
        """Ids, sorted."""
        return sorted(self._audio)

    def samples(self, utt: str, *, sample_rate_hz: int) -> NDArray[np.float32]:
        """The decoded file; see `EmbeddingSource.samples`."""
        return read_audio(self._audio[utt], sample_rate_hz=sample_rate_hz)

    def hashes(self, utt: str, samples: NDArray[np.float32], *, sample_rate_hz: int) -> AudioHashes:
        """Of bytes and samples; see `EmbeddingSource.hashes`."""
        return audio_hashes(self._audio[utt], samples if sample_rate_hz == SAMPLE_RATE_HZ else None)

    def marks(self) -> Iterator[str]:
        """Path, size and time of each file.

        They stand for the content: reading it would cost as much as embedding it with a small encoder.
        """
        for utt in self.utts:
            ref = self._audio[utt]
            stat = ref.path.stat() if ref.path.exists() else None
            mark = "missing" if stat is None else f"{stat.st_size} {stat.st_mtime_ns}"
            yield f"{utt}\0{ref}\0{mark}\n"


class StoredLines(EmbeddingSource):
    """All lines of a packed store: `utt`, and `utt|0.9` for its copy at another speed.

    Args:
        store: an opened store.
    """

    def __init__(self, store: AudioStore) -> None:
        self._store = store

    @property
    def utts(self) -> list[str]:
        """Ids in the order of the store: neighbours in the file are read together."""
        return list(self._store.utts)

    def samples(self, utt: str, *, sample_rate_hz: int) -> NDArray[np.float32]:
        """The stored samples; see `EmbeddingSource.samples`."""
        if sample_rate_hz != SAMPLE_RATE_HZ:
            raise InputError(
                f"the store holds {SAMPLE_RATE_HZ} Hz, the encoder takes {sample_rate_hz} Hz; embed the files"
            )
        return self._store.samples(utt).astype(np.float32) * _INT16_FULL_SCALE

    def hashes(self, utt: str, samples: NDArray[np.float32], *, sample_rate_hz: int) -> AudioHashes:
        """Of the samples: the store does not know the files; see `EmbeddingSource.hashes`."""
        return audio_hashes(None, samples)

    def marks(self) -> Iterator[str]:
        """Place, size and time of the store, and the ids."""
        stat = (self._store.folder / "audio.i16").stat()
        yield f"{self._store.folder}\0{stat.st_size} {stat.st_mtime_ns}\n"
        yield from (f"{utt}\n" for utt in self._store.utts)
