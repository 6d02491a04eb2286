"""Audio files of any format and rate as 16 kHz mono, with a named reason where that is impossible."""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from kowairo.core import AudioRef
from kowairo.data._audio_error import REASONS as REASONS
from kowairo.data._audio_error import AudioError as AudioError
from kowairo.data._audio_error import Reason as Reason
from kowairo.data._decode import DecodedChannels, decode_channels, decode_content

SAMPLE_RATE_HZ = 16000
MIN_DURATION_S = 0.5
MAX_DURATION_S = 600.0

# 10 steps of 16 bit: dither lies below, even a far breath has peaks 30 dB above.
_SILENT_PEAK = 10.0**-3.5
_CLIPPED_LEVEL = 0.95
_CLIPPED_SHARE = 0.3


@dataclass(frozen=True, eq=False)
class Decoded:
    """A decoded line."""

    samples: NDArray[np.float32]
    """(samples,) mono at the rate that was asked for."""
    duration_s: float
    """Length of what was decoded, s."""
    truncated: str
    """Why the file seems to be cut off, or empty: such a line is used as far as it goes."""


def read_audio(
    ref: AudioRef | Path | str,
    *,
    sample_rate_hz: int = SAMPLE_RATE_HZ,
    min_duration_s: float = MIN_DURATION_S,
    max_duration_s: float = MAX_DURATION_S,
) -> NDArray[np.float32]:
    """Reads an audio file (wav, flac, ogg, opus, mp3 ...) as mono at one rate.

    Channels are averaged, then resampled by soxr (quality HQ). Levels stay as they are: a float file
    or a lossy one may exceed 1.

    Args:
        ref: The file, or `archive.tar#member`.
        sample_rate_hz: Rate of the result.
        min_duration_s: Shorter audio is refused; 0 for impulse responses and noises.
        max_duration_s: Longer audio is refused before it is decoded (memory).

    Returns:
        (samples,) float32.

    Raises:
        AudioError: The file is missing, cannot be decoded, or `check_audio` refuses it.
    """
    return decode_audio(
        ref, sample_rate_hz=sample_rate_hz, min_duration_s=min_duration_s, max_duration_s=max_duration_s
    ).samples


def decode_audio(
    ref: AudioRef | Path | str,
    *,
    sample_rate_hz: int = SAMPLE_RATE_HZ,
    min_duration_s: float = MIN_DURATION_S,
    max_duration_s: float = MAX_DURATION_S,
) -> Decoded:
    """As `read_audio`, and says whether the file seems to be cut off.

    A file that breaks off is used as far as it decodes if that is long enough, and is `undecodable`
    otherwise: Ogg files taken out of games often lack their last page and are whole otherwise.

    Args:
        ref: The file, or `archive.tar#member`.
        sample_rate_hz: Rate of the result.
        min_duration_s: As `read_audio`.
        max_duration_s: As `read_audio`.

    Returns:
        Samples, duration and truncation.

    Raises:
        AudioError: As `read_audio`.
    """
    ref = _as_ref(ref)
    decoded = decode_channels(ref, max_duration_s=max_duration_s)
    return _checked(
        decoded,
        str(ref),
        sample_rate_hz=sample_rate_hz,
        min_duration_s=min_duration_s,
        max_duration_s=max_duration_s,
    )


def decode_bytes(
    content: bytes | bytearray | memoryview,
    *,
    source: str,
    sample_rate_hz: int = SAMPLE_RATE_HZ,
    min_duration_s: float = MIN_DURATION_S,
    max_duration_s: float = MAX_DURATION_S,
) -> Decoded:
    """As `decode_audio`, of an audio file that is in memory already.

    Args:
        content: What the file holds.
        source: Its name, for messages.
        sample_rate_hz: Rate of the result.
        min_duration_s: As `read_audio`.
        max_duration_s: As `read_audio`.

    Returns:
        Samples, duration and truncation.

    Raises:
        AudioError: As `read_audio`.
    """
    decoded = decode_content(io.BytesIO(content), source=source, max_duration_s=max_duration_s)
    return _checked(
        decoded,
        source,
        sample_rate_hz=sample_rate_hz,
        min_duration_s=min_duration_s,
        max_duration_s=max_duration_s,
    )


def _checked(
    decoded: DecodedChannels,
    source: str,
    *,
    sample_rate_hz: int,
    min_duration_s: float,
    max_duration_s: float,
) -> Decoded:
    channels = decoded.channels
    mono = channels[:, 0] if channels.shape[1] == 1 else channels.mean(axis=1, dtype=np.float32)
    duration_s = len(mono) / decoded.sample_rate_hz
    if decoded.truncated and duration_s < min_duration_s:
        detail = f"{decoded.truncated}; only {duration_s:.2f} s decode"
        raise AudioError("undecodable", detail, source)
    try:
        check_audio(
            mono, decoded.sample_rate_hz, min_duration_s=min_duration_s, max_duration_s=max_duration_s
        )
    except AudioError as error:
        raise AudioError(error.reason, error.detail, source) from None
    if decoded.sample_rate_hz != sample_rate_hz:
        mono = soxr.resample(mono, decoded.sample_rate_hz, sample_rate_hz, quality="HQ")
    return Decoded(np.ascontiguousarray(mono, dtype=np.float32), duration_s, decoded.truncated)


def check_audio(
    samples: NDArray[np.float32],
    sample_rate_hz: int,
    *,
    min_duration_s: float = MIN_DURATION_S,
    max_duration_s: float = MAX_DURATION_S,
) -> None:
    """Refuses audio that no line can be; what is said or not said in it is never a reason.

    empty: no samples. not_finite: a NaN or an infinity. too_short, too_long: by duration. silent: half
    the range (max - min) / 2 below 10^-3.5 (-70 dB, 10 steps of 16 bit), so a constant is silent too.
    clipped: the peak is at least 0.95 and 30 % of the samples lie within 5 % of it; a sine at full
    scale has 20 %, loud speech under 5 %, so only what is little but a square wave is refused.

    Args:
        samples: (samples,) mono.
        sample_rate_hz: Their rate.
        min_duration_s: Shortest audio that passes.
        max_duration_s: Longest audio that passes.

    Raises:
        AudioError: With one of the reasons above; the first that holds, in that order.
    """
    if len(samples) == 0:
        raise AudioError("empty", "no samples")
    low, high = float(samples.min()), float(samples.max())
    # Minimum and maximum of an array with a NaN are NaN.
    if not np.isfinite([low, high]).all():
        bad = int(np.count_nonzero(~np.isfinite(samples)))
        raise AudioError("not_finite", f"{bad} of {len(samples)} samples are NaN or infinite")
    duration_s = len(samples) / sample_rate_hz
    if duration_s < min_duration_s:
        raise AudioError("too_short", f"{duration_s:.3f} s < {min_duration_s:g} s")
    if duration_s > max_duration_s:
        raise AudioError("too_long", f"{duration_s:.1f} s > {max_duration_s:g} s")
    if (high - low) / 2.0 < _SILENT_PEAK:
        raise AudioError("silent", f"peak {(high - low) / 2.0:.1e}")
    peak = max(high, -low)
    if peak >= _CLIPPED_LEVEL:
        share = float(np.count_nonzero(np.abs(samples) >= _CLIPPED_LEVEL * peak)) / len(samples)
        if share >= _CLIPPED_SHARE:
            raise AudioError("clipped", f"{100.0 * share:.0f} % of the samples at the peak")


def _as_ref(ref: AudioRef | Path | str) -> AudioRef:
    if isinstance(ref, AudioRef):
        return ref
    return AudioRef(ref) if isinstance(ref, Path) else AudioRef.parse(ref)
