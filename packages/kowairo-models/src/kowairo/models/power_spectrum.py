"""Short-time power spectra."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import TypeVar

import torch
import torch.nn.functional as F
from torch import nn

_ModuleT = TypeVar("_ModuleT", bound=nn.Module)


class Spectrum(nn.Module, ABC):
    """Power spectra of overlapping frames: real parts squared plus imaginary parts squared of a linear map.

    Attributes:
        hop_samples: samples from one frame to the next.
        edge_samples: zeros that continue the signal at both ends.
    """

    hop_samples: int
    edge_samples: int

    @abstractmethod
    def kernel(self) -> torch.Tensor:
        """The linear map from a frame's samples: (2 * bins, samples), float64; real parts, then imaginary."""

    @abstractmethod
    def forward(self, waveforms: torch.Tensor) -> torch.Tensor:
        """Power spectra (batch, frames, bins) of waveforms (batch, samples)."""

    @abstractmethod
    def num_frames(self, num_samples: int) -> int:
        """Number of frames of `num_samples` samples."""


def fourier_kernel(size: int, num_samples: int) -> torch.Tensor:
    """Discrete Fourier transform of real signals of at most `size` samples, as a matrix.

    Args:
        size: length of the transform.
        num_samples: samples of the signal; the rest up to `size` are zeros.

    Returns:
        (2 * (size // 2 + 1), num_samples), float64: real parts cos(2 pi i k n / size), then imaginary parts
        -sin(2 pi i k n / size).
    """
    bins = torch.arange(size // 2 + 1, dtype=torch.float64)
    angles = 2 * math.pi / size * torch.outer(bins, torch.arange(num_samples, dtype=torch.float64))
    return torch.cat([angles.cos(), -angles.sin()])


class PowerSpectrum(Spectrum):
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
        self.edge_samples = window.numel() // 2
        self.register_buffer("window", window, persistent=False)

    @property
    def num_bins(self) -> int:
        """Number of frequency bins, L // 2 + 1."""
        return self.window.numel() // 2 + 1

    def num_frames(self, num_samples: int) -> int:
        """Number of frames of `num_samples` samples."""
        return 1 + num_samples // self.hop_samples

    def kernel(self) -> torch.Tensor:
        """Windowed cosines and sines, (2 * bins, L)."""
        size = self.window.numel()
        return fourier_kernel(size, size) * self.window.double().cpu()

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
    """The same spectra by a convolution with the map's rows.

    For export: a convolution is one plain node everywhere, a short-time Fourier transform is not. It is
    slower than the FFT on a CPU and about 1e-7 of the strongest bin less exact.

    Args:
        spectrum: the transform to imitate.
    """

    kernel: torch.Tensor

    def __init__(self, spectrum: Spectrum) -> None:
        super().__init__()
        self.hop_samples, self.edge_samples = spectrum.hop_samples, spectrum.edge_samples
        self.num_frames = spectrum.num_frames
        self.register_buffer("kernel", spectrum.kernel().float().unsqueeze(1), persistent=False)

    def forward(self, waveforms: torch.Tensor) -> torch.Tensor:
        """Power spectra (batch, frames, bins) of waveforms (batch, samples)."""
        spectra = F.conv1d(
            waveforms.unsqueeze(1), self.kernel, stride=self.hop_samples, padding=self.edge_samples
        )
        real, imaginary = spectra.transpose(1, 2).chunk(2, dim=2)
        return real.square() + imaginary.square()


def with_convolutions(module: _ModuleT) -> _ModuleT:
    """Replaces every Spectrum inside a module, in place, by its convolution.

    Args:
        module: any module that is not itself a Spectrum.

    Returns:
        The same module.
    """
    for name, child in module.named_children():
        if isinstance(child, Spectrum):
            setattr(module, name, ConvolutionPowerSpectrum(child))
        else:
            with_convolutions(child)
    return module
