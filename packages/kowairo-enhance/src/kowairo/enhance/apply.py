"""Enhancement of whole embedding sets."""

from __future__ import annotations

import numpy as np
import torch

from kowairo.core import EmbeddingSet, InputError
from kowairo.enhance.base import Enhancer
from kowairo.enhance.checkpoint import class_path
from kowairo.scoring import length_normalize


def apply_enhancer(embeddings: EmbeddingSet, enhancer: Enhancer, *, batch_size: int = 4096) -> EmbeddingSet:
    """Enhance every row of a set; each is scaled to unit length first, as in training.

    The enhancer's training mode is left as it was found.

    Args:
        embeddings: (n, input_dim).
        enhancer: A trained enhancer, on any device.
        batch_size: Rows at a time; it bounds memory and does not change the result.

    Returns:
        (n, output_dim) float32 with the same utterances, and class and arguments under ``enhancer`` in meta.

    Raises:
        InputError: The dimensions differ, or the net gave an all-zero row (a dead ReLU net): its
            direction, and with it every score of that utterance, would not be defined.
    """
    if embeddings.vectors.shape[1] != enhancer.input_dim:
        raise InputError(
            f"expected embeddings of dimension {enhancer.input_dim}, got {embeddings.vectors.shape[1]}"
        )
    output = np.empty((len(embeddings.utts), enhancer.output_dim), dtype=np.float32)
    was_training = enhancer.training
    enhancer.eval()
    try:
        with torch.inference_mode():
            for start in range(0, len(output), batch_size):
                rows = slice(start, start + batch_size)
                output[rows] = enhancer(_unit_rows(embeddings, rows, enhancer)).float().cpu().numpy()
    finally:
        enhancer.train(was_training)
    if dead := int((~output.any(axis=1)).sum()):
        raise InputError(f"{type(enhancer).__name__} gave {dead} all-zero embeddings; try ELU")
    description = {"class_path": class_path(enhancer), "init_args": dict(enhancer.init_args)}
    return EmbeddingSet(output, embeddings.utts, {**embeddings.meta, "enhancer": description})


def _unit_rows(embeddings: EmbeddingSet, rows: slice, enhancer: Enhancer) -> torch.Tensor:
    """Unit-length rows on the device and in the precision of the enhancer."""
    unit = torch.from_numpy(length_normalize(embeddings.vectors[rows]))
    parameter = next(enhancer.parameters(), torch.empty(0))
    return unit.to(device=parameter.device, dtype=parameter.dtype)
