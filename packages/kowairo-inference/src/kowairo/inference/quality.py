"""How good a recording is for telling voices, and the bar below which none is embedded."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from kowairo.core import InputError
from kowairo.models import SileroVad

from .signal_measures import measure_signal

QualityReason = Literal["silent", "too_short", "clipped"]
Note = Literal["no_words", "little_sound", "noisy", "clipped", "unlike_training"]
"""What weakens a result without forbidding it; `no_words` weakens nothing, it is for information."""

_SPEECH_PROBABILITY = 0.5
_FEW_WORDS_S = 0.2
_LITTLE_SOUND_S = 1.0
_NOISY_DB = 10.0
_SOME_CLIPPED = 0.005


@dataclass(frozen=True)
class Quality:
    """Measures of one recording, beside its embedding."""

    duration_s: float
    """Length, s."""
    sound_s: float
    """Seconds in which something stands out from the background: words, laughter, breath."""
    voiced_s: float
    """Seconds of it with a pitch."""
    breathy_s: float
    """The other seconds of it: breath, whisper, hiss, noise."""
    voiced_share: float
    """Share of the sound's energy that is voiced."""
    snr_db: float
    """Estimated from the quietest tenth, dB in -10..60."""
    clipped_share: float
    """Share of samples in flat tops."""
    speech_s: float | None = None
    """Net seconds of words, by Silero VAD; None if it was not asked."""
    ood_distance: float | None = None
    """Distance of the embedding from those of the encoder's training, typical ones 1; None if the checkpoint
    has no statistics."""
    ood_limit: float | None = None
    """Distance that one training line of a hundred exceeds."""

    @property
    def notes(self) -> tuple[Note, ...]:
        """What a user should know, in the order of the list of notes."""
        wordless = self.speech_s is not None and self.speech_s < _FEW_WORDS_S
        far = self.ood_distance is not None and self.ood_limit is not None
        found: dict[Note, bool] = {
            "no_words": wordless,
            "little_sound": self.sound_s < _LITTLE_SOUND_S,
            "noisy": self.snr_db < _NOISY_DB,
            "clipped": self.clipped_share >= _SOME_CLIPPED,
            "unlike_training": far and (self.ood_distance or 0.0) > (self.ood_limit or 0.0),
        }
        return tuple(note for note, holds in found.items() if holds)

    def as_json(self) -> dict[str, Any]:
        """Plain values, rounded to what they are worth; notes included."""
        values = {
            name: round(value, 4) if isinstance(value, float) else value
            for name, value in asdict(self).items()
        }
        return values | {"notes": list(self.notes)}


class QualityError(InputError):
    """A recording is below the bar.

    Args:
        reason: What is wrong with it.
        detail: What was found, for people.
        source: Its name.
        quality: All measures.
    """

    def __init__(self, reason: QualityReason, detail: str, *, source: str, quality: Quality) -> None:
        super().__init__(f"{source}: {reason}: {detail}")
        self.reason = reason
        self.detail = detail
        self.source = source
        self.quality = quality

    def __reduce__(self) -> tuple[object, ...]:
        # `args` holds the joined message only; worker processes rebuild the error from its parts.
        return (_rebuilt, (self.reason, self.detail, self.source, self.quality))


@dataclass(frozen=True)
class QualityBar:
    """Below it a number would mean nothing. What is said, or whether words are, plays no part.

    Raises:
        InputError: A limit is negative or no share.
    """

    min_duration_s: float = 0.5
    """Shorter recordings are too short."""
    min_sound_s: float = 0.25
    """Recordings with less sound in them are silent."""
    max_clipped_share: float = 0.3
    """Recordings with more of their samples in flat tops are clipped to pieces."""

    def __post_init__(self) -> None:
        if min(self.min_duration_s, self.min_sound_s) < 0.0 or not 0.0 < self.max_clipped_share <= 1.0:
            raise InputError(f"expected durations of at least 0 s and a share in (0, 1], got {self}")

    def check(self, quality: Quality, *, source: str) -> None:
        """Refuse a recording below the bar.

        Args:
            quality: Its measures.
            source: Its name.

        Raises:
            QualityError: The first of too_short, silent and clipped that holds.
        """
        found = self._below(quality)
        if found is not None:
            raise QualityError(*found, source=source, quality=quality)

    def admits(self, quality: Quality) -> bool:
        """Whether a recording of this quality is not below the bar."""
        return self._below(quality) is None

    def _below(self, quality: Quality) -> tuple[QualityReason, str] | None:
        """Reason and detail of the first limit that is missed."""
        if quality.duration_s < self.min_duration_s:
            return "too_short", f"{quality.duration_s:.2f} s, at least {self.min_duration_s:g} s are needed"
        if quality.sound_s < self.min_sound_s:
            return "silent", (
                f"{quality.sound_s:.2f} s of {quality.duration_s:.2f} s stand out from the background, "
                f"at least {self.min_sound_s:g} s are needed"
            )
        if quality.clipped_share > self.max_clipped_share:
            return "clipped", f"{100.0 * quality.clipped_share:.0f} % of the samples are cut off at the peak"
        return None


def measure_quality(samples: NDArray[np.float32], *, vad: SileroVad | None = None) -> Quality:
    """Measure a recording.

    Args:
        samples: (samples,) at 16 kHz, in [-1, 1].
        vad: finds words; None leaves `speech_s` open.

    Returns:
        The measures; without an embedding there is no distance.
    """
    signal = measure_signal(samples)
    return Quality(**asdict(signal), speech_s=None if vad is None else speech_seconds(samples, vad))


def speech_seconds(samples: NDArray[np.float32], vad: SileroVad) -> float:
    """Net seconds of words: frames of 32 ms with a probability of at least one half."""
    if len(samples) == 0:
        return 0.0
    with torch.inference_mode():
        probabilities = vad(torch.from_numpy(samples))
    spoken_s = vad.frame_s * int((probabilities >= _SPEECH_PROBABILITY).sum())
    return min(spoken_s, len(samples) / vad.sample_rate_hz)


def _rebuilt(reason: QualityReason, detail: str, source: str, quality: Quality) -> QualityError:
    return QualityError(reason, detail, source=source, quality=quality)
