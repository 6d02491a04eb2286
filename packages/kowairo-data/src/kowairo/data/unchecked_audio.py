"""Audio as it is: samples of any rate and layout, and files whose quality somebody else judges."""

from collections.abc import Iterator

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from kowairo.core import AudioRef, InputError
from kowairo.data._audio_error import AudioError
from kowairo.data._decode import decode_channels
from kowairo.data.audio import MAX_DURATION_S, SAMPLE_RATE_HZ

_MOST_CHANNELS = 16
_LEAST_RATE_HZ = 1000


def decode_unchecked(
    ref: AudioRef, *, sample_rate_hz: int = SAMPLE_RATE_HZ, max_duration_s: float = MAX_DURATION_S
) -> NDArray[np.float32]:
    """As `read_audio`, also of silent, short and clipped files.

    Args:
        ref: The file, or `archive.tar#member`.
        sample_rate_hz: Rate of the result.
        max_duration_s: Longer audio is refused before it is decoded (memory).

    Returns:
        (samples,) float32, at least one.

    Raises:
        AudioError: The file is missing, undecodable, empty, too_long or not_finite.
    """
    decoded = decode_channels(ref, max_duration_s=max_duration_s)
    return mono_samples(
        decoded.channels, decoded.sample_rate_hz, sample_rate_hz=sample_rate_hz, source=str(ref)
    )


def mono_samples(
    samples: NDArray[np.generic],
    rate_hz: int,
    *,
    sample_rate_hz: int = SAMPLE_RATE_HZ,
    source: str = "",
) -> NDArray[np.float32]:
    """Samples of any layout as mono at one rate.

    Args:
        samples: (samples,), (samples, channels) or (channels, samples), at most 16 channels; floating point
            in [-1, 1], or int16, int32 or uint8 at their full scale.
        rate_hz: Their rate.
        sample_rate_hz: Rate of the result.
        source: Their name, for messages.

    Returns:
        (samples,) float32: channels averaged, then resampled by soxr (quality HQ).

    Raises:
        InputError: Another shape or type, or a rate below 1000 Hz.
        AudioError: empty or not_finite.
    """
    if not rate_hz >= _LEAST_RATE_HZ:
        raise InputError(f"{source or 'samples'}: expected a rate of at least 1000 Hz, got {rate_hz}")
    if samples.size == 0:
        raise AudioError("empty", "no samples", source)
    values = _full_scale(samples, source)
    mono = values if values.ndim == 1 else values.mean(axis=_channel_axis(values, source), dtype=np.float32)
    if not np.isfinite(mono).all():
        bad = int(np.count_nonzero(~np.isfinite(mono)))
        raise AudioError("not_finite", f"{bad} of {len(mono)} samples are NaN or infinite", source)
    if rate_hz != sample_rate_hz:
        mono = soxr.resample(mono, rate_hz, sample_rate_hz, quality="HQ")
    return np.ascontiguousarray(mono, dtype=np.float32)


def stream_audio(
    ref: AudioRef, *, sample_rate_hz: int = SAMPLE_RATE_HZ, block_s: float = 30.0
) -> Iterator[NDArray[np.float32]]:
    """A file of any length as consecutive blocks of mono samples, in bounded memory.

    Args:
        ref: A file; a member of an archive is decoded whole.
        sample_rate_hz: Rate of the blocks.
        block_s: Seconds decoded at a time.

    Yields:
        (samples,) float32, not empty; together what `decode_unchecked` gives.

    Raises:
        AudioError: The file is missing, undecodable (also behind good blocks), empty or not_finite.
    """
    if ref.member is not None:
        yield decode_unchecked(ref, sample_rate_hz=sample_rate_hz)
        return
    if not ref.path.is_file():
        raise AudioError("missing", "no such file", str(ref))
    try:
        with soundfile.SoundFile(ref.path) as file:
            yield from _resampled_blocks(file, str(ref), sample_rate_hz, round(block_s * file.samplerate))
    except soundfile.LibsndfileError as error:
        raise AudioError("undecodable", error.error_string.strip(), str(ref)) from error


def _resampled_blocks(
    file: soundfile.SoundFile, source: str, sample_rate_hz: int, block_frames: int
) -> Iterator[NDArray[np.float32]]:
    rate_hz = file.samplerate
    resampler = soxr.ResampleStream(rate_hz, sample_rate_hz, 1, dtype="float32", quality="HQ")
    any_samples = False
    while True:
        block = file.read(block_frames, dtype="float32", always_2d=True)
        last = len(block) < block_frames
        mono = block.mean(axis=1, dtype=np.float32) if len(block) else np.empty(0, dtype=np.float32)
        if not np.isfinite(mono).all():
            raise AudioError("not_finite", "a sample is NaN or infinite", source)
        if rate_hz != sample_rate_hz:
            mono = resampler.resample_chunk(mono, last=last)
        if len(mono):
            any_samples = True
            yield np.ascontiguousarray(mono, dtype=np.float32)
        if last:
            break
    if not any_samples:
        raise AudioError("empty", "no samples", source)


def _full_scale(samples: NDArray[np.generic], source: str) -> NDArray[np.float32]:
    values: NDArray[np.float32] = samples.astype(np.float32, copy=False)
    if np.issubdtype(samples.dtype, np.floating):
        return values
    if samples.dtype == np.uint8:
        return (values - np.float32(128.0)) / np.float32(128.0)
    if samples.dtype in (np.int16, np.int32):
        return values / np.float32(2.0 ** (8 * samples.dtype.itemsize - 1))
    raise InputError(
        f"{source or 'samples'}: expected floating point, int16, int32 or uint8, got {samples.dtype}"
    )


def _channel_axis(samples: NDArray[np.float32], source: str) -> int:
    """The axis of the channels: the shorter one."""
    if samples.ndim != 2 or min(samples.shape) > _MOST_CHANNELS:
        raise InputError(
            f"{source or 'samples'}: expected (samples,) or up to {_MOST_CHANNELS} channels of them, "
            f"got {samples.shape}"
        )
    return int(np.argmin(samples.shape))
