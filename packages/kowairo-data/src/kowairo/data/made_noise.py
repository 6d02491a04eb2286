"""Background noises made from random numbers, for use where no recordings are at hand."""

from collections.abc import Callable

import numpy as np
import scipy.signal
from numpy.typing import NDArray

_SAMPLE_RATE_HZ = 16000

Samples = NDArray[np.float64]


def make_noise(kind: str, *, seconds: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Make one background noise.

    Args:
        kind: one of :func:`noise_kinds`.
        seconds: duration.
        rng: source of every random choice; each call sounds different.

    Returns:
        (time,), float32, 16 kHz, mean square at -20 dB of full scale, lower where peaks would exceed 0.99.
    """
    noise = _KINDS[kind](round(seconds * _SAMPLE_RATE_HZ), rng)
    gain = min(0.1 / np.sqrt(np.mean(noise**2)), 0.99 / np.abs(noise).max())
    return np.asarray(gain * noise, dtype=np.float32)


def noise_kinds() -> list[str]:
    """Names of the noises that :func:`make_noise` knows."""
    return sorted(_KINDS)


def coloured_noise(num_samples: int, *, exponent: float, rng: np.random.Generator) -> Samples:
    r"""Gaussian noise with a power spectrum :math:`\propto f^{-\beta}` above 20 Hz, flat below.

    Args:
        num_samples: length.
        exponent: beta; 0 is white, 1 pink, 2 brown.
        rng: source of randomness.

    Returns:
        (num_samples,), float64, unit mean square.
    """
    spectrum = np.fft.rfft(rng.standard_normal(num_samples))
    frequency_hz = np.fft.rfftfreq(num_samples, 1.0 / _SAMPLE_RATE_HZ)
    spectrum *= np.maximum(frequency_hz, 20.0) ** (-exponent / 2.0)
    noise: Samples = np.fft.irfft(spectrum, num_samples)
    return _unit(noise)


def _coloured(num_samples: int, rng: np.random.Generator) -> Samples:
    return coloured_noise(num_samples, exponent=rng.uniform(0.0, 2.0), rng=rng)


def _hum(num_samples: int, rng: np.random.Generator) -> Samples:
    time_s = np.arange(num_samples) / _SAMPLE_RATE_HZ
    mains_hz = rng.choice([50.0, 60.0])
    hum = np.zeros(num_samples)
    for harmonic in range(1, 21):
        level = rng.uniform(0.2, 1.0) / harmonic
        hum += level * np.sin(2.0 * np.pi * harmonic * mains_hz * time_s + rng.uniform(0.0, 2.0 * np.pi))
    return hum + rng.uniform(0.02, 0.2) * coloured_noise(num_samples, exponent=1.0, rng=rng)


def _fan(num_samples: int, rng: np.random.Generator) -> Samples:
    """Air through blades: pink noise through a broad resonance, throbbing, and a faint tone."""
    time_s = np.arange(num_samples) / _SAMPLE_RATE_HZ
    blade_hz = rng.uniform(15.0, 60.0)
    centre_hz = rng.uniform(200.0, 900.0)
    air = _resonance(coloured_noise(num_samples, exponent=1.0, rng=rng), centre_hz, rng.uniform(0.8, 2.0))
    throb = 1.0 + rng.uniform(0.1, 0.4) * np.sin(2.0 * np.pi * blade_hz * time_s)
    tone = rng.uniform(0.02, 0.2) * np.sin(2.0 * np.pi * 4.0 * blade_hz * time_s)
    return _unit(air) * throb + tone


def _clicks(num_samples: int, rng: np.random.Generator) -> Samples:
    """Keys, footsteps, dishes: irregular impacts, each a handful of short resonances, over a quiet room."""
    noise = 0.02 * coloured_noise(num_samples, exponent=1.0, rng=rng)
    for start in _arrivals(num_samples, rng.uniform(2.0, 10.0), rng):
        length = min(num_samples - start, round(rng.uniform(0.02, 0.15) * _SAMPLE_RATE_HZ))
        decay = np.exp(-6.0 * np.arange(length) / max(length, 1))
        impact = _resonance(rng.standard_normal(length), rng.uniform(300.0, 5000.0), rng.uniform(2.0, 10.0))
        noise[start : start + length] += rng.uniform(0.2, 1.0) * decay * impact
    return noise


def _rain(num_samples: int, rng: np.random.Generator) -> Samples:
    """Thousands of drops a second far away (filtered noise) and some near ones (short pulses)."""
    far = scipy.signal.lfilter([1.0, -0.9], [1.0], coloured_noise(num_samples, exponent=0.5, rng=rng))
    drops = np.zeros(num_samples)
    starts = _arrivals(num_samples, rng.uniform(30.0, 300.0), rng)
    drops[starts] = rng.exponential(1.0, size=len(starts)) * rng.choice([-1.0, 1.0], size=len(starts))
    near = _resonance(drops, rng.uniform(1500.0, 5000.0), 3.0)
    return _unit(far) + rng.uniform(0.3, 1.0) * _unit(near)


def _wind(num_samples: int, rng: np.random.Generator) -> Samples:
    """Brown noise that swells and falls over seconds."""
    swell = _slow_curve(num_samples, rng.uniform(0.2, 1.0), rng)
    return coloured_noise(num_samples, exponent=rng.uniform(1.4, 2.2), rng=rng) * np.exp(0.8 * swell)


def _crackle(num_samples: int, rng: np.random.Generator) -> Samples:
    """Fire: a rumble with sparse sharp cracks."""
    cracks = np.zeros(num_samples)
    starts = _arrivals(num_samples, rng.uniform(5.0, 25.0), rng)
    cracks[starts] = rng.exponential(1.0, size=len(starts))
    bed = coloured_noise(num_samples, exponent=1.8, rng=rng) * np.exp(
        0.4 * _slow_curve(num_samples, 2.0, rng)
    )
    return 0.5 * bed + 1.2 * _unit(_resonance(cracks, rng.uniform(1000.0, 3000.0), 1.5))


def _engine(num_samples: int, rng: np.random.Generator) -> Samples:
    """A motor: harmonics of a wandering speed, through a box."""
    speed_hz = rng.uniform(25.0, 90.0) * np.exp(0.05 * _slow_curve(num_samples, 0.5, rng))
    phase = 2.0 * np.pi * np.cumsum(speed_hz) / _SAMPLE_RATE_HZ
    tones = sum(np.sin(order * phase + rng.uniform(0.0, 6.28)) / order**0.8 for order in range(1, 30))
    air = coloured_noise(num_samples, exponent=1.2, rng=rng)
    return _unit(np.asarray(tones)) + rng.uniform(0.2, 0.8) * air


def _resonance(samples: Samples, centre_hz: float, quality: float) -> Samples:
    numerator, denominator = scipy.signal.iirpeak(centre_hz, quality, fs=_SAMPLE_RATE_HZ)
    resonant: Samples = scipy.signal.lfilter(numerator, denominator, samples)
    return resonant


def _arrivals(num_samples: int, per_second: float, rng: np.random.Generator) -> NDArray[np.int64]:
    expected = per_second * num_samples / _SAMPLE_RATE_HZ
    return rng.integers(num_samples, size=max(1, rng.poisson(expected)))


def _slow_curve(num_samples: int, changes_per_second: float, rng: np.random.Generator) -> Samples:
    knots = rng.standard_normal(max(2, round(num_samples / _SAMPLE_RATE_HZ * changes_per_second) + 2))
    return np.interp(np.linspace(0.0, len(knots) - 1.0, num_samples), np.arange(len(knots)), knots)


def _unit(samples: Samples) -> Samples:
    power = float(np.mean(samples**2))
    return samples / np.sqrt(power) if power > 0.0 else samples


_KINDS: dict[str, Callable[[int, np.random.Generator], Samples]] = {
    "clicks": _clicks,
    "coloured": _coloured,
    "crackle": _crackle,
    "engine": _engine,
    "fan": _fan,
    "hum": _hum,
    "rain": _rain,
    "wind": _wind,
}
