"""Low-pass, high-pass and telephone filters with a random cut-off."""

import numpy as np
import scipy.signal
from numpy.typing import NDArray

from kowairo.core import InputError

from ._checks import Range, checked_band
from .base import Augmentation
from .levels import limit_peak

_SAMPLE_RATE_HZ = 16000
# Designing a filter costs more than applying it, so cut-offs come from a grid designed once; steps this fine
# (a tenth of an octave over two octaves) cannot be told apart.
_GRID_SIZE = 20

Sections = NDArray[np.float64]


class LowPass(Augmentation):
    """Butterworth low-pass filter, its -3 dB cut-off drawn log-uniformly (from a fine grid) in a range.

    Args:
        cutoff_hz: lowest and highest cut-off in Hz.
        order: filter order; 6 dB per octave each.

    Raises:
        InputError: cut-offs outside (0, 8000) Hz or an order below 1.
    """

    def __init__(self, *, cutoff_hz: Range = (2000.0, 6000.0), order: int = 4) -> None:
        self.cutoff_hz = checked_band("cutoff_hz", cutoff_hz, nyquist_hz=_SAMPLE_RATE_HZ / 2)
        self.order = _checked_order(order)
        self._designs = _butterworth_grid(self.cutoff_hz, order, "lowpass")

    def __call__(self, samples: NDArray[np.float32], *, rng: np.random.Generator) -> NDArray[np.float32]:
        """Filter (time,) samples; see the class."""
        return filtered(samples, self._designs[int(rng.integers(len(self._designs)))])


class HighPass(Augmentation):
    """Butterworth high-pass filter, its -3 dB cut-off drawn log-uniformly (from a fine grid) in a range.

    Args:
        cutoff_hz: lowest and highest cut-off in Hz.
        order: filter order; 6 dB per octave each.

    Raises:
        InputError: cut-offs outside (0, 8000) Hz or an order below 1.
    """

    def __init__(self, *, cutoff_hz: Range = (80.0, 500.0), order: int = 2) -> None:
        self.cutoff_hz = checked_band("cutoff_hz", cutoff_hz, nyquist_hz=_SAMPLE_RATE_HZ / 2)
        self.order = _checked_order(order)
        self._designs = _butterworth_grid(self.cutoff_hz, order, "highpass")

    def __call__(self, samples: NDArray[np.float32], *, rng: np.random.Generator) -> NDArray[np.float32]:
        """Filter (time,) samples; see the class."""
        return filtered(samples, self._designs[int(rng.integers(len(self._designs)))])


class BandPass(Augmentation):
    """Telephone band: a Butterworth high-pass and a low-pass in a row, each with its own random cut-off.

    Defaults vary around the 300 to 3400 Hz of ITU-T G.712.

    Args:
        low_hz: range of the lower cut-off in Hz.
        high_hz: range of the upper cut-off in Hz; must lie above the lower one.
        order: order of each of the two filters.

    Raises:
        InputError: cut-offs outside (0, 8000) Hz, ranges that overlap, or an order below 1.
    """

    def __init__(
        self, *, low_hz: Range = (200.0, 400.0), high_hz: Range = (3000.0, 3800.0), order: int = 4
    ) -> None:
        self.low_hz = checked_band("low_hz", low_hz, nyquist_hz=_SAMPLE_RATE_HZ / 2)
        self.high_hz = checked_band("high_hz", high_hz, nyquist_hz=_SAMPLE_RATE_HZ / 2)
        if self.low_hz[1] >= self.high_hz[0]:
            raise InputError(f"low_hz {self.low_hz}: expected to lie below high_hz {self.high_hz}")
        self.order = _checked_order(order)
        self._low_designs = _butterworth_grid(self.low_hz, order, "highpass")
        self._high_designs = _butterworth_grid(self.high_hz, order, "lowpass")

    def __call__(self, samples: NDArray[np.float32], *, rng: np.random.Generator) -> NDArray[np.float32]:
        """Filter (time,) samples; see the class."""
        low = self._low_designs[int(rng.integers(len(self._low_designs)))]
        high = self._high_designs[int(rng.integers(len(self._high_designs)))]
        return filtered(samples, np.concatenate([low, high]))


def butterworth(cutoff_hz: float, *, order: int, kind: str) -> Sections:
    """Design a digital Butterworth filter at 16 kHz.

    Args:
        cutoff_hz: -3 dB frequency.
        order: filter order.
        kind: ``"lowpass"`` or ``"highpass"``.

    Returns:
        (sections, 6) second-order sections.
    """
    sections: Sections = scipy.signal.butter(order, cutoff_hz, btype=kind, fs=_SAMPLE_RATE_HZ, output="sos")
    return sections


def filtered(samples: NDArray[np.float32], sections: Sections) -> NDArray[np.float32]:
    """Run a causal filter from rest over (time,) samples; double precision inside, peak-limited.

    Single precision would do for the ranges here but not for a 20 Hz high-pass, whose poles crowd around 1.
    """
    if samples.size == 0:
        return samples
    return limit_peak(scipy.signal.sosfilt(sections, samples.astype(np.float64)).astype(np.float32))


def _butterworth_grid(cutoff_hz: Range, order: int, kind: str) -> list[Sections]:
    grid_hz = np.geomspace(*cutoff_hz, _GRID_SIZE if cutoff_hz[0] < cutoff_hz[1] else 1)
    return [butterworth(float(cutoff), order=order, kind=kind) for cutoff in grid_hz]


def _checked_order(order: int) -> int:
    if order < 1:
        raise InputError(f"order: expected at least 1, got {order}")
    return int(order)
