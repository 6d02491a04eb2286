"""Linear discriminant analysis of embeddings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError
from kowairo.scoring.affine_backend import AffineBackend
from kowairo.scoring.backend import fitted
from kowairo.scoring.covariance import as_training, check_shrinkage, fix_signs, scatter_matrices, shrink


class LDA(AffineBackend):
    """Directions that separate speakers, scaled so that the within-speaker covariance is the identity.

    Solves ``S_b v = lambda S_w' v`` with ``S_w' = (1 - a) S_w + a (tr S_w / dim) I`` and shrinkage ``a``;
    the eigenvectors satisfy ``V^T S_w' V = I``, so that no direction outweighs another in the cosine.
    Transform: ``y = V^T (x - m)``.

    With ``num_dims=None`` all of ``min(dim, speakers - 1)`` directions stay. A shrinkage above zero is
    needed where there are not many more utterances than dimensions; a singular ``S_w`` is an error,
    never silently regularised.

    Source: R. A. Fisher, 1936; C. R. Rao, 1948 (several classes). The shrinkage target (scaled identity)
    is that of O. Ledoit and M. Wolf, 2004; its weight is ours to give.

    Args:
        num_dims: Directions to keep, at most ``min(dim, speakers - 1)``.
        shrinkage: Weight ``a`` of the scaled identity in [0, 1].

    Attributes:
        mean_: (dim,) mean of the training rows.
        directions_: (dim, num_dims) columns in the order of falling ``lambda``.
        separations_: (num_dims,) the ``lambda``: between over within variance along each direction.
    """

    learned = ("mean_", "directions_", "separations_")
    mean_: NDArray[np.float64]
    directions_: NDArray[np.float64]
    separations_: NDArray[np.float64]

    def __init__(self, *, num_dims: int | None = None, shrinkage: float = 0.0) -> None:
        self.num_dims = num_dims
        self.shrinkage = shrinkage

    def check_parameters(self) -> None:
        """Check the range of the shrinkage.

        Raises:
            InputError: It is outside [0, 1].
        """
        check_shrinkage(self.shrinkage)

    def fit(self, vectors: ArrayLike, speakers: Sequence[str]) -> Self:
        """Learn mean and directions from (n, dim) vectors of (n,) speakers.

        Raises:
            InputError: Bad parameters, too few speakers, or a singular within-speaker covariance.
        """
        matrix = as_training(vectors)
        self.check_parameters()
        within, between = scatter_matrices(matrix, speakers)
        num_dims = self._num_dims(min(matrix.shape[1], len(set(speakers)) - 1))
        try:
            values, columns = _generalized_eigh(between, shrink(within, self.shrinkage))
        except np.linalg.LinAlgError as error:
            raise InputError(
                f"the within-speaker covariance of {len(matrix)} utterances is singular; "
                "give a shrinkage above 0 or more utterances"
            ) from error
        order = np.argsort(values)[::-1][:num_dims]
        self.mean_ = matrix.mean(axis=0)
        self.separations_, self.directions_ = values[order], fix_signs(columns[:, order])
        return self

    def affine(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the directions as rows (num_dims, dim), and ``-V^T m`` (num_dims,).

        Raises:
            InputError: Not fitted.
        """
        mean, directions = fitted(self, "mean_"), fitted(self, "directions_")
        return directions.T, -mean @ directions

    def _num_dims(self, most: int) -> int:
        """Return the number of directions to keep, at most ``most``."""
        if self.num_dims is None:
            return most
        if not 1 <= self.num_dims <= most:
            raise InputError(f"expected num_dims in 1..{most} (dims, speakers - 1), got {self.num_dims}")
        return self.num_dims


def _generalized_eigh(
    between: NDArray[np.float64], within: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Solve ``B v = lambda W v`` with ``V^T W V = I`` through the Cholesky factor of W.

    NumPy alone is enough for this, and SciPy would double the time that importing this package takes.
    """
    factor = np.linalg.inv(np.linalg.cholesky(within))  # W = L L^T, this is L^-1
    values, columns = np.linalg.eigh(factor @ between @ factor.T)
    return values, factor.T @ columns
