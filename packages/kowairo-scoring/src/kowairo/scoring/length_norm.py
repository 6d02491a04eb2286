"""Length normalisation as a step of a chain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError
from kowairo.scoring.backend import Backend
from kowairo.scoring.cosine import length_normalize

LengthScale = Literal["unit", "sqrt_dim"]


class LengthNorm(Backend):
    """Scale every row to one length: ``y = x / |x|``, or ``sqrt(dim) x / |x|``.

    Not an affine map. Before a cosine it changes nothing; between mean subtraction or whitening and LDA or
    PLDA it does, because these see lengths.

    Source: D. Garcia-Romero and C. Espy-Wilson, 2011. Kaldi's ``ivector-normalize-length`` is ``sqrt_dim``.

    Args:
        scale: ``unit`` for length 1; ``sqrt_dim`` for the square root of the dimension, with which a
            component's mean square is 1.
    """

    def __init__(self, *, scale: LengthScale = "unit") -> None:
        self.scale = scale

    def check_parameters(self) -> None:
        """Check the name of the scale.

        Raises:
            InputError: It is unknown.
        """
        if self.scale not in ("unit", "sqrt_dim"):
            raise InputError(f"expected scale unit or sqrt_dim, got {self.scale!r}")

    def fit(self, vectors: ArrayLike, speakers: Sequence[str] = ()) -> Self:
        """Return itself: there is nothing to learn.

        Raises:
            InputError: An unknown scale.
        """
        self.check_parameters()
        return self

    def transform(self, vectors: ArrayLike) -> NDArray[np.float64]:
        """Scale the rows of (n, dim) vectors.

        Raises:
            InputError: A row is zero or not finite.
        """
        unit = length_normalize(vectors)
        return unit * np.sqrt(unit.shape[1]) if self.scale == "sqrt_dim" else unit
