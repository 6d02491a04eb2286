"""Made voices to try an encoder on where no recordings are at hand."""

import numpy as np
import torch
from numpy.typing import NDArray

from kowairo.data import SAMPLE_RATE_HZ

_NUM_VOICES = 12
_DURATION_S = 1.3


def probe_voices() -> list[torch.Tensor]:
    """Twelve voices on a vowel glide, from a low one to a child's, each with its own breath and level.

    Harmonics of a moving pitch under three moving formants, in syllables, with breath noise. They are not
    speech, but they are to each other as voices are: near, and not the same.

    Returns:
        (samples,) float32 in [-1, 1] at 16 kHz, the same on every call.
    """
    return [torch.from_numpy(_voice(i)) for i in range(_NUM_VOICES)]


def _voice(number: int) -> NDArray[np.float32]:
    rng = np.random.default_rng(number)
    share = number / (_NUM_VOICES - 1)
    time_s = np.arange(round(_DURATION_S * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    pitch_hz = 85.0 * 4.0**share * (1.0 + 0.15 * np.sin(2 * np.pi * (0.9 + share) * time_s + number))
    phase = 2 * np.pi * np.cumsum(pitch_hz) / SAMPLE_RATE_HZ
    glide = 0.5 + 0.5 * np.sin(2 * np.pi * 1.3 * time_s + 2.0 * number)
    formants_hz = [
        (1.0 + 0.35 * share) * ((1.0 - glide) * low + glide * high)
        for low, high in ((300.0, 750.0), (1150.0, 2150.0), (2450.0, 2900.0))
    ]
    voiced = np.zeros_like(time_s)
    for harmonic in range(1, int(7000.0 / pitch_hz.max()) + 1):
        frequency = harmonic * pitch_hz
        envelope = sum(1.0 / (1.0 + ((frequency - formant) / 120.0) ** 2) for formant in formants_hz)
        voiced += envelope * np.sin(harmonic * phase) / harmonic**0.5
    syllables = 0.05 + np.sin(np.pi * (2.5 + share) * time_s) ** 2
    breath = (0.002 + 0.02 * rng.random()) * rng.standard_normal(len(time_s))
    level = 0.03 * 10.0 ** (1.4 * rng.random())
    signal = level * (syllables * voiced / np.abs(voiced).max() + breath)
    clipped: NDArray[np.float32] = np.clip(signal, -1.0, 1.0).astype(np.float32)
    return clipped
