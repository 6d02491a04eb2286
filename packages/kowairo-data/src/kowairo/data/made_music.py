"""Simple music made by rule (chords, an arpeggio, a bass, drums), for use where no music is at hand."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_SAMPLE_RATE_HZ = 16000
_MODES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 2, 3, 5, 7, 9, 10), (0, 2, 4, 7, 9, 12, 14))
# Degrees of the chords of a bar each; common four-bar progressions.
_PROGRESSIONS = ((0, 4, 5, 3), (0, 5, 3, 4), (5, 3, 0, 4), (0, 3, 4, 0), (3, 4, 2, 5))

Samples = NDArray[np.float64]


@dataclass(frozen=True)
class Style:
    """What is drawn once for a piece."""

    beat_s: float
    """Duration of a beat in seconds."""
    root_midi: int
    """Key, as a MIDI note number."""
    mode: tuple[int, ...]
    """Semitones of the scale above the root."""
    progression: tuple[int, ...]
    """Scale degree of the chord of each bar."""
    brightness: float
    """How fast harmonics fall off: larger is darker."""
    decay_s: float
    """How long a plucked note rings."""
    drum_level: float
    """Level of the drums; 0 for none."""


def make_music(*, seconds: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Make one piece.

    Args:
        seconds: duration.
        rng: source of every random choice; each call is another piece.

    Returns:
        (time,), float32, 16 kHz, mean square at -20 dB of full scale, lower where peaks would exceed 0.99.
    """
    style = _draw_style(rng)
    num_samples = round(seconds * _SAMPLE_RATE_HZ)
    piece = np.zeros(num_samples)
    for bar in range(int(np.ceil(seconds / (4.0 * style.beat_s)))):
        _add_bar(piece, bar, style, rng)
    piece *= min(0.1 / np.sqrt(np.mean(piece**2)), 0.99 / np.abs(piece).max())
    return piece.astype(np.float32)


def note_hz(midi: float) -> float:
    """Frequency of a MIDI note number, equal temperament, A4 = 69 = 440 Hz."""
    return float(440.0 * 2.0 ** ((midi - 69.0) / 12.0))


def pluck(frequency_hz: float, *, seconds: float, brightness: float, decay_s: float) -> Samples:
    """A decaying harmonic tone; higher harmonics are weaker and die sooner, none above 7.5 kHz.

    It ends after six time constants, -52 dB, where nobody hears it any more.

    Args:
        frequency_hz: fundamental.
        seconds: duration.
        brightness: harmonic k has amplitude k to the power of minus this.
        decay_s: time constant of the fundamental.

    Returns:
        (time,), float64, at most ``seconds`` long.
    """
    time_s = np.arange(round(min(seconds, 6.0 * decay_s) * _SAMPLE_RATE_HZ)) / _SAMPLE_RATE_HZ
    tone = np.zeros(time_s.size)
    for harmonic in range(1, min(12, int(7500.0 / frequency_hz)) + 1):
        envelope = np.exp(-time_s / decay_s * harmonic**0.5) * np.minimum(time_s / 0.005, 1.0)
        tone += harmonic**-brightness * envelope * np.sin(2.0 * np.pi * harmonic * frequency_hz * time_s)
    return tone


def _draw_style(rng: np.random.Generator) -> Style:
    return Style(
        beat_s=60.0 / rng.uniform(70.0, 150.0),
        root_midi=int(rng.integers(55, 67)),
        mode=_MODES[int(rng.integers(len(_MODES)))],
        progression=_PROGRESSIONS[int(rng.integers(len(_PROGRESSIONS)))],
        brightness=rng.uniform(0.8, 2.0),
        decay_s=rng.uniform(0.2, 1.2),
        drum_level=float(rng.choice([0.0, rng.uniform(0.2, 0.8)])),
    )


def _add_bar(piece: Samples, bar: int, style: Style, rng: np.random.Generator) -> None:
    degree = style.progression[bar % len(style.progression)]
    chord = [_scale_note(style, degree + step) for step in (0, 2, 4)]
    bar_s = 4.0 * style.beat_s
    start_s = bar * bar_s
    _add(piece, start_s, 0.8 * _tone(chord[0] - 24, bar_s, style))
    for note in chord:
        _add(piece, start_s, 0.35 * _tone(note, bar_s, style))
    for eighth in range(8):
        if rng.random() < 0.75:
            note = _scale_note(style, degree + int(rng.choice([0, 2, 4, 7, 9]))) + 12
            _add(piece, start_s + eighth * style.beat_s / 2.0, 0.6 * _tone(note, style.beat_s, style))
    if style.drum_level > 0.0:
        for beat in range(4):
            _add(piece, start_s + beat * style.beat_s, style.drum_level * _drum(beat % 2 == 1, rng))


def _scale_note(style: Style, degree: int) -> int:
    octave, step = divmod(degree, len(style.mode))
    return style.root_midi + 12 * octave + style.mode[step]


def _tone(midi: int, seconds: float, style: Style) -> Samples:
    return pluck(note_hz(midi), seconds=seconds, brightness=style.brightness, decay_s=style.decay_s)


def _drum(is_snare: bool, rng: np.random.Generator) -> Samples:
    time_s = np.arange(round(0.2 * _SAMPLE_RATE_HZ)) / _SAMPLE_RATE_HZ
    if is_snare:
        return rng.standard_normal(time_s.size) * np.exp(-time_s / 0.04)
    # A kick falls in pitch while it dies away.
    return 2.0 * np.sin(2.0 * np.pi * (50.0 * time_s - 5.0 * np.exp(-time_s / 0.03))) * np.exp(-time_s / 0.08)


def _add(piece: Samples, start_s: float, sound: Samples) -> None:
    start = round(start_s * _SAMPLE_RATE_HZ)
    room = min(sound.size, piece.size - start)
    if room > 0:
        piece[start : start + room] += sound[:room]
