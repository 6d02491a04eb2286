"""The front end of Resemblyzer's GE2E encoder: loud enough, without long silences, as mel energies."""

from __future__ import annotations

import math
from importlib import import_module
from importlib.util import find_spec

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from kowairo.core import InputError

from .front_end import FrontEnd
from .power_spectrum import PowerSpectrum

PART_FRAMES = 160
"""Frames of a part, 1.6 s; the network sees parts, not utterances."""
PART_STEP_FRAMES = 77
"""Frames from one part to the next: 1.3 parts a second."""
_HOP_SAMPLES = 160
_WINDOW_SAMPLES = 400
_LEAST_COVERAGE = 0.75  # of a last part by samples; less of it is dropped
_LEAST_LEVEL_DB = -30.0

_VAD = "webrtcvad"
_VAD_SAMPLES = 480  # 30 ms
_VAD_STRICTEST = 3
_VAD_AVERAGE = 8
_VAD_MARGIN = 3


class Ge2eMel(FrontEnd):
    """Mel energies, not logarithms, of as many whole parts of 1.6 s as a waveform is worth.

    N samples make P parts that begin every 0.77 s; a last part must be covered to 75 % by samples unless it
    is the only one, and is filled up with zeros. Frames behind the last part are dropped, so there are
    77 (P - 1) + 160 of them: 25 ms Hann windows every 10 ms, 40 triangles of unit area from 0 to 8 kHz on
    Slaney's scale.

    Source: Resemblyzer (Jemine, 2019), whose mel scale is that of librosa (McFee and others, 2015) after
    Slaney (1998).
    """

    filters: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        self.spectrum = PowerSpectrum(window=torch.hann_window(_WINDOW_SAMPLES), hop_samples=_HOP_SAMPLES)
        filters = slaney_mel_filters(40, num_bins=self.spectrum.num_bins)
        self.register_buffer("filters", filters, persistent=False)

    @property
    def num_features(self) -> int:
        """40 mel filters."""
        return self.filters.shape[1]

    def num_frames(self, num_samples: int) -> int:
        """Frames up to the end of the last part, at least those of one."""
        return PART_STEP_FRAMES * (num_parts(num_samples) - 1) + PART_FRAMES

    def features(self, waveforms: torch.Tensor) -> torch.Tensor:
        """Mel energies, (batch, frames, 40)."""
        frames = self.num_frames(waveforms.shape[1])
        missing = _HOP_SAMPLES * frames - waveforms.shape[1]
        padded = F.pad(waveforms, (0, missing)) if missing > 0 else waveforms
        energies: torch.Tensor = self.spectrum(padded) @ self.filters
        return energies[:, :frames]


def num_parts(num_samples: int) -> int:
    """Parts that an utterance is cut into, at least 1."""
    frames = math.ceil((num_samples + 1) / _HOP_SAMPLES)
    count = max(1, math.ceil((frames - PART_FRAMES + PART_STEP_FRAMES + 1) / PART_STEP_FRAMES))
    last_start = _HOP_SAMPLES * PART_STEP_FRAMES * (count - 1)
    covered = (num_samples - last_start) / (_HOP_SAMPLES * PART_FRAMES)
    return count - 1 if covered < _LEAST_COVERAGE and count > 1 else count


def slaney_mel_filters(num_mels: int, *, num_bins: int) -> torch.Tensor:
    """Matrix (num_bins, num_mels), float32, from a power spectrum of 0 to 8 kHz to mel energies.

    Mel is linear up to 1 kHz (3 f / 200) and logarithmic above (15 + 27 ln(f / 1000) / ln 6.4). With
    num_mels + 2 points h evenly spaced in it, filter i rises from h[i] to h[i + 1] and falls to h[i + 2],
    linearly in Hz, with height 2 / (h[i + 2] - h[i]).
    """
    highest = 15.0 + 27.0 * math.log(8.0) / math.log(6.4)
    mels = torch.linspace(0.0, highest, num_mels + 2, dtype=torch.float64)
    above = 1000.0 * torch.exp(math.log(6.4) / 27.0 * (mels - 15.0))
    edges = torch.where(mels < 15.0, 200.0 / 3.0 * mels, above)
    frequencies = torch.linspace(0.0, 8000.0, num_bins, dtype=torch.float64).unsqueeze(1)
    rising = (frequencies - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - frequencies) / (edges[2:] - edges[1:-1])
    triangles = torch.minimum(rising, falling).clamp(min=0.0)
    return (2.0 / (edges[2:] - edges[:-2]) * triangles).float()


def raise_level(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Samples at a root mean square of -30 dB at least; digital silence stays."""
    level = float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))
    least = 10.0 ** (_LEAST_LEVEL_DB / 20.0)
    return samples if level == 0.0 or level >= least else samples * np.float32(least / level)


def trim_silences(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Samples (samples,) at 16 kHz without what WebRTC's detector finds to be long silences.

    Windows of 30 ms are voiced or not; a moving average over 8, rounded, and widened by 3 on both sides,
    says which stay. Where none stays, all samples do.

    Raises:
        InputError: webrtcvad is not installed.

    Source: Resemblyzer (Jemine, 2019).
    """
    if find_spec(_VAD) is None:
        raise InputError(
            "GE2E trims silences by webrtcvad, which is not installed: pip install webrtcvad-wheels; "
            'or build Ge2eLstm with silences="kept"'
        )
    detector = import_module(_VAD).Vad(_VAD_STRICTEST)
    whole = samples[: len(samples) - len(samples) % _VAD_SAMPLES]
    pcm = np.round(32767.0 * np.clip(whole, -1.0, 1.0)).astype("<i2").reshape(-1, _VAD_SAMPLES)
    voiced = np.array([detector.is_speech(window.tobytes(), 16000) for window in pcm], dtype=np.float64)
    if not voiced.any():
        return samples
    padded = np.pad(voiced, ((_VAD_AVERAGE - 1) // 2, _VAD_AVERAGE // 2))
    average = np.convolve(padded, np.ones(_VAD_AVERAGE) / _VAD_AVERAGE, mode="valid")
    # Half of the windows is too few, also where rounding errors make it a little more.
    kept = average > 0.5 + 1e-9
    widened = np.convolve(kept, np.ones(2 * _VAD_MARGIN + 1), mode="same")[: len(kept)] > 0
    return whole[np.repeat(widened, _VAD_SAMPLES)] if widened.any() else samples
