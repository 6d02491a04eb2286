"""Short Opus clips that travel inside the page."""

import base64
import logging
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import numpy as np
import soundfile
from numpy.typing import NDArray

from kowairo.core import AudioRef
from kowairo.data import AudioError, read_audio
from kowairo.data.unchecked_audio import stream_audio

_log = logging.getLogger(__name__)

SAMPLE_RATE_HZ = 16000
"""Rate of the clips; one of the five that Opus takes."""
_FADE_S = 0.05
# libsndfile maps 0..1 to 256..6 kbit/s; this is about 20 kbit/s, clear wide-band speech.
_COMPRESSION_LEVEL = 0.945


def encode_opus(samples: NDArray[np.float32]) -> bytes:
    """Encode mono speech as Ogg Opus at about 20 kbit/s.

    Args:
        samples: (samples,), 16 kHz, in [-1, 1].

    Returns:
        The file's bytes.
    """
    buffer = BytesIO()
    soundfile.write(
        buffer, samples, SAMPLE_RATE_HZ, format="OGG", subtype="OPUS", compression_level=_COMPRESSION_LEVEL
    )
    return buffer.getvalue()


def data_uri(content: bytes) -> str:
    """Return an `audio/ogg` data URI."""
    return "data:audio/ogg;base64," + base64.b64encode(content).decode("ascii")


def excerpt(samples: NDArray[np.float32], *, max_seconds: float) -> NDArray[np.float32]:
    """Keep the beginning, faded out where it was cut, at a common peak of -3 dB.

    Args:
        samples: (samples,), 16 kHz.
        max_seconds: Length to keep at most.

    Returns:
        (samples,), a new array.
    """
    kept = samples[: int(max_seconds * SAMPLE_RATE_HZ)].astype(np.float32, copy=True)
    fade = int(_FADE_S * SAMPLE_RATE_HZ)
    if len(kept) < len(samples) and len(kept) > fade:
        kept[-fade:] *= np.linspace(1.0, 0.0, fade, dtype=np.float32)
    peak = float(np.abs(kept).max(initial=0.0))
    return kept * np.float32(0.7 / peak) if peak > 0 else kept


def make_clips(
    utts: Iterable[str], audio: Mapping[str, AudioRef], *, max_seconds: float = 3.0, threads: int = 2
) -> dict[str, str]:
    """Encode lines as data URIs.

    Args:
        utts: Utterances, each once.
        audio: Audio reference by utterance.
        max_seconds: Longer lines are cut.
        threads: Lines encoded at the same time.

    Returns:
        Data URI by utterance. Lines whose audio has gone or cannot be read
        are left out and counted in the log.
    """
    # A table without paths has "-" in their place.
    wanted = [utt for utt in utts if utt in audio and audio[utt].path.name != "-"]
    with ThreadPoolExecutor(threads) as pool:
        clips = list(pool.map(lambda utt: _clip(audio[utt], max_seconds), wanted))
    failed = clips.count(None)
    if failed:
        _log.warning("%d of %d clips could not be read and are not in the report", failed, len(wanted))
    return {utt: clip for utt, clip in zip(wanted, clips, strict=True) if clip is not None}


def cut_clips(
    audio: AudioRef, stretches: Sequence[tuple[float, float]], *, max_seconds: float = 5.0
) -> list[str]:
    """Encode the beginnings of stretches of a recording of any length as data URIs.

    Args:
        audio: The recording; it is read once, block by block.
        stretches: Start and end of each in seconds.
        max_seconds: Longer stretches are cut.

    Returns:
        A data URI for each stretch.

    Raises:
        AudioError: The recording cannot be read.
    """
    bounds = [(round(start * SAMPLE_RATE_HZ), round(end * SAMPLE_RATE_HZ)) for start, end in stretches]
    most = round(max_seconds * SAMPLE_RATE_HZ) + 1
    pieces: list[list[NDArray[np.float32]]] = [[] for _ in bounds]
    position = 0
    for block in stream_audio(audio) if bounds else ():
        for piece, (first, last) in zip(pieces, bounds, strict=True):
            # One sample more than is kept tells `excerpt` that it has been cut.
            start, end = max(first, position), min(last, first + most, position + len(block))
            if start < end:
                piece.append(block[start - position : end - position])
        position += len(block)
    nothing = np.zeros(1, dtype=np.float32)
    parts = [np.concatenate(piece) if piece else nothing for piece in pieces]
    return [data_uri(encode_opus(excerpt(part, max_seconds=max_seconds))) for part in parts]


def _clip(ref: AudioRef, max_seconds: float) -> str | None:
    try:
        samples = read_audio(ref)
    except AudioError:
        return None
    return data_uri(encode_opus(excerpt(samples, max_seconds=max_seconds)))
