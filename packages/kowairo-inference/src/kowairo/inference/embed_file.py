"""One audio file to one embedding."""

from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from kowairo.core import AudioRef, KowairoError
from kowairo.data import read_audio
from kowairo.models import Encoder

from .crops import CropPlan, evenly_spaced_crops

InferencePrecision = Literal["fp32", "bf16"]


class NonFiniteEmbeddingError(KowairoError):
    """An encoder gave a value that is no finite number."""


def embed_file(
    ref: AudioRef,
    encoder: Encoder,
    *,
    max_duration_s: float | None = None,
    precision: InferencePrecision = "fp32",
) -> NDArray[np.float32]:
    """Embed the whole file, or its start.

    Args:
        ref: audio file.
        encoder: encoder in evaluation mode.
        max_duration_s: use only the first so many seconds; None uses all.
        precision: "fp32", or "bf16" for bf16 matrix products.

    Returns:
        (dim,) float32, not L2-normalised.

    Raises:
        AudioError: if the file cannot be used, with the reason.
        NonFiniteEmbeddingError: if the embedding is not finite.
    """
    samples = read_audio(ref, sample_rate_hz=encoder.sample_rate_hz)
    return embed_samples(samples, encoder, name=str(ref), max_duration_s=max_duration_s, precision=precision)


def embed_samples(
    samples: NDArray[np.float32],
    encoder: Encoder,
    *,
    name: str,
    max_duration_s: float | None = None,
    precision: InferencePrecision = "fp32",
    crops: CropPlan | None = None,
) -> NDArray[np.float32]:
    """Embed samples that are decoded already.

    Args:
        samples: (time,) float32 at the encoder's sample rate.
        encoder: encoder in evaluation mode.
        name: whose samples, for messages.
        max_duration_s: use only the first so many seconds; None uses all.
        precision: "fp32", or "bf16" for bf16 matrix products.
        crops: embed crops of that; None embeds it whole.

    Returns:
        (dim,) float32, not L2-normalised; (crop, dim) where each crop is kept.

    Raises:
        NonFiniteEmbeddingError: if the embedding is not finite.
    """
    if max_duration_s is not None:
        samples = samples[: round(max_duration_s * encoder.sample_rate_hz)]
    device = next((parameter.device for parameter in encoder.parameters()), torch.device("cpu"))
    waveforms = samples[np.newaxis]  # (1, time), or (crop, time): all of one length, so nothing is padded
    if crops is not None:
        length = round(crops.duration_s * encoder.sample_rate_hz)
        waveforms = evenly_spaced_crops(samples, count=crops.count, crop_samples=length)
    enabled = precision == "bf16"
    with torch.inference_mode(), torch.autocast(device.type, dtype=torch.bfloat16, enabled=enabled):
        embeddings: torch.Tensor = encoder(torch.from_numpy(waveforms).to(device))
    vectors: NDArray[np.float32] = embeddings.float().cpu().numpy()
    if not np.isfinite(vectors).all():
        raise NonFiniteEmbeddingError(f"{name}: the embedding is not finite; is the checkpoint whole?")
    if crops is None:
        return np.asarray(vectors[0])
    return np.asarray(vectors.mean(axis=0)) if crops.vectors == "mean" else vectors
