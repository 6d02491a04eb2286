"""Decoding of one audio file by libsndfile, up to where it breaks off."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
import soundfile
from numpy.typing import NDArray

from kowairo.core import AudioRef
from kowairo.data._audio_error import AudioError
from kowairo.data._tar import read_member

_MIN_RATE_HZ = 1000
_BLOCK_FRAMES = 1 << 20
_OGG_TAIL_BYTES = 1 << 16


@dataclass(frozen=True, eq=False)
class DecodedChannels:
    """What a file holds, at its own rate."""

    channels: NDArray[np.float32]
    """(frames, channels)."""
    sample_rate_hz: int
    truncated: str
    """Why the file seems to be cut off, or empty."""


def decode_channels(ref: AudioRef, *, max_duration_s: float) -> DecodedChannels:
    """Decodes a file, or a member of an archive, without any resampling.

    Args:
        ref: The audio.
        max_duration_s: A longer file is refused by its header, before memory is spent on it.

    Returns:
        All frames up to the end of the file or to the place where it breaks off.

    Raises:
        AudioError: missing, undecodable, empty or too_long.
    """
    return decode_content(_open(ref), source=str(ref), max_duration_s=max_duration_s)


def decode_content(content: Path | io.BytesIO, *, source: str, max_duration_s: float) -> DecodedChannels:
    """As `decode_channels`, of a file that is in memory already.

    Args:
        content: A file, or what one holds.
        source: Its name, for messages.
        max_duration_s: As `decode_channels`.

    Returns:
        As `decode_channels`.

    Raises:
        AudioError: undecodable, empty or too_long.
    """
    if isinstance(content, io.BytesIO) and not content.getbuffer().nbytes:
        raise AudioError("empty", "0 bytes", source)
    try:
        with soundfile.SoundFile(content) as file:
            rate_hz, expected, is_ogg = file.samplerate, file.frames, file.format == "OGG"
            if rate_hz < _MIN_RATE_HZ:
                raise AudioError("undecodable", f"sample rate {rate_hz} Hz", source)
            if expected > max_duration_s * rate_hz:
                raise AudioError("too_long", f"{expected / rate_hz:.1f} s > {max_duration_s:g} s", source)
            max_frames = int(max_duration_s * rate_hz) + 1
            channels, breakdown = _read_blocks(file, max_frames=max_frames, block=_BLOCK_FRAMES)
            is_cut_flac = bool(breakdown) and file.format == "FLAC"
        if is_cut_flac:
            channels, breakdown = _read_cut_flac(content, max_frames=max_frames)
    except soundfile.LibsndfileError as error:
        raise AudioError("undecodable", error.error_string.strip(), source) from error
    if len(channels) == 0:
        if breakdown:
            raise AudioError("undecodable", breakdown, source)
        raise AudioError("empty", "no samples", source)
    if not breakdown and len(channels) < expected:
        breakdown = f"{len(channels)} of {expected} frames"
    if not breakdown and is_ogg and _ogg_lacks_its_end(content):
        breakdown = "the Ogg stream has no last page"
    return DecodedChannels(channels, rate_hz, breakdown)


def _open(ref: AudioRef) -> Path | io.BytesIO:
    if ref.member is not None:
        return read_member(ref.path, ref.member)
    try:
        if ref.path.is_dir():
            raise AudioError("undecodable", "is a folder", str(ref))
        if ref.path.stat().st_size == 0:
            raise AudioError("empty", "file of 0 bytes", str(ref))
        with ref.path.open("rb"):
            return ref.path
    except FileNotFoundError as error:
        raise AudioError("missing", "no such file", str(ref)) from error
    except OSError as error:
        raise AudioError("undecodable", f"cannot be read: {error.strerror}", str(ref)) from error


def _read_cut_flac(content: Path | io.BytesIO, *, max_frames: int) -> tuple[NDArray[np.float32], str]:
    """Reads one short block at a time: what a failing call had already decoded is lost with it.

    Only after a first try, because short blocks take two and a half times as long.
    """
    if isinstance(content, io.BytesIO):
        content.seek(0)
    with soundfile.SoundFile(content) as file:
        return _read_blocks(file, max_frames=max_frames, block=max(1, file.samplerate // 4))


def _read_blocks(
    file: soundfile.SoundFile, *, max_frames: int, block: int
) -> tuple[NDArray[np.float32], str]:
    """Reads up to max_frames; an error in the middle ends the file instead of losing all before it."""
    blocks: list[NDArray[np.float32]] = []
    frames = 0
    breakdown = ""
    while frames < max_frames:
        try:
            read = file.read(min(block, max_frames - frames), dtype="float32", always_2d=True)
        except soundfile.LibsndfileError as error:
            breakdown = error.error_string.strip()
            break
        if not len(read):
            break
        blocks.append(read)
        frames += len(read)
    channels = np.concatenate(blocks) if blocks else np.empty((0, file.channels), dtype=np.float32)
    return channels, breakdown


def _ogg_lacks_its_end(content: Path | io.BytesIO) -> bool:
    """Whether the last page header lacks the end-of-stream flag (RFC 3533, 2003, section 6)."""
    if isinstance(content, io.BytesIO):
        return _last_page_is_open(content)
    with content.open("rb") as file:
        return _last_page_is_open(file)


def _last_page_is_open(file: IO[bytes]) -> bool:
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _OGG_TAIL_BYTES))
    tail = file.read(_OGG_TAIL_BYTES)
    page = tail.rfind(b"OggS\x00")
    return page < 0 or page + 5 >= len(tail) or not tail[page + 5] & 0x04
