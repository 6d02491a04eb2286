"""Eight-bit logarithmic coding, as digital telephones do it."""

import numpy as np
from numpy.typing import NDArray

from .base import Augmentation

_MU = 255.0
_NUM_LEVELS = 256


class MuLaw(Augmentation):
    r"""Codes each sample in 8 bits on the continuous mu-law curve and decodes it again.

    .. math:: F(x) = \mathrm{sign}(x) \frac{\ln(1 + \mu |x|)}{\ln(1 + \mu)}, \quad \mu = 255

    :math:`F(x)` is rounded to 255 equally spaced levels that include 0, so that silence stays silent (the
    segmented curve of ITU-T G.711 differs from this by less than a step). Samples beyond full scale are
    clipped. The sample rate stays: a telephone line is this after :class:`BandPass`. Draws nothing.
    """

    def __init__(self) -> None:
        # 65,536 answers, one per 16-bit sample: an index is ten times faster than two logarithms.
        self._table = mu_law_round_trip(np.arange(-32768, 32768, dtype=np.float32) / np.float32(32768))

    def __call__(self, samples: NDArray[np.float32], *, rng: np.random.Generator) -> NDArray[np.float32]:
        """Code and decode (time,) samples; see the class."""
        codes = np.rint(samples * np.float32(32768))
        np.clip(codes, -32768, 32767, out=codes)
        decoded: NDArray[np.float32] = self._table[codes.astype(np.int32) + 32768]
        return decoded


def mu_law_round_trip(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Quantise on the mu-law curve, the formula of :class:`MuLaw`.

    Args:
        samples: any shape, in [-1, 1].

    Returns:
        Same shape, float32.
    """
    half = _NUM_LEVELS // 2 - 1
    compressed = np.sign(samples) * np.log1p(_MU * np.abs(samples)) / np.log1p(_MU)
    levels = np.rint(compressed * half) / half
    expanded: NDArray[np.float32] = np.sign(levels) * np.expm1(np.abs(levels) * np.log1p(_MU)) / _MU
    return expanded.astype(np.float32, copy=False)
