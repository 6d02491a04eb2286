"""The contract of closed forms: a fitted matrix and offset."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kowairo.core import InputError
from kowairo.scoring._checks import as_matrix
from kowairo.scoring.backend import Backend


class AffineBackend(Backend):
    """A back-end that maps embeddings by ``y = A x + b``.

    A subclass gives ``fit`` and ``affine``. Whatever applies affine maps (a linear layer of a network, an
    exported model) can take ``affine`` and needs nothing else of this package.
    """

    @abstractmethod
    def affine(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the fitted map.

        Returns:
            Matrix ``A`` (dim', dim) and offset ``b`` (dim',), float64, as the weight and bias of a linear
            layer: rows of ``X`` map to rows of ``X A^T + b``.

        Raises:
            InputError: Not fitted.
        """

    def transform(self, vectors: ArrayLike) -> NDArray[np.float64]:
        """Map (n, dim) vectors to (n, dim').

        Raises:
            InputError: Not fitted, or fitted on another dimension.
        """
        matrix, offset = self.affine()
        rows = as_matrix(vectors, name="vectors")
        if rows.shape[1] != matrix.shape[1]:
            raise InputError(
                f"expected embeddings of dimension {matrix.shape[1]} as in training, got {rows.shape[1]}"
            )
        mapped: NDArray[np.float64] = rows @ matrix.T + offset
        return mapped

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what ``save`` wrote; nothing in the folder is executed.

        Raises:
            InputError: The folder holds something else, or arrays that do not fit each other.
        """
        backend = super().load(folder)
        try:
            matrix, offset = backend.affine()
        except ValueError as error:  # what NumPy says of shapes that cannot be multiplied
            raise InputError(f"{folder}: the arrays of {cls.__name__} do not fit each other") from error
        if matrix.ndim != 2 or offset.shape != matrix.shape[:1] or not np.isfinite(matrix).all():
            raise InputError(f"{folder}: expected a finite matrix and its offset, got {matrix.shape}")
        return backend
