"""One audio file to one embedding, and several at once."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from kowairo.core import AudioRef, KowairoError
from kowairo.data import read_audio
from kowairo.models import Encoder

from .crops import CropPlan, evenly_spaced_crops


class NonFiniteEmbeddingError(KowairoError):
    """An encoder gave a value that is no finite number."""


def embed_file(
    ref: AudioRef, encoder: Encoder, *, max_duration_s: float | None = None
) -> NDArray[np.float32]:
    """Embed the whole file, or its start.

    Args:
        ref: audio file.
        encoder: encoder in evaluation mode, prepared (`prepare_encoder`) or not.
        max_duration_s: use only the first so many seconds; None uses all.

    Returns:
        (dim,) float32, not L2-normalised.

    Raises:
        AudioError: if the file cannot be used, with the reason.
        NonFiniteEmbeddingError: if the embedding is not finite.
    """
    samples = read_audio(ref, sample_rate_hz=encoder.sample_rate_hz)
    return embed_samples(samples, encoder, name=str(ref), max_duration_s=max_duration_s)


def embed_samples(
    samples: NDArray[np.float32],
    encoder: Encoder,
    *,
    name: str,
    max_duration_s: float | None = None,
    crops: CropPlan | None = None,
) -> NDArray[np.float32]:
    """Embed samples that are decoded already.

    Args:
        samples: (time,) float32 at the encoder's sample rate.
        encoder: encoder in evaluation mode, prepared (`prepare_encoder`) or not.
        name: whose samples, for messages.
        max_duration_s: use only the first so many seconds; None uses all.
        crops: embed crops of that; None embeds it whole.

    Returns:
        (dim,) float32, not L2-normalised; (crop, dim) where each crop is kept.

    Raises:
        NonFiniteEmbeddingError: if the embedding is not finite.
    """
    waveforms = _waveforms(samples, encoder, max_duration_s, crops)
    with torch.inference_mode():
        embeddings: torch.Tensor = encoder(torch.from_numpy(waveforms).to(device_of(encoder)))
    return _finished(embeddings.float().cpu().numpy(), name, crops)


def embed_together(
    recordings: Sequence[tuple[str, NDArray[np.float32]]],
    encoder: Encoder,
    *,
    max_duration_s: float | None = None,
    crops: CropPlan | None = None,
) -> list[NDArray[np.float32]]:
    """Embed several recordings in one computation, each as if it were alone: for GPUs.

    Args:
        recordings: name and samples, (time,) float32 at the encoder's sample rate; at least one.
        encoder: encoder in evaluation mode, prepared (`prepare_encoder`) or not.
        max_duration_s: use only the first so many seconds of each; None uses all.
        crops: embed crops of that; None embeds it whole.

    Returns:
        What `embed_samples` gives, of each.

    Raises:
        NonFiniteEmbeddingError: if an embedding is not finite.
    """
    parts = [_waveforms(samples, encoder, max_duration_s, crops) for _, samples in recordings]
    device = device_of(encoder)
    with torch.inference_mode():
        embeddings = encoder.embed_many(
            [row.to(device) for part in parts for row in torch.from_numpy(np.ascontiguousarray(part))]
        )
    ends = np.cumsum([len(part) for part in parts])[:-1]
    vectors = np.split(embeddings.float().cpu().numpy(), ends)
    return [_finished(rows, name, crops) for (name, _), rows in zip(recordings, vectors, strict=True)]


def device_of(encoder: Encoder) -> torch.device:
    """Where an encoder computes: the CPU if it has no parameters."""
    return next((parameter.device for parameter in encoder.parameters()), torch.device("cpu"))


def _waveforms(
    samples: NDArray[np.float32], encoder: Encoder, max_duration_s: float | None, crops: CropPlan | None
) -> NDArray[np.float32]:
    """(1, time), or (crop, time): all of one length, so nothing is padded."""
    if max_duration_s is not None:
        samples = samples[: round(max_duration_s * encoder.sample_rate_hz)]
    if crops is None:
        return samples[np.newaxis]
    length = round(crops.duration_s * encoder.sample_rate_hz)
    return evenly_spaced_crops(samples, count=crops.count, crop_samples=length)


def _finished(vectors: NDArray[np.float32], name: str, crops: CropPlan | None) -> NDArray[np.float32]:
    if not np.isfinite(vectors).all():
        raise NonFiniteEmbeddingError(f"{name}: the embedding is not finite; is the checkpoint whole?")
    if crops is None:
        return np.asarray(vectors[0])
    return np.asarray(vectors.mean(axis=0)) if crops.vectors == "mean" else vectors
