"""Noisy versions of test sets, for the noisy condition."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import soundfile

from kowairo.core import AudioRef, Corpus, InputError, atomic_path

from .audio import read_audio
from .augment.levels import SILENCE_MEAN_SQUARE, mean_square, mix_at_snr
from .augment.signal_bank import SignalBank, open_banks

_SAMPLE_RATE_HZ = 16000
_MAX_DRAWS = 8


@dataclass(frozen=True)
class _Mixed:
    ref: AudioRef
    noise: str
    snr_db: float


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
    """Add noise or music to every utterance of a corpus, the same in every run.

    What is added to an utterance, where it starts and how loud it is follow from the seed and the utterance
    id alone, so a subset of the corpus gives the same files. The SNR is exact (mean powers over the whole
    utterance, :func:`kowairo.data.augment.mix_at_snr`) and peaks above 1 are scaled down, never clipped.

    Args:
        corpus: what to copy; ids and tables are kept.
        out: folder for the FLAC files and tables; tables ``utt2snr`` (dB) and ``utt2noise`` are added.
        material: the test part of :func:`kowairo.data.material.prepare_material`.
        seed: of every random choice.
        snr_db: lowest and highest SNR in dB, drawn uniformly.
        kinds: which of the material's tables to draw from, each recording equally likely.
        threads: files worked on at a time.

    Returns:
        The noisy corpus, also written to ``out``.

    Raises:
        InputError: the material holds none of the kinds.
        AudioError: an utterance cannot be decoded.
    """
    out = Path(out)
    banks = list(open_banks(Path(material), kinds).values())
    if not banks:
        raise InputError(f"{material}: expected {' or '.join(f'{kind}.scp' for kind in kinds)}, found none")

    def mixed(utt: str) -> _Mixed:
        path = out / "audio" / f"{sha256(utt.encode()).hexdigest()[:20]}.flac"
        return _mix_file(corpus.audio[utt], path, banks=banks, snr_db=snr_db, rng=_utterance_rng(seed, utt))

    utts = corpus.utts
    with ThreadPoolExecutor(max_workers=threads) as pool:
        results = dict(zip(utts, pool.map(mixed, utts), strict=True))
    noisy = Corpus(
        audio={utt: result.ref for utt, result in results.items()},
        utt2spk=corpus.utt2spk,
        utt_tables={
            **corpus.utt_tables,
            "utt2snr": {utt: f"{result.snr_db:.2f}" for utt, result in results.items()},
            "utt2noise": {utt: result.noise for utt, result in results.items()},
        },
        spk_tables=corpus.spk_tables,
    )
    noisy.write(out)
    return noisy


def _utterance_rng(seed: int, utt: str) -> np.random.Generator:
    return np.random.default_rng([seed, int.from_bytes(sha256(utt.encode()).digest()[:8], "big")])


def _mix_file(
    ref: AudioRef,
    path: Path,
    *,
    banks: Sequence[SignalBank],
    snr_db: tuple[float, float],
    rng: np.random.Generator,
) -> _Mixed:
    speech = read_audio(ref)
    drawn_db = float(rng.uniform(*snr_db))
    for _ in range(_MAX_DRAWS):
        bank, index = _recording(banks, int(rng.integers(sum(len(bank) for bank in banks))))
        noise = bank.excerpt(index, num_samples=speech.size, rng=rng)
        if mean_square(noise) > SILENCE_MEAN_SQUARE:
            break
    with atomic_path(path) as partial:
        soundfile.write(
            partial, mix_at_snr(speech, noise, snr_db=drawn_db), _SAMPLE_RATE_HZ, subtype="PCM_16"
        )
    return _Mixed(ref=AudioRef(path), noise=bank.names[index], snr_db=drawn_db)


def _recording(banks: Sequence[SignalBank], number: int) -> tuple[SignalBank, int]:
    for bank in banks:
        if number < len(bank):
            return bank, number
        number -= len(bank)
    raise IndexError(f"recording {number} past the last")
