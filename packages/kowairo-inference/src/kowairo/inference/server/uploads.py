"""Files that strangers send: bytes to samples, with nothing of them written, run or trusted."""

import io
import unicodedata
from dataclasses import dataclass

import numpy as np
import soundfile
from numpy.typing import NDArray

from kowairo.core import content_hash
from kowairo.data import SAMPLE_RATE_HZ, AudioError
from kowairo.data.audio import decode_bytes

from ..recording import Recording

_MAX_NAME_CHARACTERS = 120
_NAMELESS = "recording"
_MOST_CHANNELS = 8
# Stereo at 192 kHz: 92 MB a minute in memory; 255 channels of silence would be a kilobyte on the wire.
_MOST_VALUES_PER_S = 400_000
_OPEN_ENDED = (0, 0xFFFFFFFF)
_OGG_HEADER_BYTES = 27


@dataclass(frozen=True, eq=False)
class UploadedAudio:
    """A recording that came with a request."""

    name: str
    """What the client calls it, for people only: no path, no control characters."""
    digest: str
    """Of its bytes, as the gallery tells recordings apart."""
    samples: NDArray[np.float32]
    """(samples,) mono at 16 kHz."""

    @property
    def recording(self) -> Recording:
        """As the embedder takes it."""
        return self.samples, SAMPLE_RATE_HZ


def read_upload(
    content: bytes, name: str | None, *, max_duration_s: float, accept_cut: bool = False
) -> UploadedAudio:
    """Decode an uploaded file in memory.

    Only WAV, FLAC, Ogg (Vorbis, Opus), MP3 and AIFF reach the decoder, and only where channels and rate keep
    the samples within bounds.

    Args:
        content: The file.
        name: The client's name of it.
        max_duration_s: Longer ones are refused by their header.
        accept_cut: Use a file that breaks off as far as it goes.

    Raises:
        AudioError: undecodable (also: cut off), empty, too_long, silent, clipped or not_finite.
    """
    shown = display_name(name)
    if not content:
        raise AudioError("empty", "0 bytes", shown)
    _check_kind(content, shown)
    _check_header(content, shown)
    decoded = decode_bytes(content, source=shown, min_duration_s=0.0, max_duration_s=max_duration_s)
    cut = decoded.truncated or _missing_bytes(content)
    if cut and not accept_cut:
        raise AudioError("undecodable", f"the file is cut off ({cut})", shown)
    return UploadedAudio(shown, f"file:{content_hash(content):016x}", decoded.samples)


def display_name(name: str | None) -> str:
    """The last part of a client's file name, without control characters, at most 120 characters."""
    last = (name or "").replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(one for one in last if unicodedata.category(one)[0] != "C")
    return unicodedata.normalize("NFC", kept).strip()[-_MAX_NAME_CHARACTERS:] or _NAMELESS


def _check_kind(content: bytes, name: str) -> None:
    """Refuse what does not begin like a file of sound: the decoder knows dozens of formats, some old."""
    start = content[:12]
    known = (
        (start[:4] in (b"RIFF", b"RF64") and start[8:12] == b"WAVE")
        or (start[:4] == b"FORM" and start[8:12] in (b"AIFF", b"AIFC"))
        or start[:4] in (b"fLaC", b"OggS")
        or start[:3] == b"ID3"
        or (len(start) > 1 and start[0] == 0xFF and start[1] & 0xE0 == 0xE0)
    )
    if not known:
        raise AudioError("undecodable", "not a WAV, FLAC, Ogg, MP3 or AIFF file", name)


def _check_header(content: bytes, name: str) -> None:
    try:
        with soundfile.SoundFile(io.BytesIO(content)) as file:
            channels, rate_hz = file.channels, file.samplerate
    except (soundfile.LibsndfileError, ValueError, MemoryError) as error:
        said = error.error_string if isinstance(error, soundfile.LibsndfileError) else str(error)
        raise AudioError("undecodable", said.strip() or "unreadable header", name) from error
    if channels > _MOST_CHANNELS or channels * rate_hz > _MOST_VALUES_PER_S:
        raise AudioError("undecodable", f"{channels} channels at {rate_hz} Hz are too many", name)


def _missing_bytes(content: bytes) -> str:
    """What is missing of a RIFF, FORM or Ogg file by its own account: the decoder says nothing of that."""
    if content[:4] == b"OggS":
        return _open_ogg_page(content)
    if content[:4] not in (b"RIFF", b"FORM"):
        return ""
    declared = int.from_bytes(content[4:8], "little" if content[:4] == b"RIFF" else "big")
    missing = 8 + declared - len(content)
    # One byte: some writers leave out the last padding.
    return f"{missing} bytes are missing" if declared not in _OPEN_ENDED and missing > 1 else ""


def _open_ogg_page(content: bytes) -> str:
    """Whether the last page is whole: header, table of segments and all that these say (RFC 3533)."""
    place = 0
    while content[place : place + 4] == b"OggS":
        table = place + _OGG_HEADER_BYTES
        count = content[table - 1] if table <= len(content) else 0
        place = table + count + sum(content[table : table + count])
    return "the last Ogg page is not whole" if place > len(content) else ""
