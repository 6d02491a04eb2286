"""Checks of array arguments, shared by the modules of this package."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError


def as_matrix(values: ArrayLike, *, name: str) -> NDArray[np.float64]:
    """Return ``values`` as a finite (n, dim) float64 matrix or say what is wrong with it."""
    matrix = np.asarray(values, dtype=np.float64)
    if matrix.ndim != 2:
        raise InputError(f"expected {name} (n, dim), got shape {matrix.shape}")
    if not np.isfinite(matrix).all():
        row = int(np.flatnonzero(~np.isfinite(matrix).all(axis=1))[0])
        raise InputError(f"expected finite {name}, got NaN or infinity, first in row {row}")
    return matrix


def as_scores(values: ArrayLike, *, name: str) -> NDArray[np.float64]:
    """Return ``values`` as a non-empty vector of float64 without NaN or infinity."""
    scores = np.asarray(values, dtype=np.float64)
    if scores.ndim != 1 or scores.size == 0:
        raise InputError(f"expected {name} scores (trial,) with at least one trial, got shape {scores.shape}")
    if not np.isfinite(scores).all():
        first = int(np.flatnonzero(~np.isfinite(scores))[0])
        raise InputError(f"expected finite {name} scores, got {scores[first]} at trial {first}")
    return scores


def encode_labels(labels: Sequence[str], *, expected: int) -> tuple[list[str], NDArray[np.int64]]:
    """Number the labels in sorted order: (names, (n,) int64 index into names)."""
    if len(labels) != expected:
        raise InputError(f"expected one speaker per row, got {len(labels)} speakers for {expected} rows")
    names = sorted(set(labels))
    number = {name: i for i, name in enumerate(names)}
    return names, np.fromiter((number[label] for label in labels), dtype=np.int64, count=expected)
