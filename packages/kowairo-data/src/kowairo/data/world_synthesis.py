"""Putting speech together again from WORLD's frames, in another voice.

The synthesis is WORLD's in substance: a minimum-phase response per glottal pulse, and shaped noise. It is
written anew on whole arrays, because pyworld's takes longer than all of the analysis
(benchmarks/results/world_copies.md).
"""

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from .audio import SAMPLE_RATE_HZ
from .augment.levels import limit_peak, mean_square
from .world_analysis import ANALYSIS_FFT, HOP, WorldFrames
from .world_voice import WorldVoice

FFT_SIZE = 512
NYQUIST_HZ = SAMPLE_RATE_HZ / 2.0
_LAST_LINEAR = 0.85
_PULSE_BLOCK = 2048
_LOWEST_PITCH_HZ = 40.0
_NOISE_KNEE_HZ = 3000.0
_NOISE_AT_0_HZ_DB = -60.0
_MOST_NOISE = 0.999

Array = NDArray[np.float32]


def synthesize_voice(frames: WorldFrames, voice: WorldVoice, *, rng: np.random.Generator) -> Array:
    """Say an analysed utterance in another voice.

    Args:
        frames: the utterance.
        voice: the voice.
        rng: source of the noise.

    Returns:
        (frames.num_samples,) at 16 kHz.
    """
    frequencies_hz = np.linspace(0.0, NYQUIST_HZ, FFT_SIZE // 2 + 1)
    voiced = frames.pitch_hz > 0
    octaves = np.log2(np.maximum(frequencies_hz, 100.0) / 1000.0)
    tilt = voice.tilt_db * np.log(10.0) / 10.0 * octaves
    log_power = warp_envelope(frames.log_power, voice.formant) + np.outer(voiced, tilt).astype(np.float32)
    noise = noise_amplitude(frames.noise_db, breath=voice.breath)
    noise[~voiced] = 1.0
    speech = _noise(np.exp(0.5 * log_power) * noise, frames.num_samples, rng=rng)
    periodic = 0.5 * (log_power + np.log(1.0 - np.minimum(noise, _MOST_NOISE) ** 2))
    speech += _pulses(periodic, frames.pitch_hz * voice.pitch, frames.num_samples)
    return speech


def same_level(samples: Array, reference: Array) -> Array:
    """Give samples the mean power of a reference, with peaks above 1 divided out.

    Args:
        samples: (samples,).
        reference: (any,).

    Returns:
        (samples,).
    """
    power = mean_square(samples)
    gain = (mean_square(reference) / power) ** 0.5 if power > 0.0 else 1.0
    return limit_peak(samples * np.float32(gain))


def noise_amplitude(noise_db: Array, *, breath: float) -> Array:
    """Share of noise in the amplitude, by frequency.

    As WORLD has it: in dB a line from -60 at 0 Hz to the given share at 3 kHz, and on to 0 at 8 kHz. Breath
    adds to it: half of `breath` at 2.5 kHz, all of it far above.

    Args:
        noise_db: (time,) share at 3 kHz.
        breath: 0 to 1.

    Returns:
        (time, 257), 0 to 1.
    """
    frequencies_hz = np.linspace(0.0, NYQUIST_HZ, FFT_SIZE // 2 + 1)
    knots_hz = [0.0, _NOISE_KNEE_HZ, NYQUIST_HZ]
    floor_db = np.interp(frequencies_hz, knots_hz, [_NOISE_AT_0_HZ_DB, 0.0, 0.0]).astype(np.float32)
    weight = np.interp(frequencies_hz, knots_hz, [0.0, 1.0, 0.0]).astype(np.float32)
    nepers = np.float32(np.log(10.0) / 20.0)
    share = np.exp(nepers * (floor_db + noise_db[:, None] * weight))
    added = breath / (1.0 + (2500.0 / np.maximum(frequencies_hz, 1.0)) ** 2)
    return np.asarray(1.0 - (1.0 - share) * (1.0 - added).astype(np.float32))


def warp_envelope(frames: Array, formant: float) -> Array:
    r"""Move the formants: piecewise linear warping that leaves no band empty.

    A frequency f goes to :math:`\alpha f` up to :math:`f_1 = 0.85 f_N \min(1, 1/\alpha)`; from there a
    straight line leads to the Nyquist frequency f_N, which stays.

    Source: L. Lee, R. Rose, "A frequency warping approach to speaker normalization", 1998 (inverted).

    Args:
        frames: (time, 513) at 0 to 8 kHz.
        formant: the factor alpha.

    Returns:
        (time, 257), read by linear interpolation.
    """
    corner_hz = _LAST_LINEAR * NYQUIST_HZ * min(1.0, 1.0 / formant)
    target_hz = np.linspace(0.0, NYQUIST_HZ, FFT_SIZE // 2 + 1)
    source_hz = np.interp(target_hz, [0.0, formant * corner_hz, NYQUIST_HZ], [0.0, corner_hz, NYQUIST_HZ])
    position = source_hz / NYQUIST_HZ * (ANALYSIS_FFT // 2)
    below = np.minimum(position.astype(np.int64), ANALYSIS_FFT // 2 - 1)
    share = (position - below).astype(np.float32)
    return np.asarray(frames[:, below] * (1.0 - share) + frames[:, below + 1] * share)


def pulse_times(pitch_hz: NDArray[np.float64], num_samples: int) -> tuple[NDArray[np.float64], Array]:
    """Where the glottis closes.

    Args:
        pitch_hz: (frames,), 0 where unvoiced.
        num_samples: length of the signal.

    Returns:
        Times in samples (pulses,), and the pitch there in Hz (pulses,).
    """
    voiced = pitch_hz > 0
    if not voiced.any():
        return np.zeros(0), np.zeros(0, dtype=np.float32)
    frame_times = np.arange(len(pitch_hz)) * HOP
    times = np.arange(num_samples)
    # Pitch goes on through unvoiced stretches only to be continuous at their ends; no pulse is put there.
    contour_hz = np.interp(times, frame_times[voiced], np.maximum(pitch_hz[voiced], _LOWEST_PITCH_HZ))
    cycles = np.cumsum(contour_hz) / SAMPLE_RATE_HZ
    before = np.flatnonzero(np.diff(np.floor(cycles)) > 0)
    step = cycles[before + 1] - cycles[before]
    exact = before + (np.floor(cycles[before + 1]) - cycles[before]) / step
    nearest = np.minimum(np.rint(exact / HOP).astype(np.int64), len(pitch_hz) - 1)
    kept = voiced[nearest]
    return exact[kept], contour_hz[before[kept]].astype(np.float32)


def _pulses(log_amplitude: Array, pitch_hz: NDArray[np.float64], num_samples: int) -> Array:
    """(samples,) sum of minimum-phase responses, one per pulse."""
    times, pulse_pitch_hz = pulse_times(pitch_hz, num_samples)
    log_spectrum = _minimum_phase(log_amplitude)
    window = np.hanning(FFT_SIZE).astype(np.float32)
    window /= window.sum()
    speech = np.zeros(num_samples + 2 * FFT_SIZE, dtype=np.float32)
    for first in range(0, len(times), _PULSE_BLOCK):
        block = slice(first, first + _PULSE_BLOCK)
        gain = np.sqrt(np.float32(SAMPLE_RATE_HZ) / pulse_pitch_hz[block])
        responses = _responses(log_spectrum, times[block]) * gain[:, None]
        # A train of pulses of one sign would have a mean.
        responses -= responses.sum(axis=1, keepdims=True) * window
        for start, response in zip(times[block].astype(np.int64).tolist(), responses, strict=True):
            speech[start : start + FFT_SIZE] += response
    return speech[:num_samples]


def _minimum_phase(log_amplitude: Array) -> NDArray[np.complex64]:
    """(time, freq) logarithm of the minimum-phase spectrum, linear in the logarithm of the amplitude."""
    cepstrum = scipy.fft.irfft(log_amplitude, n=FFT_SIZE, axis=1)
    cepstrum[:, 1 : FFT_SIZE // 2] *= 2.0
    cepstrum[:, FFT_SIZE // 2 + 1 :] = 0.0
    return np.asarray(scipy.fft.rfft(cepstrum, axis=1), dtype=np.complex64)


def _responses(log_spectrum: NDArray[np.complex64], times: NDArray[np.float64]) -> Array:
    """(pulses, FFT_SIZE) responses at times in samples, between frames interpolated in the logarithm."""
    position = np.minimum(times / HOP, len(log_spectrum) - 1.0)
    below = np.minimum(position.astype(np.int64), max(len(log_spectrum) - 2, 0))
    above = np.minimum(below + 1, len(log_spectrum) - 1)
    share = (position - below).astype(np.float32)[:, None]
    mixed = log_spectrum[below] * (1.0 - share) + log_spectrum[above] * share
    late = (times - np.floor(times)).astype(np.float32)[:, None]
    angular = np.linspace(0.0, np.pi, FFT_SIZE // 2 + 1, dtype=np.float32)
    amplitude, phase = np.exp(mixed.real), mixed.imag - late * angular
    spectrum = np.empty_like(mixed)
    spectrum.real, spectrum.imag = amplitude * np.cos(phase), amplitude * np.sin(phase)
    return np.asarray(scipy.fft.irfft(spectrum, n=FFT_SIZE, axis=1))


def _noise(amplitude: Array, num_samples: int, *, rng: np.random.Generator) -> Array:
    """(samples,) white noise shaped frame by frame, frames overlapping by half."""
    count = len(amplitude)
    window = np.sqrt(np.hanning(2 * HOP + 1)[:-1]).astype(np.float32)
    margin = (FFT_SIZE - 2 * HOP) // 2
    excited = np.zeros((count, FFT_SIZE), dtype=np.float32)
    excited[:, margin : margin + 2 * HOP] = rng.standard_normal((count, 2 * HOP), dtype=np.float32) * window
    grains = scipy.fft.irfft(scipy.fft.rfft(excited, axis=1) * amplitude, n=FFT_SIZE, axis=1)
    # A grain reaches over at most 4 hops: frames that lie 4 apart are laid side by side, not one by one.
    stride = -(-FFT_SIZE // HOP)
    speech = np.zeros((count + 2 * stride) * HOP + FFT_SIZE, dtype=np.float32)
    for phase in range(stride):
        chosen = grains[phase::stride]
        padded = np.zeros((len(chosen), stride * HOP), dtype=np.float32)
        padded[:, :FFT_SIZE] = chosen
        speech[phase * HOP : phase * HOP + padded.size] += padded.ravel()
    start = margin + HOP
    return speech[start : start + num_samples]
