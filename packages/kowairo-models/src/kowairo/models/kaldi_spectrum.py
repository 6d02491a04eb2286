"""Power spectra of frames as Kaldi cuts and weights them."""

from __future__ import annotations

from typing import Literal

import torch
import torch.nn.functional as F

from .power_spectrum import Spectrum, fourier_kernel

KaldiWindow = Literal["povey", "hamming"]

_FRAME_SAMPLES, _HOP_SAMPLES, _TRANSFORM_SAMPLES = 400, 160, 512
_PREEMPHASIS = 0.97


class KaldiSpectrum(Spectrum):
    """Power spectra of 25 ms frames every 10 ms at 16 kHz, by Kaldi's steps.

    Only whole frames are taken: N samples give 1 + floor((N - 400) / 160), none below 400. Each frame: its
    mean is removed, y[n] = x[n] - 0.97 x[n - 1] (x[0] stands before the first sample), the window, zeros up
    to 512 samples, the squared magnitudes of the transform.

    Args:
        window: "povey" is a Hann window to the power of 0.85, Kaldi's own; "hamming" as WeSpeaker uses it.
            Both symmetric.

    Source: Kaldi's feature-window (Povey and others, 2011), without dither.
    """

    window: torch.Tensor
    num_bins: int = _TRANSFORM_SAMPLES // 2 + 1

    def __init__(self, *, window: KaldiWindow = "povey") -> None:
        super().__init__()
        self.hop_samples, self.edge_samples = _HOP_SAMPLES, 0
        weights = {
            "povey": torch.hann_window(_FRAME_SAMPLES, periodic=False, dtype=torch.float64).pow(0.85),
            "hamming": torch.hamming_window(_FRAME_SAMPLES, periodic=False, dtype=torch.float64),
        }
        self.register_buffer("window", weights[window].float(), persistent=False)

    def num_frames(self, num_samples: int) -> int:
        """1 + floor((num_samples - 400) / 160), at least 0."""
        return max(0, 1 + (num_samples - _FRAME_SAMPLES) // _HOP_SAMPLES)

    def kernel(self) -> torch.Tensor:
        """Mean removal, pre-emphasis, window and transform as one map, (514, 400)."""
        identity = torch.eye(_FRAME_SAMPLES, dtype=torch.float64)
        preemphasis = identity - _PREEMPHASIS * _delayed(identity.t()).t()
        centring = identity - 1.0 / _FRAME_SAMPLES
        weighted = fourier_kernel(_TRANSFORM_SAMPLES, _FRAME_SAMPLES) * self.window.double().cpu()
        return weighted @ preemphasis @ centring

    def forward(self, waveforms: torch.Tensor) -> torch.Tensor:
        """Power spectra (batch, frames, 257) of waveforms (batch, samples), at least 400 samples."""
        frames = waveforms.unfold(1, _FRAME_SAMPLES, _HOP_SAMPLES)
        frames = frames - frames.mean(dim=2, keepdim=True)
        frames = (frames - _PREEMPHASIS * _delayed(frames)) * self.window
        spectra: torch.Tensor = torch.fft.rfft(frames, n=_TRANSFORM_SAMPLES)
        power: torch.Tensor = spectra.real.square() + spectra.imag.square()
        return power


def _delayed(frames: torch.Tensor) -> torch.Tensor:
    """Each frame one sample later, its first sample repeated; samples are the last dimension."""
    return F.pad(frames[..., :-1], (1, 0)) + F.pad(frames[..., :1], (0, frames.shape[-1] - 1))
