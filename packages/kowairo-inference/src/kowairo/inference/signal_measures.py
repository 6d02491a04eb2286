"""What a recording's samples say about its usefulness: sound, voice, noise, clipping."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE_HZ = 16000
HOP_S = 0.016
_HOP_SAMPLES = 256
_FRAME_SAMPLES = 640  # 40 ms: two periods of the lowest voice
_BLOCK_FRAMES = 2048

# Pitch is looked for at 4 kHz: enough for every voice, and a quarter of the work.
_DECIMATION = 4
_SHORTEST_PERIOD, _LONGEST_PERIOD = 8, 66  # samples at 4 kHz: 500 Hz and 61 Hz; higher voices repeat in it
_VOICED_CORRELATION = 0.5

_SILENCE_DB = -65.0  # below this is nothing, a far breath lies above
_LOUDEST_FLOOR_DB = -45.0  # steady sound above this is a sound, below it is a room
_ABOVE_FLOOR_DB = 10.0
_BELOW_PEAK_DB = 35.0
_LEAST_POWER = 1e-12
_FEW_FRAMES = 6  # a tenth of a second
_LEAST_SNR_DB, _MOST_SNR_DB = -10.0, 60.0

_CLIPPED_LEVEL = 0.99
_CLIPPED_RUN = 3


@dataclass(frozen=True)
class SignalMeasures:
    """Measures of one recording; all by level and pitch, none by words."""

    duration_s: float
    """Length, s."""
    sound_s: float
    """Seconds in which something stands out from the background: speech, laughter, breath."""
    voiced_s: float
    """Seconds of it with a pitch."""
    breathy_s: float
    """The other seconds of it: breath, whisper, hiss, noise."""
    voiced_share: float
    """Share of the sound's energy that lies in voiced frames, 0 where there is no sound."""
    snr_db: float
    """Voiced sound (all sound where none is voiced) against the quietest tenth, dB in -10..60; too low for a
    line without a pause."""
    clipped_share: float
    """Share of samples in flat tops."""


def measure_signal(samples: NDArray[np.float32]) -> SignalMeasures:
    """Measure a recording.

    Frames of 40 ms every 16 ms. A frame is sound if its level is 10 dB above the background and at most 35
    dB below the loud frames, or if it has a pitch; the background is the 10th percentile of the levels, at
    most -45 dB, so that a breath that fills a file is a sound and a room that fills it is none. A frame has a
    pitch if its autocorrelation, divided by that of the window, has a peak of 0.5 or more between 2 and 16
    ms. Flat tops are 3 or more samples in a row within 1 % of the greatest magnitude: speech has under 0.1 %
    of its samples there, a pure tone of 100 Hz at most 9 %.

    Args:
        samples: (samples,) at 16 kHz.

    Returns:
        The measures; zeros for no samples.

    Source: Boersma, 1993 (autocorrelation over that of the window).
    """
    if len(samples) == 0:
        return SignalMeasures(0.0, 0.0, 0.0, 0.0, 0.0, _LEAST_SNR_DB, 0.0)
    powers, correlations = _frame_measures(samples)
    levels = 10.0 * np.log10(np.maximum(powers, _LEAST_POWER))
    has_pitch = correlations >= _VOICED_CORRELATION
    sound = _is_sound(levels, has_pitch)
    voiced = sound & has_pitch
    duration_s = len(samples) / SAMPLE_RATE_HZ
    frame_s = duration_s / len(levels)
    energy = float(powers[sound].sum())
    return SignalMeasures(
        duration_s=duration_s,
        sound_s=frame_s * int(sound.sum()),
        voiced_s=frame_s * int(voiced.sum()),
        breathy_s=frame_s * int((sound & ~has_pitch).sum()),
        voiced_share=float(powers[voiced].sum()) / energy if energy > 0.0 else 0.0,
        snr_db=_snr_db(powers, voiced if voiced.sum() >= _FEW_FRAMES else sound),
        clipped_share=clipped_share(samples),
    )


def clipped_share(samples: NDArray[np.float32]) -> float:
    """Share of samples in flat tops; see `measure_signal`."""
    peak = float(np.abs(samples).max(initial=0.0))
    if peak <= 10.0 ** (_SILENCE_DB / 20.0):
        return 0.0
    count = 0
    for side in (samples, -samples):  # a run has one sign
        edges = np.flatnonzero(np.diff(side >= _CLIPPED_LEVEL * peak, prepend=False, append=False))
        runs = edges[1::2] - edges[::2]
        count += int(runs[runs >= _CLIPPED_RUN].sum())
    return count / len(samples)


def _is_sound(levels: NDArray[np.float64], has_pitch: NDArray[np.bool_]) -> NDArray[np.bool_]:
    background = min(float(np.percentile(levels, 10)), _LOUDEST_FLOOR_DB)
    least = max(float(np.percentile(levels, 95)) - _BELOW_PEAK_DB, _SILENCE_DB)
    sound: NDArray[np.bool_] = (levels >= least) & ((levels >= background + _ABOVE_FLOOR_DB) | has_pitch)
    return sound


def _snr_db(powers: NDArray[np.float64], signal_frames: NDArray[np.bool_]) -> float:
    if not signal_frames.any():
        return _LEAST_SNR_DB
    quietest = np.sort(powers)[: max(1, len(powers) // 10)]
    noise = max(float(quietest.mean()), _LEAST_POWER)
    signal = max(float(powers[signal_frames].mean()) - noise, _LEAST_POWER)
    return float(np.clip(10.0 * np.log10(signal / noise), _LEAST_SNR_DB, _MOST_SNR_DB))


def _frame_measures(samples: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Power and greatest autocorrelation of each frame; a constant offset counts in neither."""
    powers, correlations = [], []
    for frames in _blocks(samples):
        centred = frames - frames.mean(axis=1, keepdims=True)
        powers.append(np.square(centred, dtype=np.float64).mean(axis=1))
        correlations.append(_greatest_correlation(centred))
    return np.concatenate(powers), np.concatenate(correlations)


def _blocks(samples: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
    """Frames in blocks of bounded memory; a recording shorter than a frame is filled up with zeros."""
    if len(samples) < _FRAME_SAMPLES:
        samples = np.pad(samples, (0, _FRAME_SAMPLES - len(samples)))
    frames = np.lib.stride_tricks.sliding_window_view(samples, _FRAME_SAMPLES)[::_HOP_SAMPLES]
    for start in range(0, len(frames), _BLOCK_FRAMES):
        yield frames[start : start + _BLOCK_FRAMES]


def _greatest_correlation(frames: NDArray[np.float32]) -> NDArray[np.float64]:
    """Highest peak of the normalised autocorrelation between the shortest and the longest period."""
    low = frames.reshape(len(frames), -1, _DECIMATION).mean(axis=2, dtype=np.float64)
    window = np.hanning(low.shape[1] + 2)[1:-1]
    found = _autocorrelation(low * window)
    # 1e-12: a frame of zeros has no pitch.
    found /= np.maximum(found[:, :1], 1e-12)
    found /= _autocorrelation(window[None])[:, : found.shape[1]] / _autocorrelation(window[None])[:, :1]
    inner = found[:, _SHORTEST_PERIOD : _LONGEST_PERIOD + 1]
    before, after = found[:, _SHORTEST_PERIOD - 1 : _LONGEST_PERIOD], found[:, _SHORTEST_PERIOD + 1 :]
    # Only peaks: low noise is alike at every short lag and has none.
    peaks = np.where((inner > before) & (inner >= after), inner, 0.0)
    greatest: NDArray[np.float64] = peaks.max(axis=1)
    return greatest


def _autocorrelation(frames: NDArray[np.float64]) -> NDArray[np.float64]:
    """Autocorrelation at lags 0 to one beyond the longest period, (frames, lags)."""
    size = 2 * frames.shape[1]
    spectra = np.abs(np.fft.rfft(frames, size)) ** 2
    lags: NDArray[np.float64] = np.fft.irfft(spectra, size)[:, : _LONGEST_PERIOD + 2]
    return lags
