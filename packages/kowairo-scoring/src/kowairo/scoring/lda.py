"""Linear discriminant analysis of embeddings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError
from kowairo.scoring._artefact import load_artefact, save_artefact
from kowairo.scoring._checks import as_matrix, encode_labels
from kowairo.scoring.backend import Backend
from kowairo.scoring.mean_subtraction import fitted_mean


def scatter_matrices(
    vectors: ArrayLike, speakers: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Within- and between-speaker covariance, ``S_w + S_b = cov(X)``.

    ``S_w = 1/N sum_i (x_i - m_s(i)) (x_i - m_s(i))^T``, ``S_b = 1/N sum_s n_s (m_s - m) (m_s - m)^T``
    with speaker means ``m_s`` over ``n_s`` rows, the mean ``m`` of all rows, and N rows.

    Args:
        vectors: (n, dim).
        speakers: (n,) speaker of each row.

    Returns:
        Within and between covariance, both (dim, dim) float64.

    Raises:
        InputError: Fewer than two speakers, or no speaker with two rows.
    """
    matrix = as_matrix(vectors, name="vectors")
    names, index = encode_labels(speakers, expected=len(matrix))
    if len(names) < 2 or len(names) == len(matrix):
        raise InputError(
            f"expected two or more speakers and one with two or more utterances, "
            f"got {len(names)} speakers in {len(matrix)} utterances"
        )
    counts = np.bincount(index)
    means = np.zeros((len(names), matrix.shape[1]))
    np.add.at(means, index, matrix)
    means /= counts[:, None]
    residual = matrix - means[index]
    offset = (means - matrix.mean(axis=0)) * np.sqrt(counts)[:, None]
    return residual.T @ residual / len(matrix), offset.T @ offset / len(matrix)


class LDA(Backend):
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

    mean_: NDArray[np.float64]
    directions_: NDArray[np.float64]
    separations_: NDArray[np.float64]

    def __init__(self, *, num_dims: int | None = None, shrinkage: float = 0.0) -> None:
        self.num_dims = num_dims
        self.shrinkage = shrinkage

    def fit(self, vectors: ArrayLike, speakers: Sequence[str]) -> Self:
        """Learn mean and directions from (n, dim) vectors of (n,) speakers.

        Raises:
            InputError: Bad parameters, too few speakers, or a singular within-speaker covariance.
        """
        matrix = as_matrix(vectors, name="vectors")
        if not 0.0 <= self.shrinkage <= 1.0:
            raise InputError(f"expected shrinkage in [0, 1], got {self.shrinkage}")
        within, between = scatter_matrices(matrix, speakers)
        num_dims = self._num_dims(min(matrix.shape[1], len(set(speakers)) - 1))
        ridge = np.trace(within) / len(within) * np.eye(len(within))
        try:
            values, columns = _generalized_eigh(
                between, (1 - self.shrinkage) * within + self.shrinkage * ridge
            )
        except np.linalg.LinAlgError as error:
            raise InputError(
                f"the within-speaker covariance of {len(matrix)} utterances is singular; "
                "give a shrinkage above 0 or more utterances"
            ) from error
        order = np.argsort(values)[::-1][:num_dims]
        self.mean_ = matrix.mean(axis=0)
        self.separations_, self.directions_ = values[order], _fix_signs(columns[:, order])
        return self

    def transform(self, vectors: ArrayLike) -> NDArray[np.float64]:
        """Project (n, dim) vectors to (n, num_dims).

        Raises:
            InputError: Not fitted, or fitted on another dimension.
        """
        matrix = as_matrix(vectors, name="vectors")
        return (matrix - fitted_mean(self, matrix.shape[1])) @ self.directions_

    def save(self, folder: Path) -> None:
        """Write ``arrays.npz`` and ``config.json`` to ``folder``."""
        arrays = {"mean": self.mean_, "directions": self.directions_, "separations": self.separations_}
        config = {"num_dims": self.num_dims, "shrinkage": self.shrinkage}
        save_artefact(folder, kind="LDA", config=config, arrays=arrays)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what ``save`` wrote; nothing in the folder is executed.

        Raises:
            InputError: The folder holds something else.
        """
        config, arrays = load_artefact(folder, kind="LDA", names=("mean", "directions", "separations"))
        num_dims, shrinkage = config.get("num_dims"), config.get("shrinkage")
        if not (num_dims is None or isinstance(num_dims, int)) or not isinstance(shrinkage, int | float):
            raise InputError(f"{folder}: expected num_dims and shrinkage of an LDA, got {config!r:.80}")
        backend = cls(num_dims=num_dims, shrinkage=float(shrinkage))
        backend.mean_, backend.directions_ = arrays["mean"], arrays["directions"]
        backend.separations_ = arrays["separations"]
        return backend

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


def _fix_signs(columns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Make the largest entry of each column positive: eigenvectors are free in sign, files should not be."""
    largest = columns[np.abs(columns).argmax(axis=0), np.arange(columns.shape[1])]
    fixed: NDArray[np.float64] = columns * np.sign(largest)
    return fixed
