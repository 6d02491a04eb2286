"""The two score lists of a verification test, checked."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError

Floats = NDArray[np.floating[Any]]


def as_sides(target: ArrayLike, nontarget: ArrayLike) -> tuple[Floats, Floats]:
    """Return both sides as vectors of one float type; float32 stays float32, anything else is float64.

    Raises:
        InputError: A side is no vector, there are fewer than 2 targets or no non-targets, or a score is
            NaN or infinite.
    """
    sides = np.asarray(target), np.asarray(nontarget)
    single = all(side.dtype == np.float32 for side in sides)
    dtype = np.dtype(np.float32 if single else np.float64)
    first, second = (np.asarray(side, dtype=dtype) for side in sides)
    for name, side in (("target", first), ("nontarget", second)):
        if side.ndim != 1:
            raise InputError(f"expected {name} scores (trial,), got shape {side.shape}")
    if not first.size or not second.size:
        raise InputError(f"expected target and non-target scores, got {first.size} and {second.size}")
    if first.size < 2:
        raise InputError("expected 2 target scores or more, got 1: no miss rate can be told from it")
    for name, side in (("target", first), ("nontarget", second)):
        _check_finite(side, name)
    return first, second


def _check_finite(side: Floats, name: str) -> None:
    """Refuse NaN and infinity; the extremes show both without a mask of every score."""
    if not (np.isfinite(side.min()) and np.isfinite(side.max())):
        first = int(np.flatnonzero(~np.isfinite(side))[0])
        raise InputError(f"expected finite {name} scores, got {side[first]} at trial {first}")
