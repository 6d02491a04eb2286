"""Noisy and reverberated versions of sets, for test conditions and training views."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from kowairo.core import AudioRef, Corpus, InputError, atomic_path

from .audio import read_audio
from .augment.base import Augmentation
from .augment.levels import SILENCE_MEAN_SQUARE, mean_square, mix_at_snr
from .augment.reverb import Reverb
from .augment.signal_bank import SignalBank, open_banks
from .augment.unchanged import Unchanged

_SAMPLE_RATE_HZ = 16000
_MAX_DRAWS = 8
_ROOMS = "rir"


@dataclass(frozen=True)
class _Copied:
    ref: AudioRef
    noise: str | None = None
    snr_db: float | None = None


@dataclass(frozen=True)
class _Disturbance:
    """A room, then one recording of the banks at a random level; either may be missing."""

    room: Augmentation
    banks: Sequence[SignalBank]
    snr_db: tuple[float, float]


def make_noisy_copy(
    corpus: Corpus,
    out: Path | str,
    *,
    material: Path | str,
    seed: int,
    snr_db: tuple[float, float] = (0.0, 15.0),
    kinds: Sequence[str] = ("noise", "music"),
    threads: int = 2,
) -> Corpus:
    """Add noise or music to every utterance of a corpus, or put it into a room, the same in every run.

    What is added to an utterance, where it starts and how loud it is follow from the seed and the utterance
    id alone, so a subset of the corpus gives the same files. The SNR is exact (mean powers over the whole
    utterance, :func:`kowairo.data.augment.mix_at_snr`) and peaks above 1 are scaled down, never clipped.
    With rooms and noise, the noise comes last, and its level is that against the reverberated voice.

    Args:
        corpus: what to copy; ids and tables are kept.
        out: folder for the FLAC files and tables; tables ``utt2snr`` (dB) and ``utt2noise`` are added where
            there is noise.
        material: the test part of :func:`kowairo.data.material.prepare_material`.
        seed: of every random choice.
        snr_db: lowest and highest SNR in dB, drawn uniformly.
        kinds: which of the material's tables to draw from, each recording equally likely: noise, music,
            speech; and rir, a room for every utterance.
        threads: files worked on at a time.

    Returns:
        The noisy corpus, also written to ``out``.

    Raises:
        InputError: the material holds none of the kinds.
        AudioError: an utterance cannot be decoded.
    """
    out = Path(out)
    disturbance = _open_disturbance(Path(material), kinds, snr_db)

    def copied(utt: str) -> _Copied:
        path = out / "audio" / f"{sha256(utt.encode()).hexdigest()[:20]}.flac"
        return _copy_file(
            corpus.audio[utt], path, disturbance, noise_rng=_rng(seed, utt), room_rng=_rng(seed, utt, 1)
        )

    utts = corpus.utts
    with ThreadPoolExecutor(max_workers=threads) as pool:
        results = dict(zip(utts, pool.map(copied, utts), strict=True))
    added = {
        "utt2snr": {utt: f"{one.snr_db:.2f}" for utt, one in results.items() if one.snr_db is not None},
        "utt2noise": {utt: one.noise for utt, one in results.items() if one.noise is not None},
    }
    noisy = Corpus(
        audio={utt: result.ref for utt, result in results.items()},
        utt2spk=corpus.utt2spk,
        utt_tables={**corpus.utt_tables, **{name: table for name, table in added.items() if table}},
        spk_tables=corpus.spk_tables,
    )
    noisy.write(out)
    return noisy


def _open_disturbance(material: Path, kinds: Sequence[str], snr_db: tuple[float, float]) -> _Disturbance:
    rooms = material / f"{_ROOMS}.scp"
    has_rooms = _ROOMS in kinds and rooms.is_file()
    banks = list(open_banks(material, [kind for kind in kinds if kind != _ROOMS]).values())
    if not banks and not has_rooms:
        raise InputError(f"{material}: expected {' or '.join(f'{kind}.scp' for kind in kinds)}, found none")
    return _Disturbance(Reverb(rooms) if has_rooms else Unchanged(), banks, snr_db)


def _rng(seed: int, utt: str, *stream: int) -> np.random.Generator:
    return np.random.default_rng([seed, int.from_bytes(sha256(utt.encode()).digest()[:8], "big"), *stream])


def _copy_file(
    ref: AudioRef,
    path: Path,
    disturbance: _Disturbance,
    *,
    noise_rng: np.random.Generator,
    room_rng: np.random.Generator,
) -> _Copied:
    samples = disturbance.room(read_audio(ref), rng=room_rng)
    noise, drawn_db = None, None
    if disturbance.banks:
        drawn_db = float(noise_rng.uniform(*disturbance.snr_db))
        noise, added = _excerpt(disturbance.banks, samples.size, noise_rng)
        samples = mix_at_snr(samples, added, snr_db=drawn_db)
    with atomic_path(path) as partial:
        soundfile.write(partial, samples, _SAMPLE_RATE_HZ, subtype="PCM_16")
    return _Copied(AudioRef(path), noise, drawn_db)


def _excerpt(
    banks: Sequence[SignalBank], num_samples: int, rng: np.random.Generator
) -> tuple[str, NDArray[np.float32]]:
    """Name and samples of a random stretch of a random recording; not a silent one if that can be helped."""
    for _ in range(_MAX_DRAWS):
        bank, index = _recording(banks, int(rng.integers(sum(len(bank) for bank in banks))))
        noise = bank.excerpt(index, num_samples=num_samples, rng=rng)
        if mean_square(noise) > SILENCE_MEAN_SQUARE:
            break
    return bank.names[index], noise


def _recording(banks: Sequence[SignalBank], number: int) -> tuple[SignalBank, int]:
    for bank in banks:
        if number < len(bank):
            return bank, number
        number -= len(bank)
    raise IndexError(f"recording {number} past the last")
