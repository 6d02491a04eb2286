"""How a character delivers one line: emotion, kind of utterance and the chance of the moment."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from kowairo.data.synth.voices import LINE_DEVIATION, Voice, vary

Emotion = Literal["normal", "whisper", "shout", "cry"]
Kind = Literal["speech", "laugh", "sob", "breath", "groan"]

EMOTIONS: tuple[Emotion, ...] = ("normal", "whisper", "shout", "cry")
EMOTION_SHARES = (0.72, 0.04, 0.14, 0.10)
"""Shares of the emotions among the spoken lines."""

NONVERBAL_EMOTION: dict[Kind, Emotion] = {
    "laugh": "normal",
    "sob": "cry",
    "breath": "whisper",
    "groan": "normal",
}
"""Emotion under which a non-verbal line is filed."""

EMOTION_SHIFT: dict[Emotion, Voice] = {
    "normal": Voice(),
    "whisper": Voice(size_low=0.02, rate=-0.05, tilt_db=1.0, breath=4.0),
    "shout": Voice(size_low=0.02, pitch_semitones=2.5, pitch_range=0.25, rate=0.06, tilt_db=2.5, breath=-1.5),
    "cry": Voice(size_low=-0.01, pitch_semitones=1.2, pitch_range=-0.1, rate=-0.15, tilt_db=-1.5, breath=1.5),
}

KIND_SHIFT: dict[Kind, Voice] = {
    "speech": Voice(),
    "laugh": Voice(pitch_semitones=2.0, pitch_range=0.5, rate=0.2, breath=1.0),
    "sob": Voice(pitch_semitones=1.5, pitch_range=0.3, rate=-0.1, breath=1.0),
    "breath": Voice(rate=-0.2, breath=4.0),
    "groan": Voice(pitch_semitones=-2.0, pitch_range=-0.3, rate=-0.35, tilt_db=-2.0),
}


@dataclass(frozen=True)
class Delivery:
    """One performance of one line."""

    voice: Voice
    """The character's voice in this line, emotion included."""
    voiced: bool
    """False where the vocal folds do not move at all (whisper, breath)."""
    tremor_semitones: float
    """Depth of the tremor of the pitch."""
    tremor_hz: float
    """Speed of the tremor."""
    pulse_depth: float
    """Depth of the rhythmic breath pressure (0 = even, 1 = down to silence)."""
    pulse_hz: float
    """Speed of the rhythmic breath pressure."""


def deliver(voice: Voice, *, emotion: Emotion, kind: Kind, rng: np.random.Generator) -> Delivery:
    """Perform a line.

    Args:
        voice: the character.
        emotion: emotion of the line.
        kind: speech or the kind of non-verbal line.
        rng: source of randomness; the same state gives the same delivery.

    Returns:
        The traits of this one performance.
    """
    varied = vary(voice, LINE_DEVIATION, rng=rng) + EMOTION_SHIFT[emotion] + KIND_SHIFT[kind]
    strength, speed = rng.uniform(0.5, 1.0), rng.uniform(0.85, 1.15)
    tremor = {"cry": 0.9, "normal": 0.15}.get(emotion, 0.1)
    pulse = {"laugh": (1.0, 5.0), "sob": (0.9, 2.2), "breath": (0.9, 1.1)}.get(kind, (0.0, 1.0))
    return Delivery(
        voice=varied,
        voiced=emotion != "whisper",
        tremor_semitones=tremor * strength,
        tremor_hz=5.5 * speed,
        pulse_depth=pulse[0] * min(1.0, 0.3 + strength),
        pulse_hz=pulse[1] * speed,
    )
