"""Small seeded voices made of harmonic tones: quick stand-ins for speech in tests."""

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kowairo.core import AudioRef, Corpus

SAMPLE_RATE_HZ = 16000
_FRAME_SAMPLES = 160


def tone_voice(speaker: int, seconds: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """One vowel-like line: harmonics of a moving pitch under three formants, in syllables.

    Pitch, formants and tilt follow from `speaker` alone, so two lines of one speaker sound alike;
    `rng` draws what differs between lines (melody, rhythm, noise).

    Args:
        speaker: Number of the voice; the same number is the same voice everywhere.
        seconds: Length of the line, s.
        rng: Source of the line's own variation.

    Returns:
        (round(seconds * 16000),) samples in [-1, 1], peak 0.5.
    """
    samples = round(seconds * SAMPLE_RATE_HZ)
    voice = np.random.default_rng(speaker)
    pitch_hz = 90.0 * 2.0 ** voice.uniform(0.0, 1.6)
    formants_hz = voice.uniform((300.0, 900.0, 2200.0), (850.0, 2000.0, 3400.0))
    tilt = voice.uniform(0.5, 1.5)
    frames = samples // _FRAME_SAMPLES + 2
    melody = _slow_curve(rng, frames)
    contour_hz = _to_samples(pitch_hz * 2.0 ** (0.15 * melody), samples)
    phase = 2.0 * np.pi * np.cumsum(contour_hz) / SAMPLE_RATE_HZ
    signal = np.zeros(samples)
    # Harmonics stop below 4 kHz: enough for every formant, and half the work.
    for harmonic in range(1, int(4000.0 / pitch_hz) + 1):
        gain = _formant_gain(harmonic * pitch_hz, formants_hz) * harmonic**-tilt
        signal += gain * np.sin(harmonic * phase)
    loudness = np.clip(0.6 + 0.5 * _slow_curve(rng, frames), 0.1, 1.0)
    signal *= _to_samples(loudness, samples)
    signal /= max(float(np.abs(signal).max(initial=0.0)), 1e-9)
    signal += 0.003 * rng.standard_normal(samples)
    return np.asarray(0.5 * signal / max(float(np.abs(signal).max(initial=0.0)), 1.0), dtype=np.float32)


def write_tone_corpus(
    folder: Path, speakers: int, lines: int, seed: int, *, min_s: float = 0.8, max_s: float = 1.6
) -> Corpus:
    """Writes a Kaldi folder of tone voices (16-bit wav, 16 kHz) and returns its corpus.

    Args:
        folder: Where tables and `audio/` go; made if missing.
        speakers: Number of speakers `s00`, `s01`, ...; half of them `f`, half `m` in `spk2gender`.
        lines: Lines of each speaker, `s00-000`, ...; every line has a text of its own.
        seed: Equal seeds give equal files.
        min_s: Shortest line, s.
        max_s: Longest line, s.

    Returns:
        The corpus as written, with `text`, `utt2dur` and `spk2gender`.
    """
    audio_folder = folder / "audio"
    audio_folder.mkdir(parents=True, exist_ok=True)
    audio: dict[str, AudioRef] = {}
    utt2spk: dict[str, str] = {}
    text: dict[str, str] = {}
    utt2dur: dict[str, str] = {}
    for speaker in range(speakers):
        for line in range(lines):
            utt = f"s{speaker:02d}-{line:03d}"
            rng = np.random.default_rng((seed, speaker, line))
            samples = tone_voice(1000 * seed + speaker, float(rng.uniform(min_s, max_s)), rng)
            path = audio_folder / f"{utt}.wav"
            write_wav(path, samples)
            audio[utt] = AudioRef(path, None)
            utt2spk[utt] = f"s{speaker:02d}"
            text[utt] = f"line {line} of speaker {speaker}"
            utt2dur[utt] = f"{len(samples) / SAMPLE_RATE_HZ:.3f}"
    gender = {f"s{speaker:02d}": "fm"[speaker % 2] for speaker in range(speakers)}
    corpus = Corpus(audio, utt2spk, {"text": text, "utt2dur": utt2dur}, {"spk2gender": gender})
    corpus.write(folder)
    return corpus


def write_wav(path: Path, samples: NDArray[np.float32], *, sample_rate_hz: int = SAMPLE_RATE_HZ) -> None:
    """Writes samples in [-1, 1] as 16-bit PCM; (samples,) mono or (samples, channels).

    The standard library writes it, so tests of audio reading do not rest on the library they test.
    """
    pcm = np.clip(np.rint(samples * 32767.0), -32768, 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1 if pcm.ndim == 1 else pcm.shape[1])
        file.setsampwidth(2)
        file.setframerate(sample_rate_hz)
        file.writeframes(pcm.tobytes())


def _slow_curve(rng: np.random.Generator, frames: int) -> NDArray[np.float64]:
    """A random smooth curve of about unit range: two sinusoids of 1 to 4 Hz at 100 frames a second."""
    time_s = np.arange(frames) / 100.0
    rate_hz = rng.uniform(1.0, 4.0, 2)
    phase = rng.uniform(0.0, 2.0 * np.pi, 2)
    return np.asarray(np.sin(2.0 * np.pi * rate_hz[:, None] * time_s + phase[:, None]).sum(axis=0) / 1.5)


def _to_samples(curve: NDArray[np.float64], samples: int) -> NDArray[np.float64]:
    """Interpolates a curve of one value per frame to one value per sample."""
    return np.interp(np.arange(samples), _FRAME_SAMPLES * np.arange(len(curve)), curve)


def _formant_gain(frequency_hz: float, formants_hz: NDArray[np.float64]) -> float:
    """Sum of three resonance curves of 120 Hz bandwidth at one frequency, over a small floor."""
    return 0.02 + float((1.0 / (1.0 + ((frequency_hz - formants_hz) / 120.0) ** 2)).sum())
