"""Real speakers in other voices, as new speakers: pitch and formants shifted with the WORLD vocoder."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from kowairo.core import AudioRef, Corpus, InputError, atomic_path, read_json, write_json

from .audio import SAMPLE_RATE_HZ, AudioError, read_audio
from .drop_report import DropReport, Remark
from .synth.pool import map_in_processes
from .world_analysis import analyze_speech, estimate_pitch, require_world
from .world_synthesis import same_level, synthesize_voice
from .world_voice import WorldVoice, draw_voices

_logger = logging.getLogger(__name__)

PLAN_FILE = "world_copies.json"
_PITCH_LINES = 5
_PITCH_S = 8.0
_INDEPENDENT_TABLES = ("utt2dur",)


def copy_id(name: str, number: int) -> str:
    """Id of a speaker or an utterance in its new voice: `name~w1` for the first."""
    return f"{name}~w{number}"


@dataclass(frozen=True)
class _Speaker:
    """One speaker's work."""

    name: str
    lines: tuple[tuple[str, AudioRef], ...]
    folder: Path
    copies: int
    seed: int
    max_s: float | None


@dataclass(frozen=True)
class _Result:
    """What came of it."""

    voices: tuple[WorldVoice, ...]
    made: int
    dropped: tuple[Remark, ...]


def make_world_copies(
    corpus: Corpus,
    out: Path | str,
    *,
    copies: int = 2,
    seed: int = 0,
    max_s: float | None = None,
    max_lines: int | None = None,
    workers: int = 1,
) -> DropReport:
    """Render every speaker of a corpus in new voices, each a speaker of its own.

    Voice k of a speaker is one pitch factor, formant factor, tilt and breath for all lines
    (:func:`kowairo.data.world_voice.draw_voices`). Equal arguments give equal files whatever the number of
    workers; a run that was killed goes on with the files that are missing, and so does one with more copies.

    Written: FLAC files and a Kaldi folder of the copies alone: speaker `SPEAKER~w1`, utterance `utt~w1`, the
    tables by utterance under the new ids, `utt2dur`, `spk2original` (the source speaker) and `spk2world` (the
    voice); tables by speaker do not hold for a new voice and are left out. Besides `dropped.tsv` and
    `drop_report.json`, counted per source line.

    Args:
        corpus: training speakers; copies of a test speaker must never be trained on.
        out: folder to write.
        copies: new voices per speaker.
        seed: of all random choices.
        max_s: of longer lines only a random part of this length is used.
        max_lines: of a speaker with more lines a random choice is used.
        workers: processes; 1 works in this one.

    Returns:
        What was kept and dropped.

    Raises:
        InputError: a number is out of range, the folder holds copies made with other arguments, no line can
            be read, or pyworld is not installed.
    """
    _check_numbers(copies=copies, max_s=max_s, max_lines=max_lines, workers=workers)
    require_world()
    out = Path(out)
    chosen = _choose_lines(corpus, max_lines=max_lines, seed=seed)
    _claim(out, chosen, seed=seed, max_s=max_s)
    tasks = [
        _Speaker(speaker, tuple((utt, chosen.audio[utt]) for utt in utts), out / "audio", copies, seed, max_s)
        for speaker, utts in chosen.spk2utt.items()
    ]
    results = dict(zip((task.name for task in tasks), _logged(tasks, workers=workers), strict=True))
    dropped = tuple(remark for result in results.values() for remark in result.dropped)
    kept = chosen.subset(set(chosen.utts) - {remark.utt for remark in dropped})
    if not kept.utts:
        raise InputError(f"no line of the corpus can be read ({len(dropped)} tried)")
    made = _copied_corpus(kept, {name: result.voices for name, result in results.items()}, out / "audio")
    made.write(out)
    report = DropReport(len(made.utts), len(made.speakers), tuple(sorted(dropped, key=lambda r: r.utt)))
    report.write(out)
    return report


def _check_numbers(*, copies: int, max_s: float | None, max_lines: int | None, workers: int) -> None:
    if copies < 1 or workers < 1 or (max_lines is not None and max_lines < 1):
        raise InputError(
            f"expected at least 1, got copies={copies}, workers={workers}, max_lines={max_lines}"
        )
    if max_s is not None and not max_s >= 0.5:
        raise InputError(f"max_s: expected at least 0.5 s, got {max_s}")


def _stream(seed: int, name: str) -> np.random.Generator:
    return np.random.default_rng([seed, int.from_bytes(sha256(name.encode()).digest()[:8], "big")])


def _choose_lines(corpus: Corpus, *, max_lines: int | None, seed: int) -> Corpus:
    if max_lines is None:
        return corpus
    chosen: list[str] = []
    for speaker, utts in corpus.spk2utt.items():
        order = _stream(seed, f"lines {speaker}").permutation(len(utts))[:max_lines]
        chosen.extend(utts[i] for i in order)
    return corpus.subset(chosen)


def _claim(out: Path, corpus: Corpus, *, seed: int, max_s: float | None) -> None:
    """Mark the folder, so that a run with other arguments does not take its files for its own."""
    listing = "\n".join(f"{utt} {corpus.utt2spk[utt]}" for utt in corpus.utts)
    ours = {"lines": sha256(listing.encode()).hexdigest(), "seed": seed, "max_s": max_s}
    if not (out / PLAN_FILE).exists():
        write_json(out / PLAN_FILE, ours)
    elif read_json(out / PLAN_FILE) != ours:
        raise InputError(
            f"{out} holds WORLD copies of other lines, seed or length; remove it or choose another"
        )
    for leftover in (out / "audio").glob("*/.partial-*"):
        leftover.unlink()


def _logged(tasks: list[_Speaker], *, workers: int) -> Iterator[_Result]:
    made = 0
    results = map_in_processes(_copy_speaker, tasks, workers=workers, chunk=1)
    for number, result in enumerate(results, start=1):
        made += result.made
        if number % 50 == 0 or number == len(tasks):
            _logger.info("WORLD copies: speaker %d of %d, %d lines made", number, len(tasks), made)
        yield result


def _copy_speaker(speaker: _Speaker) -> _Result:
    """Make the missing files of one speaker."""
    voices = draw_voices(
        speaker.copies, pitch_hz=_median_pitch_hz(speaker), rng=_stream(speaker.seed, f"voice {speaker.name}")
    )
    made = 0
    dropped = []
    for utt, ref in speaker.lines:
        try:
            made += _copy_line(utt, ref, speaker, voices)
        except AudioError as error:
            dropped.append(Remark(utt, str(ref), error.reason, error.detail))
    return _Result(tuple(voices), made, tuple(dropped))


def _copy_line(utt: str, ref: AudioRef, speaker: _Speaker, voices: list[WorldVoice]) -> int:
    paths = [_audio_path(speaker.folder, utt, number) for number in range(1, len(voices) + 1)]
    missing = [number for number, path in enumerate(paths, start=1) if not path.exists()]
    if not missing:
        return 0
    samples = _part(read_audio(ref), speaker.max_s, rng=_stream(speaker.seed, f"part {utt}"))
    frames = analyze_speech(samples)
    for number in missing:
        rng = _stream(speaker.seed, f"noise {copy_id(utt, number)}")
        copied = same_level(synthesize_voice(frames, voices[number - 1], rng=rng), samples)
        with atomic_path(paths[number - 1]) as partial:
            soundfile.write(
                partial, copied, SAMPLE_RATE_HZ, format="FLAC", subtype="PCM_16", compression_level=0.0
            )
    return len(missing)


def _median_pitch_hz(speaker: _Speaker) -> float:
    """Median over the first lines that can be read; 0 where nothing is voiced."""
    pitches: list[NDArray[np.float64]] = []
    for _, ref in speaker.lines:
        if len(pitches) == _PITCH_LINES:
            break
        try:
            samples = read_audio(ref)[: round(_PITCH_S * SAMPLE_RATE_HZ)]
        except AudioError:
            continue
        pitch_hz, _ = estimate_pitch(samples)
        pitches.append(pitch_hz[pitch_hz > 0])
    voiced_hz = np.concatenate(pitches) if pitches else np.zeros(0)
    return float(np.median(voiced_hz)) if len(voiced_hz) else 0.0


def _part(
    samples: NDArray[np.float32], max_s: float | None, *, rng: np.random.Generator
) -> NDArray[np.float32]:
    length = len(samples) if max_s is None else min(len(samples), round(max_s * SAMPLE_RATE_HZ))
    start = int(rng.integers(len(samples) - length + 1))
    return samples[start : start + length]


def _audio_path(folder: Path, utt: str, number: int) -> Path:
    # An id may hold what a file name may not.
    digest = sha256(utt.encode()).hexdigest()
    return folder / digest[:2] / f"{digest[2:20]}~w{number}.flac"


def _copied_corpus(kept: Corpus, voices: dict[str, tuple[WorldVoice, ...]], folder: Path) -> Corpus:
    numbers = range(1, 1 + max(map(len, voices.values())))
    ids = {(utt, number): copy_id(utt, number) for utt in kept.utts for number in numbers}
    audio = {new: AudioRef(_audio_path(folder, utt, number)) for (utt, number), new in ids.items()}
    durations = {new: f"{soundfile.info(ref.path).duration:.3f}" for new, ref in audio.items()}
    copied = {
        name: {new: table[utt] for (utt, _), new in ids.items() if utt in table}
        for name, table in kept.utt_tables.items()
        if name not in _INDEPENDENT_TABLES
    }
    speakers = {(spk, number): copy_id(spk, number) for spk in kept.speakers for number in numbers}
    return Corpus(
        audio,
        {new: speakers[kept.utt2spk[utt], number] for (utt, number), new in ids.items()},
        {**copied, "utt2dur": durations},
        {
            "spk2original": {new: spk for (spk, _), new in speakers.items()},
            "spk2world": {new: str(voices[spk][number - 1]) for (spk, number), new in speakers.items()},
        },
    )
