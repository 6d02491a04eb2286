"""Taking speech apart with the WORLD vocoder (extra ``kowairo-data[synth]``), as fast as quality allows.

Sources:
    M. Morise, F. Yokomori and K. Ozawa, "WORLD: a vocoder-based high-quality speech synthesis system", IEICE
    Transactions, 2016. DIO on the signal at half rate and StoneMask for the pitch, CheapTrick for the
    envelope, a frame every 10 ms. D4C, which at 16 kHz gives one figure a frame and takes longer than all the
    rest, is replaced by the correlation between neighbouring periods (``noise_share_db``).
"""

from dataclasses import dataclass
from types import ModuleType

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from kowairo.core import InputError

from .audio import SAMPLE_RATE_HZ

FRAME_S = 0.01
ANALYSIS_FFT = 1024
HOP = round(FRAME_S * SAMPLE_RATE_HZ)
_PITCH_FLOOR_HZ = 55.0
_PITCH_CEIL_HZ = 800.0
_PITCH_DOWNSAMPLING = 2
_SILENCE = 1e-12
_BREATH_BAND_HZ = (1500.0, 4500.0)
_WINDOW = 320
_MARGIN = 600
_MOST_PERIODIC = 0.97

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class WorldFrames:
    """Speech in WORLD's terms, a frame every 10 ms."""

    pitch_hz: Floats
    """(frames,), 0 in unvoiced frames."""
    log_power: NDArray[np.float32]
    """(frames, 513), natural logarithm of the power envelope from 0 to 8 kHz."""
    noise_db: NDArray[np.float32]
    """(frames,), power of the noise at 3 kHz against all power there, 0 dB or less; 0 where unvoiced."""
    num_samples: int
    """Length of the signal at 16 kHz."""


def require_world() -> ModuleType:
    """Import pyworld.

    Raises:
        InputError: it is not installed; the message names the extra.
    """
    try:
        import pyworld
    except ImportError as error:
        raise InputError(f"WORLD copies need pyworld: pip install 'kowairo-data[synth]' ({error})") from error
    module: ModuleType = pyworld
    return module


def estimate_pitch(samples: NDArray[np.float32]) -> tuple[Floats, Floats]:
    """Pitch by DIO at half the rate, refined by StoneMask at the full one.

    Half the rate costs half the time; at a quarter a voice of 480 Hz is taken for one of 160 Hz.

    Args:
        samples: (samples,) at 16 kHz.

    Returns:
        Pitch in Hz (frames,), 0 where unvoiced, and times in s (frames,).

    Raises:
        InputError: pyworld is not installed.
    """
    world = require_world()
    wide = samples.astype(np.float64)
    rough_hz, times_s = world.dio(
        wide,
        SAMPLE_RATE_HZ,
        f0_floor=_PITCH_FLOOR_HZ,
        f0_ceil=_PITCH_CEIL_HZ,
        frame_period=1000.0 * FRAME_S,
        speed=_PITCH_DOWNSAMPLING,
    )
    return world.stonemask(wide, rough_hz, times_s, SAMPLE_RATE_HZ), times_s


def analyze_speech(samples: NDArray[np.float32]) -> WorldFrames:
    """Take an utterance apart.

    Args:
        samples: (samples,) at 16 kHz.

    Returns:
        Pitch, envelope and share of noise.

    Raises:
        InputError: pyworld is not installed.
    """
    pitch_hz, times_s = estimate_pitch(samples)
    power = require_world().cheaptrick(
        samples.astype(np.float64), pitch_hz, times_s, SAMPLE_RATE_HZ, fft_size=ANALYSIS_FFT
    )
    log_power = np.log(np.maximum(power, _SILENCE).astype(np.float32))
    return WorldFrames(pitch_hz, log_power, noise_share_db(samples, pitch_hz), len(samples))


def noise_share_db(samples: NDArray[np.float32], pitch_hz: Floats) -> NDArray[np.float32]:
    r"""How breathy voiced speech is: power between 1.5 and 4.5 kHz that does not repeat after a period.

    .. math:: N_\mathrm{dB} = 10 \log_{10}(1 - \max_{|\delta| \le 1} r(T_0 + \delta))

    with r the normalised correlation of 20 ms with the 20 ms one period later, between whole samples by a
    parabola. Resynthesis by it is as close to the source as by WORLD's D4C, at a tenth of the time
    (benchmarks/results/world_copies.md).

    Args:
        samples: (samples,) at 16 kHz.
        pitch_hz: (frames,), 0 where unvoiced.

    Returns:
        (frames,) in dB, -15 to 0; 0 where unvoiced.
    """
    share_db = np.zeros(len(pitch_hz), dtype=np.float32)
    voiced = np.flatnonzero(pitch_hz > 0)
    if not len(voiced):
        return share_db
    band = np.pad(_band(samples), _MARGIN + _WINDOW)
    lags = np.rint(SAMPLE_RATE_HZ / pitch_hz[voiced]).astype(np.int64)
    starts = voiced * HOP + _MARGIN + _WINDOW // 2 - lags // 2
    windows = starts[:, None] + np.arange(_WINDOW)
    first = band[windows]
    correlations = [_correlation(first, band[windows + (lags + shift)[:, None]]) for shift in (-1, 0, 1)]
    periodic = np.clip(_parabola_peak(*correlations), 0.0, _MOST_PERIODIC)
    share_db[voiced] = 10.0 * np.log10(1.0 - periodic)
    return share_db


def _band(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """(samples,) the band in which breath is heard."""
    size = scipy.fft.next_fast_len(len(samples) + HOP, real=True)
    spectrum = scipy.fft.rfft(samples, size)
    low, high = (round(edge_hz * size / SAMPLE_RATE_HZ) for edge_hz in _BREATH_BAND_HZ)
    spectrum[:low] = 0.0
    spectrum[high:] = 0.0
    return np.asarray(scipy.fft.irfft(spectrum, size)[: len(samples)], dtype=np.float32)


def _correlation(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float32]:
    """(frames,) normalised correlation of (frames, samples)."""
    product = np.einsum("ft,ft->f", first, second)
    energy = np.einsum("ft,ft->f", first, first) * np.einsum("ft,ft->f", second, second)
    return np.asarray(product / np.sqrt(energy + _SILENCE))


def _parabola_peak(
    before: NDArray[np.float32], centre: NDArray[np.float32], after: NDArray[np.float32]
) -> NDArray[np.float32]:
    """(frames,) top of the parabola through three neighbours; their largest where it has none nearby."""
    bend = np.minimum(before - 2.0 * centre + after, -1e-6)
    offset = 0.5 * (before - after) / bend
    top = centre - 0.25 * (before - after) * offset
    highest = np.maximum(np.maximum(before, centre), after)
    return np.asarray(np.where(np.abs(offset) <= 1.0, top, highest))
