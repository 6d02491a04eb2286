"""New voices made of a real one: pitch, formants, tilt and breath, each constant for a voice."""

from dataclasses import dataclass

import numpy as np

from kowairo.core import InputError

SEMITONES = 7.0
LOG_FORMANT = float(np.log(1.25))
PITCH_HZ = (70.0, 500.0)
_PITCH_UNIT_SEMITONES = 4.0
_FORMANT_UNIT = 0.10
_DRAWS = 60
_RELAX = 0.85


@dataclass(frozen=True)
class WorldVoice:
    """How a new voice differs from its source."""

    pitch: float
    """Factor of the pitch, above 0."""
    formant: float
    """Factor of the formant frequencies, above 0: 1.1 is a vocal tract shorter by 9 %."""
    tilt_db: float = 0.0
    """Spectral tilt of voiced sound, dB per octave; positive is brighter."""
    breath: float = 0.0
    """Share of noise added at 2.5 kHz and above, 0 to 1."""

    def __post_init__(self) -> None:
        if not (self.pitch > 0.0 and self.formant > 0.0 and 0.0 <= self.breath <= 1.0):
            raise InputError(f"expected factors above 0 and a breath of 0 to 1, got {self}")

    def __str__(self) -> str:
        """The voice as it stands in the table `spk2world`."""
        return (
            f"pitch={self.pitch:.4f} formant={self.formant:.4f} "
            f"tilt_db={self.tilt_db:.2f} breath={self.breath:.3f}"
        )


def draw_voices(copies: int, *, pitch_hz: float, rng: np.random.Generator) -> list[WorldVoice]:
    r"""Draw voices that differ from their source and from one another.

    Pitch is moved by up to 7 semitones and formants by a factor of 0.80 to 1.25, uniformly in the logarithm,
    such that the new pitch lies between 70 and 500 Hz. Two voices differ by

    .. math:: d^2 = (\Delta s / 4)^2 + (\Delta \ln\alpha / 0.10)^2 \ge 1,

    s in semitones: 4 semitones alone, or 10 % of the formants alone, or some of both. Where there is no room
    left, the distance is relaxed step by step. The first voices do not depend on how many are drawn.

    Args:
        copies: number of voices, 0 or more.
        pitch_hz: median pitch of the source; 0 where it is unknown.
        rng: source of every random choice.

    Returns:
        The voices.
    """
    lowest, highest = _semitone_range(pitch_hz)
    points = [np.zeros(2)]
    voices = []
    for _ in range(copies):
        points.append(_draw_apart(points, lowest, highest, rng=rng))
        semitones = points[-1][0] * _PITCH_UNIT_SEMITONES
        voices.append(
            WorldVoice(
                pitch=float(2.0 ** (semitones / 12.0)),
                formant=float(np.exp(points[-1][1] * _FORMANT_UNIT)),
                tilt_db=float(rng.uniform(-2.0, 2.0)),
                breath=float(rng.uniform(0.0, 0.3) ** 1.5),
            )
        )
    return voices


def _semitone_range(pitch_hz: float) -> tuple[float, float]:
    """Allowed shift in semitones; a source outside the range of pitches is only moved into it."""
    if pitch_hz <= 0.0:
        return -SEMITONES, SEMITONES
    low, high = (float(12.0 * np.log2(limit_hz / pitch_hz)) for limit_hz in PITCH_HZ)
    return min(max(low, -SEMITONES), SEMITONES - 1.0), max(min(high, SEMITONES), 1.0 - SEMITONES)


def _draw_apart(
    points: list[np.ndarray], lowest: float, highest: float, *, rng: np.random.Generator
) -> np.ndarray:
    """A point at least 1 from all others, or as far as there is room for."""
    scale = np.array([_PITCH_UNIT_SEMITONES, _FORMANT_UNIT])
    distance = 1.0
    while True:
        drawn = rng.uniform([lowest, -LOG_FORMANT], [highest, LOG_FORMANT], size=(_DRAWS, 2)) / scale
        nearest = np.min([np.hypot(*(drawn - point).T) for point in points], axis=0)
        free = np.flatnonzero(nearest >= distance)
        if len(free):
            return np.asarray(drawn[free[0]])
        distance *= _RELAX
