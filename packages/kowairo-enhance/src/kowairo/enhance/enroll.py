"""One embedding of several enrolment utterances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from kowairo.core import EmbeddingSet, InputError
from kowairo.enhance.base import SetEnhancer
from kowairo.enhance.checkpoint import class_path
from kowairo.enhance.set_transformer import plain_mean
from kowairo.scoring import length_normalize


def enroll_sets(
    embeddings: EmbeddingSet,
    models: Mapping[str, Sequence[str]],
    enhancer: SetEnhancer | None,
    *,
    batch_size: int = 256,
) -> EmbeddingSet:
    """Make one embedding of the utterances of each model.

    Args:
        embeddings: (n, dim); rows are scaled to unit length first.
        models: Utterances by model, at least one each.
        enhancer: A trained set enhancer, on any device, left in its mode; None takes the plain mean.
        batch_size: Models at a time.

    Returns:
        (model, output_dim) float32 under the names of the models.

    Raises:
        InputError: A model is empty, an utterance has no embedding or one without direction, or dimensions
            differ.
    """
    if enhancer is not None and embeddings.dim != enhancer.input_dim:
        raise InputError(f"expected embeddings of dimension {enhancer.input_dim}, got {embeddings.dim}")
    if empty := [name for name, utts in models.items() if not utts]:
        raise InputError(f"model {empty[0]!r} has no utterance")
    # Of like size together: less of a batch is padding.
    names = sorted(models, key=lambda name: (len(models[name]), name))
    found: dict[str, NDArray[np.float32]] = {}
    was_training = enhancer is not None and enhancer.training
    if enhancer is not None:
        enhancer.eval()
    try:
        for start in range(0, len(names), batch_size):
            part = names[start : start + batch_size]
            sets = padded_sets([length_normalize(embeddings.rows(models[name])) for name in part])
            found |= dict(zip(part, _pooled(sets, enhancer), strict=True))
    finally:
        if enhancer is not None:
            enhancer.train(was_training)
    vectors = np.stack([found[name] for name in models])
    maker: dict[str, object] = {}
    if enhancer is not None:
        maker = {"class_path": class_path(enhancer), "init_args": dict(enhancer.init_args)}
    return EmbeddingSet(vectors, list(models), {**embeddings.meta, "set_enhancer": maker})


def padded_sets(sets: Sequence[NDArray[np.float64] | NDArray[np.float32]]) -> torch.Tensor:
    """Sets of (items, dim) as one float32 tensor (batch, most items, dim), zeros where there is no item."""
    padded = torch.zeros(len(sets), max(map(len, sets)), sets[0].shape[1])
    for row, items in enumerate(sets):
        padded[row, : len(items)] = torch.from_numpy(items)
    return padded


def _pooled(sets: torch.Tensor, enhancer: SetEnhancer | None) -> NDArray[np.float32]:
    with torch.inference_mode():
        if enhancer is None:
            return plain_mean(sets).numpy()
        device = next(enhancer.parameters(), torch.empty(0)).device
        output: NDArray[np.float32] = enhancer(sets.to(device)).float().cpu().numpy()
        return output
