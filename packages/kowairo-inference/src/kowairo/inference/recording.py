"""The forms in which a user hands over a recording."""

from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kowairo.core import AudioRef
from kowairo.data.unchecked_audio import decode_unchecked, mono_samples

Recording: TypeAlias = str | Path | AudioRef | tuple[NDArray[np.generic], int]
"""A file, a member of an archive (`archive.tar#member`), or samples and their rate in Hz."""


def recording_name(audio: Recording) -> str:
    """What messages call a recording: its path, or `samples`."""
    return "samples" if isinstance(audio, tuple) else str(recording_file(audio))


def recording_file(audio: str | Path | AudioRef) -> AudioRef:
    """Where a recording is that is no array."""
    if isinstance(audio, AudioRef):
        return audio
    return AudioRef.parse(audio) if isinstance(audio, str) else AudioRef(audio)


def read_recording(audio: Recording, *, max_duration_s: float) -> NDArray[np.float32]:
    """The samples of a recording, mono at 16 kHz, whatever their quality.

    Args:
        audio: the recording.
        max_duration_s: longer files are refused before they are decoded.

    Raises:
        AudioError: it is missing, undecodable, empty, too long or not finite.
        InputError: an array is of another shape or type.
    """
    if isinstance(audio, tuple):
        return mono_samples(np.asarray(audio[0]), audio[1], source=recording_name(audio))
    return decode_unchecked(recording_file(audio), max_duration_s=max_duration_s)
