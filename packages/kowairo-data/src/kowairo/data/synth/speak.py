"""Speaking a sentence with Open JTalk and taking it apart with the WORLD vocoder.

The text-to-speech engine and the vocoder come with the extra ``kowairo-data[synth]`` and are imported when a
line is first spoken. Both work offline: dictionary and voice are part of their distributions.

Sources:
    K. Oura et al., Open JTalk (HMM-based Japanese text-to-speech), 2010; M. Morise, F. Yokomori and K. Ozawa,
    "WORLD: a vocoder-based high-quality speech synthesis system", IEICE Transactions, 2016. DIO + StoneMask
    for the pitch (the fast pair; Harvest is slower and the source is a clean synthetic voice), CheapTrick for
    the envelope, D4C for the aperiodicity.
"""

from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

import numpy as np
import soxr
from numpy.typing import NDArray

from kowairo.core import KowairoError

ANALYSIS_RATE_HZ = 16000
FRAME_S = 0.01
FFT_SIZE = 512
_LOWEST_PITCH_HZ = 3.0 * ANALYSIS_RATE_HZ / (FFT_SIZE - 3) + 1.0
SPEAKING_SPEED = 1.1
"""Tempo of the source voice; by itself it reads slowly for a drama."""

_SILENCE = 1e-12
_MARGIN_S = 0.08


@dataclass(frozen=True, eq=False)
class Analysis:
    """An utterance in WORLD's terms: frames every 10 ms, 257 frequencies from 0 to 8 kHz."""

    pitch_hz: NDArray[np.float64]
    """(frames,), 0 in unvoiced frames."""
    log_power: NDArray[np.float64]
    """(frames, freq), natural logarithm of the power envelope."""
    aperiodicity: NDArray[np.float64]
    """(frames, freq), share of noise in the amplitude, 0 to 1."""


def require(module: str) -> ModuleType:
    """Import a module of the extra ``synth``.

    Raises:
        KowairoError: it is not installed; the message names the extra.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise KowairoError(
            f"the synthetic visual novel needs {module}: pip install 'kowairo-data[synth]' ({error})"
        ) from error


def speak(text: str) -> NDArray[np.float64]:
    """Speak a Japanese sentence with the bundled voice.

    Args:
        text: Japanese text, kanji and kana mixed.

    Returns:
        (samples,) at 16 kHz, full scale 1.

    Raises:
        KowairoError: pyopenjtalk-plus is not installed.
    """
    # The plain front end: its refinements load a second dictionary and an outside tokenizer to choose between
    # readings of rare words, which these lines do not have.
    samples, rate_hz = require("pyopenjtalk").tts(text, speed=SPEAKING_SPEED, use_vanilla=True)
    scaled = np.asarray(samples, dtype=np.float64) / 32768.0
    resampled = np.asarray(soxr.resample(scaled, rate_hz, ANALYSIS_RATE_HZ, quality="HQ"), dtype=np.float64)
    return np.ascontiguousarray(_trim(resampled))


def analyze(samples: NDArray[np.float64]) -> Analysis:
    """Take an utterance apart.

    Args:
        samples: (samples,) at 16 kHz.

    Returns:
        Pitch, envelope and aperiodicity.

    Raises:
        KowairoError: pyworld is not installed.
    """
    world = require("pyworld")
    rough_hz, times_s = world.dio(
        samples, ANALYSIS_RATE_HZ, f0_floor=_LOWEST_PITCH_HZ, f0_ceil=600.0, frame_period=1000.0 * FRAME_S
    )
    pitch_hz = world.stonemask(samples, rough_hz, times_s, ANALYSIS_RATE_HZ)
    power = world.cheaptrick(
        samples, pitch_hz, times_s, ANALYSIS_RATE_HZ, f0_floor=_LOWEST_PITCH_HZ, fft_size=FFT_SIZE
    )
    aperiodicity = world.d4c(samples, pitch_hz, times_s, ANALYSIS_RATE_HZ, fft_size=FFT_SIZE)
    return Analysis(pitch_hz, np.log(np.maximum(power, _SILENCE)), aperiodicity)


def resynthesize(analysis: Analysis) -> NDArray[np.float64]:
    """Put an utterance together again.

    Args:
        analysis: pitch, envelope and aperiodicity.

    Returns:
        (samples,) at 16 kHz.

    Raises:
        KowairoError: pyworld is not installed.
    """
    world = require("pyworld")
    samples = world.synthesize(
        np.ascontiguousarray(analysis.pitch_hz),
        np.ascontiguousarray(np.exp(analysis.log_power)),
        np.ascontiguousarray(np.clip(analysis.aperiodicity, 0.001, 0.999)),
        ANALYSIS_RATE_HZ,
        1000.0 * FRAME_S,
    )
    return np.asarray(samples, dtype=np.float64)


def _trim(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cut the silence that the engine puts around a sentence, all but a short margin."""
    loud = np.flatnonzero(np.abs(samples) > 0.01 * np.abs(samples).max())
    margin = round(_MARGIN_S * ANALYSIS_RATE_HZ)
    return samples[max(0, int(loud[0]) - margin) : int(loud[-1]) + margin] if len(loud) else samples
