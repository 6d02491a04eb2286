"""Turning the one synthetic voice into any voice: warped formants, new pitch, tempo, source and breath."""

import numpy as np
from numpy.typing import NDArray

from kowairo.data.synth.acting import Delivery
from kowairo.data.synth.speak import ANALYSIS_RATE_HZ, FFT_SIZE, FRAME_S, Analysis
from kowairo.data.synth.voices import Voice

Array = NDArray[np.float64]

NYQUIST_HZ = ANALYSIS_RATE_HZ / 2.0
FREQUENCIES_HZ: Array = np.linspace(0.0, NYQUIST_HZ, FFT_SIZE // 2 + 1)
FORMANT_HZ = (600.0, 1800.0, 3600.0)
BUMP_HZ = (800.0, 1400.0, 2300.0, 3400.0, 5000.0)
BUMP_WIDTH_OCTAVES = 0.22
_DB_TO_LOG_POWER = np.log(10.0) / 10.0


def apply_delivery(analysis: Analysis, delivery: Delivery) -> Analysis:
    """Perform an analysed utterance in another voice.

    Args:
        analysis: the utterance in the source voice.
        delivery: whose voice, and how.

    Returns:
        A new analysis; the given one is not changed.
    """
    voice = delivery.voice
    stretched = _stretch(analysis, tempo=float(np.exp(voice.rate)))
    voicing = _smooth_voicing(stretched.pitch_hz)
    log_power = warp_frequencies(stretched.log_power, voice)
    log_power = log_power + voicing[:, None] * source_gain(voice)[None, :]
    log_power = log_power + _pressure(len(log_power), delivery)[:, None]
    aperiodicity = _breathe(warp_frequencies(stretched.aperiodicity, voice), voice.breath)
    if not delivery.voiced:
        return Analysis(np.zeros_like(stretched.pitch_hz), log_power, np.ones_like(aperiodicity))
    return Analysis(_intone(stretched.pitch_hz, delivery), log_power, aperiodicity)


def formant_scale(voice: Voice) -> Array:
    """Where each formant region of the source voice lands.

    Args:
        voice: the voice.

    Returns:
        (5,) target frequencies in Hz of 0, 600, 1,800, 3,600 Hz and the Nyquist frequency of the source; the
        ends stay, so no band is left empty, and the order is kept.
    """
    logs = voice.size + np.array([voice.size_low, voice.size_mid, voice.size_high])
    inner = np.array(FORMANT_HZ) * np.exp(np.clip(logs, -0.35, 0.35))
    return np.concatenate([[0.0], np.maximum.accumulate(inner), [NYQUIST_HZ]])


def warp_frequencies(frames: Array, voice: Voice) -> Array:
    """Move the formants: piecewise linear warping through ``formant_scale``.

    Args:
        frames: (time, freq).
        voice: the voice.

    Returns:
        (time, freq), read at the warped frequencies by linear interpolation.
    """
    source_hz = np.interp(FREQUENCIES_HZ, formant_scale(voice), np.array([0.0, *FORMANT_HZ, NYQUIST_HZ]))
    position = source_hz / NYQUIST_HZ * (len(FREQUENCIES_HZ) - 1)
    below = np.minimum(position.astype(np.int64), len(FREQUENCIES_HZ) - 2)
    share = position - below
    return np.asarray(frames[:, below] * (1.0 - share) + frames[:, below + 1] * share)


def source_gain(voice: Voice) -> Array:
    """Colour of the voice source and of the resonances that only sound with it.

    Args:
        voice: the voice.

    Returns:
        (freq,) natural logarithm of a power gain.
    """
    octaves = np.log2(np.maximum(FREQUENCIES_HZ, 100.0) / 1000.0)
    gain_db = voice.tilt_db * octaves
    centres = np.log2(np.array(BUMP_HZ) / 1000.0) + voice.size / np.log(2.0)
    for centre, bump_db in zip(centres, voice.bumps_db, strict=True):
        gain_db = gain_db + bump_db * np.exp(-0.5 * ((octaves - centre) / BUMP_WIDTH_OCTAVES) ** 2)
    return np.asarray(gain_db * _DB_TO_LOG_POWER)


def _stretch(analysis: Analysis, *, tempo: float) -> Analysis:
    """Change the tempo by reading the frames at other times."""
    frames = len(analysis.pitch_hz)
    count = max(2, round(frames / tempo))
    position = np.linspace(0.0, frames - 1.0, count)
    below = np.minimum(position.astype(np.int64), frames - 2)
    share = (position - below)[:, None]
    # The pitch is not interpolated: between a voiced and an unvoiced frame the mean would be a false pitch.
    nearest = np.rint(position).astype(np.int64)
    return Analysis(
        analysis.pitch_hz[nearest],
        analysis.log_power[below] * (1.0 - share) + analysis.log_power[below + 1] * share,
        analysis.aperiodicity[below] * (1.0 - share) + analysis.aperiodicity[below + 1] * share,
    )


def _smooth_voicing(pitch_hz: Array) -> Array:
    """Voicing as a curve from 0 to 1 without jumps, so that the source colour does not click in and out."""
    return np.convolve((pitch_hz > 0).astype(np.float64), np.array([0.25, 0.5, 0.25]), mode="same")


def _intone(pitch_hz: Array, delivery: Delivery) -> Array:
    """Transpose and widen the pitch contour, and let it tremble."""
    voiced = pitch_hz > 0
    if not voiced.any():
        return pitch_hz
    semitones = 12.0 * np.log2(np.where(voiced, pitch_hz, 1.0))
    contour = (semitones - np.median(semitones[voiced])) * np.exp(delivery.voice.pitch_range)
    times_s = np.arange(len(pitch_hz)) * FRAME_S
    contour = contour + delivery.tremor_semitones * np.sin(2.0 * np.pi * delivery.tremor_hz * times_s)
    moved_hz = delivery.voice.pitch_hz * 2.0 ** (contour / 12.0)
    return np.where(voiced, np.clip(moved_hz, 65.0, 900.0), 0.0)


def _breathe(aperiodicity: Array, breath: float) -> Array:
    """Add breath noise: more towards high frequencies, as turbulence at the glottis does."""
    octaves = np.log2(np.maximum(FREQUENCIES_HZ, 100.0) / 2500.0)
    share = 1.0 / (1.0 + np.exp(-(breath - 1.5 + 1.2 * octaves)))
    return np.asarray(1.0 - (1.0 - aperiodicity) * (1.0 - share[None, :]))


def _pressure(frames: int, delivery: Delivery) -> Array:
    """Rhythm of the breath in laughs, sobs and breaths, as logarithm of a power gain."""
    times_s = np.arange(frames) * FRAME_S
    wave = 0.5 - 0.5 * np.cos(2.0 * np.pi * delivery.pulse_hz * times_s)
    return np.asarray(2.0 * np.log(np.maximum(1.0 - delivery.pulse_depth * (1.0 - wave), 0.03)))
