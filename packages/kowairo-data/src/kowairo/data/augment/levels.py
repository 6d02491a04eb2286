"""Power, peak and signal-to-noise ratio of sample arrays."""

import numpy as np
from numpy.typing import NDArray

# Noise quieter than this (-80 dB re full scale squared) is quantisation error of 16-bit material, not noise;
# raising it to a useful SNR would add a buzz that no room makes.
SILENCE_MEAN_SQUARE = 1e-8


def mean_square(samples: NDArray[np.float32]) -> float:
    r"""Power of a signal: :math:`\frac{1}{T} \sum_t x_t^2`, over the whole array, pauses included.

    Not a dot product: BLAS would split it over threads and the last bit would depend on their number.

    Args:
        samples: (time,); may be empty.

    Returns:
        Mean square, full scale 1; 0 for an empty array.
    """
    if samples.size == 0:
        return 0.0
    return float(np.add.reduce(np.square(samples))) / samples.size


def limit_peak(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Divide by the largest magnitude, only if that exceeds 1.

    Args:
        samples: (time,), float32.

    Returns:
        (time,), float32, magnitudes at most 1; the same array where nothing had to be done.
    """
    if samples.size == 0:
        return samples
    peak = max(float(samples.max()), -float(samples.min()))
    if peak <= 1.0:
        return samples
    return samples / np.float32(peak)


def mix_at_snr(
    speech: NDArray[np.float32], noise: NDArray[np.float32], *, snr_db: float
) -> NDArray[np.float32]:
    r"""Add noise so that the ratio of the powers is exact: :math:`y = s + g n`.

    .. math:: g = \sqrt{\frac{P_s}{P_n\, 10^{\mathrm{SNR}/10}}}, \qquad P_x = \frac{1}{T} \sum_t x_t^2

    Both powers are means over the whole excerpt. Speech power thus includes pauses: a line that is half pause
    is about 3 dB louder than the noise figure says while someone speaks. This is the definition of the usual
    VoxCeleb recipes; an active-level definition (ITU-T P.56) would need a speech detector for sobs and
    whispers.

    Args:
        speech: (time,), float32.
        noise: (time,), float32.
        snr_db: signal-to-noise ratio in dB.

    Returns:
        (time,), float32, peak-limited (both parts by the same factor, the SNR stays); ``speech`` itself where
        speech or noise is silent.
    """
    speech_power = mean_square(speech)
    noise_power = mean_square(noise)
    if speech_power <= 0.0 or noise_power <= SILENCE_MEAN_SQUARE:
        return speech
    gain = np.sqrt(speech_power / noise_power * 10.0 ** (-snr_db / 10.0))
    mixed = noise * np.float32(gain)
    mixed += speech
    return limit_peak(mixed)
