"""Files that are broken on purpose, as a scraped corpus has them."""

import io
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from kowairo.core import InputError
from kowairo.data.synth.plan import Flaw
from kowairo.data.synth.speak import ANALYSIS_RATE_HZ


def spoil(path: Path, samples: NDArray[np.float64], flaw: Flaw) -> None:
    """Write a broken file.

    Args:
        path: file to write.
        samples: (samples,) at 16 kHz, the recording as it would have been.
        flaw: "empty_file" (no byte), "text_file" (an error page), "truncated" (an Ogg Vorbis file cut after
            1,500 bytes, inside its headers), "silent" (zeros) or "not_finite" (float WAV full of NaN).

    Raises:
        InputError: the flaw is none of these.
    """
    if flaw == "empty_file":
        path.write_bytes(b"")
    elif flaw == "text_file":
        path.write_text("<html><title>404 Not Found</title></html>\n", encoding="utf-8")
    elif flaw == "truncated":
        path.write_bytes(_vorbis(samples)[:1500])
    elif flaw == "silent":
        soundfile.write(path, np.zeros_like(samples), ANALYSIS_RATE_HZ, format="FLAC", subtype="PCM_16")
    elif flaw == "not_finite":
        broken = np.full_like(samples, np.nan)
        soundfile.write(path, broken, ANALYSIS_RATE_HZ, format="WAV", subtype="FLOAT")
    else:
        raise InputError(f"{flaw!r} is not a way to break a file")


def _vorbis(samples: NDArray[np.float64]) -> bytes:
    """Encode as Ogg Vorbis."""
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, ANALYSIS_RATE_HZ, format="OGG", subtype="VORBIS")
    return buffer.getvalue()
