"""Real lossy audio codecs, in memory."""

import io
from collections.abc import Sequence
from typing import Literal

import numpy as np
import soundfile
from numpy.typing import NDArray

from kowairo.core import InputError

from ._checks import Range, checked_not_empty, checked_range
from .base import Augmentation

CodecName = Literal["vorbis", "opus", "mp3", "ima_adpcm", "ms_adpcm"]

_SAMPLE_RATE_HZ = 16000
_CONTAINERS: dict[CodecName, tuple[str, str]] = {
    "vorbis": ("OGG", "VORBIS"),
    "opus": ("OGG", "OPUS"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
    "ima_adpcm": ("WAV", "IMA_ADPCM"),
    "ms_adpcm": ("WAV", "MS_ADPCM"),
}
_FIXED_RATE: frozenset[CodecName] = frozenset({"ima_adpcm", "ms_adpcm"})
# libsndfile's Vorbis encoder keeps a whole write on the stack; long lines are written in pieces.
_BLOCK_SAMPLES = 16000


class LossyCodec(Augmentation):
    """Encodes and decodes with a codec that libsndfile has, at a random compression.

    Ogg Vorbis (what games ship), Opus, MP3; and ADPCM, the 4-bit codec of older games and consoles, in the
    variants of IMA and Microsoft (64 kbit/s at 16 kHz; no compression level). Output has the length and
    alignment of the input. All but ADPCM are expensive beside the other augmentations, so give them a small
    probability (benchmarks/results/augmentation.md). Telephone codecs: :class:`Telephone`.

    Args:
        codecs: names to draw from, equally likely.
        compression: range of libsndfile's compression level, 0 (best quality) to below 1 (smallest); 0.9 is
            about 40 kbit/s for Vorbis, 35 for Opus, 32 for MP3 at 16 kHz mono.

    Raises:
        InputError: no codec, an unknown one, one this libsndfile cannot write, or a level outside [0, 0.95].
    """

    def __init__(
        self, *, codecs: Sequence[CodecName] = ("vorbis",), compression: Range = (0.3, 0.95)
    ) -> None:
        checked_not_empty("codecs", codecs)
        for codec in codecs:
            if codec not in _CONTAINERS or not soundfile.check_format(*_CONTAINERS[codec]):
                raise InputError(
                    f"codec {codec!r}: expected one of {', '.join(_CONTAINERS)} that libsndfile can write"
                )
        self.codecs = tuple(codecs)
        self.compression = checked_range("compression", compression)
        if self.compression[0] < 0.0 or self.compression[1] > 0.95:
            raise InputError(f"compression: expected levels between 0 and 0.95, got {self.compression}")

    def __call__(self, samples: NDArray[np.float32], *, rng: np.random.Generator) -> NDArray[np.float32]:
        """Encode and decode (time,) samples; see the class."""
        codec = self.codecs[int(rng.integers(len(self.codecs)))]
        level = rng.uniform(*self.compression)
        if not np.any(samples):
            return samples
        return codec_round_trip(samples, codec=codec, compression=level)


def codec_round_trip(
    samples: NDArray[np.float32], *, codec: CodecName, compression: float
) -> NDArray[np.float32]:
    """Encode a 16 kHz signal into memory and decode it.

    Args:
        samples: (time,), float32; values beyond full scale are clipped first.
        codec: which codec.
        compression: libsndfile's level, 0 to 0.95; ADPCM has none.

    Returns:
        (time,), float32 in [-1, 1], aligned with the input.
    """
    container, subtype = _CONTAINERS[codec]
    limited = np.clip(samples, -1.0, 1.0)
    buffer = io.BytesIO()
    with soundfile.SoundFile(
        buffer,
        "w",
        samplerate=_SAMPLE_RATE_HZ,
        channels=1,
        format=container,
        subtype=subtype,
        compression_level=None if codec in _FIXED_RATE else compression,
    ) as file:
        for start in range(0, limited.size, _BLOCK_SAMPLES):
            file.write(limited[start : start + _BLOCK_SAMPLES])
    buffer.seek(0)
    decoded = np.clip(soundfile.read(buffer, dtype="float32")[0][: samples.size], -1.0, 1.0)
    # A decoder may leave out the last, incomplete frame.
    return np.concatenate([decoded, np.zeros(samples.size - decoded.size, dtype=np.float32)])
