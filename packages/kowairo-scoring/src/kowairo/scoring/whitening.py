"""Whitening: the total covariance of the training embeddings becomes the identity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError
from kowairo.scoring.affine_backend import AffineBackend
from kowairo.scoring.backend import fitted
from kowairo.scoring.covariance import (
    as_training,
    check_definite,
    check_shrinkage,
    fix_signs,
    shrink,
    total_covariance,
)

WhiteningMethod = Literal["zca", "pca"]


class Whitening(AffineBackend):
    """Centre, then scale every principal direction to unit variance.

    With ``C = V diag(l) V^T`` the (shrunk) covariance of all training rows around their mean ``m``:
    ``pca`` gives ``y = diag(l)^-1/2 V^T (x - m)``; ``zca`` turns that back by ``V``, which stays closest to
    ``x - m``. With all directions kept the two differ by a rotation, so their cosines are equal.

    Source: A. Kessy, A. Lewin and K. Strimmer, 2018 (both methods); D. Garcia-Romero and C. Espy-Wilson, 2011
    (whitening before length normalisation of speaker vectors). Covariance divided by N.

    Args:
        method: ``zca`` keeps the axes, ``pca`` sorts directions by falling variance.
        num_dims: Directions to keep, ``pca`` only; None keeps all.
        shrinkage: Weight of the scaled identity in the covariance, in [0, 1].

    Attributes:
        mean_: (dim,) mean of the training rows.
        matrix_: (num_dims, dim).
    """

    learned = ("mean_", "matrix_")
    mean_: NDArray[np.float64]
    matrix_: NDArray[np.float64]

    def __init__(
        self, *, method: WhiteningMethod = "zca", num_dims: int | None = None, shrinkage: float = 0.0
    ) -> None:
        self.method = method
        self.num_dims = num_dims
        self.shrinkage = shrinkage

    def check_parameters(self) -> None:
        """Check method, number of directions and shrinkage.

        Raises:
            InputError: An unknown method, directions left out by ``zca``, or a shrinkage outside [0, 1].
        """
        check_shrinkage(self.shrinkage)
        if self.method not in ("zca", "pca"):
            raise InputError(f"expected method zca or pca, got {self.method!r}")
        if self.method == "zca" and self.num_dims is not None:
            raise InputError("zca keeps all directions; give method pca to keep num_dims of them")

    def fit(self, vectors: ArrayLike, speakers: Sequence[str] = ()) -> Self:
        """Learn from (n, dim) vectors; ``speakers`` is not used.

        Raises:
            InputError: Bad parameters, or a singular covariance.
        """
        matrix = as_training(vectors)
        self.check_parameters()
        values, columns = np.linalg.eigh(shrink(total_covariance(matrix), self.shrinkage))
        order = np.argsort(values)[::-1][: self._num_dims(matrix.shape[1])]
        values, columns = values[order], fix_signs(columns[:, order])
        check_definite(values, name="total")
        self.mean_ = matrix.mean(axis=0)
        self.matrix_ = columns.T / np.sqrt(values)[:, None]
        if self.method == "zca":
            self.matrix_ = columns @ self.matrix_
        return self

    def affine(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the whitening matrix (num_dims, dim) and minus the whitened mean (num_dims,).

        Raises:
            InputError: Not fitted.
        """
        matrix, mean = fitted(self, "matrix_"), fitted(self, "mean_")
        return matrix, -matrix @ mean

    def _num_dims(self, most: int) -> int:
        """Return the number of directions to keep, at most ``most``."""
        if self.num_dims is None:
            return most
        if not 1 <= self.num_dims <= most:
            raise InputError(f"expected num_dims in 1..{most}, got {self.num_dims}")
        return self.num_dims
