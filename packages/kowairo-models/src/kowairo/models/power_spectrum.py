"""Short-time power spectra."""

from __future__ import annotations

import math
from typing import TypeVar

import torch
import torch.nn.functional as F
from torch import nn

_ModuleT = TypeVar("_ModuleT", bound=nn.Module)


class PowerSpectrum(nn.Module):
    """Power spectrum of overlapping windowed frames, by FFT.

    Frame t is centred on sample t * hop_samples; the signal is continued by zeros at both ends, so N samples
    give 1 + floor(N / hop_samples) frames: P[t, k] = |sum_n w[n] x[t hop - L/2 + n] exp(-2 pi i k n / L)|^2.

    Args:
        window: (L,), window of one frame; the transform has length L as well.
        hop_samples: samples from one frame to the next.
    """

    window: torch.Tensor

    def __init__(self, *, window: torch.Tensor, hop_samples: int) -> None:
        super().__init__()
        self.hop_samples = hop_samples
        self.register_buffer("window", window, persistent=False)

    @property
    def num_bins(self) -> int:
        """Number of frequency bins, L // 2 + 1."""
        return self.window.numel() // 2 + 1

    def num_frames(self, num_samples: int) -> int:
        """Number of frames of `num_samples` samples."""
        return 1 + num_samples // self.hop_samples

    def forward(self, waveforms: torch.Tensor) -> torch.Tensor:
        """Power spectra.

        Args:
            waveforms: (batch, samples), float32.

        Returns:
            (batch, frames, bins), float32.
        """
        spectra = torch.stft(
            waveforms,
            n_fft=self.window.numel(),
            hop_length=self.hop_samples,
            window=self.window,
            center=True,
            pad_mode="constant",
            return_complex=True,
        )
        spectra = spectra.transpose(1, 2)  # (batch, frames, bins)
        return spectra.real.square() + spectra.imag.square()


class ConvolutionPowerSpectrum(nn.Module):
    """The same spectra by a convolution with windowed cosines and sines.

    For export: a convolution is one plain node everywhere, a short-time Fourier transform is not. It is
    slower than the FFT on a CPU and about 1e-7 of the strongest bin less exact.

    Args:
        spectrum: the transform to imitate.
    """

    kernel: torch.Tensor

    def __init__(self, spectrum: PowerSpectrum) -> None:
        super().__init__()
        self.hop_samples = spectrum.hop_samples
        size = spectrum.window.numel()
        bins = torch.arange(spectrum.num_bins, dtype=torch.float64)
        angles = 2 * math.pi / size * torch.outer(bins, torch.arange(size, dtype=torch.float64))
        kernel = torch.cat([angles.cos(), -angles.sin()]) * spectrum.window.double().cpu()
        self.register_buffer("kernel", kernel.float().unsqueeze(1), persistent=False)  # (2 bins, 1, L)

    def num_frames(self, num_samples: int) -> int:
        """Number of frames of `num_samples` samples."""
        return 1 + num_samples // self.hop_samples

    def forward(self, waveforms: torch.Tensor) -> torch.Tensor:
        """Power spectra (batch, frames, bins) of waveforms (batch, samples)."""
        padding = self.kernel.shape[2] // 2
        spectra = F.conv1d(waveforms.unsqueeze(1), self.kernel, stride=self.hop_samples, padding=padding)
        real, imaginary = spectra.transpose(1, 2).chunk(2, dim=2)
        return real.square() + imaginary.square()


def with_convolutions(module: _ModuleT) -> _ModuleT:
    """Replaces every PowerSpectrum inside a module, in place, by its convolution.

    Args:
        module: any module that is not itself a PowerSpectrum.

    Returns:
        The same module.
    """
    for name, child in module.named_children():
        if isinstance(child, PowerSpectrum):
            setattr(module, name, ConvolutionPowerSpectrum(child))
        else:
            with_convolutions(child)
    return module
