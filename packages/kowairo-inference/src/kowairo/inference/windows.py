"""Windows of recordings of any length."""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kowairo.core import InputError
from kowairo.data import SAMPLE_RATE_HZ
from kowairo.data.unchecked_audio import stream_audio

from .recording import Recording, read_recording, recording_file


def audio_windows(
    audio: Recording, *, window_s: float, hop_s: float
) -> Iterator[tuple[float, NDArray[np.float32]]]:
    """Windows of a recording; of a file no more than a window and half a minute is in memory.

    Args:
        audio: a file or (samples, rate in Hz).
        window_s: length of a window, s.
        hop_s: from the start of one window to that of the next, s.

    Yields:
        Start in seconds and (samples,) at 16 kHz. The last window ends with the recording; a recording
        shorter than a window is one.

    Raises:
        InputError: the window or the hop is shorter than a sample.
        AudioError: the recording cannot be read.
    """
    window, hop = round(window_s * SAMPLE_RATE_HZ), round(hop_s * SAMPLE_RATE_HZ)
    if window < 1 or hop < 1:
        raise InputError(f"expected a positive window and hop, got {window_s} s and {hop_s} s")
    if isinstance(audio, tuple):
        blocks = iter([read_recording(audio, max_duration_s=math.inf)])
    else:
        blocks = stream_audio(recording_file(audio))
    for start, samples in _sliding(blocks, window, hop):
        yield start / SAMPLE_RATE_HZ, samples


def _sliding(
    blocks: Iterator[NDArray[np.float32]], window: int, hop: int
) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Windows over joined blocks. The last `window` samples stay at hand for the one at the end."""
    kept = np.empty(0, dtype=np.float32)
    kept_from, start, ended_at = 0, 0, 0
    for block in blocks:
        kept = np.concatenate([kept, block])
        while start + window <= kept_from + len(kept):
            yield start, kept[start - kept_from : start - kept_from + window]
            ended_at = start + window
            start += hop
        spare = min(start - kept_from, len(kept) - window)
        if spare > 0:
            kept, kept_from = kept[spare:], kept_from + spare
    end = kept_from + len(kept)
    if ended_at < end:
        last = max(0, end - window)
        yield last, kept[last - kept_from :]
