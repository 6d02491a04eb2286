"""Voice actors and characters as points in a small space of voice traits.

Everything is additive in units in which listeners hear roughly equal steps (logarithms of frequency and
tempo, semitones, decibels), so an actor, a character's offset from the actor and the variation of a line are
all vectors of the same kind and simply add up.
"""

from dataclasses import astuple, dataclass, fields
from typing import Literal

import numpy as np

Gender = Literal["f", "m"]

REFERENCE_PITCH_HZ = 200.0


@dataclass(frozen=True)
class Voice:
    """Traits of a voice, or a difference between two voices."""

    size: float = 0.0
    """Natural logarithm of the common formant scale; above 0 = a shorter vocal tract."""
    size_low: float = 0.0
    """Extra logarithm of the formant scale around 600 Hz (first formant)."""
    size_mid: float = 0.0
    """Extra logarithm of the formant scale around 1,800 Hz (second formant)."""
    size_high: float = 0.0
    """Extra logarithm of the formant scale around 3,600 Hz (upper formants)."""
    pitch_semitones: float = 0.0
    """Median pitch above 200 Hz, in semitones."""
    pitch_range: float = 0.0
    """Natural logarithm of the widening of the pitch contour."""
    rate: float = 0.0
    """Natural logarithm of the tempo."""
    tilt_db: float = 0.0
    """Slope of the voice source, in dB per octave; above 0 = brighter. Voiced frames only."""
    breath: float = 0.0
    """Breathiness as a logit; a difference of 2 is clearly heard."""
    bump_1_db: float = 0.0
    """Gain of the resonance near 800 Hz in voiced frames, in dB."""
    bump_2_db: float = 0.0
    """Gain of the resonance near 1,400 Hz in voiced frames, in dB."""
    bump_3_db: float = 0.0
    """Gain of the resonance near 2,300 Hz in voiced frames, in dB."""
    bump_4_db: float = 0.0
    """Gain of the resonance near 3,400 Hz in voiced frames, in dB."""
    bump_5_db: float = 0.0
    """Gain of the resonance near 5,000 Hz in voiced frames, in dB."""

    def __add__(self, other: "Voice") -> "Voice":
        """Sum of two voices, trait by trait."""
        return Voice(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    @property
    def pitch_hz(self) -> float:
        """Median pitch in Hz."""
        return REFERENCE_PITCH_HZ * float(2.0 ** (self.pitch_semitones / 12.0))

    @property
    def bumps_db(self) -> tuple[float, ...]:
        """Gains of the five voiced resonances, in dB, from the lowest up."""
        return (self.bump_1_db, self.bump_2_db, self.bump_3_db, self.bump_4_db, self.bump_5_db)


GENDER_MEAN: dict[Gender, Voice] = {
    "f": Voice(size=0.02, pitch_semitones=3.0, breath=0.3),
    "m": Voice(size=-0.10, pitch_semitones=-7.0, breath=-0.3),
}
"""Centre of the actors of a gender. The source voice is a woman's, so women sit near the origin."""

ACTOR_DEVIATION = Voice(
    size=0.13, size_low=0.09, size_mid=0.09, size_high=0.09,
    pitch_semitones=3.5, pitch_range=0.15, rate=0.06, tilt_db=1.2, breath=1.4,
    bump_1_db=2.5, bump_2_db=2.5, bump_3_db=2.5, bump_4_db=2.5, bump_5_db=2.5,
)  # fmt: skip
"""Standard deviation of the actors of one gender around their centre."""

CHARACTER_DEVIATION = Voice(
    size=0.13, size_low=0.10, size_mid=0.10, size_high=0.10,
    pitch_semitones=5.0, pitch_range=0.3, rate=0.08, tilt_db=1.0, breath=1.2,
    bump_1_db=2.0, bump_2_db=2.0, bump_3_db=2.0, bump_4_db=2.0, bump_5_db=2.0,
)  # fmt: skip
"""Standard deviation of an actor's characters around the actor."""

LINE_DEVIATION = Voice(
    size=0.01, size_low=0.01, size_mid=0.01, size_high=0.01,
    pitch_semitones=0.45, pitch_range=0.15, rate=0.08, tilt_db=1.0, breath=0.4,
    bump_1_db=1.0, bump_2_db=1.0, bump_3_db=1.0, bump_4_db=1.0, bump_5_db=1.0,
)  # fmt: skip
"""Standard deviation of a character's lines around the character, before emotion.

Set once, so that the statistics of MFCCs with LDA are a fair but beatable baseline (see ``channel`` too): the
colour of the voice source wanders from line to line, pitch and formant pattern stay."""


def vary(voice: Voice, deviation: Voice, *, rng: np.random.Generator) -> Voice:
    """Draw a voice around another one.

    Args:
        voice: centre.
        deviation: standard deviation of every trait.
        rng: source of randomness.

    Returns:
        ``voice`` plus one normal draw per trait, cut at 2.5 deviations so that no voice leaves the range in
        which the vocoder sounds like speech.
    """
    draws = np.clip(rng.standard_normal(len(fields(Voice))), -2.5, 2.5)
    scales = np.array(astuple(deviation), dtype=np.float64)
    return voice + Voice(*(float(value) for value in draws * scales))


def draw_actor(gender: Gender, *, rng: np.random.Generator) -> Voice:
    """Draw the natural voice of an actor of the given gender."""
    return vary(GENDER_MEAN[gender], ACTOR_DEVIATION, rng=rng)


def draw_character(actor: Voice, *, rng: np.random.Generator) -> Voice:
    """Draw one of the voices that an actor can put on."""
    return vary(actor, CHARACTER_DEVIATION, rng=rng)
