"""Where training takes its samples from: a packed store, or the audio files themselves."""

from abc import ABC, abstractmethod
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from kowairo.core import AudioRef, Corpus, CorpusTables, InputError, StringArray
from kowairo.data import AudioStore, read_audio

_INT16_FULL_SCALE = np.float32(1.0 / 32768.0)


class AudioSource(ABC):
    """Gives the samples of an utterance at 16 kHz."""

    @abstractmethod
    def samples(self, utt: str) -> NDArray[np.int16] | NDArray[np.float32]:
        """Samples of the whole utterance, int16 or float32 in [-1, 1].

        Args:
            utt: utterance id.

        Returns:
            (time,) array; a view where the source can give one, so that cutting a crop reads only the crop.

        Raises:
            InputError: if the source does not hold the utterance or cannot read it.
        """

    @abstractmethod
    def __contains__(self, utt: str) -> bool:
        """Whether the source holds the utterance."""

    def held(self, utts: StringArray) -> tuple[NDArray[np.int64], StringArray]:
        """Which of many utterances the source holds.

        Args:
            utts: utterance ids.

        Returns:
            (held,) rows of those that it holds, ascending, and their ids; these may share the source's
            memory, so that the table they were read from can be given up.
        """
        rows = np.flatnonzero(np.fromiter((utt in self for utt in utts), np.bool_, count=len(utts)))
        return rows, utts if len(rows) == len(utts) else utts.take(rows)


class StoredAudio(AudioSource):
    """Samples of a packed int16 store: no decoding during training.

    Args:
        store: an opened store.
    """

    def __init__(self, store: AudioStore) -> None:
        self._store = store

    def samples(self, utt: str) -> NDArray[np.int16]:
        """View of the stored samples; see `AudioSource.samples`."""
        return self._store.samples(utt)

    def __contains__(self, utt: str) -> bool:
        return utt in self._store

    def held(self, utts: StringArray) -> tuple[NDArray[np.int64], StringArray]:
        """Rows and ids; see `AudioSource.held`."""
        found = self._store.rows(utts)
        rows = np.flatnonzero(found >= 0)
        return rows, self._store.utts.take(found[rows])


class DecodedAudio(AudioSource):
    """Samples decoded from the corpus's files on demand, for corpora too large to unpack.

    Args:
        corpus: corpus whose `audio` names the files.
    """

    def __init__(self, corpus: Corpus | CorpusTables) -> None:
        self._audio: Mapping[str, AudioRef] = corpus.audio

    def samples(self, utt: str) -> NDArray[np.float32]:
        """Decoded samples; see `AudioSource.samples`."""
        if utt not in self._audio:
            raise InputError(f"utterance {utt!r} is not in the corpus's wav.scp")
        return read_audio(self._audio[utt])

    def __contains__(self, utt: str) -> bool:
        return utt in self._audio


def to_float(samples: NDArray[np.int16] | NDArray[np.float32]) -> NDArray[np.float32]:
    """Samples as float32 in [-1, 1]; int16 is divided by 32768.

    Args:
        samples: (time,) array.

    Returns:
        (time,) array, always a copy that may be changed.
    """
    if samples.dtype == np.int16:
        return samples.astype(np.float32) * _INT16_FULL_SCALE
    return np.array(samples, dtype=np.float32)


def random_crop(
    samples: NDArray[np.int16] | NDArray[np.float32], num_samples: int, *, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Cut of fixed length at a random place; shorter audio is repeated from a random phase.

    Where nothing but digital silence (one value throughout) was cut out of audio that has sound elsewhere, a
    cut around a random place of that sound is drawn instead: silence has the label of no speaker.

    Args:
        samples: (time,) array.
        num_samples: length of the cut.
        rng: generator for the place.

    Returns:
        (num_samples,) float32 in [-1, 1].

    Raises:
        InputError: if there are no samples.
    """
    total = samples.shape[0]
    if total == 0:
        raise InputError("an utterance without samples cannot be cropped; drop it from the corpus")
    if total >= num_samples:
        start = int(rng.integers(total - num_samples + 1))
        if _is_silent(samples[start : start + num_samples]):
            start = _start_of_sound(samples, num_samples, start, rng=rng)
        return to_float(samples[start : start + num_samples])
    # Wrapping keeps every frame speech; zeros would teach the encoder the length of the line.
    start = int(rng.integers(total))
    looped = to_float(samples)
    return np.take(looped, np.arange(start, start + num_samples), mode="wrap")


def _is_silent(samples: NDArray[np.int16] | NDArray[np.float32]) -> bool:
    """Whether all samples are equal; speech is told from silence by its first few."""
    return bool(samples[0] == samples[-1] and (samples == samples[0]).all())


def _start_of_sound(
    samples: NDArray[np.int16] | NDArray[np.float32],
    num_samples: int,
    start: int,
    *,
    rng: np.random.Generator,
) -> int:
    """Where a cut that holds a random change of the signal starts; `start` if there is none."""
    changes = np.flatnonzero(samples[1:] != samples[:-1])
    if not len(changes):
        return start
    place = int(rng.choice(changes))
    low, high = max(0, place + 2 - num_samples), min(place, len(samples) - num_samples)
    return int(rng.integers(low, high + 1))
