"""The back-end that compares embeddings as they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.scoring._checks import as_matrix
from kowairo.scoring.backend import Backend


class PlainCosine(Backend):
    """Cosine of the raw embeddings; there is nothing to fit."""

    def fit(self, vectors: ArrayLike, speakers: Sequence[str] = ()) -> Self:
        """Return itself; the arguments are not used."""
        return self

    def transform(self, vectors: ArrayLike) -> NDArray[np.float64]:
        """Return the (n, dim) vectors as float64, unchanged."""
        return as_matrix(vectors, name="vectors")
