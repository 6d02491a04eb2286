"""The channel: what studio, microphone, game engine and codec do to a line after it was spoken.

A title has one colour; every line adds a random colour of its own of the same size, so that neither tells
who speaks.
"""

import io
from dataclasses import dataclass
from typing import Literal

import numpy as np
import soundfile
from numpy.typing import NDArray

from kowairo.data.synth.speak import ANALYSIS_RATE_HZ

Array = NDArray[np.float64]
Codec = Literal["none", "low_pass", "mu_law", "vorbis", "mp3"]

CODECS: tuple[Codec, ...] = ("none", "low_pass", "mu_law", "vorbis", "mp3")
TILT_DB = 6.0
RIPPLE_DB = 7.0
RIPPLES = 6
_LOWEST_HZ = 60.0
_SPEECH_LEVEL = 0.06


@dataclass(frozen=True)
class Colour:
    """One layer of channel colour; layers add up in dB."""

    gain_db: float
    """Level."""
    tilt_db: float
    """Rise from 60 Hz to 8 kHz, in dB; the middle (on a logarithmic axis) stays."""
    ripple_db: tuple[float, ...]
    """Amplitudes of the cosines of 0.5, 1, 1.5 ... periods over the logarithmic frequency axis, in dB."""
    noise_db: float
    """Noise floor relative to the speech, in dB (negative)."""
    noise_tilt_db: float
    """Rise of the noise from 60 Hz to 8 kHz, in dB."""


def draw_colour(*, rng: np.random.Generator) -> Colour:
    """Draw a layer: of a title or of a line, the sizes are the same."""
    return Colour(
        gain_db=float(rng.uniform(-5.0, 5.0)),
        tilt_db=float(rng.uniform(-TILT_DB, TILT_DB)),
        ripple_db=tuple(float(value) for value in rng.normal(0.0, RIPPLE_DB, RIPPLES)),
        noise_db=float(rng.uniform(-34.0, -20.0)),
        noise_tilt_db=float(rng.uniform(-12.0, 6.0)),
    )


def frequency_response(layers: tuple[Colour, ...], frequencies_hz: Array) -> Array:
    """Amplitude response of several layers of colour, without their gains.

    Args:
        layers: title and line.
        frequencies_hz: (freq,) in Hz.

    Returns:
        (freq,) amplitude factors.
    """
    top = ANALYSIS_RATE_HZ / 2.0
    place = np.log(np.maximum(frequencies_hz, _LOWEST_HZ) / _LOWEST_HZ) / np.log(top / _LOWEST_HZ)
    total_db = np.zeros_like(place)
    for layer in layers:
        total_db = total_db + layer.tilt_db * (place - 0.5)
        for order, amplitude_db in enumerate(layer.ripple_db, start=1):
            total_db = total_db + amplitude_db * np.cos(np.pi * order * place)
    return np.asarray(10.0 ** (total_db / 20.0))


def transmit(samples: Array, layers: tuple[Colour, ...], codec: Codec, *, rng: np.random.Generator) -> Array:
    """Send a line through its channel.

    Args:
        samples: (samples,) at 16 kHz.
        layers: colours of title and line; their noise floors add up in dB.
        codec: lossy format on the way.
        rng: source of the noise.

    Returns:
        (samples,) within full scale.
    """
    coloured = _filter(samples, layers)
    coloured = coloured / max(float(np.sqrt(np.mean(coloured**2))), 1e-9)
    noise_db = sum(layer.noise_db for layer in layers)
    mixed = coloured + 10.0 ** (noise_db / 20.0) * _floor_noise(len(samples), layers, rng=rng)
    level = _SPEECH_LEVEL * 10.0 ** (sum(layer.gain_db for layer in layers) / 20.0)
    # Games are mastered below full scale; a loud line is turned down rather than clipped.
    level = min(level, 0.95 / max(float(np.abs(mixed).max()), 1e-9))
    return _encode(mixed * level, codec, rng=rng)[: len(samples)]


def _filter(samples: Array, layers: tuple[Colour, ...]) -> Array:
    """Apply the amplitude response with zero phase."""
    spectrum = np.fft.rfft(samples)
    return _back(spectrum * frequency_response(layers, _bins(len(samples))), len(samples))


def _floor_noise(count: int, layers: tuple[Colour, ...], *, rng: np.random.Generator) -> Array:
    """Stationary noise of unit power with the sum of the layers' tilts."""
    tilt_db = sum(layer.noise_tilt_db for layer in layers)
    octaves = np.log2(np.maximum(_bins(count), _LOWEST_HZ) / _LOWEST_HZ)
    gain = 10.0 ** (tilt_db * octaves / octaves[-1] / 20.0)
    noise = _back(np.fft.rfft(rng.standard_normal(count)) * gain, count)
    return np.asarray(noise / np.sqrt(np.mean(noise**2)))


def _encode(samples: Array, codec: Codec, *, rng: np.random.Generator) -> Array:
    """Through the codec and back."""
    if codec == "low_pass":
        edge_hz = rng.uniform(4500.0, 7500.0)
        gain = 1.0 / (1.0 + (_bins(len(samples)) / edge_hz) ** 24)
        return _back(np.fft.rfft(samples) * gain, len(samples))
    if codec == "mu_law":
        pressed = np.sign(samples) * np.log1p(255.0 * np.abs(samples)) / np.log(256.0)
        steps = np.round(pressed * 127.0) / 127.0
        return np.asarray(np.sign(steps) * np.expm1(np.abs(steps) * np.log(256.0)) / 255.0)
    if codec == "vorbis":
        return _round_trip(samples, "OGG", "VORBIS", level=float(rng.uniform(0.5, 1.0)))
    if codec == "mp3":
        return _round_trip(samples, "MP3", "MPEG_LAYER_III", level=float(rng.uniform(0.3, 0.9)))
    return samples


def _round_trip(samples: Array, container: str, subtype: str, *, level: float) -> Array:
    """Encode and decode in memory; 0 = best quality, 1 = smallest file."""
    buffer = io.BytesIO()
    soundfile.write(
        buffer, samples, ANALYSIS_RATE_HZ, format=container, subtype=subtype, compression_level=level
    )
    buffer.seek(0)
    decoded, _ = soundfile.read(buffer, dtype="float64")
    return np.asarray(decoded, dtype=np.float64)


def _bins(count: int) -> Array:
    """Frequencies of a real FFT, in Hz."""
    return np.asarray(np.fft.rfftfreq(count, 1.0 / ANALYSIS_RATE_HZ))


def _back(spectrum: NDArray[np.complex128], count: int) -> Array:
    """Inverse real FFT."""
    return np.asarray(np.fft.irfft(spectrum, count), dtype=np.float64)
