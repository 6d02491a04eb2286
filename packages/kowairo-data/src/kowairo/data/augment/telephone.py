"""A telephone line: band, half the sample rate and the codecs of telephony."""

import io
from collections.abc import Sequence
from typing import Literal

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from kowairo.core import InputError

from ._checks import checked_not_empty
from .base import Augmentation
from .filters import BandPass
from .levels import limit_peak

TelephoneCodec = Literal["mu_law", "a_law", "gsm", "g721"]

_SAMPLE_RATE_HZ = 16000
_LINE_RATE_HZ = 8000
_SUBTYPES: dict[TelephoneCodec, str] = {
    "mu_law": "ULAW",
    "a_law": "ALAW",
    "gsm": "GSM610",
    "g721": "G721_32",
}


class Telephone(Augmentation):
    """Sends the voice over a telephone line: 300 to 3400 Hz, 8 kHz, and a codec that libsndfile has.

    mu_law and a_law: ITU-T G.711 (landlines, 64 kbit/s); gsm: GSM 06.10 full rate (mobile phones, 13 kbit/s);
    g721: ADPCM of ITU-T G.721 (cordless phones, 32 kbit/s). Output has the rate, length and alignment of the
    input and nothing above 4 kHz. The edges of the band vary as in :class:`BandPass`.

    Args:
        codecs: names to draw from, equally likely.

    Raises:
        InputError: no codec, or an unknown one.
    """

    def __init__(self, *, codecs: Sequence[TelephoneCodec] = ("mu_law", "a_law", "gsm")) -> None:
        checked_not_empty("codecs", codecs)
        for codec in codecs:
            if codec not in _SUBTYPES:
                raise InputError(f"codec {codec!r}: expected one of {', '.join(_SUBTYPES)}")
        self.codecs = tuple(codecs)
        self._band = BandPass()

    def __call__(self, samples: NDArray[np.float32], *, rng: np.random.Generator) -> NDArray[np.float32]:
        """Send (time,) samples over a line; see the class."""
        codec = self.codecs[int(rng.integers(len(self.codecs)))]
        if not np.any(samples):
            return samples
        line = soxr.resample(self._band(samples, rng=rng), _SAMPLE_RATE_HZ, _LINE_RATE_HZ, quality="MQ")
        heard = line_round_trip(limit_peak(line), codec=codec)
        wide = soxr.resample(heard, _LINE_RATE_HZ, _SAMPLE_RATE_HZ, quality="MQ")[: samples.size]
        padded = np.concatenate([wide, np.zeros(samples.size - wide.size, dtype=np.float32)])
        return limit_peak(padded)


def line_round_trip(samples: NDArray[np.float32], *, codec: TelephoneCodec) -> NDArray[np.float32]:
    """Encode and decode a signal at 8 kHz, in memory.

    Args:
        samples: (time,), float32 in [-1, 1].
        codec: which codec.

    Returns:
        (time,), float32, aligned with the input.
    """
    if samples.size == 0:
        return samples
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, _LINE_RATE_HZ, format="WAV", subtype=_SUBTYPES[codec])
    buffer.seek(0)
    decoded = soundfile.read(buffer, dtype="float32")[0][: samples.size]
    # A codec may leave out the last, incomplete block.
    return np.concatenate([decoded, np.zeros(samples.size - decoded.size, dtype=np.float32)])
