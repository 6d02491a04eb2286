"""Audio of references, to be played: kept only where the operator asks for it."""

import hashlib
import io
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from kowairo.core import AudioRef, atomic_path
from kowairo.data import SAMPLE_RATE_HZ, AudioError, read_audio

from ..gallery import ReferenceFacts

UPLOAD_PREFIX = "upload:"
"""Begins the source of a reference that came over the network: it is never taken for a path."""


def upload_source(name: str, digest: str) -> str:
    """Source of an uploaded reference: its name for people, and what tells it from others of that name."""
    return f"{UPLOAD_PREFIX}{name} [{digest[-8:]}]"


def wav_bytes(samples: NDArray[np.float32]) -> bytes:
    """Samples at 16 kHz as a WAV file of 16 bits."""
    buffer = io.BytesIO()
    soundfile.write(buffer, np.clip(samples, -1.0, 1.0), SAMPLE_RATE_HZ, format="WAV", subtype="PCM_16")
    return buffer.getvalue()


class ReferenceAudio:
    """Where the audio of references is.

    Uploads are written anew from their samples, under names that are digests: neither the bytes nor the name
    of a client reach the disk.

    Args:
        folder: Of kept uploads; None keeps none.
        max_duration_s: Longer files of references are not played.
    """

    def __init__(self, folder: Path | None, *, max_duration_s: float) -> None:
        self.folder = folder
        self._max_duration_s = max_duration_s

    def keep(self, digest: str, samples: NDArray[np.float32]) -> None:
        """Write the audio of an upload, where that is wanted."""
        if self.folder is not None:
            with atomic_path(self._path(self.folder, digest)) as partial:
                partial.write_bytes(wav_bytes(samples))

    def forget(self, digest: str) -> None:
        """Delete it."""
        if self.folder is not None:
            self._path(self.folder, digest).unlink(missing_ok=True)

    def has(self, facts: ReferenceFacts) -> bool:
        """Whether there is audio of a reference, as far as a look at the disk can tell."""
        if self.folder is not None and self._path(self.folder, facts.digest).is_file():
            return True
        return not facts.source.startswith(UPLOAD_PREFIX) and AudioRef.parse(facts.source).path.is_file()

    def wav(self, facts: ReferenceFacts) -> bytes:
        """The audio of a reference as a WAV file: the kept upload, or the file that it was enrolled from.

        A file is decoded and written anew: what is no audio is never sent.

        Raises:
            AudioError: There is none, or it cannot be read.
        """
        if self.folder is not None and (path := self._path(self.folder, facts.digest)).is_file():
            return path.read_bytes()
        if facts.source.startswith(UPLOAD_PREFIX):
            raise AudioError("missing", "its audio was not kept", facts.source)
        ref = AudioRef.parse(facts.source)
        return wav_bytes(read_audio(ref, min_duration_s=0.0, max_duration_s=self._max_duration_s))

    @staticmethod
    def _path(folder: Path, digest: str) -> Path:
        return folder / f"{hashlib.sha256(digest.encode()).hexdigest()[:32]}.wav"
