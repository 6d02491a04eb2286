"""Recordings as the hashes that a training record knows them by."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from kowairo.core import AudioHashes, AudioRef, Corpus, TrainingRecord, content_hash, speakers_of
from kowairo.data._bounded_map import bounded_map
from kowairo.data._pcm import to_int16
from kowairo.data._tar import read_member
from kowairo.data.audio import AudioError, read_audio
from kowairo.data.store import AudioStore

_REPORT_EVERY = 10_000
# Every eighth sample and their number: as telling as all of them, and embedding is not slowed down.
_HASHED_STEP = 8
_logger = logging.getLogger(__name__)


def audio_hashes(ref: AudioRef | None, samples: NDArray[np.float32] | None = None) -> AudioHashes:
    """Hashes a recording: its bytes, and its samples as 16-bit integers at 16 kHz (the number, every eighth).

    Args:
        ref: The recording; None where there are samples only.
        samples: What `read_audio` gives for it, if that is known already; None decodes it.

    Returns:
        The hashes; None for what is missing or cannot be decoded.
    """
    file = None if ref is None else _file_hash(ref)
    if samples is None and ref is not None:
        try:
            samples = read_audio(ref, min_duration_s=0.0)
        except AudioError:
            return AudioHashes(file, None)
    return AudioHashes(file, None if samples is None else _float_hash(samples))


def hash_audio(
    audio: Iterable[tuple[str, AudioRef]], *, store: AudioStore | None = None, threads: int = 2
) -> Iterator[tuple[str, AudioHashes]]:
    """Hashes many recordings in threads.

    Args:
        audio: Utterances and their recordings.
        store: Packed audio: what is in it need not be decoded.
        threads: Threads that read and decode.

    Yields:
        Utterances and hashes, in the order of the input.
    """
    hashed = bounded_map(partial(_hash_one, store=store), audio, threads=threads)
    for number, result in enumerate(hashed, start=1):
        if number % _REPORT_EVERY == 0:
            _logger.info("%d recordings hashed", number)
        yield result


def record_training(
    corpora: Sequence[Corpus],
    *,
    store: AudioStore | None = None,
    unrecorded: Iterable[str] = (),
    threads: int = 2,
) -> TrainingRecord:
    """Makes the record of a training on some corpora.

    Copies that training makes by itself (other speeds, noise, shifted voices) are not listed: a trial is
    never one of them, and their speakers' names are derived.

    Args:
        corpora: What was trained on.
        store: Packed audio of them.
        unrecorded: What the training started from that has no record.
        threads: Threads that read and decode.

    Returns:
        The record.
    """
    pairs = (pair for corpus in corpora for pair in corpus.audio.items())
    audio = (hashes for _, hashes in hash_audio(pairs, store=store, threads=threads))
    speakers = {speaker for corpus in corpora for speaker in speakers_of(corpus).values()}
    return TrainingRecord.build(audio, speakers, unrecorded=unrecorded)


def _hash_one(item: tuple[str, AudioRef], *, store: AudioStore | None) -> tuple[str, AudioHashes]:
    utt, ref = item
    if store is not None and utt in store:
        return utt, AudioHashes(_file_hash(ref), _samples_hash(store.samples(utt)))
    return utt, audio_hashes(ref)


def _file_hash(ref: AudioRef) -> int | None:
    try:
        if ref.member is not None:
            return content_hash(read_member(ref.path, ref.member).getbuffer())
        return content_hash(ref.path.read_bytes())
    except (OSError, AudioError):
        return None


def _float_hash(samples: NDArray[np.float32]) -> int:
    """`_samples_hash` of the 16-bit samples, of which the others need not be computed."""
    peak = np.float32(max(samples.max(initial=0.0), -samples.min(initial=0.0)))
    hashed = samples[::_HASHED_STEP]
    return _hash(to_int16(hashed / peak if peak > 1.0 else hashed), len(samples))


def _samples_hash(samples: NDArray[np.int16]) -> int:
    return _hash(samples[::_HASHED_STEP], len(samples))


def _hash(hashed: NDArray[np.int16], num_samples: int) -> int:
    return content_hash(num_samples.to_bytes(8, "little") + hashed.astype("<i2", copy=False).tobytes())
